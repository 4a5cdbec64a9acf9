"""Accuracy by digit: bars that hang from 100 %, so that their length is the share of wrong answers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from exercise.measuring.reading import PERCENT
from labreport import charts
from labreport.claims import Answer, Quantity
from labreport.outline import figure
from labreport.results import Results

COLUMNS = 3
ROW = 46.0
"""Millimetres that a row of panels takes with all around it."""
LIFT = 18.0
"""Points above a panel at which its title clears the axis's name."""


@figure(answers=("bonus.digits",), slug="digits")
def accuracy_by_digit(results: Results, answers: Mapping[str, Answer]) -> charts.Drawing:
    """A panel of bars for each network that tells digits apart; the table holds every network."""
    answer = answers["bonus.digits"]
    digits = [int(digit) for digit in answer.facts["digits"]]
    names = [str(name) for name in answer.facts["rows"]]
    found = {name: [answer.quantities[f"{name}.digit-{digit}"] for digit in digits] for name in names}
    shown = [name for name in names if name in answer.facts["learned"]] or names[:1]
    columns = min(COLUMNS, len(shown))
    rows = math.ceil(len(shown) / columns)
    figure, panels = charts.column_figure(
        rows * ROW,
        columns=columns,
        rows=rows,
        margins=charts.Margins(left=9, right=2, top=13, bottom=10, between=5, rows_between=22),
    )
    for panel, name in zip(panels, shown, strict=False):
        _bars(panel, digits, found[name], stand_out=name in answer.facts["learned"])
        charts.panel_title(panel, name, lift=LIFT)
    lowest = min(_low(quantity) for name in shown for quantity in found[name])
    for panel in panels[: len(shown)]:
        panel.set_ylim(max(0.0, 2.0 * math.floor(lowest / 2.0)), PERCENT)
    for panel in panels[len(shown) :]:
        panel.set_visible(False)
    for start in range(0, len(shown), columns):
        charts.level(panels[start : start + columns])
        charts.y_title(panels[start], "Accuracy, %")
    return charts.Drawing(
        figure,
        "bar charts of test accuracy by digit, the bars hanging from the top",
        ["network", "digit", "mean test accuracy, %", "low, %", "high, %"],
        [
            [name, digit, *_rounded(quantity)]
            for name in names
            for digit, quantity in zip(digits, found[name], strict=True)
        ],
    )


def _bars(panel: charts.Panel, digits: Sequence[int], found: Sequence[Quantity], *, stand_out: bool) -> None:
    """A bar for each digit, down to its accuracy; the longest stands out."""
    heights = [_percent(quantity) for quantity in found]
    longest = min(range(len(heights)), key=lambda index: heights[index]) if stand_out else None
    digit, other = charts.Mark("digit", charts.SERIES[1]), charts.Mark("longest bar", charts.SERIES[0])
    charts.bars(panel, digits, heights, digit, standing_out=other, at=longest, base=PERCENT)
    ink = charts.Mark("interval", charts.SERIES[3])
    highs = [
        PERCENT * quantity.interval.high if quantity.interval else _percent(quantity) for quantity in found
    ]
    charts.interval_bars(panel, digits, [_low(quantity) for quantity in found], highs, ink)
    charts.plain_numbers(panel.xaxis, digits)
    charts.plain_numbers(panel.yaxis)
    panel.set_xlabel("digit")


def _percent(quantity: Quantity) -> float:
    return PERCENT * float(quantity.value or 0)


def _low(quantity: Quantity) -> float:
    return PERCENT * quantity.interval.low if quantity.interval else _percent(quantity)


def _rounded(quantity: Quantity) -> list[float | None]:
    limits = (quantity.interval.low, quantity.interval.high) if quantity.interval else (None, None)
    return [None if value is None else round(PERCENT * value, 2) for value in (quantity.value, *limits)]
