"""What a metric does along the axis of a study, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labreport.builders.pairs import axis_title, mean
from labreport.builders.studies import cells_of
from labreport.experiment import Study
from labreport.results import Results

if TYPE_CHECKING:
    from labreport.charts import Drawing


def learning_curve(
    results: Results, study: Study | str, metric: str = "test accuracy", *, unit: str = "fraction"
) -> Drawing:
    """`metric` along the axis of a study: mean over seeds, interval, and a faint line for each seed."""
    from labreport.charts import (
        SERIES,
        Drawing,
        Margins,
        Mark,
        band,
        column_figure,
        curve,
        plain_numbers,
        seed_lines,
        y_title,
    )

    axis, cells = cells_of(results, study)
    figure, (axes,) = column_figure(62.0, margins=Margins(left=12.0, bottom=12.0))
    mark = Mark(metric, SERIES[1])
    factor = 100.0 if unit == "fraction" else 1.0
    numeric = all(isinstance(value, (int, float)) for value in cells)
    at = [float(value) if numeric else float(place) for place, value in enumerate(cells)]
    found = [mean(dict(enumerate(runs.values(metric))), unit, metric) for runs in cells.values()]
    middle = [factor * (one.value or 0.0) for one in found]
    low = [factor * (one.interval.low if one.interval else one.value or 0.0) for one in found]
    high = [factor * (one.interval.high if one.interval else one.value or 0.0) for one in found]
    by_seed: dict[int, dict[float, float]] = {}
    for x, runs in zip(at, cells.values(), strict=True):
        for seed, value in zip(runs.seeds, runs.values(metric), strict=True):
            by_seed.setdefault(seed, {})[x] = factor * value
    whole = [list(line.values()) for line in by_seed.values() if len(line) == len(at)]
    seed_lines(axes, at, whole, mark)
    band(axes, at, low, high, mark)
    curve(axes, at, middle, mark, markers=True)
    plain_numbers(axes.xaxis, at)
    if not numeric:
        axes.set_xticks(at, [str(value) for value in cells])
    plain_numbers(axes.yaxis)
    axes.set_xlabel(axis.replace("_", " "))
    y_title(axes, axis_title(metric, unit))
    return Drawing(
        figure,
        "line chart",
        [axis, f"{metric}, mean", "low", "high"],
        [
            [value if numeric else str(value), *map(_rounded, row)]
            for value, *row in zip(cells, middle, low, high, strict=True)
        ],
        f"{metric.capitalize()} by {axis.replace('_', ' ')}. The line is the mean over seeds, the band its "
        "95 % interval; each faint line is a seed.",
    )


def _rounded(value: float) -> float:
    return round(value, 4)
