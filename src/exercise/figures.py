"""The figures of the report; what each of them shows is said below it, in its question's template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from math import exp, log
from statistics import fmean
from typing import Any

from exercise import mnist
from exercise.catalogue import (
    BACKWARD,
    COMPLEX,
    DEEP,
    DEEP_32,
    GAIN,
    LEARNING,
    NETWORKS,
    SMALL,
    WIDE,
    WITH_MOMENTUM,
    WITHOUT,
)
from exercise.measures import EPOCH, GOAL, LEARNED, figure, labels, wrong
from exercise.networks import CLASSES
from labreport import at, charts

Curves = list[list[float]]
"""Values by run and epoch."""
SLOPE = 0.25
"""Largest slope of the sigmoid, where its input is zero."""
HARD, EASY = (5, 8, 9), (0, 1)
"""Digits that are misread most and least."""
PAIRS = 5
SHOWN = (4, 5)
"""Rows and columns of misread images."""


def means(curves: Curves) -> list[float]:
    """The mean over runs at each epoch."""
    return [fmean(values) for values in zip(*curves, strict=True)]


def percent(curves: Curves) -> Curves:
    """Fractions as per cent."""
    return [[100 * value for value in curve] for curve in curves]


def _draw(panel: Any, curves: Curves, mark: Any, limits: tuple[float, float], every: bool = True) -> None:
    """The mean curve and each run's, from the epoch on at which the mean comes within the limits."""
    mean = means(curves)
    outside = [epoch for epoch, value in enumerate(mean) if not limits[0] <= value <= limits[1]]
    begin = outside[-1] + 1 if outside else 0
    epochs = range(begin + 1, len(mean) + 1)
    if every:
        charts.seed_lines(panel, epochs, [curve[begin:] for curve in curves], mark)
    charts.curve(panel, epochs, mean[begin:], mark)


def _finish(panel: Any, title: str, limits: tuple[float, float], epochs: Sequence[int]) -> None:
    panel.set_ylim(*limits)
    panel.set_xlim(0, max(epochs))
    panel.set_xticks(epochs)
    charts.plain_numbers(panel.yaxis)
    charts.y_title(panel, title)
    panel.set_xlabel("Epoch")


def _accuracy_and_loss(results: Any, series: dict[tuple[str, str], Any], goal: float | None = None) -> Any:
    """Two panels; `series` maps a network and the prefix of its records to the mark of a curve."""
    drawing, panels = charts.column_figure(
        43, columns=2, margins=charts.Margins(left=8, right=29, top=7, between=34)
    )
    rows = []
    lowest = 92.0 if goal is None else goal - 4.0
    kinds = (("accuracy", "Accuracy, %", (lowest, 100.0)), ("loss", "Loss, nat", (0.0, 0.30)))
    for panel, (kind, title, limits) in zip(panels, kinds, strict=True):
        for (name, prefix), mark in series.items():
            found = results[name].curve(prefix + kind)
            found = percent(found) if kind == "accuracy" else found
            _draw(panel, found, mark, limits)
            rows += [
                [mark.label, kind, epoch, round(value, 4)] for epoch, value in enumerate(means(found), 1)
            ]
        _finish(panel, title, limits, (0, 10, 20, 30, 40, 50))
        if goal is None:
            panel.axvspan(0, EPOCH, color=charts.Colour.GRID.value, alpha=0.45, linewidth=0, zorder=0)
        charts.label_line_ends(panel)
    if goal is not None:
        charts.reference_line(panels[0], goal, f"goal: {goal:g} %")
    kind = "line charts of accuracy and loss by epoch, on training and validation data"
    return charts.Drawing(drawing, kind, ["curve", "measure", "epoch", "mean"], rows)


@figure(reads=(WIDE, SMALL))
def curves_shallow(results: Any) -> Any:
    """The two networks of one hidden layer in training."""
    series = {}
    for name, style in zip(results, charts.SERIES, strict=False):
        series[name, ""] = charts.Mark(f"{name}, training", replace(style, dash=(3.6, 1.5)))
        series[name, "validation_"] = charts.Mark(f"{name}, validation", replace(style, dash=()))
    return _accuracy_and_loss(results, series)


@figure(reads=COMPLEX)
def curves_complex(results: Any) -> Any:
    """The network of three hidden layers in training."""
    training, validation = charts.SERIES[1], charts.SERIES[0]
    series = {
        ("complex", ""): charts.Mark("training", training),
        ("complex", "validation_"): charts.Mark("validation", validation),
    }
    return _accuracy_and_loss(results, series, GOAL)


@figure(reads=DEEP)
def curves_deep(results: Any) -> Any:
    """Each deep network in training: training and validation accuracy by epoch."""
    drawing, panels = charts.column_figure(
        29, columns=3, margins=charts.Margins(left=8, right=21, top=11, between=6)
    )
    rows = []
    splits = (("training", "", charts.SERIES[1]), ("validation", "validation_", charts.SERIES[0]))
    for panel, (name, runs) in zip(panels, results.items(), strict=True):
        for split, prefix, style in splits:
            found = percent(runs.curve(prefix + "accuracy"))
            mark = charts.Mark(split, style)
            charts.seed_lines(panel, range(1, EPOCH + 1), found, mark)
            charts.curve(panel, range(1, EPOCH + 1), means(found), mark)
            rows += [[name, split, epoch, round(value, 2)] for epoch, value in enumerate(means(found), 1)]
        _finish(panel, "", (8, 22), (1, 5, EPOCH))
        panel.set_xlim(1, EPOCH)
        charts.reference_line(panel, LEARNED, f"{LEARNED} %" if panel is panels[0] else "")
        charts.panel_title(panel, name, lift=16)
    charts.y_title(panels[0], "Accuracy, %")
    charts.level(panels)
    charts.label_line_ends(panels[-1])
    kind = "line charts of the accuracy of the deep networks by epoch, one chart a network"
    return charts.Drawing(drawing, kind, ["network", "images", "epoch", "mean accuracy, %"], rows)


@figure(reads=(DEEP_32, GAIN[1], BACKWARD))
def signals(results: Any) -> Any:
    """Gradient, and difference between images, by layer before the first update."""
    drawing, panels = charts.column_figure(
        40, columns=2, margins=charts.Margins(left=9, right=23, top=7, between=33)
    )
    names = ("as usual", "weights × 4", "gradient × 4")
    rows = []
    for panel, record, title in (
        (panels[0], "first_gradient_norms", "Length of the gradient"),
        (panels[1], "image_differences", "Difference between two images"),
    ):
        panel.set_yscale("log")
        for runs, label, style in zip(results.values(), names, charts.SERIES, strict=False):
            mean = by_layer(runs, record)
            if record == "image_differences" and label == names[2]:
                continue  # the same weights as usual, so the same images
            charts.curve(panel, range(1, len(mean) + 1), mean, charts.Mark(label, style), markers=True)
            rows += [[title, label, layer, float(f"{value:.3g}")] for layer, value in enumerate(mean, 1)]
        panel.set_ylim(1e-8, 10)
        panel.set_xlabel("Hidden layer")
        panel.set_xticks(range(1, 11))
        charts.powers_of_ten(panel.yaxis)
        charts.y_title(panel, title)
        charts.label_line_ends(panel)
    kind = "line charts on logarithmic axes, two signals by layer before training"
    return charts.Drawing(drawing, kind, ["signal", "network", "hidden layer", "mean"], rows)


def by_layer(runs: Any, record: str) -> list[float]:
    """The geometric mean over runs of a signal by hidden layer, before the first update."""
    layers = len(runs.experiment.specification.hidden_layers)
    found = [run.records[0][record][:layers] for run in runs]
    return [exp(fmean(log(max(value, 1e-45)) for value in each)) for each in zip(*found, strict=True)]


@figure(reads=at(EPOCH, *NETWORKS))
def accuracy_parameters(results: Any) -> Any:
    """Validation images misread, against the number of parameters, after ten epochs."""
    drawing, (panel,) = charts.column_figure(38, margins=charts.Margins(left=9, right=22, top=7))
    panel.set(xscale="log", yscale="log", xlim=(5e3, 5e5), ylim=(1.5, 150))
    panel.grid(False)
    rows, labels_ = [], []
    deep = {each.name for each in DEEP}
    kinds = ((charts.Mark("one or three hidden layers", charts.SERIES[0]), False),
             (charts.Mark("ten hidden layers", charts.SERIES[1]), True))  # fmt: skip
    for mark, tenfold in kinds:
        for name, runs in results.items():
            if (name in deep) == tenfold:
                x = runs.experiment.specification.parameters
                y = 100 - 100 * fmean(runs.values("validation accuracy"))
                charts.points(panel, [x], [y], mark, size=5.5)
                labels_.append(charts.Label(name, x, y, mark.colour))
                rows.append([name, mark.label, x, round(y, 2)])
    charts.direct_labels(panel, labels_)
    for place, (mark, _) in zip((3.6, 40), kinds, strict=True):
        panel.text(6e3, place, mark.label, color=mark.colour.text.value)
    charts.thousands(panel.xaxis)
    panel.set_yticks((2, 5, 10, 20, 50, 100), map(str, (2, 5, 10, 20, 50, 100)))
    charts.y_title(panel, "Validation images misread after 10 epochs, %")
    panel.set_xlabel("Trainable parameters")
    kind = "scatter plot of the share of validation images misread against parameters, on logarithmic axes"
    return charts.Drawing(drawing, kind, ["network", "layers", "parameters", "misread, %"], rows)


def shape(network: Any) -> str:
    """Hidden layers × nodes of a network, whose layers have equally many."""
    layers = network.specification.hidden_layers
    return f"{len(layers)} × {layers[0]}"


@figure(reads=(*WITH_MOMENTUM, *WITHOUT))
def momentum_and_layers(results: Any) -> Any:
    """Validation accuracy by epoch of the same four shapes without momentum and with it."""
    drawing, panels = charts.column_figure(
        41, columns=2, margins=charts.Margins(left=9, right=25, top=11, between=8)
    )
    last = [fmean(run[-1] for run in percent(each.curve("validation_accuracy"))) for each in results.values()]
    limits = (min(94.0, min(last) - 1), 98.6)
    rows = []
    for panel, networks, title in (
        (panels[0], WITHOUT, "Without momentum"),
        (panels[1], WITH_MOMENTUM, "Momentum 0.9"),
    ):
        for network, style in zip(networks, charts.SERIES, strict=False):
            label = shape(network)
            found = percent(results[network].curve("validation_accuracy"))
            _draw(panel, found, charts.Mark(label, style), limits, every=False)
            rows += [[label, title, epoch, round(value, 2)] for epoch, value in enumerate(means(found), 1)]
        _finish(
            panel, "Validation accuracy, %" if panel is panels[0] else "", limits, (0, 10, 20, 30, 40, 50)
        )
        charts.panel_title(panel, title, lift=16)
    charts.level(panels)
    charts.label_line_ends(panels[1])
    kind = "line charts of validation accuracy by epoch, without momentum and with it"
    return charts.Drawing(
        drawing, kind, ["hidden layers × nodes", "momentum", "epoch", "mean accuracy, %"], rows
    )


@figure(reads=LEARNING)
def errors_by_digit(results: Any) -> Any:
    """Share of each digit's test images misread after the last epoch, by network."""
    test = labels("test")
    shares = {
        name: [[100 * float(wrong(run)[test == digit].mean()) for digit in range(CLASSES)] for run in runs]
        for name, runs in results.items()
    }
    order = list(range(CLASSES))
    highest = max(fmean(run[digit] for run in runs) for runs in shares.values() for digit in order)
    drawing, panels = charts.column_figure(
        36, columns=3, margins=charts.Margins(left=8, right=3, top=11, between=6)
    )
    rows = []
    for panel, (name, runs) in zip(panels, shares.items(), strict=True):
        for wanted, style in ((False, charts.SERIES[0]), (True, charts.SERIES[1])):
            places = [place for place, digit in enumerate(order) if (digit in HARD) == wanted]
            heights = [fmean(run[order[place]] for run in runs) for place in places]
            texts = [f"{height:.1f}" for height in heights]
            charts.bars(panel, places, heights, charts.Mark("misread", style), texts=texts)
        panel.set_ylim(0, max(4.5, 1.3 * highest))
        panel.set_xticks(range(CLASSES), [str(digit) for digit in order])
        charts.plain_numbers(panel.yaxis)
        panel.set_xlabel("Digit")
        charts.panel_title(panel, name, lift=16)
        rows += [[name, digit, round(fmean(run[digit] for run in runs), 2)] for digit in range(CLASSES)]
    charts.y_title(panels[0], "Misread, %")
    charts.level(panels)
    kind = "bar charts, share of each digit's test images misread, one chart a network"
    return charts.Drawing(drawing, kind, ["network", "digit", "misread, %"], rows)


def confusions(runs: Any, among: Any = slice(None)) -> Any:
    """Test images by digit (rows) and by what they are taken for (columns); shape (runs, 10, 10)."""
    import numpy as np

    found = np.zeros((len(runs), CLASSES, CLASSES), int)
    for matrix, taken_for in zip(found, runs.arrays("predictions"), strict=True):
        np.add.at(matrix, (labels("test")[among], taken_for[among]), 1)
    return found


def by_pair(matrices: Any) -> dict[tuple[int, int], list[int]]:
    """Confusions of each pair of digits, either way, by run; the commonest pair first."""
    found = {
        (one, other): [int(matrix[one, other] + matrix[other, one]) for matrix in matrices]
        for one, other in combinations(range(CLASSES), 2)
    }
    return dict(sorted(found.items(), key=lambda item: -sum(item[1])))


@figure(reads=COMPLEX)
def confusion_matrix(results: Any) -> Any:
    """What `complex` takes each digit for, right answers left out; and images that no training reads."""
    import numpy as np

    runs, test = results[COMPLEX], mnist.load().test
    mean = confusions(runs).mean(axis=0)
    drawing, canvas = charts.canvas(60)
    panel = drawing.add_axes((0.05, 0.14, 0.53, 0.85))
    names = [str(digit) for digit in range(CLASSES)]
    texts = [[f"{value:.1f}" for value in row] for row in mean]
    charts.heat_map(panel, mean, texts, rows=names, columns=names, low=0, blank=np.eye(CLASSES) + (mean == 0))
    pairs = list(by_pair(confusions(runs)))[:PAIRS]
    charts.frame_cells(panel, [cell for one, other in pairs for cell in ((one, other), (other, one))])
    panel.set(xlabel="Taken for", ylabel="Digit")
    for place, (index, taken_for) in enumerate(never_read(runs)[: SHOWN[0] * SHOWN[1]]):
        row, column = divmod(place, SHOWN[1])
        left, top, size = 99.0 + 12.4 * column, 0.5 + 14.8 * row, 9.6
        charts.picture(canvas, 255 - test.images[index], left, top, size)
        charts.caption(canvas, f"{test.labels[index]} → {taken_for}", left + size / 2, top + size + 0.6)
    rows = [[digit, *(round(float(value), 1) for value in row)] for digit, row in enumerate(mean)]
    kind = "confusion matrix of complex, mean number of test images; beside it images that no training reads"
    return charts.Drawing(drawing, kind, ["digit", *(f"taken for {digit}" for digit in names)], rows)


def never_read(runs: Any) -> list[tuple[int, int]]:
    """Test images that all runs misread, the surest first, and what most of them take each for."""
    import numpy as np

    taken_for, confidence = (np.array(runs.arrays(name)) for name in ("predictions", "confidence"))
    wrong_always = np.flatnonzero((taken_for != labels("test")).all(axis=0))
    order = wrong_always[np.argsort(-confidence[:, wrong_always].mean(axis=0), kind="stable")]
    return [(int(index), int(np.bincount(taken_for[:, index]).argmax())) for index in order]
