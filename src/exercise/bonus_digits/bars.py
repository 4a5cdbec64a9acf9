"""Errors by digit: bars with their values, the digit that is misread most first."""

from __future__ import annotations

from collections.abc import Mapping

from exercise.measuring.reading import PERCENT
from labreport import charts
from labreport.outline import figure
from labreport.results import Results
from labreport.stats import Answer, Quantity

LIFT = 18.0
"""Points above a panel at which its title clears the axis's name."""

ROOM = 1.25
"""Length of the axis over that of the longest bar, so that its value fits behind it."""


@figure(answers=("bonus.digits",), slug="digits")
def errors_by_digit(results: Results, answers: Mapping[str, Answer]) -> charts.Drawing:
    """A panel for each network, a bar for each digit, in the order of the mean over the networks."""
    answer = answers["bonus.digits"]
    means = {
        str(name): {
            str(digit): answer.quantities[f"{name}.{digit}.digit.mean"] for digit in answer.facts["digits"]
        }
        for name in answer.facts["networks"]
    }
    shares = {
        name: {digit: PERCENT * float(one.value or 0) for digit, one in of_digit.items()}
        for name, of_digit in means.items()
    }
    limits = {
        name: {digit: _limits(one) for digit, one in of_digit.items()} for name, of_digit in means.items()
    }
    order = sorted(
        answer.facts["digits"], key=lambda digit: -sum(of_digit[digit] for of_digit in shares.values())
    )
    longest = max(1.0, *(high for of_digit in limits.values() for _, high in of_digit.values()))
    figure, panels = charts.column_figure(
        58, columns=len(shares), margins=charts.Margins(left=4, right=2, top=10, between=6)
    )
    rows: list[list[str | int | float | None]] = []
    places = range(1, len(order) + 1)
    for panel, (name, of_digit) in zip(panels, shares.items(), strict=True):
        bars = [of_digit[digit] for digit in order]
        panel.barh(places, bars, height=0.72, color=charts.SERIES[1].colour.value)
        ends = [limits[name][digit] for digit in order]
        low, high = ([end[side] for end in ends] for side in (0, 1))
        charts.interval_bars(panel, places, low, high, charts.Mark("interval", charts.SERIES[3]), level=True)
        for place, share, end in zip(places, bars, high, strict=True):
            panel.text(end + longest / 50, place, f"{share:.1f}", va="center")
        panel.grid(False)
        panel.set_yticks(places, order)
        panel.set_ylim(len(order) + 0.5, 0.5)
        panel.set_xlim(0, ROOM * longest)
        panel.set_xlabel("misread, %")
        charts.plain_numbers(panel.xaxis)
        charts.panel_title(panel, name, lift=LIFT)
        rows += [
            [name, place, int(digit), *(round(value, 2) for value in (share, *end))]
            for place, (digit, share, end) in enumerate(zip(order, bars, ends, strict=True), start=1)
        ]
    charts.y_title(panels[0], "Digit")
    return charts.Drawing(
        figure,
        "bar charts of the share of test images that are misread, by digit, sorted",
        ["network", "place", "digit", "misread, %", "low", "high"],
        rows,
    )


def _limits(mean: Quantity) -> tuple[float, float]:
    """The ends of its interval in per cent; twice the mean where there is none."""
    ends = (mean.interval.low, mean.interval.high) if mean.interval else (mean.value or 0.0,) * 2
    return PERCENT * ends[0], PERCENT * ends[1]
