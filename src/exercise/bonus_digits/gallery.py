"""The test images that every training of a network misreads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from exercise import mnist
from exercise.bonus_digits.confusion import confused_most, confusions
from exercise.catalogue import COMPLEX
from exercise.measuring.reading import PERCENT
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

COLUMNS = 10
ROWS = 2
SHOWN = COLUMNS * ROWS
TILE = 18.0
SIZE = 9.5
"""Millimetres from row to row, and of an image's side."""


@dataclass(frozen=True)
class Misread:
    """One test image that no seed gets right: its index, what it is, what most seeds take it for, and the
    mean confidence of all seeds."""

    index: int
    digit: int
    taken_for: int
    confidence: float


@figure(reads=COMPLEX, requires=required(COMPLEX, LAST), slug="gallery")
def always_misread(results: Results) -> charts.Drawing:
    """Images that every seed misreads: index, digit → what it is taken for.

    Those of the pairs of digits that are confused most come first, and of them the most confident.
    """
    (name,) = results
    test = mnist.load().test
    found = misread_by_all(results[name], test.labels)
    most = {frozenset(pair) for pair in confused_most(confusions(results[name]))}
    found.sort(key=lambda error: {error.digit, error.taken_for} not in most)
    shown = found[:SHOWN]
    figure, panel = charts.canvas(TILE * max(1, -(-len(shown) // COLUMNS)) + 1.5)
    pitch = charts.COLUMN_MM / COLUMNS
    for place, error in enumerate(shown):
        top, middle = TILE * (place // COLUMNS) + 0.5, pitch * (place % COLUMNS + 0.5)
        series = f"is {error.digit}, taken for {error.taken_for}"
        charts.picture(panel, ink(test.images[error.index]), middle - SIZE / 2, top, SIZE, series)
        charts.caption(
            panel, f"{error.digit} → {error.taken_for}\n{error.index}", middle, top + SIZE + 0.5, series
        )
    return charts.Drawing(
        figure,
        f"gallery of test images that {name} misreads with every seed",
        ["test image", "digit", "taken for", "mean confidence, %"],
        [
            [error.index, error.digit, error.taken_for, round(PERCENT * error.confidence, 2)]
            for error in shown
        ],
    )


def misread_by_all(runs: Runs, labels: NDArray[np.uint8]) -> list[Misread]:
    """Every test image that all seeds misread after their last epoch, by falling mean confidence."""
    arrays = [snapshot.arrays for snapshot in runs.at(runs.experiment.epochs)]
    predictions = np.array([each["predictions"] for each in arrays])
    confidence = np.nan_to_num(np.mean([each["confidence"] for each in arrays], axis=0))
    wrong = np.flatnonzero((predictions != labels).all(axis=0))
    order = wrong[np.lexsort((wrong, -confidence[wrong]))]
    return [
        Misread(
            int(index),
            int(labels[index]),
            int(np.bincount(predictions[:, index]).argmax()),
            float(confidence[index]),
        )
        for index in order
    ]


def ink(image: NDArray[np.uint8]) -> NDArray[Any]:
    """Dark on light, as on paper."""
    return np.asarray(255 - image, dtype=np.uint8)
