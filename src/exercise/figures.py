"""The figures of the report; the templates of their questions have the captions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import exp, log
from statistics import fmean
from typing import TYPE_CHECKING, TypeAlias

from exercise import mnist, pictures
from exercise.catalogue import (
    BACKWARD,
    COMPLEX,
    DEEP,
    DEEP_32,
    GAIN,
    LEARNING,
    NETWORKS,
    SMALL,
    SMALL_MOMENTUM,
    WIDE,
)
from exercise.confusions import always_wrong_of_pair, confusion_matrices, frequent_pairs
from exercise.measures import EPOCH, GOAL, LEARNED, figure, labels
from exercise.networks import CLASSES
from labreport import Experiment, at, charts, hardest

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from labreport.results import Results, Runs

Curves: TypeAlias = list[list[float]]
"""Values by run and then by epoch."""
Limits: TypeAlias = tuple[float, float]
"""The lower and the upper limit of an axis."""

BLUE, VERMILLION, PURPLE, INK, GREEN = charts.SERIES
DASHED = (3.6, 1.5)
"""The lengths of dash and gap, in points, for training data; lines for validation data are solid."""
FIFTY_EPOCHS = (0, 10, 20, 30, 40, 50)
HARD, EASY = (5, 9), (0, 1)
"""The digits that are classified wrongly most often, and least often."""
PICTURES = 4
"""The number of images that are shown for each pair of digits."""


def shape(experiment: Experiment) -> str:
    """Hidden layers × nodes of a network whose layers have equal numbers of nodes: `10 × 32`."""
    layers = experiment.specification.hidden_layers
    return f"{len(layers)} × {layers[0]}"


def means(curves: Curves) -> list[float]:
    """The mean over runs at each epoch."""
    return [fmean(values) for values in zip(*curves, strict=True)]


def percent(curves: Curves) -> Curves:
    """Fractions as per cent."""
    return [[100 * value for value in curve] for curve in curves]


def _draw_curves(
    panel: Axes, curves: Curves, mark: charts.Mark, limits: Limits, faint_runs: bool = True
) -> None:
    """Draw the mean curve and those of runs, from the epoch after which the mean is in the limits."""
    lowest, highest = limits
    mean = means(curves)
    begin = 0
    for index, value in enumerate(mean):
        if not lowest <= value <= highest:
            begin = index + 1
    epochs = range(begin + 1, len(mean) + 1)
    if faint_runs:
        charts.seed_lines(panel, epochs, [curve[begin:] for curve in curves], mark)
    charts.curve(panel, epochs, mean[begin:], mark)


def _finish_epochs(panel: Axes, title: str, limits: Limits, epochs: Sequence[int]) -> None:
    """Set limits, ticks and titles of a panel whose x axis is the epoch."""
    panel.set_ylim(*limits)
    panel.set_xlim(epochs[0], epochs[-1])
    panel.set_xticks(epochs)
    charts.plain_numbers(panel.yaxis)
    charts.y_title(panel, title)
    panel.set_xlabel("Epoch")


def _accuracy_and_loss(
    results: Results,
    series: dict[tuple[str, str], charts.Mark],
    lowest_accuracy: float,
    highest_loss: float,
    height_mm: float,
) -> charts.Drawing:
    """Two panels by epoch: accuracy, in per cent, above a lower limit, and loss below an upper one.

    `series` has a mark for each pair of a network and the prefix of its records: "" for training data,
    "validation_" for validation data.
    """
    drawing, (accuracy_panel, loss_panel) = charts.column_figure(height_mm, columns=2)
    accuracy_limits = (lowest_accuracy, 100.0)
    loss_limits = (0.0, highest_loss)
    rows = []
    for (name, prefix), mark in series.items():
        accuracies = percent(results[name].curve(f"{prefix}accuracy"))
        losses = results[name].curve(f"{prefix}loss")
        _draw_curves(accuracy_panel, accuracies, mark, accuracy_limits)
        _draw_curves(loss_panel, losses, mark, loss_limits)
        by_epoch = zip(means(accuracies), means(losses), strict=True)
        for epoch, (accuracy, loss) in enumerate(by_epoch, 1):
            rows.append([mark.label, epoch, round(accuracy, 2), round(loss, 4)])
    _finish_epochs(accuracy_panel, "Accuracy, %", accuracy_limits, FIFTY_EPOCHS)
    _finish_epochs(loss_panel, "Loss", loss_limits, FIFTY_EPOCHS)
    charts.label_line_ends(accuracy_panel)
    charts.label_line_ends(loss_panel)
    kind = "line charts of accuracy and loss by epoch, on training and validation data"
    columns = ["curve", "epoch", "mean accuracy, %", "mean loss"]
    return charts.Drawing(drawing, kind, columns, rows)


@figure(reads=(WIDE, SMALL))
def curves_shallow(results: Results) -> charts.Drawing:
    """The two networks of one hidden layer in training."""
    series = {}
    for name, style in (("wide", BLUE), ("small", VERMILLION)):
        series[name, ""] = charts.Mark(f"{name}, training", replace(style, dash=DASHED))
        series[name, "validation_"] = charts.Mark(f"{name}, validation", replace(style, dash=()))
    chart = _accuracy_and_loss(results, series, lowest_accuracy=92.0, highest_loss=0.3, height_mm=44)
    chart.figure.axes[0].set_yticks((92, 94, 96, 98, 100))
    for panel in chart.figure.axes:
        panel.axvspan(0, EPOCH, color=charts.Colour.GRID.value, alpha=0.45, linewidth=0, zorder=0)
    return chart


@figure(reads=COMPLEX)
def curves_complex(results: Results) -> charts.Drawing:
    """The network of three hidden layers in training."""
    series = {
        ("complex", ""): charts.Mark("training", replace(VERMILLION, dash=DASHED)),
        ("complex", "validation_"): charts.Mark("validation", BLUE),
    }
    chart = _accuracy_and_loss(results, series, lowest_accuracy=GOAL - 4.0, highest_loss=0.2, height_mm=38)
    accuracy_panel = chart.figure.axes[0]
    accuracy_panel.set_yticks((88, 92, 96, 100))
    charts.reference_line(accuracy_panel, GOAL, f"goal: {GOAL} %")
    return chart


@figure(reads=DEEP)
def curves_deep(results: Results) -> charts.Drawing:
    """The three deep networks in training: training and validation accuracy by epoch."""
    drawing, (panel,) = charts.column_figure(34)
    _finish_epochs(panel, "Accuracy, %", (5, 25), range(1, EPOCH + 1))
    rows = []
    for (name, runs), style in zip(results.items(), (BLUE, VERMILLION, PURPLE), strict=True):
        for images, prefix, dash in (("training", "", DASHED), ("validation", "validation_", ())):
            mean = means(percent(runs.curve(f"{prefix}accuracy")))
            label = name if images == "validation" else "_"
            mark = charts.Mark(label, replace(style, dash=dash))
            charts.curve(panel, range(1, EPOCH + 1), mean, mark)
            for epoch, value in enumerate(mean, 1):
                rows.append([name, images, epoch, round(value, 2)])
    charts.reference_line(panel, LEARNED, f"{LEARNED} %, as the question asks")
    charts.label_line_ends(panel)
    kind = "line chart of the accuracy of the deep networks by epoch, on training and validation data"
    return charts.Drawing(drawing, kind, ["network", "images", "epoch", "mean accuracy, %"], rows)


@figure(reads=(DEEP_32, GAIN, BACKWARD))
def signals(results: Results) -> charts.Drawing:
    """The gradient, and the difference between images, in each layer before the first update."""
    drawing, (gradient_panel, image_panel) = charts.column_figure(40, columns=2)
    usual = charts.Mark("usual weights", BLUE)
    louder = charts.Mark("Trial 3: weights × 4", VERMILLION)
    backward = charts.Mark("Trial 1: gradient × 4", PURPLE)
    curves_by_panel = (
        (gradient_panel, "Gradient norm", "first_gradient_norms", (DEEP_32, GAIN, BACKWARD)),
        (image_panel, "Difference between two images", "image_differences", (DEEP_32, GAIN)),
    )
    marks = {DEEP_32.name: usual, GAIN.name: louder, BACKWARD.name: backward}
    rows = []
    for panel, title, record, networks in curves_by_panel:
        for network in networks:
            mean = _mean_by_layer(results[network], record)
            mark = marks[network.name]
            charts.curve(panel, range(1, len(mean) + 1), mean, mark, markers=True)
            for layer, value in enumerate(mean, 1):
                rows.append([title, mark.label, layer, float(f"{value:.3g}")])
        charts.y_title(panel, title)
        panel.set_yscale("log")
        panel.set_ylim(1e-8, 10)
        panel.set_xlabel("Hidden layer")
        panel.set_xticks(range(1, 11))
        charts.powers_of_ten(panel.yaxis)
        charts.label_line_ends(panel)
    kind = "line charts on logarithmic axes, two signals by layer before training"
    return charts.Drawing(drawing, kind, ["signal", "network", "hidden layer", "mean"], rows)


def _mean_by_layer(runs: Runs, record: str) -> list[float]:
    """The geometric mean over runs of a signal in each hidden layer, before the first update."""
    hidden_layers = len(runs.experiment.specification.hidden_layers)
    by_run = [run.records[0][record][:hidden_layers] for run in runs]
    mean = []
    for values in zip(*by_run, strict=True):
        logarithms = [log(max(value, 1e-45)) for value in values]
        mean.append(exp(fmean(logarithms)))
    return mean


@figure(reads=at(EPOCH, *NETWORKS))
def accuracy_parameters(results: Results) -> charts.Drawing:
    """Validation accuracy after ten epochs against the number of parameters."""
    drawing, (panel,) = charts.column_figure(36)
    panel.set(xscale="log", xlim=(5e3, 5e5), ylim=(0, 105))
    panel.grid(False)
    shallow = charts.Mark("one or three hidden layers", BLUE)
    deep = charts.Mark("ten hidden layers", VERMILLION)
    rows = []
    names = []
    for name, runs in results.items():
        network = runs.experiment.specification
        mark = deep if len(network.hidden_layers) == 10 else shallow
        accuracy = 100 * fmean(runs.values("validation accuracy"))
        charts.points(panel, [network.parameters], [accuracy], mark, size=5.5)
        names.append(charts.TextLabel(name, network.parameters, accuracy, mark.colour))
        rows.append([name, mark.label, network.parameters, round(accuracy, 2)])
    charts.direct_labels(panel, names)
    for mark, height in ((shallow, 84), (deep, 24)):
        panel.text(5.5e3, height, mark.label, color=mark.colour.text.value)
    charts.thousands(panel.xaxis)
    charts.plain_numbers(panel.yaxis)
    charts.y_title(panel, "Validation accuracy after 10 epochs, %")
    panel.set_xlabel("Trainable parameters")
    kind = "scatter plot of validation accuracy against the number of parameters, on a logarithmic axis"
    return charts.Drawing(drawing, kind, ["network", "layers", "parameters", "accuracy, %"], rows)


@figure(reads=(SMALL, SMALL_MOMENTUM, WIDE, COMPLEX))
def momentum_and_size(results: Results) -> charts.Drawing:
    """Validation accuracy by epoch: a small network without and with momentum, and larger networks."""
    drawing, (panel,) = charts.column_figure(47)
    limits = (94.0, 98.6)
    marks = {
        "complex": charts.Mark("complex (3 × 128, momentum)", INK),
        "wide": charts.Mark("wide (1 × 400)", BLUE),
        "small-momentum": charts.Mark("small with momentum", PURPLE),
        "small": charts.Mark("small (1 × 62)", VERMILLION),
    }
    rows = []
    for name, mark in marks.items():
        curves = percent(results[name].curve("validation_accuracy"))
        _draw_curves(panel, curves, mark, limits, faint_runs=False)
        for epoch, value in enumerate(means(curves), 1):
            rows.append([mark.label, epoch, round(value, 2)])
    _finish_epochs(panel, "Validation accuracy, %", limits, FIFTY_EPOCHS)
    panel.set_yticks(range(94, 99))
    charts.label_line_ends(panel)
    kind = "line chart of validation accuracy by epoch, of four networks"
    return charts.Drawing(drawing, kind, ["network", "epoch", "mean accuracy, %"], rows)


@figure(reads=LEARNING)
def accuracy_by_digit(results: Results) -> charts.Drawing:
    """Accuracy on the test images of each digit after the last epoch, with intervals, by network."""
    drawing, panels = charts.column_figure(48, columns=3, share_axes=True)
    rows = []
    for panel, name in zip(panels, results, strict=True):
        wrong = hardest(results, name, truth=labels("test"), predicted="predictions").mean
        for digit in range(CLASSES):
            style = VERMILLION if digit in HARD else BLUE
            share = wrong[digit]
            accuracy = 100 - 100 * share.value
            least_wrong, most_wrong = share.interval or (share.value, share.value)
            low = 100 - 100 * most_wrong
            high = 100 - 100 * least_wrong
            panel.vlines(digit, low, high, colors=style.colour.value, linewidth=1.2)
            charts.points(panel, [digit], [accuracy], charts.Mark(str(digit), style), size=5.0)
            rows.append([name, digit, round(accuracy, 2), round(low, 2), round(high, 2)])
        panel.set_ylim(94, 100)
        panel.set_xlim(-0.6, CLASSES - 0.4)
        panel.set_xticks(range(CLASSES))
        panel.set_xlabel("Digit")
        charts.plain_numbers(panel.yaxis)
        charts.panel_title(panel, name, lift=16)
    charts.y_title(panels[0], "Test accuracy, %")
    kind = "dot charts with intervals, accuracy on the test images of each digit, one chart a network"
    return charts.Drawing(drawing, kind, ["network", "digit", "accuracy, %", "from", "to"], rows)


@figure(reads=COMPLEX)
def confusion_matrix(results: Results) -> charts.Drawing:
    """The wrong answers of `complex` by digit, and images of the pairs that are confused most often."""
    import numpy as np

    runs = results[COMPLEX]
    mean = confusion_matrices(runs).mean(axis=0)
    pairs = frequent_pairs(runs)
    digits = list("0123456789")
    drawing, canvas = pictures.canvas(64)

    panel = drawing.add_axes((0.05, 0.13, 0.53, 0.86))
    texts = []
    rows = []
    for digit, means_of_digit in enumerate(mean.tolist()):
        texts.append([f"{value:.1f}" for value in means_of_digit])
        rows.append([digit, *(round(value, 1) for value in means_of_digit)])
    is_blank = np.eye(CLASSES, dtype=bool) | (mean == 0)
    shown = np.where(is_blank, np.nan, mean)
    charts.draw_cells(panel, shown, texts, rows=digits, columns=digits, low=0)
    for first, second in pairs:
        pictures.frame_cells(panel, [(first, second), (second, first)])
    panel.set(xlabel="Taken for", ylabel="Digit")

    test = mnist.load().test
    size = 8.6  # millimetres
    for row, pair in enumerate(pairs):
        top = 0.5 + 12.8 * row
        for column, (place, taken_for) in enumerate(always_wrong_of_pair(runs, pair)[:PICTURES]):
            left = 102.0 + 14.0 * column
            pictures.show_image(canvas, 255 - test.images[place], left, top, size)
            pictures.caption(canvas, f"{test.labels[place]} → {taken_for}", left + size / 2, top + size + 0.3)
    kind = "confusion matrix of complex, mean number of test images; beside it images of the framed pairs"
    return charts.Drawing(drawing, kind, ["digit", *(f"taken for {digit}" for digit in digits)], rows)
