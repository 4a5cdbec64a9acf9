"""Samples drawn: a dot for each run of each experiment, and a line along the axis of a study."""

from __future__ import annotations

import math

from labreport import charts
from labreport.builders.compare import cells_of
from labreport.display import capitalized
from labreport.experiment import Study
from labreport.results import Results
from labreport.stats import Measure, Sample, mean, sample
from labreport.stats.measure import measured
from labreport.stats.words import plural

ROW_MM = 9.0
"""Height of an experiment's row."""
LOGARITHMIC_FROM = 50.0
"""An axis of positive numbers that reach so many times as far is logarithmic."""


def axis_title(measure: Measure) -> str:
    """What an axis shows and in which unit, which is not repeated where the measure is named after it."""
    return measure.name if measure.unit in ("", *measure.name.split()) else f"{measure.name}, {measure.unit}"


def factor(measure: Measure) -> float:
    """By what values are multiplied to be drawn."""
    return 100.0 if measure.share else 1.0


def dots(results: Results, measure: Measure, *, epoch: int | None = None) -> charts.Drawing:
    """Draw `measure` of every experiment that the figure reads: a dot for each run, a line at the mean.

    At the snapshot of `epoch`, or else at the last one.
    """
    measure = measured(measure)
    of = [sample(results[name], measure, epoch) for name in results.experiments]
    titles = [one.title or one.name for one in of]
    room = 6.0 + 1.75 * max(map(len, titles))
    figure, (axes,) = charts.column_figure(
        15.0 + ROW_MM * len(of), margins=charts.Margins(left=min(room, 50.0), top=4.0, bottom=11.0)
    )
    rows: list[list[str | int | float | None]] = []
    lines = False
    for place, one in enumerate(of):
        drawn = _drawn(one, measure)
        rows += [[titles[place], unit, _rounded(value)] for unit, value in drawn]
        mark = charts.Mark(titles[place], charts.SERIES[1])
        values = [value for _, value in drawn if not math.isnan(value)]
        steps = len(values) - 1
        spread = [place + 0.5 * (index / steps - 0.5) if steps else place for index in range(len(values))]
        charts.points(axes, values, spread, mark, size=3.4).set_alpha(0.6)
        if steps and (middle := mean(one, measure).value) is not None:
            lines = True
            at = factor(measure) * middle
            colour = charts.SERIES[0].colour.value
            rows.append([titles[place], _kind(measure), _rounded(at)])
            ends = [place - 0.36, place + 0.36]
            (line,) = axes.plot([at, at], ends, color=colour, linewidth=1.6)
            charts.tag(line, titles[place], "line")
    axes.margins(x=0.04)
    axes.set_yticks(range(len(of)), titles)
    axes.set_ylim(len(of) - 0.4, -0.6)
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    charts.plain_numbers(axes.xaxis)
    axes.set_xlabel(axis_title(measure))
    return charts.Drawing(
        figure,
        "dot plot",
        ["experiment", of[0].unit, measure.name],
        rows,
        f"{capitalized(measure.name)}, {of[0].unit} by {of[0].unit}. Each dot is one value"
        f"{f', each upright line the {_kind(measure)} of its row' if lines else ''}.",
    )


def learning_curve(results: Results, study: Study | str, measure: Measure) -> charts.Drawing:
    """Draw `measure` along the axis of a study: mean, interval, and a faint line for each unit."""
    measure = measured(measure)
    axis, cells = cells_of(results, study)
    figure, (axes,) = charts.column_figure(62.0, margins=charts.Margins(left=12.0, bottom=12.0))
    mark = charts.Mark(measure.name, charts.SERIES[1])
    numeric = all(isinstance(value, (int, float)) for value in cells)
    at = [float(value) if numeric else float(place) for place, value in enumerate(cells)]
    of = [sample(runs, measure) for runs in cells.values()]
    found = [mean(one, measure) for one in of]
    times = factor(measure)
    middle = [math.nan if one.value is None else times * one.value for one in found]
    known = list(zip((one.interval for one in found), middle, strict=True))
    low = [times * interval.low if interval else value for interval, value in known]
    high = [times * interval.high if interval else value for interval, value in known]
    by_unit: dict[int | str, list[float]] = {}
    for one in of:
        for unit, value in _drawn(one, measure):
            by_unit.setdefault(unit, []).append(value)
    whole = [line for line in by_unit.values() if len(line) == len(at) and all(map(math.isfinite, line))]
    if min(at) > 0 and max(at) >= LOGARITHMIC_FROM * min(at):
        axes.set_xscale("log")
    charts.seed_lines(axes, at, whole, mark)
    charts.band(axes, at, low, high, mark)
    charts.curve(axes, at, middle, mark, markers=True)
    charts.plain_numbers(axes.xaxis, at)
    if not numeric:
        axes.set_xticks(at, [str(value) for value in cells])
    charts.plain_numbers(axes.yaxis)
    axes.set_xlabel(axis.replace("_", " "))
    charts.y_title(axes, axis_title(measure))
    rows = zip(cells, middle, low, high, strict=True)
    return charts.Drawing(
        figure,
        "line chart",
        [axis, f"{measure.name}, mean", "low", "high"],
        [[value if numeric else str(value), *map(_rounded, row)] for value, *row in rows],
        f"{capitalized(measure.name)} by {axis.replace('_', ' ')}. The line is the {_kind(measure)} over "
        f"{plural(of[0].unit)}, the band its 95 % interval; each faint line is a {of[0].unit}.",
    )


def _drawn(one: Sample, measure: Measure) -> list[tuple[int | str, float]]:
    """Each value as it is drawn, with its unit; NaN of one that is not finite."""
    times = factor(measure)
    return [
        (unit, times * value if math.isfinite(value) else math.nan)
        for unit, values in one.values.items()
        for value in values
    ]


def _kind(measure: Measure) -> str:
    return "geometric mean" if measure.scale == "ratio" else "mean"


def _rounded(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None
