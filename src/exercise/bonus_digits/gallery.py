"""The test images that a network gets wrong with the greatest confidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from exercise import mnist
from exercise.catalogue import COMPLEX
from exercise.measuring.reading import PERCENT
from labreport import charts
from labreport.later import later
from labreport.outline import figure
from labreport.required import LAST, required
from labreport.results import Result, Results

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = later("numpy")

COLUMNS = 8
ROWS = 3
TILE = 19.5
SIZE = 11.0
"""Millimetres from row to row, and of an image's side."""
DECIMALS = 2


@dataclass(frozen=True)
class Misread:
    """One test image: its index, what it is, what it is taken for, and with what confidence."""

    index: int
    digit: int
    taken_for: int
    confidence: float


@figure(reads=COMPLEX, requires=required(COMPLEX, LAST), slug="gallery")
def confidently_wrong(results: Results) -> charts.Drawing:
    """The first seed's errors, the most confident first; digit → what it is taken for, confidence."""
    (name,) = results
    runs = results[name]
    test = mnist.load().test
    shown = misread(runs.runs[0], runs.experiment.epochs, test.labels)[: COLUMNS * ROWS]
    figure, panel = charts.canvas(TILE * max(1, -(-len(shown) // COLUMNS)))
    pitch = charts.COLUMN_MM / COLUMNS
    for place, error in enumerate(shown):
        top, middle = TILE * (place // COLUMNS) + 0.5, pitch * (place % COLUMNS + 0.5)
        series = f"is {error.digit}, taken for {error.taken_for}"
        charts.picture(panel, ink(test.images[error.index]), middle - SIZE / 2, top, SIZE, series)
        words = f"{error.digit} → {error.taken_for}\n{percent_below_one(error.confidence)}"
        charts.caption(panel, words, middle, top + SIZE + 0.5, series)
    return charts.Drawing(
        figure,
        f"gallery of test images that {name} misreads with much confidence, first seed",
        ["test image", "digit", "taken for", "confidence, %"],
        [
            [error.index, error.digit, error.taken_for, round(PERCENT * error.confidence, 3)]
            for error in shown
        ],
    )


def percent_below_one(share: float) -> str:
    """`99.31 %`; what would round to a certainty that no softmax has is given as a bound, `> 99.99 %`."""
    certain = 1 - 10.0 ** -(DECIMALS + 2)
    return f"{'> ' if share > certain else ''}{PERCENT * min(share, certain):.{DECIMALS}f} %"


def misread(run: Result, epoch: int, labels: NDArray[np.uint8]) -> list[Misread]:
    """Every test image that `run` reads wrongly at `epoch`, by falling confidence, then by index."""
    arrays = run.at(epoch).arrays
    predictions, confidence = arrays["predictions"], arrays["confidence"]
    wrong = np.flatnonzero(predictions != labels)
    order = wrong[np.lexsort((wrong, -confidence[wrong]))]
    return [
        Misread(int(index), int(labels[index]), int(predictions[index]), float(confidence[index]))
        for index in order
    ]


def ink(image: NDArray[np.uint8]) -> NDArray[Any]:
    """Dark on light, as on paper."""
    return np.asarray(255 - image, dtype=np.uint8)
