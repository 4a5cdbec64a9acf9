"""Differences and effects with their intervals, a row for each, beside the line of no difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from labreport.charts import layout, marks, ticks
from labreport.charts.builders.parts import drawing, label_room, name_rows, rounded
from labreport.charts.styles import Colour
from labreport.charts.svg import Drawing
from labreport.errors import refuse
from labreport.project.checks import short_repr
from labreport.stats import Difference, Finding, Quantity
from labreport.stats.formats import Formatter
from labreport.stats.quantity import as_quantity
from labreport.stats.rounding import decimals_in_column, digits_of_column, scale_of
from labreport.stats.wording import unit_text

_ROW_MM = 6.0
_GAP = 6.0
"""From the panel to the numbers beside it, in points."""
_INTERVAL: Any = {"color": Colour.BLUE.value, "label": "_", "solid_capstyle": "butt"}
_SQUARE: Any = {
    "marker": "s",
    "markersize": 5.0,
    "markeredgecolor": Colour.BLUE.value,
    "markeredgewidth": 1.2,
}
_SQUARE |= {"linestyle": "none", "label": "_"}


def forest(source: Finding | Mapping[str, Finding | Quantity], title: str = "") -> Drawing:
    """Draw differences, ratios or effects: point, interval, and the line of no difference; numbers beside.

    `source` is a finding, such as `answer.difference`, or a mapping of labels to findings of one comparison
    and quantities: `{"crude": answer.difference, "adjusted": number(…, null=0)}`. A filled point is clear. A
    thin line is the interval by which several are judged together. By default the title says how many are
    clear. Raises `UsageError` for what compares nothing, and for two units.
    """
    rows = _rows_of_finding(source) if isinstance(source, Finding) else _rows_of_mapping(source)
    units = {"ratio" if quantity.is_ratio else unit_text(quantity.unit) for quantity in rows.values()}
    if len(units) != 1:
        listed = ", ".join(unit or "no unit" for unit in sorted(units))
        refuse(f"forest: it needs comparisons of one unit; these have {listed or 'none'}")
    unit = units.pop()
    are_ratios = any(quantity.is_ratio for quantity in rows.values())
    texts = _number_texts(list(rows.values()))
    margins = layout.Margins(left=label_room(rows), right=label_room(texts), bottom=12.0)
    height = margins.top + margins.bottom + _ROW_MM * len(rows)
    figure, (axes,) = layout.column_figure(height, margins=margins)
    axes.set_xscale("log" if are_ratios else "linear")
    for place, (quantity, text) in enumerate(zip(rows.values(), texts, strict=True)):
        _draw_row(axes, place, quantity)
        beside: Any = {"xycoords": axes.get_yaxis_transform(), "va": "center", "color": Colour.INK.value}
        layout.note(axes, text, (1.0, place), (_GAP, 0.0), **beside)
    layout.note(axes, "(95 % interval)", (1.0, 1.0), (_GAP, 4.0), xycoords="axes fraction")
    marks.upright_reference_line(axes, 1.0 if are_ratios else 0.0)
    measure = next(iter(rows.values())).source.measure
    shown_unit = "percentage points" if unit == "points" else unit
    axis = ", ".join(part for part in (measure.replace("_", " "), shown_unit) if part)
    name_rows(axes, list(rows), axis)
    ticks.few_numbers(axes.xaxis)
    clear = sum(quantity.outcome in ("more", "less") for quantity in rows.values())
    columns = ["comparison", axis, "low", "high", "judged low", "judged high"]
    table = [[label, *_numbers(quantity)] for label, quantity in rows.items()]
    said = title or f"{clear} of {len(rows)} differences are clear"
    return drawing(figure, "forest plot", columns, table, said, _caption(list(rows.values())))


def _rows_of_finding(finding: Finding) -> dict[str, Quantity]:
    """The quantity of each comparison by its name, with its group before it: `week 12, drug − placebo`."""
    if not isinstance(finding, Difference):
        refuse(f"forest: it draws differences and effects, and no {type(finding).__name__.lower()}")
    rows = {}
    for *texts, quantity in (row[: 2 + bool(finding.groups)] for row in finding.table.rows):
        if finding.groups and texts[0][:1].isdigit():
            texts[0] = f"{finding.within} {texts[0]}".replace("_", " ")
        rows[", ".join(texts)] = quantity
    return rows


def _rows_of_mapping(source: Any) -> dict[str, Quantity]:
    if not isinstance(source, Mapping):
        refuse(f"forest: it takes a finding, or a mapping of labels to them; this is {short_repr(source)}")
    return {str(label): as_quantity(item) for label, item in source.items()}


def _draw_row(axes: Any, place: int, quantity: Quantity) -> None:
    """Draw the intervals and the point of a comparison; filled where it is clear."""
    factor = quantity.factor
    if quantity.judged is not None and quantity.family > 1:
        ends = [quantity.judged.low * factor, quantity.judged.high * factor]
        axes.plot(ends, [place, place], linewidth=0.8, **_INTERVAL)
    if quantity.interval is not None:
        ends = [end * factor for end in quantity.interval]
        axes.plot(ends, [place, place], linewidth=2.4, **_INTERVAL)
    if quantity.value is not None:
        fill = Colour.BLUE if quantity.outcome in ("more", "less") else Colour.PAPER
        axes.plot([quantity.value * factor], [place], markerfacecolor=fill.value, zorder=3, **_SQUARE)


def _number_texts(quantities: Sequence[Quantity]) -> list[str]:
    """The value and the ends of each row, in one number of decimals: `−5.2 (−10.1 to −0.3)`."""
    decimals = digits_of_column(quantities)
    texts = []
    for quantity in quantities:
        scale = scale_of(quantity, decimals_in_column(quantity, decimals))
        formatter = Formatter(quantity, scale)
        interval = f" ({formatter.interval_text()})" if formatter.has_interval else ""
        texts.append(formatter.value_text() + interval)
    return texts


def _numbers(quantity: Quantity) -> list[float | None]:
    """Value, interval and judged interval in the printed unit."""
    stored = (quantity.value, quantity.low, quantity.high, quantity.judged_low, quantity.judged_high)
    return [None if number is None else rounded(number * quantity.factor) for number in stored]


def _caption(quantities: Sequence[Quantity]) -> str:
    family = max(quantity.family for quantity in quantities)
    thin = f", thin ones those by which the {family} comparisons are judged together" if family > 1 else ""
    lines = f"Thick lines are 95 % intervals{thin}."
    return f"A filled square is a clear difference. {lines} The dashed line is no difference."
