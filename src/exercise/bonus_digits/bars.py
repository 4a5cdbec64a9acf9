"""Errors by digit: bars from the most to the least, with their values."""

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
    """A panel for each network, a bar for each digit, sorted by the share of its images that are misread."""
    answer = answers["bonus.digits"]
    orders = {str(name): list(order) for name, order in answer.facts["orders"].items()}
    shares = {
        name: [PERCENT * float(answer.quantities[f"{name}.{digit}.mean"].value or 0) for digit in order]
        for name, order in orders.items()
    }
    longest = max(1.0, *(value for values in shares.values() for value in values))
    figure, panels = charts.column_figure(
        58, columns=len(orders), margins=charts.Margins(left=4, right=2, top=10, between=6)
    )
    rows: list[list[str | int | float | None]] = []
    for panel, (name, order) in zip(panels, orders.items(), strict=True):
        places = range(1, len(order) + 1)
        panel.barh(places, shares[name], height=0.72, color=charts.SERIES[1].colour.value)
        for place, share in zip(places, shares[name], strict=True):
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
            for place, (digit, share) in enumerate(zip(order, shares[name], strict=True), start=1)
        ]
    charts.y_title(panels[0], "Digit")
    return charts.Drawing(
        figure,
        "bar charts of the share of test images that are misread, by digit, sorted",
        ["network", "place", "digit", "misread, %"],
        rows,
    )
