"""Line charts of means: by epoch, along an axis of a study, or from columns of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from matplotlib.axes import Axes

from labreport.charts import labels, marks, ticks
from labreport.charts.builders.means import (
    Means,
    means_by_epoch,
    means_of_study,
    means_of_values,
)
from labreport.charts.builders.parts import (
    MOST_SERIES,
    Panel,
    average_name,
    axis_title,
    figure_of_panels,
    make_drawing,
    panels_of,
    scale_axis,
    table_of_means,
)
from labreport.charts.drawing import Drawing
from labreport.charts.marks import Mark
from labreport.errors import refuse
from labreport.project import Measure, Study
from labreport.results import Results
from labreport.stats import plural
from labreport.stats.samples import Observations


@dataclass(frozen=True)
class XAxis:
    """The positions along x: numbers, or, if a place is not a number, its place in the order."""

    name: str
    positions: Mapping[str, float]
    is_numeric: bool
    has_few_places: bool
    """Whether each place has room for a marker and a name."""


def curve(
    source: Observations,
    *what: Study | Measure | str | Sequence[Measure | str],
    x: str | None = None,
    y: Measure | str | None = None,
    by: str | None = None,
) -> Drawing:
    """Draw means as lines with intervals, and each run as a faint line.

    - `curve(results, "loss")`: a record, or a measure, by epoch, with a line for each experiment.
    - `curve(results, ("loss", "validation_loss"))`: several of one unit in a chart, for each experiment.
    - `curve(results, study, measure)`: along the first axis of a study, a line for each point of the others.
    - `curve(table, x="epoch", y="loss", by="network")`: columns of a table.

    More than five lines are drawn in a small chart each, with the same axes.
    """
    prefix = ""
    match (source, *what):
        case (_,) if x is not None and y is not None:
            means = means_of_values(source, y, by=x, within=by)
        case (Results() as results, Study() | str() as study, Measure() as measure):
            means = means_of_study(results, study, measure).swap_names()
            prefix = f"{means.heads[0]} "
        case (Results() as results, Measure() | str() as record):
            means = means_by_epoch(results, record)
        case (Results() as results, tuple() | list() as records):
            return _curve_of_records(results, records)
        case _:
            refuse("write curve(results, measure), curve(results, study, measure) or curve(table, x=…, y=…)")
    lines = {}
    for outer in means.frame.outer.unique():
        name = f"{prefix}{outer}".strip() or means.measure.label
        lines[name] = means.select_outer(outer)
    title = f"{means.measure.label} by {means.heads[1]}"
    return _draw_lines(means, panels_of(lines), title)


def _curve_of_records(results: Results, records: Sequence[Measure | str]) -> Drawing:
    """Draw several records, or measures, in one chart; for several experiments, in a chart for each."""
    if not 2 <= len(records) <= MOST_SERIES:
        refuse(f"curve: {len(records)} records in one chart; allowed are 2 to {MOST_SERIES}")
    by_record: dict[str, Means] = {}
    for record in records:
        means = means_by_epoch(results, record)
        by_record[means.measure.label.replace("_", " ")] = means
    first = next(iter(by_record.values()))
    for means in by_record.values():
        if means.measure.unit != first.measure.unit:
            refuse(f"curve: {_unit_of(means)}, {_unit_of(first)}; one chart has one unit")
    experiments = first.frame.outer.unique().tolist()
    panels = []
    for experiment in experiments:
        title = experiment if len(experiments) > 1 else ""
        lines = {name: means.select_outer(experiment) for name, means in by_record.items()}
        panels.append(Panel(lines, title))
    return _draw_lines(_join_records(by_record), panels, f"{' and '.join(by_record)} by epoch")


def _join_records(by_record: Mapping[str, Means]) -> Means:
    """The means of several records together; outer names are made of experiment and record."""
    import pandas

    first = next(iter(by_record.values()))
    frames = []
    for name, means in by_record.items():
        line_names = means.frame.outer + f", {name}"
        frames.append(means.frame.assign(outer=line_names))
    runs = pandas.concat(means.runs for means in by_record.values())
    return replace(first, frame=pandas.concat(frames), runs=runs, heads=("line", "epoch"))


def _unit_of(means: Means) -> str:
    return f"{means.measure.label!r} has the unit {means.measure.unit!r}"


def _draw_lines(means: Means, panels: Sequence[Panel[Means]], title: str) -> Drawing:
    """Draw each panel; `means` are those of all panels, for the table and the limits."""
    figure, placed_panels = figure_of_panels(panels, 62.0, axis_title(means.measure))
    x_axis = _x_axis_of(means, most_named=12 if len(panels) == 1 else 6)
    for axes, panel in placed_panels:
        for mark, line in panel.marked_series():
            _draw_line(axes, line, x_axis, mark)
        _finish_axes(axes, means, x_axis)
    for axes, panel in placed_panels:  # now that the limits of all panels are final
        if len(panel.series) > 1:
            labels.label_line_ends(axes)
    caption = ""
    if means.any_interval:
        replicates, average = plural(means.unit_name), average_name(means.measure)
        caption = f"Lines are {average}s, bands their 95 % intervals, faint lines single {replicates}."
    return make_drawing(figure, "line chart", table_of_means(means), title, caption)


def _x_axis_of(means: Means, most_named: int) -> XAxis:
    """The x axis for all lines; it has few places if these are not more than `most_named`."""
    import pandas

    places = means.frame.inner.unique()
    numbers = pandas.to_numeric(pandas.Series(places), errors="coerce")
    is_numeric = bool(numbers.notna().all())
    positions = dict(zip(places, numbers if is_numeric else numbers.index, strict=True))
    return XAxis(means.heads[1], positions, is_numeric, has_few_places=len(places) <= most_named)


def _draw_line(axes: Axes, line: Means, x_axis: XAxis, mark: Mark) -> None:
    """Draw the means of a line, their band, and each run as a faint line."""
    frame = line.frame
    positions = frame.inner.map(x_axis.positions)
    by_run = line.runs.pivot(index="inner", columns="run", values="value").reindex(frame.inner)
    run_lines = [values for _, values in by_run.items() if values.count() > 1]
    marks.seed_lines(axes, positions, run_lines, mark)
    marks.band(axes, positions, frame.low, frame.high, mark)
    marks.curve(axes, positions, frame["mean"], mark, markers=x_axis.has_few_places)


def _finish_axes(axes: Axes, means: Means, x_axis: XAxis) -> None:
    scale_axis(axes.yaxis, means.numbers())
    positions = list(x_axis.positions.values())
    if x_axis.is_numeric and x_axis.name != "epoch":
        scale_axis(axes.xaxis, positions)
    if x_axis.has_few_places or not x_axis.is_numeric:
        axes.set_xticks(positions, list(x_axis.positions), parse_math=False)
        axes.minorticks_off()
    elif x_axis.name == "epoch":
        ticks.few_numbers(axes.xaxis, whole=True)
    axes.set_xlabel(x_axis.name.replace("_", " "))
