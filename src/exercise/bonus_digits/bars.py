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


@figure(answers=("bonus.digits",), slug="digits")
def errors_by_digit(results: Results, answers: Mapping[str, Answer]) -> charts.Drawing:
    """A panel for each network, a bar for each digit, sorted by the share of its images that are misread."""
    answer = answers["bonus.digits"]
    orders = {str(name): list(order) for name, order in answer.facts["orders"].items()}
    figure, panels = charts.column_figure(
        46, columns=len(orders), margins=charts.Margins(left=8, right=2, top=13, bottom=10, between=4)
    )
    rows: list[list[str | int | float | None]] = []
    for panel, (name, order) in zip(panels, orders.items(), strict=True):
        shares = [PERCENT * float(answer.quantities[f"{name}.{digit}.mean"].value or 0) for digit in order]
        mark = charts.Mark("misread", charts.SERIES[1])
        places = list(range(len(order)))
        charts.bars(panel, places, shares, mark, standing_out=mark, at=None)
        for place, share in zip(places, shares, strict=True):
            panel.text(place, share, f"{share:.1f}", ha="center", va="bottom", fontsize=6.6)
        panel.set_xticks(places, order)
        panel.set_xlabel("digit")
        charts.plain_numbers(panel.yaxis)
        charts.panel_title(panel, name, lift=LIFT)
        rows += [[name, int(digit), round(share, 2)] for digit, share in zip(order, shares, strict=True)]
    charts.level(panels)
    charts.y_title(panels[0], "Misread, %")
    return charts.Drawing(
        figure,
        "bar charts of the share of test images that are misread, by digit, sorted",
        ["network", "digit", "misread, %"],
        rows,
    )
