"""Loss and accuracy by epoch, on training and validation data."""

from __future__ import annotations

import math
from collections.abc import Sequence

from exercise.catalogue import COMPLEX, DEEP, SMALL, WIDE
from exercise.measuring.measures import EPOCH, GOAL
from exercise.measuring.reading import PERCENT, mean_by_epoch, percent
from exercise.networks import CLASSES
from labreport import charts
from labreport.outline import figure
from labreport.results import Results, Runs

SPLITS = (("", "training"), ("validation_", "validation"))
"""How names of records begin, and what they are called."""
TRUNCATE_ABOVE = 60.0
"""The accuracy axis starts at zero unless every value in view is above this, in per cent."""
EARLY = 0.06
"""Share of the epochs that may lie outside the axes: the first ones, in which everything changes fast."""
LEARNED_ABOVE = 20.0
"""Validation accuracy, in per cent, that shows a network to have left guessing."""
PANEL, FLAT_PANEL = 29.0, 13.5
"""Height of a panel in millimetres; a level line needs less, and two rows of panels have no room for more."""
TWO_LINES = 19.0
"""Points above a panel at which its title clears the axis title below it."""
LOW = 0.2
"""Share of a panel above its bottom in which a ring has its name above it."""
Curves = dict[str, list[list[float]]]
"""Split → its values, (seeds, epochs)."""


def training_curves(results: Results, goal: float | None = None) -> charts.Drawing:
    """Accuracy and loss: side by side in one row for one network or two, else in rows with a column for each.

    The mean over seeds, and each seed as a faint line. Panels of a kind share their axes. First epochs that
    lie outside are left out. A line marks a `goal` of accuracy in per cent, where there is one; else rings
    mark the epochs that are compared, or of two networks, a line does.
    """
    networks = list(results.values())
    accuracies = [_curves(runs, "accuracy") for runs in networks]
    losses = [_curves(runs, "loss") for runs in networks]
    learned = any(
        value > LEARNED_ABOVE for each in accuracies for seed in each["validation"] for value in seed
    )
    height = PANEL if learned and len(networks) <= 2 else FLAT_PANEL
    if len(networks) == 1:
        margins = charts.Margins(left=8, right=17, top=8, between=26)
        figure, panels = charts.column_figure(height + 18, columns=2, margins=margins)
    elif len(networks) == 2:
        margins = charts.Margins(left=8, right=17, top=13, between=7)
        figure, panels = charts.column_figure(height + 23, columns=4, margins=margins)
    else:
        margins = charts.Margins(left=8, right=17, top=13, between=5, rows_between=14)
        figure, panels = charts.column_figure(2 * height + 35, columns=len(networks), rows=2, margins=margins)
    rows = [panels[: len(networks)], panels[len(networks) :]]
    level = ("guessing", PERCENT / CLASSES) if goal is None else ("goal", goal)
    _row(rows[0], accuracies, _accuracy_limits(accuracies, goal, learned=learned), level)
    _row(rows[1], losses, _loss_limits(losses), ("guessing", math.log(CLASSES)))
    for row, title in zip(rows, ("Accuracy, %", "Loss, nat"), strict=True):
        (charts.panel_title if len(networks) == 1 else charts.y_title)(row[0], title)
    for panel in panels if len(networks) <= 2 else rows[1]:
        panel.set_xlabel("epoch")
    for panel in (panels[-1],) if len(networks) == 2 else (rows[0][-1], rows[1][-1]):
        charts.label_line_ends(panel, charts.named_curves(panel))
    if len(networks) == 1 and goal is None:
        _mark_moments(panels[0], networks[0], mean_by_epoch(accuracies[0]["validation"]))
    for panel in panels if len(networks) == 2 else ():
        if panel.get_xlim()[1] > EPOCH:
            charts.reference_line(panel, EPOCH, "", vertical=True)
    for panel, runs in zip(rows[0] if len(networks) != 2 else panels, networks * 2, strict=False):
        if len(networks) > 1:
            charts.panel_title(panel, runs.experiment.name, lift=TWO_LINES)
    return charts.Drawing(
        figure,
        "line charts of accuracy and loss by epoch, on training and validation data",
        [
            "network",
            "epoch",
            "training accuracy, %",
            "validation accuracy, %",
            "training loss",
            "validation loss",
        ],
        [
            [
                runs.experiment.name,
                epoch,
                *(round(value, 2) for value in values[:2]),
                *(round(value, 4) for value in values[2:]),
            ]
            for runs, accuracy, loss in zip(networks, accuracies, losses, strict=True)
            for epoch, *values in zip(
                range(1, len(accuracy["training"][0]) + 1),
                *(mean_by_epoch(each[split]) for each in (accuracy, loss) for _, split in SPLITS),
                strict=True,
            )
        ],
    )


def _curves(runs: Runs, metric: str) -> Curves:
    found = {name: list(runs.curve(f"{prefix}{metric}")) for prefix, name in SPLITS}
    return {name: percent(seeds) for name, seeds in found.items()} if metric == "accuracy" else found


def _later(curves: Sequence[Curves]) -> list[float]:
    """All finite values but those of the first few epochs."""
    return [
        value
        for each in curves
        for seeds in each.values()
        for seed in seeds
        for value in seed[round(EARLY * len(seed)) :]
        if math.isfinite(value)
    ]


def _accuracy_limits(curves: Sequence[Curves], goal: float | None, *, learned: bool) -> tuple[float, float]:
    """Up to 100 %, or where nothing is learned, to a little more than would have shown that."""
    if not learned:
        return 0.0, max(1.15 * LEARNED_ABOVE, *_later(curves))
    lowest = min([*_later(curves), *([] if goal is None else [goal])])
    bottom = 2.0 * math.floor((lowest - 0.2) / 2.0) if lowest > TRUNCATE_ABOVE else 0.0
    return bottom, PERCENT


def _loss_limits(curves: Sequence[Curves]) -> tuple[float, float]:
    """A network may diverge: then there may be no number."""
    return 0.0, 1.06 * max(_later(curves), default=math.log(CLASSES))


def _row(
    panels: Sequence[charts.Panel],
    curves: Sequence[Curves],
    limits: tuple[float, float],
    level: tuple[str, float],
) -> None:
    """One kind of panel for every network, with one scale and a line at a level that has a name."""
    for panel, each in zip(panels, curves, strict=True):
        for (_, split), style in zip(SPLITS, charts.SERIES, strict=False):
            mark = charts.Mark(split, style)
            for seed in each[split] if len(each[split]) > 1 else ():
                charts.seed_line(panel, *_within(seed, limits), mark)
            charts.curve(panel, *_within(mean_by_epoch(each[split]), limits), mark)
        panel.set_ylim(*limits)
        panel.set_xlim(1, max(2, len(each["training"][0])))
        charts.whole_numbers(panel.xaxis)
        charts.plain_numbers(panel.yaxis)
        if limits[0] < level[1] < limits[1]:
            charts.reference_line(panel, level[1], level[0])
    charts.level(panels)
    charts.note_truncated(panels[-1])


def _within(values: Sequence[float], limits: tuple[float, float]) -> tuple[list[int], list[float]]:
    """Epochs and values after the last of the first epochs that lies outside `limits`."""
    outside = [place for place, value in enumerate(values) if value < limits[0] or value > limits[1]]
    start = outside[-1] + 1 if outside else 0
    return list(range(start + 1, len(values) + 1)), list(values[start:])


def _mark_moments(panel: charts.Panel, runs: Runs, means: Sequence[float]) -> None:
    """Rings at the epochs that the report compares, where there are several; the last ends the axis."""
    moments = runs.experiment.snapshots
    low = panel.get_ylim()[0]
    colour = charts.SERIES[1].colour
    labels = [
        charts.Label(str(epoch) if epoch < len(means) else "", float(epoch), means[epoch - 1], colour)
        for epoch in moments
        if len(moments) > 1 and EPOCH <= epoch <= len(means) and means[epoch - 1] >= max(low, LEARNED_ABOVE)
    ]
    for label in labels:
        charts.milestones(panel, [label], above=label.y - low < LOW * (PERCENT - low))


@figure(reads=(WIDE, SMALL), slug="curves-part-one")
def part_one_curves(results: Results) -> charts.Drawing:
    """The networks of one hidden layer."""
    return training_curves(results)


@figure(reads=DEEP, slug="curves-deep")
def deep_curves(results: Results) -> charts.Drawing:
    """The networks of many hidden layers."""
    return training_curves(results)


@figure(reads=SMALL, slug="curves-small")
def small_curves(results: Results) -> charts.Drawing:
    """The small network for all its epochs."""
    return training_curves(results)


@figure(reads=COMPLEX, slug="curves-complex")
def complex_curves(results: Results) -> charts.Drawing:
    """The network of three hidden layers."""
    return training_curves(results, goal=GOAL)
