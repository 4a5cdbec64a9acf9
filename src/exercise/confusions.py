"""Which digits are confused with which, counted from the stored predictions of runs."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

from exercise.measures import labels
from exercise.networks import CLASSES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from labreport.results import Runs

Pair: TypeAlias = tuple[int, int]
"""Two digits, the smaller first."""
PAIRS = 5
"""The number of most frequent pairs that are named and framed."""


def confusion_matrices(runs: Runs, images: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
    """The number of test images by digit (rows) and by prediction (columns), shape (runs, 10, 10).

    `images`, shape (images,), says which test images are counted; by default all.
    """
    import numpy as np

    digits = labels("test")
    if images is None:
        images = np.ones(len(digits), bool)
    matrices = np.zeros((len(runs), CLASSES, CLASSES), np.int64)
    for matrix, predictions in zip(matrices, runs.arrays("predictions"), strict=True):
        np.add.at(matrix, (digits[images], predictions[images]), 1)
    return matrices


def errors_by_pair(matrices: NDArray[np.int64]) -> dict[Pair, list[int]]:
    """For each pair of digits, how often each run confuses them, either way; the most frequent first."""
    counts = {}
    for first, second in combinations(range(CLASSES), 2):
        both_ways = matrices[:, first, second] + matrices[:, second, first]
        counts[first, second] = both_ways.tolist()
    order = sorted(counts, key=lambda pair: -sum(counts[pair]))
    return {pair: counts[pair] for pair in order}


def even_images() -> NDArray[np.bool_]:
    """Which test images have an even index, shape (images,)."""
    import numpy as np

    even: NDArray[np.bool_] = np.arange(len(labels("test"))) % 2 == 0
    return even


def frequent_pairs(runs: Runs) -> list[Pair]:
    """The pairs that are confused most often on test images with an even index, the most frequent first."""
    counts = errors_by_pair(confusion_matrices(runs, even_images()))
    return list(counts)[:PAIRS]


def always_wrong_of_pair(runs: Runs, pair: Pair) -> list[tuple[int, int]]:
    """The test images of a pair that all runs take for the other digit of the pair.

    Each is a pair of its index in the test split and the digit that it is taken for: `(247, 2)`. Images with
    the highest mean confidence come first.
    """
    import numpy as np

    digits = labels("test")
    predictions = np.array(runs.arrays("predictions"))
    confidence = np.mean(runs.arrays("confidence"), axis=0)
    images = []
    for digit, other in (pair, pair[::-1]):
        taken_for_other = (predictions == other).all(axis=0)
        places = np.flatnonzero((digits == digit) & taken_for_other)
        images += [(place, other) for place in places.tolist()]
    return sorted(images, key=lambda image: -confidence[image[0]])
