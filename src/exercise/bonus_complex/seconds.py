"""What a second of training buys: accuracy against time, simple and complex network."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from exercise.catalogue import COMPLEX, SMALL, TIMES
from exercise.measuring.reading import PERCENT, mean_by_epoch, percent
from exercise.measuring.seconds import epoch_seconds
from labreport import charts
from labreport.outline import figure
from labreport.results import Results

STEP = 1.0
"""The accuracy axis starts at a multiple of this, in per cent."""
ABOVE_LABEL = 14.0
"""Points above the panel at which its title clears the label of the upright line."""
EARLY = 3
"""Epochs that may lie below the axis: the first ones, in which everything changes fast."""

BELOW = 0.1
"""Share of the panel's height by which a name is below the curves that continue beside it."""


@figure(reads=(SMALL, COMPLEX, TIMES[SMALL.name], TIMES[COMPLEX.name]), slug="accuracy-seconds")
def accuracy_against_seconds(results: Results) -> charts.Drawing:
    """Mean validation accuracy against seconds, epochs times each network's typical epoch; seeds faint."""
    networks = {network.name: results[network.name] for network in (SMALL, COMPLEX)}
    styles = dict(zip(networks, charts.SERIES[1::-1], strict=True))
    by_seed = {name: percent(runs.curve("validation_accuracy")) for name, runs in networks.items()}
    times = {
        name: [second * epoch for epoch in range(1, networks[name].experiment.epochs + 1)]
        for name, second in ((name, epoch_seconds(results, name)) for name in networks)
    }
    means = {name: mean_by_epoch(seeds) for name, seeds in by_seed.items()}
    lowest = min(min(seed[EARLY:] or seed) for seeds in by_seed.values() for seed in seeds)
    bottom = STEP * math.floor(lowest / STEP)
    figure, (panel,) = charts.column_figure(50, margins=charts.Margins(left=9, right=19, top=12))
    for name, style in styles.items():
        mark = charts.Mark(name, style)
        for seed in by_seed[name] if len(by_seed[name]) > 1 else ():
            charts.seed_line(panel, *_above(times[name], seed, bottom), mark)
        charts.curve(panel, *_above(times[name], means[name], bottom), mark)
    panel.set_ylim(bottom, min(PERCENT, STEP * math.ceil(max(map(max, means.values())) / STEP + 0.2)))
    panel.set_xlim(left=0.0)
    charts.plain_numbers(panel.xaxis)
    charts.plain_numbers(panel.yaxis)
    panel.set_xlabel("seconds of training so far")
    charts.y_title(panel, "Validation accuracy, %", lift=ABOVE_LABEL)
    charts.note_truncated(panel)
    charts.reference_line(panel, times[SMALL.name][-1], f"{SMALL.name} ends", vertical=True)
    low, high = panel.get_ylim()
    heights = _label_heights(times, means, BELOW * (high - low))
    charts.direct_labels(
        panel, [charts.Label(name, times[name][-1], heights[name], styles[name].colour) for name in times]
    )
    return charts.Drawing(
        figure,
        "line chart, validation accuracy of the simple and the complex network against seconds of training",
        ["network", "epoch", "seconds", "mean validation accuracy, %"],
        [
            [name, epoch, round(second, 3), round(accuracy, 2)]
            for name in times
            for epoch, (second, accuracy) in enumerate(zip(times[name], means[name], strict=True), 1)
        ],
    )


def _above(times: Sequence[float], values: Sequence[float], bottom: float) -> tuple[list[float], list[float]]:
    """Times and values from the first epoch on after which none of the values is below `bottom`."""
    below = [place for place, value in enumerate(values) if value < bottom]
    start = below[-1] + 1 if below else 0
    return list(times[start:]), list(values[start:])


def _label_heights(
    times: Mapping[str, Sequence[float]], means: Mapping[str, Sequence[float]], below: float
) -> dict[str, float]:
    """The height of each name: at the end of its curve, or lower, where the other curve would cross it."""
    heights = {}
    for name, ends in ((name, seconds[-1]) for name, seconds in times.items()):
        later = [
            value
            for other in times
            for second, value in zip(times[other], means[other], strict=True)
            if other != name and second >= ends
        ]
        heights[name] = min(means[name][-1], *later) - below if later else means[name][-1]
    return heights
