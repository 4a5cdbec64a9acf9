"""Means as lines: by epoch, along an axis of a study, or of columns of a table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labreport.charts import labels, layout, marks, ticks
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
    average_name,
    axis_title,
    drawing,
    label_room,
    scale_axis,
    small_multiples,
    table_of_groups,
)
from labreport.charts.marks import Mark
from labreport.charts.styles import SERIES
from labreport.charts.svg import Drawing
from labreport.project import Measure
from labreport.stats import plural
from labreport.stats.quantity import refuse

Line = dict[str, Group]
"""Groups by their place along the axis."""


@dataclass(frozen=True)
class Panel:
    """A chart of some lines by their labels; a single chart has no title."""

    title: str
    lines: Mapping[str, Line]


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
    names = lines.names(0)
    if len(names) > MOST_SERIES:
        panels = [Panel(name, {name: lines.along(name)}) for name in names]
    else:
        panels = [Panel("", {name: lines.along(name) for name in names})]
    return _draw(lines, panels, f"{lines.measure.label} by {lines.heads[1]}")


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
    first = next(iter(by_record.values()))
    grid = {}
    panels = []
    for experiment in first.names(0):
        lines = {}
        for name, groups in by_record.items():
            lines[name] = groups.along(experiment)
            for epoch, group in lines[name].items():
                grid[f"{experiment}, {name}", epoch] = group
        panels.append(Panel(experiment, lines))
    lines_of_table = Groups(grid, _common_measure(by_record), ("line", "epoch"))
    return _draw(lines_of_table, panels, f"{' and '.join(by_record)} by epoch")


def _common_measure(by_record: Mapping[str, Groups]) -> Measure:
    """A measure that stands for several: named by the words that all of them have, `loss`."""
    measures = [groups.measure for groups in by_record.values()]
    first = measures[0]
    words = first.label.replace("_", " ").split()
    for measure in measures:
        if measure.unit != first.unit:
            units = f"{measure.label!r} has the unit {measure.unit!r}, {first.label!r} {first.unit!r}"
            refuse(f"curve: {units}; one chart has one unit")
        own_words = measure.label.replace("_", " ").split()
        words = [word for word in words if word in own_words]
    name = " ".join(words) or " and ".join(by_record)
    return Measure(name, first.unit, "", first.scale)


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
    is_single = len(panels) == 1
    figure, all_axes = _single_figure(panels[0]) if is_single else _figure_of_multiples(panels)
    axis = _axis_of(lines, most_named=12 if is_single else 6)
    for panel, axes in zip(panels, all_axes, strict=True):
        for (name, line), series_style in zip(panel.lines.items(), SERIES, strict=False):
            _draw_line(axes, line, axis, Mark(name or lines.measure.label, series_style))
        _finish_axes(axes, lines, axis)
    if is_single:
        layout.y_title(all_axes[0], axis_title(lines.measure))
    else:
        titles = [panel.title for panel in panels]
        layout.name_small_multiples(all_axes, titles, axis_title(lines.measure))
    for panel, axes in zip(panels, all_axes, strict=True):
        if len(panel.lines) > 1:
            labels.label_line_ends(axes)
    note = ""
    if lines.any_interval:
        units, average = plural(lines.unit), average_name(lines.measure)
        note = f"Lines are {average}s, bands their 95 % intervals, faint lines single {units}."
    columns, rows = table_of_groups(lines)
    return drawing(figure, "line chart" if is_single else "line charts", columns, rows, title, note)


def _single_figure(panel: Panel) -> tuple[Any, list[Any]]:
    right = label_room(panel.lines) if len(panel.lines) > 1 else 4.0
    return layout.column_figure(62.0, margins=layout.Margins(left=11.0, right=right))


def _figure_of_multiples(panels: Sequence[Panel]) -> tuple[Any, list[Any]]:
    """Small charts with room for the labels beside them."""
    labels_beside: list[str] = []
    for panel in panels:
        if len(panel.lines) > 1:
            labels_beside += panel.lines
    room = label_room(labels_beside) if labels_beside else 0.0
    return small_multiples(len(panels), left=11.0, beside=room)


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
        ticks.whole_numbers(axes.xaxis)
    axes.set_xlabel(axis.name.replace("_", " "))
