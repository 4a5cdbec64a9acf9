"""Charts in one line, over results and tables alike: means with 95 % intervals, and every single run.

Each returns a drawing with its numbers as a table. A measure over a table may be the name of a column.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from labreport.charts import cells, layout, marks
from labreport.charts.drawing import Drawing
from labreport.charts.marks import Mark
from labreport.charts.styles import SERIES, WIDTH_MM, Colour
from labreport.errors import UsageError, here, told
from labreport.project import Data, Experiment, Measure, Study, flat, table
from labreport.stats import mean, samples

LETTER_MM = 1.5
"""About how wide a letter is."""
WIDE = 50.0
"""An axis of positive numbers that reach so many times as far is logarithmic."""
DOT = 4.6
"""Diameter of a dot with its edge, in points."""
POINT_MM = 25.4 / 72


@dataclass(frozen=True)
class _Group:
    """What one row, bar or point shows, in the printed unit: each run, their mean, and its interval."""

    label: str
    runs: tuple[tuple[Any, float], ...]
    mean: float
    low: float
    high: float

    @property
    def known(self) -> bool:
        """Whether it has an interval."""
        return math.isfinite(self.low + self.high)

    @property
    def ends(self) -> tuple[float, float]:
        """The interval; the mean twice where there is none."""
        return (self.low, self.high) if self.known else (self.mean, self.mean)


def dots(source: Any, measure: Measure | str, by: Any = None, epoch: int | None = None) -> Drawing:
    """Draw every run as a dot, one row for each experiment or value of `by`, with mean and interval."""
    data, measure = _data(source, measure)
    groups, unit = _groups(data, measure, by, epoch)
    values = [value for group in groups for value in (*(value for _, value in group.runs), *group.ends)]
    known = [value for value in values if math.isfinite(value)] or [0.0]
    row = 9.0
    margins = layout.Margins(left=_room(group.label for group in groups), top=3.0, bottom=10.5)
    figure, (axes,) = layout.column_figure(14.0 + row * len(groups), margins=margins)
    logarithmic = _is_wide(known)
    scale = math.log10 if logarithmic else float
    reach = scale(max(known)) - scale(min(known)) or 1.0
    points = (WIDTH_MM - margins.left - margins.right) / POINT_MM / 1.08
    for place, group in enumerate(groups):
        runs = [value for _, value in group.runs if math.isfinite(value)]
        lanes = marks.spread(list(map(scale, runs)), reach * DOT / points, step=DOT * POINT_MM / row)
        mark = Mark(group.label, SERIES[0])
        if group.known:
            axes.fill_betweenx(
                [place - 0.42, place + 0.42], *group.ends, color=mark.colour.value, alpha=0.2, linewidth=0
            )
        if len(runs) > 1:
            ends = [place - 0.42, place + 0.42]
            axes.plot([group.mean] * 2, ends, color=Colour.VERMILLION.value, linewidth=1.4, label="_")
        marks.points(axes, runs, [place + lane for lane in lanes], mark)
    if logarithmic:
        axes.set_xscale("log")
    else:
        layout.plain_numbers(axes.xaxis)
    axes.margins(x=0.04)
    axes.set_yticks(range(len(groups)), [group.label for group in groups], parse_math=False)
    axes.set_ylim(len(groups) - 0.4, -0.6)
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    axes.set_xlabel(_titled(measure))
    drawn = any(group.known for group in groups)
    band = ", the band its 95 % interval" if drawn else ""
    several = any(len(group.runs) > 1 for group in groups)
    return Drawing(
        figure,
        "dot plot",
        [_of(data, by), unit, _titled(measure)],
        [
            row
            for group in groups
            for row in (
                *([group.label, str(run), _short(value)] for run, value in group.runs),
                *([[group.label, _average(measure), _short(group.mean)]] if len(group.runs) > 1 else []),
            )
        ],
        title=f"{_capital(measure.label)} of each {unit}.",
        caption=f"The line is the {_average(measure)}{band}." if several else "",
    )


def bars(
    source: Any,
    measure: Measure | str,
    by: Any = None,
    within: str | None = None,
    epoch: int | None = None,
) -> Drawing:
    """Draw the mean of each experiment or value of `by` as a bar, with its interval.

    Over a table, `within` is the column of groups of bars, one bar of each colour in each group.
    """
    data, measure = _data(source, measure)
    parts = {"": data} if within is None else _parts(data, within)
    found = {str(name): _groups(part, measure, by, epoch)[0] for name, part in parts.items()}
    names = list(dict.fromkeys(group.label for groups in found.values() for group in groups))
    if within is not None and len(names) > len(SERIES):
        _refuse(f"bars: {by!r} has {len(names)} values; allowed are up to {len(SERIES)} colours")
    every = [group for groups in found.values() for group in groups]
    labels = list(found) if within else names
    level = sum(max(10.0, 4 + LETTER_MM * len(label)) for label in labels) > WIDTH_MM - 20
    ends = [0.0, *(end for group in every for end in group.ends if math.isfinite(end))]
    margins = layout.Margins(
        left=_room(labels) if level else 10.0, top=8.0 if within or not level else 3.0, bottom=10.5 if level else 7
    )
    each = 6.0 if within is None else 2.0 + 4.5 * len(names)
    figure, (axes,) = layout.column_figure(
        17.0 + each * len(labels) if level else 60.0, margins=margins
    )
    limit = (min(ends) * 1.05, max(ends) * (1.12 if level else 1.08) or 1.0)
    across = (-0.6, len(labels) - 0.4)
    axes.set(xlim=limit if level else across, ylim=across[::-1] if level else limit)
    width = 0.8 / (len(names) if within else 1)
    for series, name in enumerate(names if within else [measure.label]):
        shown = [
            (place + (width * (series + 0.5) - 0.4 if within else 0.0), group)
            for place, label in enumerate(labels)
            for group in (found[label] if within else every)
            if (group.label == name if within else group.label == label)
        ]
        marks.bars(
            axes,
            [at for at, _ in shown],
            [group.mean for _, group in shown],
            Mark(name, SERIES[series]),
            width=0.9 * width,
            level=level,
            intervals=[group.ends for _, group in shown] if any(group.known for _, group in shown) else None,
            texts=[_printed(group.mean, [one.mean for one in every]) for _, group in shown],
        )
    (axes.set_yticks if level else axes.set_xticks)(range(len(labels)), labels, parse_math=False)
    axes.tick_params(axis="y" if level else "x", length=0)
    axes.grid(level, axis="x")
    axes.grid(not level, axis="y")
    layout.plain_numbers(axes.xaxis if level else axes.yaxis)
    if level:
        axes.set_xlabel(_titled(measure))
    else:
        layout.y_title(axes, _titled(measure))
    if within:
        _key(axes)
    heads = [within] if within else []
    known = any(group.known for group in every)
    return Drawing(
        figure,
        "bar chart",
        [*heads, _of(data, by), _titled(measure), *(["low", "high"] if known else [])],
        [
            [*([name] if within else []), group.label, _short(group.mean)]
            + ([_short(group.low), _short(group.high)] if known else [])
            for name, groups in found.items()
            for group in groups
        ],
        title=f"{_capital(measure.label)} by {' and '.join(filter(None, (within, _of(data, by))))}.",
        caption="Dark lines are 95 % intervals." if known else "",
    )


def curve(
    source: Any,
    *what: Any,
    x: str | None = None,
    y: Measure | str | None = None,
    by: str | None = None,
) -> Drawing:
    """Draw means as lines, with intervals, and each run as a faint line.

    `curve(results, "loss")` draws a record, or a measure, by epoch, a line for each experiment;
    `curve(results, study, measure)` draws a measure along the first axis of a study, a line for each value of
    its other axes; `curve(table, x="epoch", y="loss", by="network")` draws columns. Above five lines each
    gets a panel of its own.
    """
    if x is not None and y is not None and not what:
        data, measure = _data(source, y)
        lines, unit, axis = _of_columns(data, measure, x, by), data.unit, x
    elif len(what) == 2:
        measure = what[1]
        lines, unit, axis = _of_study(source, what[0], measure)
    elif len(what) == 1 and isinstance(source, Mapping):
        measure = what[0] if isinstance(what[0], Measure) else _recorded(what[0])
        lines, unit, axis = _of_epochs(source, measure), _unit(source), "epoch"
    else:
        _refuse('curve: write curve(results, measure), curve(results, study, measure) or curve(table, x=…, y=…)')
    return _curves(lines, measure, unit, axis)


def _curves(lines: dict[str, dict[Any, _Group]], measure: Measure, unit: str, axis: str) -> Drawing:
    alone = len(lines) <= len(SERIES)
    across = 1 if alone else 3
    down = 1 if alone else -(-len(lines) // across)
    longest = max(map(len, lines), default=0)
    right = 4.0 if not alone or len(lines) == 1 else min(4.0 + 1.6 * longest, 60.0)
    margins = layout.Margins(left=11.0, right=right, top=8.0 if alone else 13.0, between=6.0)
    figure, panels = layout.column_figure(
        62.0 if alone else 24.0 + 38.0 * down, columns=across, rows=down, margins=margins
    )
    values = [end for line in lines.values() for group in line.values() for end in (*group.ends, group.mean)]
    single = [value for line in lines.values() for group in line.values() for _, value in group.runs]
    known = [value for value in (*values, *single) if math.isfinite(value)]
    numbers = [at for line in lines.values() for at in line]
    numeric = all(isinstance(at, (int, float)) and not isinstance(at, bool) for at in numbers)
    order = sorted(set(numbers)) if numeric else list(dict.fromkeys(map(str, numbers)))
    for number, (name, line) in enumerate(lines.items()):
        axes = panels[0 if alone else number]
        mark = Mark(name, SERIES[number if alone else 0])
        at = [float(place) if numeric else float(order.index(str(place))) for place in line]
        runs = list(dict.fromkeys(run for group in line.values() for run, _ in group.runs))
        found = [dict(group.runs) for group in line.values()]
        single_runs = [[one.get(run, math.nan) for one in found] for run in runs]
        if any(sum(map(math.isfinite, one)) > 1 for one in single_runs):
            marks.seed_lines(axes, at, single_runs, mark)
        if any(group.known for group in line.values()):
            marks.band(axes, at, *zip(*(group.ends for group in line.values()), strict=True), mark)
        marks.curve(axes, at, [group.mean for group in line.values()], mark, markers=len(order) <= 12)
    for axes in panels[: 1 if alone else len(lines)]:
        if numeric and _is_wide(order) and axis != "epoch":
            axes.set_xscale("log")
        if _is_wide(known):
            axes.set_yscale("log")
        else:
            layout.plain_numbers(axes.yaxis)
        if not numeric:
            axes.set_xticks(range(len(order)), order, parse_math=False)
        elif len(order) <= 8:
            layout.plain_numbers(axes.xaxis, order)
        elif all(float(at).is_integer() for at in order):
            layout.whole_numbers(axes.xaxis)
        axes.set_xlabel(axis.replace("_", " "))
    for start in range(0, 0 if alone else len(panels), across):
        layout.level(panels[start : start + across])
    for axes, name in zip(panels, lines if not alone else (), strict=False):
        layout.panel_title(axes, name).set_parse_math(False)
    for axes in panels[len(lines) if not alone else 1 :]:
        axes.set_visible(False)
    layout.y_title(panels[0], _titled(measure), lift=5.0 if alone else 17.0)
    if alone and len(lines) > 1:
        marks.label_line_ends(panels[0])
    known_ends = any(group.known for line in lines.values() for group in line.values())
    several = len(lines) > 1
    heads = [*(["series"] if several else []), axis, _titled(measure), *(["low", "high"] if known_ends else [])]
    return Drawing(
        figure,
        "line chart",
        heads,
        [
            [*([name] if several else []), at, _short(group.mean)]
            + ([_short(group.low), _short(group.high)] if known_ends else [])
            for name, line in lines.items()
            for at, group in line.items()
        ],
        title=f"{_capital(measure.label)} by {axis.replace('_', ' ')}.",
        caption=f"The line is the {_average(measure)} over {unit}s, the band its 95 % interval; each faint line "
        f"is a {unit}."
        if known_ends
        else "",
    )


def heat_map(
    source: Any,
    *what: Any,
    rows: str | None = None,
    columns: str | None = None,
    epoch: int | None = None,
) -> Drawing:
    """Draw means as a map of cells: `heat_map(results, study, measure)`, or `heat_map(table, measure, rows=…,
    columns=…)` with two columns of a table.

    The first axis of the study gives the rows, all others the columns.
    """
    places: dict[tuple[str, str], _Group] = {}
    if rows is not None and columns is not None and len(what) == 1:
        data, measure = _data(source, what[0])
        for row, part in _parts(data, rows).items():
            for group in _groups(part, measure, columns, epoch)[0]:
                places[str(row), group.label] = group
        titles = rows, columns
    elif len(what) == 2:
        measure = what[1]
        for point, group in _cells(source, what[0], measure, epoch):
            (_, first), *others = point.items()
            places[_text(first), ", ".join(_text(value) for _, value in others)] = group
            titles = next(iter(point)), ", ".join(name for name, _ in list(point.items())[1:])
    else:
        _refuse("heat_map: write heat_map(results, study, measure) or heat_map(table, measure, rows=…, columns=…)")
    across, down = (list(dict.fromkeys(place[side] for place in places)) for side in (1, 0))
    values = [[places[row, column].mean if (row, column) in places else math.nan for column in across]
        for row in down]  # fmt: skip
    return _map(
        values,
        down,
        across,
        *(title.replace("_", " ") for title in titles),
        title=f"{_capital(measure.label)} by {' and '.join(filter(None, titles))}.".replace("_", " "),
        caption=f"Each cell is the {_average(measure)}, {_titled(measure)}.",
    )


def _map(
    values: Sequence[Sequence[float]],
    rows: Sequence[str],
    columns: Sequence[str],
    row_title: str,
    column_title: str,
    *,
    title: str,
    caption: str,
    **more: Any,
) -> Drawing:
    known = [value for line in values for value in line if math.isfinite(value)]
    margins = layout.Margins(left=_room(rows), top=8.0, bottom=11.0)
    figure, (axes,) = layout.column_figure(20.0 + 7.5 * len(rows), margins=margins)
    texts = [[_printed(value, known) for value in line] for line in values]
    cells.heat_map(axes, values, texts, rows=rows, columns=columns, **more)
    for text in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        text.set_parse_math(False)
    layout.y_title(axes, _capital(row_title))
    axes.set_xlabel(column_title)
    table_rows = [[row, *map(_short, line)] for row, line in zip(rows, values, strict=True)]
    return Drawing(figure, "heat map", [row_title, *columns], table_rows, title=title, caption=caption)


def scatter(
    source: Any,
    x: Measure | str,
    y: Measure | str,
    by: str | None = None,
    label: str | None = None,
    epoch: int | None = None,
) -> Drawing:
    """Draw one quantity against another: a point for each row of a table, or the mean of each experiment.

    Over results, `x` may be a field of the specifications, and each point has its name and its intervals.
    Over a table, `by` is a column that gives colour and marker, `label` one that names the points.
    """
    labels: list[marks.Label] = []
    rows: list[list[Any]] = []
    margins = layout.Margins(left=11.0, right=24.0 if label or isinstance(source, Mapping) else 4.0)
    figure, (axes,) = layout.column_figure(70.0, margins=margins)
    if isinstance(source, Mapping):
        measure = _named(source, y)
        names = list(source.experiments)
        fields = [_field(source, name, x, epoch) for name in names]
        groups = _groups(source, measure, None, epoch)[0]
        mark = Mark(measure.label)
        for at, group in zip(fields, groups, strict=True):
            if group.known:
                marks.interval_bars(axes, [at.mean], [group.low], [group.high], mark)
            if at.known:
                marks.interval_bars(axes, [group.mean], [at.low], [at.high], mark, level=True)
            labels.append(marks.Label(group.label, at.mean, group.mean, mark.colour))
            rows.append([group.label, _short(at.mean), _short(group.mean)])
        marks.points(axes, [at.mean for at in fields], [group.mean for group in groups], mark, size=5.0)
        titles, heads = (_titled(x), _titled(measure)), ["experiment"]
    else:
        data, measure = _data(source, y)
        across = x if isinstance(x, Measure) else Measure(x)
        for column in filter(None, (across.name, measure.name, by, label)):
            data.check_column(column)
        frame = data.frame.dropna(subset=[across.name, measure.name])
        series = {measure.label: frame} if by is None else dict(iter(frame.groupby(by, sort=False, observed=True)))
        if len(series) > len(SERIES):
            _refuse(f"scatter: {by!r} has {len(series)} values; allowed are up to {len(SERIES)}")
        for (name, part), style in zip(series.items(), SERIES, strict=False):
            places = [(one * _times(across), other * _times(measure))
                for one, other in zip(part[across.name], part[measure.name], strict=True)]  # fmt: skip
            marks.points(axes, [one for one, _ in places], [other for _, other in places], Mark(str(name), style))
            names = list(part[label]) if label else [""] * len(places)
            labels += [marks.Label(str(text), *at, style.colour) for text, at in zip(names, places, strict=True)]
            more = [[text] * bool(label) + [str(name)] * (by is not None) for text in names]
            rows += [[*head, *map(_short, at)] for head, at in zip(more, places, strict=True)]
        titles, heads = (_titled(across), _titled(measure)), [*filter(None, (label, by))]
        if by is not None:
            _key(axes)
    for axis, side in ((axes.xaxis, -2), (axes.yaxis, -1)):
        if _is_wide([row[side] for row in rows if row[side] is not None]):
            axis._set_axes_scale("log")
        else:
            layout.plain_numbers(axis)
    axes.grid(True)
    axes.set_xlabel(titles[0])
    layout.y_title(axes, titles[1])
    if label or isinstance(source, Mapping):
        marks.direct_labels(axes, labels)
    return Drawing(
        figure, "scatter plot", [*heads, *titles], rows, title=f"{_capital(titles[1])} against {titles[0]}."
    )


def confusion(
    source: Any,
    experiment: Experiment | str | None = None,
    truth: str = "truth",
    predicted: str = "predicted",
    *,
    errors_only: bool = False,
) -> Drawing:
    """Draw what is taken for what, in per cent of the items of each class (row), all runs together.

    `truth` and `predicted` are arrays of an experiment, shape (items,), or columns of a table; numbers or
    names of classes. `errors_only` leaves the diagonal blank.
    """
    import numpy as np

    if isinstance(source, Mapping):
        name = experiment if experiment is not None else next(iter(source))
        runs = source[name]
        pairs, of = list(zip(runs.arrays(truth), runs.arrays(predicted), strict=True)), runs.label
    else:
        data = source if isinstance(source, Data) else table(source)
        for column in (truth, predicted):
            data.check_column(column)
        pairs, of = [(data.frame[truth].to_numpy(), data.frame[predicted].to_numpy())], data.name
    for one, other in pairs:
        if one.shape != other.shape or one.ndim != 1:
            _refuse(f"confusion: {truth!r} has shape {one.shape}, {predicted!r} {other.shape}; both need (items,)")
    true, taken = (np.concatenate(side) for side in zip(*pairs, strict=True))
    classes = np.unique(np.concatenate([true, taken]))
    counts = np.zeros((len(classes), len(classes)), dtype=int)
    np.add.at(counts, (np.searchsorted(classes, true), np.searchsorted(classes, taken)), 1)
    shares = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    shares[counts == 0] = math.nan
    if errors_only:
        np.fill_diagonal(shares, math.nan)
    names = [str(one) for one in classes]
    high = {} if errors_only else {"high": 100.0}
    return _map(
        shares.tolist(),
        names,
        names,
        "truth",
        predicted,
        title=f"What {of} takes each class for.",
        caption="Rows are the true classes, in per cent of their items; an empty cell never occurs"
        + (", and right answers are left out." if errors_only else "."),
        low=0.0,
        **high,
    )


def _data(source: Any, measure: Measure | str) -> tuple[Any, Measure]:
    """The source as stats reads it, and the measure; a column of a table is one by its name."""
    data = source if isinstance(source, (Data, Mapping)) else table(source)
    return data, _named(data, measure)


def _named(data: Any, measure: Measure | str) -> Measure:
    if isinstance(measure, Measure):
        return measure
    if isinstance(data, Mapping):
        _refuse(f"the measure is {measure!r}; write Measure({measure!r}, unit=…), with the unit of its values")
    return Measure(measure, better="")


def _groups(data: Any, measure: Measure, by: Any, epoch: int | None) -> tuple[list[_Group], str]:
    """A group for each experiment, cell of a study or value of a column; and what one run is called."""
    of = samples(data, measure, "experiment" if by is None else by, epoch)
    return _averaged(of, measure), _unit(data)


def _averaged(of: Mapping[str, Any], measure: Measure) -> list[_Group]:
    found = mean(of, measure).mean
    quantities = list(found.members.values()) if hasattr(found, "members") else [found]
    times = measure.stored
    groups = []
    for sample, quantity in zip(of.values(), quantities, strict=True):
        runs = [(run, times * value) for run, values in sample.values.items() for value in values]
        ends = (times * _float(end) for end in (quantity.value, quantity.low, quantity.high))
        groups.append(_Group(sample.label or sample.name, tuple(runs), *ends))
    return groups


def _parts(data: Data, column: str) -> dict[Any, Data]:
    """The rows of a table by the values of a column: numbers ascending, texts as they come."""
    data.check_column(column)
    frame = data.frame
    ascending = frame[column].dtype.kind in "iufb" or hasattr(frame[column], "cat")
    groups = frame.groupby(column, sort=ascending, observed=True)
    return {_python(value): replace(data, source=part, where=None) for value, part in groups}


def _of_columns(data: Data, measure: Measure, x: str, by: str | None) -> dict[str, dict[Any, _Group]]:
    lines: dict[str, dict[Any, _Group]] = {}
    order = [str(value) for value in _parts(data, by)] if by else []
    for at, part in _parts(data, x).items():
        for group in _groups(part, measure, by, None)[0]:
            lines.setdefault(group.label if by else measure.label, {})[at] = group
    return {name: lines[name] for name in order} if set(order) == set(lines) else lines


def _of_study(
    results: Any, study: Study | str, measure: Measure
) -> tuple[dict[str, dict[Any, _Group]], str, str]:
    lines: dict[str, dict[Any, _Group]] = {}
    axis = ""
    for point, group in _cells(results, study, measure, None):
        (axis, at), *others = point.items()
        name = ", ".join(f"{other.replace('_', ' ')} {_text(value)}" for other, value in others)
        lines.setdefault(name or measure.label, {})[at if isinstance(at, (int, float)) else _text(at)] = group
    return lines, _unit(results), axis


def _cells(
    results: Any, study: Study | str, measure: Measure, epoch: int | None
) -> Iterable[tuple[Mapping[str, Any], _Group]]:
    """The points of a study, each with its group."""
    points = [(point, runs.name) for point, runs in results.study(study)]
    of = samples(results, measure, "experiment", epoch, [name for _, name in points])
    return zip([point for point, _ in points], _averaged(of, measure), strict=True)


def _recorded(name: str) -> Measure:
    def value(run: Any, epoch: int | None) -> float:
        record = flat(run.records[epoch - 1]) if epoch and epoch <= len(run.records) else {}
        return float(record.get(name, math.nan))

    return Measure(name, better="", value=value)


def _of_epochs(results: Any, measure: Measure) -> dict[str, dict[Any, _Group]]:
    """A line for each experiment: epochs with a record of the measure, or those kept."""
    lines: dict[str, dict[Any, _Group]] = {}
    for name in results.experiments:
        runs = results[name]
        records = [len(run.records) for run in runs if run.records and measure.name in flat(run.records[0])]
        epochs = range(1, max(records) + 1) if records else sorted({e for run in runs for e in run.kept})
        if measure.value is not None and measure.better == "" and not records:
            runs.curve(measure.name)  # it has no such record: this names those that there are
        of = {str(epoch): samples(results, measure, "experiment", epoch, [name])[name] for epoch in epochs}
        lines[runs.label] = dict(zip(epochs, _averaged(of, measure), strict=True))
    return lines


def _field(results: Any, name: str, what: Measure | str, epoch: int | None) -> _Group:
    """A measure of an experiment, or a number of its specification, which has no interval."""
    if isinstance(what, Measure):
        return _averaged(samples(results, what, "experiment", epoch, [name]), what)[0]
    experiment = results[name].experiment
    value = getattr(experiment.specification, what, getattr(experiment, what, None))
    if not isinstance(value, (int, float)):
        _refuse(f"scatter: {what!r} of {name!r} is {value!r}; a number of the specification is needed")
    return _Group(name, (), float(value), math.nan, math.nan)


def _unit(data: Any) -> str:
    if isinstance(data, Mapping):
        return next((str(runs.experiment.design.unit) for runs in data.values()), "seed")
    return str(data.unit)


def _of(data: Any, by: Any) -> str:
    """What the groups are values of."""
    name = "experiment" if by is None else by if isinstance(by, str) else by.name
    return str(name if by is not None or isinstance(data, Mapping) else "table").replace("_", " ")


def _times(measure: Measure) -> float:
    return 1.0 if measure.percent else measure.stored


def _titled(measure: Measure | str) -> str:
    """What an axis shows and in which unit, which is not repeated where the measure is named after it."""
    if isinstance(measure, str):
        return measure.replace("_", " ")
    unit = {"points": "percentage points"}.get(measure.unit, measure.unit)
    return measure.label if unit in ("", *measure.label.split()) else f"{measure.label}, {unit}"


def _average(measure: Measure) -> str:
    return "geometric mean" if measure.scale == "ratio" else "mean"


def _printed(value: float, among: Sequence[float]) -> str:
    """A number in as few decimals as tell the largest of `among` to three digits; empty for none."""
    if not math.isfinite(value):
        return ""
    largest = max((abs(one) for one in among if math.isfinite(one)), default=0.0) or 1.0
    return layout.number(value, f".{max(0, min(9, 2 - math.floor(math.log10(largest))))}f")


def _short(value: float) -> float | None:
    return float(f"{value:.6g}") if math.isfinite(value) else None


def _float(value: Any) -> float:
    return math.nan if value is None else float(value)


def _python(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _text(value: Any) -> str:
    """A value of an axis in a few characters; equal values as their number times the value."""
    if isinstance(value, (list, tuple)):
        same = len(value) > 1 and len(set(value)) == 1
        return f"{len(value)} × {value[0]}" if same else "-".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _is_wide(values: Sequence[float]) -> bool:
    return bool(values) and min(values) > 0 and max(values) >= WIDE * min(values)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _room(labels: Iterable[str]) -> float:
    """Millimetres for labels left of a panel."""
    return min(6.0 + LETTER_MM * max(map(len, labels), default=0), 60.0)


def _key(axes: Any) -> None:
    """A legend above the panel, on the right."""
    corner: Any = {"loc": "lower right", "bbox_to_anchor": (1.0, 1.0), "borderaxespad": 0.3}
    spacing: Any = {"handlelength": 0.9, "handleheight": 0.8, "columnspacing": 1.2, "handletextpad": 0.4}
    for text in axes.legend(ncols=len(SERIES), **corner, **spacing).get_texts():
        text.set_parse_math(False)


def _refuse(text: str) -> Any:
    raise UsageError(told(here(), text))
