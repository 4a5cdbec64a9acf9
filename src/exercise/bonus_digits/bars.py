"""Accuracy by digit: bars from zero for every network, and a close look at those that learned."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from exercise.measuring.reading import PERCENT
from labreport import charts
from labreport.claims import Answer, Quantity
from labreport.outline import figure
from labreport.results import Results

COLUMNS = 3
BARS_HEIGHT = 29.0
DOTS_HEIGHT = 50.0
"""Millimetres that a row of bars, and the panel of dots, take with all around them."""
SPREAD = 0.17
"""Distance of two networks' dots of one digit, in digits."""
ABOVE_LABEL = 11.0
"""Points above a panel at which its title clears a bar's label."""
MARGIN = 0.5


@figure(answers=("bonus.digits",), slug="digits")
def accuracy_by_digit(results: Results, answers: Mapping[str, Answer]) -> charts.Drawing:
    """Small multiples of bars; below them dots with Wilson's intervals on an axis that may be truncated."""
    answer = answers["bonus.digits"]
    digits = [int(digit) for digit in answer.facts["digits"]]
    names = [str(name) for name in answer.facts["rows"]]
    found = {name: [answer.quantities[f"{name}.digit-{digit}"] for digit in digits] for name in names}
    close = sorted(answer.facts["learned"], key=lambda name: -_mean(found[name]))[: len(charts.SERIES)]
    rows = math.ceil(len(names) / COLUMNS)
    below = DOTS_HEIGHT if close else 0.0
    figure, panels = charts.column_figure(
        rows * BARS_HEIGHT + below,
        columns=COLUMNS,
        rows=rows,
        margins=charts.Margins(left=11, right=2, top=9, bottom=9 + below, between=5, rows_between=15),
    )
    for panel, name in zip(panels, names, strict=False):
        _bars(panel, digits, _percent(found[name]), stuck=name not in answer.facts["learned"])
        charts.panel_title(panel, name, lift=ABOVE_LABEL)
    for start in range(0, len(panels), COLUMNS):
        charts.level(panels[start : start + COLUMNS])
    for panel in panels[len(names) :]:
        panel.set_visible(False)
    if close:
        dots = charts.panel_at(figure, 11, rows * BARS_HEIGHT + 8, 93, DOTS_HEIGHT - 18)
        _dots(dots, digits, {name: found[name] for name in close})
    return charts.Drawing(
        figure,
        "bar charts of test accuracy by digit for each network, dots with intervals for some",
        ["network", "digit", "mean test accuracy, %", "low, %", "high, %"],
        [
            [name, digit, *_rounded(quantity)]
            for name in names
            for digit, quantity in zip(digits, found[name], strict=True)
        ],
    )


def _bars(panel: charts.Panel, digits: Sequence[int], heights: Sequence[float], *, stuck: bool) -> None:
    """A bar a digit; the lowest stands out, but not where the network names one digit for nearly all."""
    lowest = None if stuck else min(range(len(heights)), key=lambda index: heights[index])
    digit, worst = charts.Mark("digit", charts.SERIES[1]), charts.Mark("outstanding digit", charts.SERIES[0])
    charts.bars(panel, digits, heights, digit, standing_out=worst, at=lowest)
    if lowest is not None:
        charts.label_above(
            panel, charts.Label(f"{heights[lowest]:.0f}", digits[lowest], heights[lowest], worst.colour)
        )
    panel.set_ylim(0, PERCENT)
    panel.set_yticks([0, 50, 100], ["0", "50", "100 %"])
    charts.plain_numbers(panel.xaxis, digits)


def _dots(panel: charts.Panel, digits: Sequence[int], found: Mapping[str, Sequence[Quantity]]) -> None:
    labels = []
    for index, ((name, quantities), style) in enumerate(zip(found.items(), charts.SERIES, strict=False)):
        mark = charts.Mark(name, style)
        places = [digit + SPREAD * (index - (len(found) - 1) / 2) for digit in digits]
        heights = _percent(quantities)
        charts.points(panel, places, heights, mark)
        limits = [_interval(quantity) for quantity in quantities]
        charts.interval_bars(panel, places, [low for low, _ in limits], [high for _, high in limits], mark)
        labels.append(charts.Label(name, digits[-1] + MARGIN, heights[-1], mark.colour))
    panel.set_xlim(digits[0] - MARGIN, digits[-1] + MARGIN)
    charts.round_limits(panel, 1.0, highest=PERCENT)
    charts.plain_numbers(panel.xaxis, digits)
    charts.plain_numbers(panel.yaxis)
    panel.set_xlabel("digit")
    charts.y_title(panel, "Test accuracy, %")
    charts.note_truncated(panel)
    charts.direct_labels(panel, labels)


def _mean(quantities: Sequence[Quantity]) -> float:
    return sum(_percent(quantities)) / len(quantities)


def _percent(quantities: Sequence[Quantity]) -> list[float]:
    return [PERCENT * float(quantity.value or 0) for quantity in quantities]


def _interval(quantity: Quantity) -> tuple[float, float]:
    interval, value = quantity.interval, float(quantity.value or 0)
    return (PERCENT * interval.low, PERCENT * interval.high) if interval else (PERCENT * value,) * 2


def _rounded(quantity: Quantity) -> list[float | None]:
    limits = (quantity.interval.low, quantity.interval.high) if quantity.interval else (None, None)
    return [None if value is None else round(PERCENT * value, 2) for value in (quantity.value, *limits)]
