"""Means as lines: by epoch, along an axis of a study, or of columns of a table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labreport.charts import labels, marks, ticks
from labreport.charts.builders.groups import (
    Group,
    Groups,
    Observations,
    groups_of_epochs,
    groups_of_study,
    groups_of_values,
)
from labreport.charts.builders.parts import (
    MOST_SERIES,
    Panel,
    average_name,
    axis_title,
    drawing,
    figure_of_panels,
    name_panels,
    panel_of,
    panels_of,
    scale_axis,
    table_of_groups,
)
from labreport.charts.marks import Mark
from labreport.charts.svg import Drawing
from labreport.errors import refuse
from labreport.project import Measure
from labreport.stats import plural

Line = dict[str, Group]
"""Groups by their place along the axis."""


@dataclass(frozen=True)
class Axis:
    """Where the places of all lines are along x: at their numbers, or in order if some are none."""

    name: str
    positions: Mapping[str, float]
    is_numeric: bool
    is_short: bool
    """Whether the places have markers, and all of them are named."""


def curve(
    source: Observations,
    *what: Any,
    x: str | None = None,
    y: Measure | str | None = None,
    by: str | None = None,
) -> Drawing:
    """Draw means as lines, with intervals, and each run as a faint line.

    `curve(results, "loss")` draws a record, or a measure, by epoch, a line for each experiment;
    `curve(results, ("loss", "validation_loss"))` several of one unit in one chart, for several experiments in
    a chart each; `curve(results, study, measure)` draws a measure along the first axis of a study, a line for
    each value of its other axes; `curve(table, x="epoch", y="loss", by="network")` draws columns.

    More than five lines are drawn in a small chart each, with the same axes.
    """
    if x is not None and y is not None and not what:
        lines = groups_of_values(source, y, by=x, within=by)
    elif len(what) == 2 and isinstance(source, Mapping):
        lines = _lines_of_study(source, *what)
    elif len(what) == 1 and isinstance(source, Mapping) and isinstance(what[0], (tuple, list)):
        return _curve_of_records(source, what[0])
    elif len(what) == 1 and isinstance(source, Mapping):
        lines = groups_of_epochs(source, what[0])
    else:
        refuse("write curve(results, measure), curve(results, study, measure) or curve(table, x=…, y=…)")
    by_label = {name or lines.measure.label: lines.along(name) for name in lines.names(0)}
    return _draw(lines, panels_of(by_label), f"{lines.measure.label} by {lines.heads[1]}")


def _lines_of_study(results: Any, study: Any, measure: Measure) -> Groups:
    groups = groups_of_study(results, study, measure)
    first_axis, other_axes = groups.heads
    heads = (other_axes, first_axis)
    return groups.renamed(lambda place, name: (f"{other_axes} {name}".strip(), place), heads)


def _curve_of_records(results: Any, records: Sequence[Measure | str]) -> Drawing:
    """Draw several records, or measures, in one chart; of several experiments in a chart for each."""
    if not 2 <= len(records) <= MOST_SERIES:
        refuse(f"curve: {len(records)} records in one chart; allowed are 2 to {MOST_SERIES}")
    by_record = {}
    for record in records:
        groups = groups_of_epochs(results, record)
        by_record[groups.measure.label.replace("_", " ")] = groups
    measure, *others = [groups.measure for groups in by_record.values()]
    for other in others:
        if other.unit != measure.unit:
            units = f"{other.label!r} has the unit {other.unit!r}, {measure.label!r} {measure.unit!r}"
            refuse(f"curve: {units}; one chart has one unit")
    grid = {}
    panels = []
    for experiment in results.experiments:
        title = results[experiment].label
        lines = {name: groups.along(title) for name, groups in by_record.items()}
        panels.append(panel_of(title if len(results.experiments) > 1 else "", lines))
        for name, line in lines.items():
            for epoch, group in line.items():
                grid[f"{title}, {name}", epoch] = group
    lines_of_table = Groups(grid, measure, ("line", "epoch"))
    return _draw(lines_of_table, panels, f"{' and '.join(by_record)} by epoch")


def _axis_of(lines: Groups, most_named: int) -> Axis:
    places = lines.names(1)
    is_short = len(places) <= most_named
    try:
        positions = {place: float(place) for place in places}
    except ValueError:
        positions = {place: float(number) for number, place in enumerate(places)}
        return Axis(lines.heads[1], positions, is_numeric=False, is_short=is_short)
    return Axis(lines.heads[1], positions, is_numeric=True, is_short=is_short)


def _draw(lines: Groups, panels: Sequence[Panel], title: str) -> Drawing:
    """Draw each panel; `lines` are all of them, for the table and the limits."""
    beside = []
    for panel in panels:
        if len(panel.series) > 1:
            beside += [mark.label for mark, _ in panel.series]
    figure, all_axes = figure_of_panels(panels, 62.0, beside)
    axis = _axis_of(lines, most_named=12 if len(panels) == 1 else 6)
    for panel, axes in zip(panels, all_axes, strict=True):
        for mark, line in panel.series:
            _draw_line(axes, line, axis, mark)
        _finish_axes(axes, lines, axis)
    name_panels(panels, all_axes, axis_title(lines.measure))
    for panel, axes in zip(panels, all_axes, strict=True):
        if len(panel.series) > 1:
            labels.label_line_ends(axes)
    note = ""
    if lines.any_interval:
        units, average = plural(lines.unit), average_name(lines.measure)
        note = f"Lines are {average}s, bands their 95 % intervals, faint lines single {units}."
    columns, rows = table_of_groups(lines)
    return drawing(figure, "line chart", columns, rows, title, note)


def _draw_line(axes: Any, line: Line, axis: Axis, mark: Mark) -> None:
    """Draw the means of a line with their band, and each run as a faint line."""
    positions = [axis.positions[place] for place in line]
    groups = list(line.values())
    runs = dict.fromkeys(run for group in groups for run in group.runs)
    run_lines = []
    for run in runs:
        values = [group.runs.get(run, math.nan) for group in groups]
        if sum(math.isfinite(value) for value in values) > 1:
            run_lines.append(values)
    lows = [group.low for group in groups]
    highs = [group.high for group in groups]
    means = [group.mean for group in groups]
    marks.seed_lines(axes, positions, run_lines, mark)
    marks.band(axes, positions, lows, highs, mark)
    marks.curve(axes, positions, means, mark, markers=axis.is_short)


def _finish_axes(axes: Any, lines: Groups, axis: Axis) -> None:
    scale_axis(axes.yaxis, lines.numbers())
    positions = list(axis.positions.values())
    if axis.is_numeric and axis.name != "epoch":
        scale_axis(axes.xaxis, positions)
    if axis.is_short or not axis.is_numeric:
        axes.set_xticks(positions, list(axis.positions), parse_math=False)
        axes.minorticks_off()
    elif axis.name == "epoch":
        ticks.few_numbers(axes.xaxis, whole=True)
    axes.set_xlabel(axis.name.replace("_", " "))
