"""Which digits are taken for which: the confusion matrix, its diagonal blank."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from exercise.catalogue import COMPLEX, NETWORKS
from exercise.measuring.measures import split
from exercise.networks import CLASSES
from labreport import charts
from labreport.experiment import LAST, required
from labreport.later import later
from labreport.outline import figure
from labreport.results import Results, Runs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = later("numpy")


def confusions(runs: Runs) -> NDArray[np.int64]:
    """Test images by true digit (rows) and predicted digit (columns); shape (seeds, 10, 10)."""
    labels = split("test").labels.astype(np.int64)
    return np.array(
        [
            np.bincount(labels * CLASSES + snapshot.arrays["predictions"], minlength=CLASSES**2).reshape(
                CLASSES, CLASSES
            )
            for snapshot in runs.at(runs.experiment.epochs)
        ],
        dtype=np.int64,
    )


PAIRS_SHOWN = 5


def confused_most(matrices: NDArray[np.int64]) -> list[tuple[int, int]]:
    """The pairs of digits, the smaller first, with most errors in all of the matrices (seeds, 10, 10)."""
    counts = matrices.sum(axis=0)
    pairs = list(combinations(range(CLASSES), 2))
    return sorted(pairs, key=lambda pair: -(counts[pair] + counts[pair[::-1]]))[:PAIRS_SHOWN]


_OTHERS = [network for network in NETWORKS if network != COMPLEX]


@figure(reads=(COMPLEX, *_OTHERS), requires=required(NETWORKS, LAST), slug="confusion")
def confusion_matrix(results: Results) -> charts.Drawing:
    """Wrongly read test images by true and predicted digit, mean over seeds.

    The network named first is drawn; the table holds every network, for the page's script to choose from.
    """
    tables = {name: confusions(results[name]).mean(axis=0).tolist() for name in results}
    name, counts = next(iter(tables.items()))
    runs = results[name]
    digits = range(len(counts))
    decimals = 1 if len(runs) > 1 else 0
    figure, (panel,) = charts.column_figure(58, margins=charts.Margins(left=9, right=2, top=10))
    charts.heat_map(
        panel,
        counts,
        [[f"{value:.{decimals}f}" if value else "" for value in row] for row in counts],
        rows=[str(digit) for digit in digits],
        columns=[str(digit) for digit in digits],
        low=0.0,
        high=max(counts[row][column] for row in digits for column in digits if row != column),
        blank=[[row == column for column in digits] for row in digits],
    )
    charts.y_title(panel, "Digit")
    panel.set_xlabel("taken for")
    over = "mean over seeds" if len(runs) > 1 else "one seed"
    return charts.Drawing(
        figure,
        f"confusion matrix of {name} after its last epoch, wrongly read test images, {over}",
        ["network", "digit", *(f"taken for {digit}" for digit in digits)],
        [
            [network, row, *(None if row == column else round(table[row][column], 1) for column in digits)]
            for network, table in tables.items()
            for row in digits
        ],
    )
