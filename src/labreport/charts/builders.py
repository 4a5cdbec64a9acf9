"""Charts in one line of results or a table, each with its numbers: means, 95 % intervals and single runs."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from labreport.charts import marks
from labreport.charts.marks import Mark
from labreport.charts.styles import INCH_MM, SERIES, WIDTH_MM, Colour
from labreport.charts.svg import Drawing
from labreport.project import Data, Measure, Study, flatten_metrics, table
from labreport.stats import Sample, mean_of, plural, sample
from labreport.stats.quantity import refuse
from labreport.stats.sample import grouped, label_of, measured

ROW, DOT = 9.0, 4.6 * INCH_MM / 72  # height of a row of dots, diameter of a dot, in millimetres


def dots(source: Any, measure: Measure | str, by: Any = None, epoch: int | None = None) -> Drawing:
    """Draw every run as a dot, one row for each experiment or value of `by`, with mean and interval."""
    grid, measure, named = _of_values(source, measure, by, None, epoch)
    rows = list(grid.values())
    shown = _numbers(rows) or [0.0]
    margins = marks.Margins(left=_room(row.label for row in rows), top=3.0)
    figure, (axes,) = marks.column_figure(13.5 + ROW * len(rows), margins=margins)
    _scaled(axes.xaxis, shown)
    scale = math.log10 if axes.get_xscale() == "log" else float
    reach = 1.08 * (scale(max(shown)) - scale(min(shown)) or 1.0) / (WIDTH_MM - margins.left - margins.right)
    for place, row in enumerate(rows):
        runs = list(filter(math.isfinite, row.runs.values()))
        lanes = marks.spread(list(map(scale, runs)), reach * DOT, step=DOT / ROW)
        across = [place - 0.43, place + 0.43]
        marks.band(axes, across, [row.low] * 2, [row.high] * 2, Mark("_"), level=True)
        if len(runs) > 1:
            axes.plot([row.mean] * 2, across, color=Colour.VERMILLION.value, label="_")
        marks.points(axes, runs, [place + lane for lane in lanes], Mark(row.label))
    axes.margins(x=0.04)
    _rows(axes, [row.label for row in rows], _titled(measure))
    unit, average = next((row.unit for row in rows), "seed"), _average(measure)
    cells = [[row.label, str(run), _short(value)] for row in rows for run, value in row.runs.items()]
    cells += [[row.label, average, _short(row.mean)] for row in rows if len(row.runs) > 1]
    table_ = [named, unit, _titled(measure)], cells
    note = f"Upright lines are {average}s, bands their 95 % intervals." if _known(rows) else ""
    return _drawing(figure, "dot plot", table_, f"{measure.label} of each {unit}", note)


def bars(
    source: Any, measure: Measure | str, by: Any = None, within: str | None = None, epoch: int | None = None
) -> Drawing:
    """Draw the mean of each experiment or value of `by` as a bar, with its interval.

    Over a table, `within` is the column of groups of bars, one bar of each colour in each group.
    """
    grid, measure, named = _of_values(source, measure, by, within, epoch)
    if within is None:
        grid = {(one.label, ""): one for one in grid.values()}
    labels, series = _names(grid, 0), _names(grid, 1)
    ends = [0.0, *(end for one in grid.values() for end in (one.low, one.high) if math.isfinite(end))]
    margins = marks.Margins(left=_room(labels), top=8.0 if within else 3.0)
    figure, (axes,) = marks.column_figure(14.5 + len(labels) * (2.5 + 4.5 * len(series)), margins=margins)
    axes.set_xlim(min(ends) * 1.1, max(ends) * 1.1 or 1.0)
    _rows(axes, labels, _titled(measure))
    width = 0.8 / len(series)
    for number, (name, style) in enumerate(_styled(series, "bars", by)):
        line = {place: grid[label, name] for place, label in enumerate(labels) if (label, name) in grid}
        places = [place + width * (number + 0.5) - 0.4 for place in line]
        means, texts = zip(*((one.mean, _printed(one.mean, ends)) for one in line.values()), strict=True)
        intervals = [(one.low, one.high) for one in line.values()] if _known(line.values()) else None
        how: Any = {"width": 0.9 * width, "level": True, "intervals": intervals, "texts": texts}
        marks.bars(axes, places, means, Mark(name or measure.label, style), **how)
    marks.plain_numbers(axes.xaxis)
    if within:
        _key(axes)
    heads = [*filter(None, [within]), named]
    note = "Dark lines are 95 % intervals." if _known(grid.values()) else ""
    title = f"{measure.label} by {' and '.join(heads)}"
    return _drawing(figure, "bar chart", _table(grid, heads, measure), title, note)


def curve(
    source: Any, *what: Any, x: str | None = None, y: Measure | str | None = None, by: str | None = None
) -> Drawing:
    """Draw means as lines, with intervals, and each run as a faint line.

    `curve(results, "loss")` draws a record, or a measure, by epoch, a line for each experiment;
    `curve(results, study, measure)` draws a measure along the first axis of a study, a line for each value of
    its other axes; `curve(table, x="epoch", y="loss", by="network")` draws columns. At most five lines.
    """
    if x is not None and y is not None and not what:
        (grid, measure, series), axis = _of_values(source, y, by, x), x
        grid = {(name if by else "", of): one for (name, of), one in _flipped(grid).items()}
    elif len(what) == 2 and isinstance(source, Mapping):
        study, measure = what
        grid, (axis, series) = _of_study(source, study, measure)
        grid = {(f"{series} {name}".strip(), of): one for (name, of), one in _flipped(grid).items()}
    elif len(what) == 1 and isinstance(source, Mapping):
        (grid, measure), axis, series = _of_epochs(source, *what), "epoch", "experiment"
    else:
        refuse("write curve(results, measure), curve(results, study, measure) or curve(table, x=…, y=…)")
    lines, order = _names(grid, 0), _names(grid, 1)
    try:  # places are at their numbers, or in order if some are none
        at, numeric = {place: float(place) for place in order}, True
    except ValueError:
        at, numeric = {place: float(number) for number, place in enumerate(order)}, False
    few = len(order) <= 12  # all of them are named, and have markers
    margins = marks.Margins(left=11.0, right=_room(lines) if len(lines) > 1 else 4.0)
    figure, (axes,) = marks.column_figure(62.0, margins=margins)
    for name, style in _styled(lines, "curve", series):
        mark, line = Mark(name or measure.label, style), [key for key in grid if key[0] == name]
        places, means = [at[place] for _, place in line], [grid[key] for key in line]
        runs = dict.fromkeys(run for one in means for run in one.runs)
        seeds = [[one.runs.get(run, math.nan) for one in means] for run in runs]
        marks.seed_lines(axes, places, [seed for seed in seeds if sum(map(math.isfinite, seed)) > 1], mark)
        marks.band(axes, places, [one.low for one in means], [one.high for one in means], mark)
        marks.curve(axes, places, [one.mean for one in means], mark, markers=few)
    _scaled(axes.yaxis, _numbers(grid.values()))
    if numeric and axis != "epoch":
        _scaled(axes.xaxis, list(at.values()))
    if few or not numeric:
        axes.set_xticks(list(at.values()), order, parse_math=False)
        axes.minorticks_off()
    elif axis == "epoch":
        marks.whole_numbers(axes.xaxis)
    axes.set_xlabel(axis.replace("_", " "))
    marks.y_title(axes, _titled(measure))
    if len(lines) > 1:
        marks.label_line_ends(axes)
    units = plural(next((one.unit for one in grid.values()), "seed"))
    note = f"Lines are {_average(measure)}s, bands their 95 % intervals, faint lines single {units}."
    title, note = f"{measure.label} by {axis}", note if _known(grid.values()) else ""
    return _drawing(figure, "line chart", _table(grid, [series, axis], measure), title, note)


def heat_map(
    source: Any, *what: Any, rows: str | None = None, columns: str | None = None, epoch: int | None = None
) -> Drawing:
    """Draw means as a map of cells, of `results, study, measure` or `table, measure, rows=…, columns=…`.

    The first axis of a study gives the rows, all others the columns.
    """
    if rows is not None and columns is not None and len(what) == 1:
        grid, measure, _ = _of_values(source, *what, columns, rows, epoch)
        heads = (rows, columns)
    elif len(what) == 2 and isinstance(source, Mapping):
        study, measure = what
        grid, heads = _of_study(source, study, measure, epoch)
    else:
        refuse("write heat_map(results, study, measure) or heat_map(table, measure, rows=…, columns=…)")
    down, along = _names(grid, 0), _names(grid, 1)
    means = {key: one.mean for key, one in grid.items()}
    values = [[means.get((row, column), math.nan) for column in along] for row in down]
    title = f"{measure.label} by {' and '.join(filter(None, heads))}"
    note = f"Each cell is the {_average(measure)} of {_titled(measure)}."
    return _map(values, down, along, heads, title, note)


def confusion(
    source: Any, experiment: Any = None, truth: str = "truth", predicted: str = "predicted"
) -> Drawing:
    """Draw what is taken for what, in per cent of the items of each class (row), all runs together.

    `truth` and `predicted` are arrays of an experiment, shape (items,), or columns of a table.
    """
    import numpy as np
    import pandas

    if isinstance(source, Mapping):
        runs = source[experiment if experiment is not None else next(iter(source))]
        title, sides = f"what {runs.label} takes each class for", (runs.arrays(truth), runs.arrays(predicted))
    else:
        data = source if isinstance(source, Data) else table(source)
        for column in (truth, predicted):
            data.check_column(column)
        title, sides = "what each class is taken for", ([data.frame[truth]], [data.frame[predicted]])
    true, taken = (np.concatenate(side) for side in sides)
    classes = np.unique(np.concatenate([true, taken]))
    counts = pandas.crosstab(true, taken).reindex(index=classes, columns=classes)
    shares = (100 * counts.where(counts > 0)).div(counts.sum(axis=1), axis=0).to_numpy().tolist()
    called = list(map(str, classes))
    note = "Rows are the true classes, in per cent of their items; an empty cell never occurs."
    return _map(shares, called, called, (truth, predicted), title, note, low=0.0, high=100.0)


def _map(
    values: Any, rows: list[str], columns: list[str], heads: Sequence[str], title: str, note: str, **more: Any
) -> Drawing:
    figure, (axes,) = marks.column_figure(18.5 + 7.5 * len(rows), margins=marks.Margins(left=_room(rows)))
    shown = [value for line in values for value in line if math.isfinite(value)]
    texts = [[_printed(value, shown) for value in line] for line in values]
    marks.heat_map(axes, values, texts, rows=rows, columns=columns, **more)
    marks.y_title(axes, heads[0].replace("_", " "))
    axes.set_xlabel(heads[1].replace("_", " "))
    cells = [[row, *map(_short, line)] for row, line in zip(rows, values, strict=True)]
    return _drawing(figure, "heat map", ([heads[0], *columns], cells), title, note)


def scatter(
    source: Any, x: Measure | str, y: Measure | str, by: str | None = None, label: str | None = None
) -> Drawing:
    """Draw one column of a table against another: a point for each row.

    `by` is a column that gives colour and marker, `label` one that names the points.
    """
    data = source if isinstance(source, Data) else table(source)
    along, up = measured(x, data), measured(y, data)
    for column in filter(None, (along.name, up.name, by, label)):
        data.check_column(column)
    frame = data.frame.dropna(subset=[along.name, up.name])
    across, upwards = (
        frame[one.name].map(partial(one.checked, owner=data.name)) * (1.0 if one.percent else one.stored)
        for one in (along, up)
    )
    frame = frame.assign(x=across, y=upwards)
    series = list(frame.groupby(by, sort=False, observed=True)) if by else [(up.label, frame)]
    margins = marks.Margins(left=11.0, right=_room(map(str, frame[label])) if label else 4.0)
    figure, (axes,) = marks.column_figure(70.0, margins=margins)
    labels: list[marks.Label] = []
    for (name, part), style in _styled(series, "scatter", by):
        marks.points(axes, part.x, part.y, Mark(str(name), style), size=5.0)
        named = zip(map(str, part[label]), part.x, part.y, strict=True) if label else ()
        labels += [marks.Label(*one, style.colour) for one in named]
    _scaled(axes.xaxis, frame.x)
    _scaled(axes.yaxis, frame.y)
    axes.grid(True)
    axes.set_xlabel(_titled(along))
    marks.y_title(axes, _titled(up))
    if by is not None:
        _key(axes)
    marks.direct_labels(axes, labels)
    heads = [*filter(None, (by, label))]
    rows = [[*row[:-2], *map(_short, row[-2:])] for row in frame[[*heads, "x", "y"]].values.tolist()]
    table_ = [*heads, _titled(along), _titled(up)], rows
    return _drawing(figure, "scatter plot", table_, f"{up.label} against {along.label}", "")


@dataclass(frozen=True)
class _Group:
    """What one row, bar or point shows, in the printed unit; ends that are not known are the mean."""

    label: str
    unit: str  # what a run is called
    runs: Mapping[Any, float]
    mean: float
    low: float
    high: float


Grid = dict[tuple[str, str], _Group]  # by line and place along it, or row and column


def _of_values(
    source: Any, measure: Measure | str, by: Any, within: str | None = None, epoch: int | None = None
) -> tuple[Grid, Measure, str]:
    """Groups by the values of `within` and of `by` (its name is the third), else of each experiment."""
    data = source if isinstance(source, (Data, Mapping)) else table(source)
    measure = measured(measure, data)
    found = grouped(data, measure, "experiment" if by is None else by, within, epoch)
    grid = {(of, name): _group(one, measure) for of, line in found.items() for name, one in line.items()}
    default = "experiment" if isinstance(data, Mapping) else "table"
    return grid, measure, by if isinstance(by, str) else str(getattr(by, "name", default))


def _of_study(
    results: Any, study: Study | str, measure: Measure, epoch: int | None = None
) -> tuple[Grid, tuple[str, str]]:
    """The groups of a study by its first axis and by all others, and what these are called."""
    grid: Grid = {}
    for point, runs in results.study(study):
        first, *others = map(label_of, point.values())
        grid[first, ", ".join(others)] = _group(sample(runs, measure, epoch), measure)
    axis, *more = point
    return grid, (axis, ", ".join(more))


def _of_epochs(results: Any, what: Measure | str) -> tuple[Grid, Measure]:
    """The groups of each experiment by epoch: where it has a record (`what` may name one), or was kept."""

    def value(run: Any, epoch: Any) -> Any:
        return flatten_metrics(run.records[epoch - 1])[str(what)] if epoch <= len(run.records) else math.nan

    measure = what if isinstance(what, Measure) else Measure(what, better="", value=value)
    grid: Grid = {}
    for runs in (results[name] for name in results.experiments):
        recorded = any(measure.name in flatten_metrics(run.records[0]) for run in runs if run.records)
        if isinstance(what, str) and not recorded:
            runs.curve(what)  # its error names the records that there are
        last = max(len(run.records) for run in runs)
        for epoch in range(1, last + 1) if recorded else sorted({at for run in runs for at in run.kept}):
            grid[runs.label, str(epoch)] = _group(sample(runs, measure, epoch), measure)
    return grid, measure


def _group(one: Sample, measure: Measure) -> _Group:
    found, times = mean_of(one, measure), measure.stored
    ends = (found.value, found.low, found.high)
    mean, *interval = (math.nan if end is None else times * float(end) for end in ends)
    low, high = interval if math.isfinite(sum(interval)) else (mean, mean)
    runs = {run: times * sum(values) / len(values) for run, values in one.values.items()}
    return _Group(one.label, one.design.unit, runs, mean, low, high)


def _names(grid: Grid, side: int) -> list[str]:
    """List the first names of a grid (`side` 0), or the second (1)."""
    return list(dict.fromkeys(key[side] for key in grid))


def _flipped(grid: Grid) -> Grid:
    """Exchange the two names."""
    return {(b, a): grid[a, b] for b in _names(grid, 1) for a in _names(grid, 0) if (a, b) in grid}


def _known(groups: Iterable[_Group]) -> bool:
    """Whether any of the groups has an interval."""
    return any(one.low < one.high for one in groups)


def _numbers(groups: Iterable[_Group]) -> list[float]:
    """List all that is drawn of some groups: their runs, means and ends."""
    found = (one for group in groups for one in (*group.runs.values(), group.mean, group.low, group.high))
    return list(filter(math.isfinite, found))


def _drawing(figure: Any, kind: str, table_: tuple[list[str], Any], title: str, note: str) -> Drawing:
    """The drawing; its title begins with a capital, but what has capitals already keeps them, as pH."""
    title = title[:1].upper() + title[1:] if title.split(" ")[0].islower() else title
    return Drawing(figure, kind, *table_, title=f"{title.replace('_', ' ')}.", caption=note)


def _table(grid: Grid, heads: Sequence[str], measure: Measure) -> tuple[list[str], list[list[Any]]]:
    """Columns and rows of a grid: its names where there are several, the mean, and the interval if known."""
    second = any(_names(grid, 1))
    sides = [0] * (len(_names(grid, 0)) > 1 or not second) + [1] * second
    parts = ["mean", *["low", "high"] * _known(grid.values())]
    rows = [
        [*(key[side] for side in sides), *(_short(getattr(one, part)) for part in parts)]
        for key, one in grid.items()
    ]
    return [*(heads[side] for side in sides), _titled(measure), *parts[1:]], rows


def _titled(measure: Measure) -> str:
    """What an axis shows and in which unit, which is not repeated where the measure is named after it."""
    unit = "percentage points" if measure.unit == "points" else measure.unit
    label = measure.label.replace("_", " ")
    return label if unit in ("", *label.split()) else f"{label}, {unit}"


def _average(measure: Measure) -> str:
    return "geometric mean" if measure.scale == "ratio" else "mean"


def _printed(value: float, among: Iterable[float]) -> str:
    """A number in as few decimals as tell the largest of `among` to three digits; empty for none."""
    largest = max(map(abs, among), default=0.0) or 1.0
    digits = max(0, min(9, 2 - math.floor(math.log10(largest))))
    return marks.number(value, f".{digits}f") if math.isfinite(value) else ""


def _short(value: float) -> float | None:
    return float(f"{value:.6g}") if math.isfinite(value) else None


def _scaled(axis: Any, values: Sequence[float]) -> None:
    """Make an axis of positive numbers that reach far logarithmic, and label another with plain numbers."""
    if len(values) > 0 and 0 < 50.0 * min(values) <= max(values):
        axis.axes.set(**{f"{axis.axis_name}scale": "log"})
    else:
        marks.plain_numbers(axis)


def _rows(axes: Any, labels: Sequence[str], title: str) -> None:
    """Name the rows of a panel, from the top, and let the grid help along them."""
    axes.set_yticks(range(len(labels)), labels, parse_math=False)
    axes.set(ylim=(len(labels) - 0.45, -0.55), xlabel=title)
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")


def _room(labels: Iterable[str]) -> float:
    """Millimetres for labels beside a panel."""
    return min(5.0 + 1.35 * max(map(len, labels), default=0), 60.0)


def _key(axes: Any) -> None:
    """A legend above the panel, on the right."""
    corner: Any = {"loc": "lower right", "bbox_to_anchor": (1.0, 1.0), "borderaxespad": 0.3}
    spacing: Any = {"handlelength": 0.9, "handleheight": 0.8, "columnspacing": 1.2, "handletextpad": 0.4}
    for text in axes.legend(ncols=len(SERIES), **corner, **spacing).get_texts():
        text.set_parse_math(False)


def _styled(series: Collection[Any], builder: str, by: Any) -> Iterable[tuple[Any, Any]]:
    if len(series) > len(SERIES):
        refuse(f"{builder}: {by!r} has {len(series)} values; allowed are up to {len(SERIES)} colours")
    return zip(series, SERIES, strict=False)
