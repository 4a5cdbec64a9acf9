"""Errors by digit: bars with their values, the digit that is misread most first."""

from __future__ import annotations

from collections.abc import Mapping

from exercise.measuring.reading import PERCENT
from labreport import charts
from labreport.outline import figure
from labreport.results import Results
from labreport.stats import Answer

LIFT = 18.0
"""Points above a panel at which its title clears the axis's name."""

ROOM = 1.25
"""Length of the axis over that of the longest bar, so that its value fits behind it."""


@figure(answers=("bonus.digits",), slug="digits")
def errors_by_digit(results: Results, answers: Mapping[str, Answer]) -> charts.Drawing:
    """A panel for each network, a bar for each digit, in the order of the mean over the networks."""
    answer = answers["bonus.digits"]
    shares = {
        str(name): {
            str(digit): PERCENT * float(answer.quantities[f"{name}.{digit}.digit.mean"].value or 0)
            for digit in answer.facts["digits"]
        }
        for name in answer.facts["networks"]
    }
    order = sorted(
        answer.facts["digits"], key=lambda digit: -sum(of_digit[digit] for of_digit in shares.values())
    )
    longest = max(1.0, *(value for values in shares.values() for value in values.values()))
    figure, panels = charts.column_figure(
        58, columns=len(shares), margins=charts.Margins(left=4, right=2, top=10, between=6)
    )
    rows: list[list[str | int | float | None]] = []
    places = range(1, len(order) + 1)
    for panel, (name, of_digit) in zip(panels, shares.items(), strict=True):
        bars = [of_digit[digit] for digit in order]
        panel.barh(places, bars, height=0.72, color=charts.SERIES[1].colour.value)
        for place, share in zip(places, bars, strict=True):
            panel.text(share + longest / 50, place, f"{share:.1f}", va="center")
        panel.grid(False)
        panel.set_yticks(places, order)
        panel.set_ylim(len(order) + 0.5, 0.5)
        panel.set_xlim(0, ROOM * longest)
        panel.set_xlabel("misread, %")
        charts.plain_numbers(panel.xaxis)
        charts.panel_title(panel, name, lift=LIFT)
        rows += [
            [name, place, int(digit), round(share, 2)]
            for place, (digit, share) in enumerate(zip(order, bars, strict=True), start=1)
        ]
    charts.y_title(panels[0], "Digit")
    return charts.Drawing(
        figure,
        "bar charts of the share of test images that are misread, by digit, sorted",
        ["network", "place", "digit", "misread, %"],
        rows,
    )
