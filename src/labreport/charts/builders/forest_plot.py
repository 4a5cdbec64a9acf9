"""Forest plots: differences and effects with their intervals, and a line at no difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labreport.charts import layout, ticks
from labreport.charts.builders.parts import make_drawing, name_rows, title_with_unit
from labreport.charts.drawing import Drawing
from labreport.charts.marks import REFERENCE
from labreport.charts.styles import Colour
from labreport.errors import refuse
from labreport.project.checks import short_repr
from labreport.stats import Difference, Finding, Quantity
from labreport.stats.formats import column_texts
from labreport.stats.judgement import is_clear
from labreport.stats.quantity import as_quantity
from labreport.stats.wording import unit_text

if TYPE_CHECKING:
    import pandas

_ROW_MM = 6.0
_GAP = 6.0
"""The distance from the panel to the numbers beside it, in points."""


def forest(source: Finding | Mapping[str, Finding | Quantity], title: str = "") -> Drawing:
    """Draw differences, ratios or effects: points, intervals, a line at no difference, and the numbers.

    `source` is a finding, such as `answer.difference`, or a mapping of labels to quantities and findings with
    one comparison: `{"crude": answer.difference, "adjusted": number(…, null=0)}`. A filled point is a clear
    difference. Thin lines are the intervals by which several comparisons are judged together. By default, the
    title says how many differences are clear. Raises `UsageError` for other findings, and if units differ.
    """
    by_label = _rows_of_finding(source) if isinstance(source, Finding) else _rows_of_mapping(source)
    quantities = list(by_label.values())
    axis_title = _axis_title(quantities)
    frame = _numbers(quantities)
    figure = _draw(by_label, frame, axis_title)
    table = frame.set_axis([axis_title, "low", "high", "judged low", "judged high"], axis=1)
    table.insert(0, "comparison", list(by_label))
    clear = [quantity for quantity in quantities if is_clear(quantity.outcome)]
    sentence = title or f"{len(clear)} of {len(quantities)} differences are clear"
    return make_drawing(figure, "forest plot", table, sentence, _caption(quantities))


def _draw(by_label: Mapping[str, Quantity], frame: pandas.DataFrame, axis_title: str) -> Figure:
    """Draw a row for each quantity with the numbers in `frame`, and a line at no difference."""
    quantities = list(by_label.values())
    are_ratios = any(quantity.is_ratio for quantity in quantities)
    figure, (axes,) = layout.column_figure(20.0 + _ROW_MM * len(quantities))
    axes.set_xscale("log" if are_ratios else "linear")
    places = range(len(quantities))
    axes.hlines(places, frame.judged_low, frame.judged_high, colors=Colour.BLUE, linewidth=0.8)
    axes.hlines(places, frame.low, frame.high, colors=Colour.BLUE, linewidth=2.4)
    fills = [Colour.BLUE if is_clear(quantity.outcome) else Colour.PAPER for quantity in quantities]
    squares = axes.scatter(frame.value, places, s=25.0, c=fills, marker="s", zorder=3)
    squares.set(linewidth=1.2, edgecolor=Colour.BLUE)
    _write_numbers(axes, quantities)
    axes.axvline(1.0 if are_ratios else 0.0, **REFERENCE)
    name_rows(axes, list(by_label), axis_title)
    ticks.few_numbers(axes.xaxis)
    return figure


def _write_numbers(axes: Axes, quantities: Sequence[Quantity]) -> None:
    """Write the value and the ends of each row beside the panel: `−5.2 (−10.1 to −0.3)`."""
    for place, text in enumerate(column_texts(quantities, "ends")):
        number = layout.note(axes, text, (1.0, place), (_GAP, 0.0), xycoords=axes.get_yaxis_transform())
        number.set(va="center", color=Colour.INK)
    layout.note(axes, "(95 % interval)", (1.0, 1.0), (_GAP, 4.0), xycoords="axes fraction")


def _rows_of_finding(finding: Finding) -> dict[str, Quantity]:
    """The quantity of each comparison by its name, which starts with its group: `week 12, drug − placebo`."""
    if not isinstance(finding, Difference):
        refuse(f"forest: it draws differences and effects, and no {type(finding).__name__.lower()}")
    rows = {}
    for single in finding.singles():
        name = str(single.table.rows[0][0])
        if finding.is_grouped:
            group = single.group
            if group[:1].isdigit():
                group = f"{finding.group_column} {group}".replace("_", " ")
            name = f"{group}, {name}"
        rows[name] = single.evidence[0]
    return rows


def _rows_of_mapping(source: object) -> dict[str, Quantity]:
    if not isinstance(source, Mapping):
        refuse(f"forest: it takes a finding, or a mapping of labels to them; this is {short_repr(source)}")
    return {str(label): as_quantity(item) for label, item in source.items()}


def _axis_title(quantities: Sequence[Quantity]) -> str:
    """The measure and its unit. Raises `UsageError` if units differ."""
    units = set()
    for quantity in quantities:
        units.add("ratio" if quantity.is_ratio else unit_text(quantity.unit))
    if len(units) != 1:
        listed = ", ".join(unit or "no unit" for unit in sorted(units))
        refuse(f"forest: it needs comparisons of one unit; these have {listed or 'none'}")
    return title_with_unit(quantities[0].source.measure, units.pop())


def _numbers(quantities: Sequence[Quantity]) -> pandas.DataFrame:
    """A frame with the value and both intervals of each row, in the printed unit; NaN if missing."""
    import pandas

    columns = ["value", "low", "high", "judged_low", "judged_high"]
    stored = [[getattr(quantity, column) for column in columns] for quantity in quantities]
    factors = [quantity.factor for quantity in quantities]
    return pandas.DataFrame(stored, columns=columns, dtype=float).mul(factors, axis=0)


def _caption(quantities: Sequence[Quantity]) -> str:
    family = max(quantity.family for quantity in quantities)
    thin = f", thin ones those by which the {family} comparisons are judged together" if family > 1 else ""
    lines = f"Thick lines are 95 % intervals{thin}."
    return f"A filled square is a clear difference. {lines} The dashed line is no difference."
