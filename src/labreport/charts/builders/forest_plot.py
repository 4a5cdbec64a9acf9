"""Differences and effects with their intervals, a row for each, beside the line of no difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from labreport.charts import layout, marks, ticks
from labreport.charts.builders.parts import drawing, label_room, name_rows, rounded
from labreport.charts.styles import Colour
from labreport.charts.svg import Drawing
from labreport.project import Measure
from labreport.project.checks import short_repr
from labreport.stats import Compared, Finding, Namespace, Quantity, digits_of_column
from labreport.stats.formats import Formatter
from labreport.stats.quantity import as_quantity, refuse
from labreport.stats.wording import unit_text

_ROW_MM = 6.0
_GAP = 6.0
"""From the panel to the numbers beside it, in points."""
_MOST_NAMED = 3
"""So many clear differences are named in the title."""


@dataclass(frozen=True)
class Row:
    """A comparison, and what it is called in the chart."""

    label: str
    quantity: Quantity

    @property
    def factor(self) -> float:
        """How many of the printed unit are one of the stored."""
        return self.quantity.factor


def forest(source: Any, title: str = "") -> Drawing:
    """Draw differences, ratios or effects: point, interval, and the line of no difference; numbers beside.

    `source` is a finding, such as `answer.difference`, or a mapping of labels to findings or quantities, such
    as `{"adjusted": number(…), "crude": answer.difference}`. A filled point is clear. Where several are
    judged together, a thin line is the interval by which they are. By default the title says which are
    clear. Raises `UsageError` for what compares nothing, and for two units.
    """
    rows = list(_rows(source))
    if not rows:
        refuse("forest: nothing is compared; allowed are findings, and quantities by their labels")
    units = {row.quantity.unit for row in rows}
    if len(units) > 1:
        refuse(f"forest: one axis has one unit; these are {', '.join(sorted(map(unit_text, units)))}")
    texts = _number_texts(rows)
    labels = [row.label for row in rows]
    margins = layout.Margins(left=label_room(labels), right=label_room(texts), top=8.0, bottom=12.0)
    height = margins.top + margins.bottom + _ROW_MM * len(rows)
    figure, (axes,) = layout.column_figure(height, margins=margins)
    if units == {"times"}:
        axes.set_xscale("log")
    for place, row in enumerate(rows):
        _draw_row(axes, place, row)
    _draw_null(axes, rows)
    axis = _axis_title(source, rows)
    name_rows(axes, labels, axis)
    _scale(axes, is_ratio=units == {"times"})
    for place, text in enumerate(texts):
        beside = {"xycoords": axes.get_yaxis_transform(), "va": "center", "color": Colour.INK.value}
        layout.note(axes, text, (1.0, place), (_GAP, 0.0), **beside)
    layout.note(axes, "(95 % interval)", (1.0, 1.0), (_GAP, 4.0), xycoords="axes fraction")
    columns, table_rows = _table(rows, axis)
    return drawing(figure, "forest plot", columns, table_rows, title or _finding(rows), _caption(rows))


# What is compared


def _rows(source: Any) -> Iterator[Row]:
    if isinstance(source, Finding):
        yield from _rows_of_finding(source)
        return
    members = source.members if isinstance(source, Namespace) else source
    if not isinstance(members, Mapping):
        allowed = "a finding, or a mapping of labels to findings or quantities"
        refuse(f"forest: it takes {allowed}; this is {short_repr(source)}")
    for label, item in members.items():
        rows = list(_rows_of_finding(item)) if isinstance(item, Finding) else []
        if len(rows) > 1:
            yield from (Row(f"{label}: {row.label}", row.quantity) for row in rows)
        else:
            yield Row(str(label), _as_comparison(as_quantity(item)))


def _rows_of_finding(finding: Finding) -> Iterator[Row]:
    """A row for each comparison, named by what differs between them."""
    if not isinstance(finding, Compared):
        kind = type(finding).__name__.lower()
        refuse(f"forest: a {kind} compares nothing; it takes a difference, an effect or a ranking")
    singles = finding.singles()
    pairs = {single.comparisons[0].subjects for single in singles}
    seconds = {subjects[1:] for subjects in pairs}
    for single in singles:
        comparison = single.comparisons[0]
        names = [single.label(name) for name in comparison.subjects]
        shown = names if len(seconds) > 1 else names[:1]
        label = " against ".join(shown)
        if single.within:
            group = _group_label(finding.within, single.within)
            label = group if len(pairs) == 1 else f"{group}: {label}"
        yield Row(label, comparison.quantity)


def _group_label(column: str, group: str) -> str:
    """A group that is a number has the name of its column: `week 12`."""
    return f"{column.replace('_', ' ')} {group}" if group[:1].isdigit() else group


def _as_comparison(quantity: Quantity) -> Quantity:
    """A number that somebody computed, judged by its own interval beside no difference."""
    if quantity.null is not None:
        return quantity
    null = 1.0 if quantity.unit == "times" else 0.0
    return replace(quantity, null=null, judged_low=quantity.low, judged_high=quantity.high)


def _axis_title(source: Any, rows: Sequence[Row]) -> str:
    """What is compared with what: `SBP, drug minus placebo, mmHg`."""
    quantity = rows[0].quantity
    measure: Measure | None = getattr(source, "measure", None)
    parts = [measure.label if measure else quantity.source.measure]
    pairs = {row.quantity.source.experiments for row in rows}
    seconds = {pair[1:] for pair in pairs}
    if len(pairs) == 1 and len(quantity.source.experiments) == 2:
        first, second = quantity.source.experiments
        parts.append(f"{first} {quantity.source.relation} {second}")
    elif len(seconds) == 1 and seconds != {()}:
        parts.append(f"compared with {quantity.source.experiments[1]}")
    if quantity.unit == "times":
        parts.append("ratio")
    else:
        parts.append("percentage points" if quantity.unit == "points" else unit_text(quantity.unit))
    return ", ".join(part.replace("_", " ") for part in parts if part)


# Drawing


_INTERVAL: Any = {"color": Colour.BLUE.value, "label": "_", "solid_capstyle": "butt"}
_SQUARE: Any = {
    "marker": "s",
    "markersize": 5.0,
    "markeredgecolor": Colour.BLUE.value,
    "markeredgewidth": 1.2,
}
_SQUARE |= {"linestyle": "none", "label": "_"}


def _draw_row(axes: Any, place: int, row: Row) -> None:
    """Draw the intervals and the point of a comparison; filled where it is clear."""
    quantity, factor = row.quantity, row.factor
    if quantity.value is None:
        return
    if quantity.judged is not None and quantity.family > 1:
        ends = [quantity.judged.low * factor, quantity.judged.high * factor]
        axes.plot(ends, [place, place], linewidth=0.8, **_INTERVAL)
    if quantity.interval is not None:
        ends = [end * factor for end in quantity.interval]
        axes.plot(ends, [place, place], linewidth=2.4, **_INTERVAL)
    is_clear = quantity.outcome in ("more", "less")
    fill = Colour.BLUE if is_clear else Colour.PAPER
    value = quantity.value * factor
    axes.plot([value], [place], markerfacecolor=fill.value, zorder=3, **_SQUARE)


def _draw_null(axes: Any, rows: Sequence[Row]) -> None:
    """Draw the line of no difference, and behind it what lies within the margin."""
    quantity, factor = rows[0].quantity, rows[0].factor
    is_ratio = quantity.unit == "times"
    marks.upright_reference_line(axes, 1.0 if is_ratio else 0.0)
    margin = _margin_of(rows)
    if margin:
        low = 1 / margin if is_ratio else -margin * factor
        axes.axvspan(low, margin * factor, color=Colour.GRID.value, alpha=0.45, linewidth=0, zorder=0)


def _scale(axes: Any, *, is_ratio: bool) -> None:
    axes.margins(x=0.04)
    low, high = axes.get_xlim()
    if is_ratio and high > 10 * low:
        ticks.thousands(axes.xaxis, (1.0, 2.0, 5.0))
    else:
        ticks.few_numbers(axes.xaxis)


# Numbers and texts


def _number_texts(rows: Sequence[Row]) -> list[str]:
    """The value and the ends of each row, in one number of decimals: `−5.2 (−10.1 to −0.3)`."""
    decimals = digits_of_column([row.quantity for row in rows])
    texts = []
    for row in rows:
        formatter = Formatter(row.quantity)
        if not formatter.is_logarithmic and formatter.exponent is None:
            formatter.fix_decimals(decimals)
        text = formatter.value_text()
        texts.append(f"{text} ({formatter.interval_text()})" if formatter.has_interval else text)
    return texts


def _table(rows: Sequence[Row], axis: str) -> tuple[list[str], list[list[Any]]]:
    columns = ["comparison", axis, "low", "high", "judged low", "judged high", "p", "n"]
    table_rows = []
    for row in rows:
        quantity, factor = row.quantity, row.factor
        stored = [quantity.value, quantity.low, quantity.high, quantity.judged_low, quantity.judged_high]
        numbers = [None if number is None else rounded(number * factor) for number in stored]
        sizes = [f"{size:,}" for _, size in quantity.groups] or [f"{quantity.n:,}"]
        p = None if quantity.p is None else rounded(quantity.p)
        table_rows.append([row.label, *numbers, p, " and ".join(sizes)])
    return columns, table_rows


def _finding(rows: Sequence[Row]) -> str:
    """Say which differences are clear."""
    clear = [row.label for row in rows if row.quantity.outcome in ("more", "less")]
    if len(rows) == 1:
        words = {"same": "does not matter", "unclear": "is unclear", "unknown": "is not known"}
        return f"the difference {words.get(rows[0].quantity.outcome, 'is clear')}"
    if not clear:
        return f"none of {len(rows)} differences is clear"
    verb = "is" if len(clear) == 1 else "are"
    text = f"{len(clear)} of {len(rows)} differences {verb} clear"
    return f"{text}: {', '.join(clear)}" if len(clear) <= _MOST_NAMED else text


def _caption(rows: Sequence[Row]) -> str:
    sentences = ["A filled square is a clear difference."]
    family = max(row.quantity.family for row in rows)
    if family > 1:
        thin = f"thin ones those by which the {family} comparisons are judged together"
        sentences.append(f"Thick lines are 95 % intervals, {thin}.")
    else:
        sentences.append("Lines are 95 % intervals.")
    dashed = "The dashed line is no difference"
    sentences.append(f"{dashed}, the pale band what does not matter." if _margin_of(rows) else f"{dashed}.")
    return " ".join(sentences)


def _margin_of(rows: Sequence[Row]) -> float | None:
    """The margin that all comparisons have."""
    margins = {row.quantity.margin for row in rows}
    return margins.pop() if len(margins) == 1 else None
