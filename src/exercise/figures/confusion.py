"""Which digits are taken for which: the confusion matrix, its diagonal blank."""

from __future__ import annotations

from collections.abc import Mapping

from exercise.answers.pattern import confusions
from labreport.charts import Drawing, Margins, column_figure, heat_map, y_title
from labreport.claims import Answer
from labreport.results import Results


def confusion_matrix(results: Results, answers: Mapping[str, Answer]) -> Drawing:
    """Wrongly read test images by true and predicted digit, mean over seeds.

    The network named first is drawn; the table holds every network, for the page's script to choose from.
    """
    tables = {name: confusions(results[name]).mean(axis=0).tolist() for name in results}
    name, counts = next(iter(tables.items()))
    runs = results[name]
    digits = range(len(counts))
    decimals = 1 if len(runs) > 1 else 0
    figure, (panel,) = column_figure(64, margins=Margins(left=9, right=2, top=10, bottom=10))
    heat_map(
        panel,
        counts,
        [[f"{value:.{decimals}f}" if value else "" for value in row] for row in counts],
        rows=[str(digit) for digit in digits],
        columns=[str(digit) for digit in digits],
        low=0.0,
        high=max(counts[row][column] for row in digits for column in digits if row != column),
        blank=[[row == column for column in digits] for row in digits],
    )
    y_title(panel, "Digit")
    panel.set_xlabel("taken for")
    over = "mean over seeds" if len(runs) > 1 else "one seed"
    return Drawing(
        figure,
        f"confusion matrix of {name} after its last epoch, wrongly read test images, {over}",
        ["network", "digit", *(f"taken for {digit}" for digit in digits)],
        [
            [network, row, *(None if row == column else round(table[row][column], 1) for column in digits)]
            for network, table in tables.items()
            for row in digits
        ],
    )
