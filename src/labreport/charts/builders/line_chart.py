"""Means as lines: by epoch, along an axis of a study, or of columns of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from labreport.charts import labels, marks, ticks
from labreport.charts.builders.means import (
    Means,
    Observations,
    means_by_epoch,
    means_of_study,
    means_of_values,
)
from labreport.charts.builders.parts import (
    MOST_SERIES,
    Panels,
    average_name,
    axis_title,
    drawing,
    figure_of_panels,
    panels_of,
    scale_axis,
    table_of_means,
    with_marks,
)
from labreport.charts.drawing import Drawing
from labreport.charts.marks import Mark
from labreport.errors import refuse
from labreport.project import Measure
from labreport.stats import plural


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
    prefix = ""
    if x is not None and y is not None and not what:
        means = means_of_values(source, y, by=x, within=by)
    elif len(what) == 2 and isinstance(source, Mapping):
        means = means_of_study(source, *what).swapped()
        prefix = f"{means.heads[0]} "
    elif len(what) == 1 and isinstance(source, Mapping) and isinstance(what[0], (tuple, list)):
        return _curve_of_records(source, what[0])
    elif len(what) == 1 and isinstance(source, Mapping):
        means = means_by_epoch(source, what[0])
    else:
        refuse("write curve(results, measure), curve(results, study, measure) or curve(table, x=…, y=…)")
    lines = {}
    for outer in means.frame.outer.unique():
        name = f"{prefix}{outer}".strip() or means.measure.label
        lines[name] = means.of(outer)
    title = f"{means.measure.label} by {means.heads[1]}"
    return _draw(means, panels_of(lines), title)


def _curve_of_records(results: Any, records: Sequence[Measure | str]) -> Drawing:
    """Draw several records, or measures, in one chart; of several experiments in a chart for each."""
    import pandas

    if not 2 <= len(records) <= MOST_SERIES:
        refuse(f"curve: {len(records)} records in one chart; allowed are 2 to {MOST_SERIES}")
    by_record: dict[str, Means] = {}
    for record in records:
        means = means_by_epoch(results, record)
        by_record[means.measure.label.replace("_", " ")] = means
    first, *others = by_record.values()
    for other in others:
        if other.measure.unit != first.measure.unit:
            refuse(f"curve: {_unit_of(other)}, {_unit_of(first)}; one chart has one unit")
    experiments = first.frame.outer.unique().tolist()
    panels = {}
    for experiment in experiments:
        title = experiment if len(experiments) > 1 else ""
        panels[title] = {name: means.of(experiment) for name, means in by_record.items()}
    frames = []
    run_frames = []
    for name, means in by_record.items():
        line_names = means.frame.outer + f", {name}"
        frames.append(means.frame.assign(outer=line_names))
        run_frames.append(means.runs)
    frame, runs = pandas.concat(frames), pandas.concat(run_frames)
    together = replace(first, frame=frame, runs=runs, heads=("line", "epoch"))
    return _draw(together, panels, f"{' and '.join(by_record)} by epoch")


def _unit_of(means: Means) -> str:
    return f"{means.measure.label!r} has the unit {means.measure.unit!r}"


def _draw(means: Means, panels: Panels, title: str) -> Drawing:
    """Draw each panel; `means` are those of all lines, for the table and the limits."""
    figure, all_axes = figure_of_panels(panels, 62.0, axis_title(means.measure))
    axis = _axis_of(means, most_named=12 if len(panels) == 1 else 6)
    for axes, lines in zip(all_axes, panels.values(), strict=True):
        for mark, line in with_marks(lines):
            _draw_line(axes, line, axis, mark)
        _finish_axes(axes, means, axis)
    for axes, lines in zip(all_axes, panels.values(), strict=True):
        if len(lines) > 1:
            labels.label_line_ends(axes)
    caption = ""
    if means.any_interval:
        units, average = plural(means.unit_name), average_name(means.measure)
        caption = f"Lines are {average}s, bands their 95 % intervals, faint lines single {units}."
    return drawing(figure, "line chart", table_of_means(means), title, caption)


def _axis_of(means: Means, most_named: int) -> Axis:
    """The axis of all places; of at most so many, each is named."""
    import pandas

    places = means.frame.inner.unique()
    numbers = pandas.to_numeric(pandas.Series(places), errors="coerce")
    is_numeric = bool(numbers.notna().all())
    positions = dict(zip(places, numbers if is_numeric else numbers.index, strict=True))
    return Axis(means.heads[1], positions, is_numeric, is_short=len(places) <= most_named)


def _draw_line(axes: Any, line: Means, axis: Axis, mark: Mark) -> None:
    """Draw the means of a line with their band, and each run as a faint line."""
    frame = line.frame
    positions = frame.inner.map(axis.positions)
    by_run = line.runs.pivot(index="inner", columns="run", values="value").reindex(frame.inner)
    run_lines = [values for _, values in by_run.items() if values.count() > 1]
    marks.seed_lines(axes, positions, run_lines, mark)
    marks.band(axes, positions, frame.low, frame.high, mark)
    marks.curve(axes, positions, frame["mean"], mark, markers=axis.is_short)


def _finish_axes(axes: Any, means: Means, axis: Axis) -> None:
    scale_axis(axes.yaxis, means.numbers())
    positions = list(axis.positions.values())
    if axis.is_numeric and axis.name != "epoch":
        scale_axis(axes.xaxis, positions)
    if axis.is_short or not axis.is_numeric:
        axes.set_xticks(positions, list(axis.positions), parse_math=False)
        axes.minorticks_off()
    elif axis.name == "epoch":
        ticks.few_numbers(axes.xaxis, whole=True)
    axes.set_xlabel(axis.name.replace("_", " "))
