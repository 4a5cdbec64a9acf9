"""Which digits are taken for which, counted from the stored predictions of runs."""

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
"""How many of the most frequent pairs are named and framed."""


def confusion_matrices(runs: Runs, images: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
    """Test images by digit (rows) and by what each run takes them for (columns), shape (runs, 10, 10).

    `images` says which of the test images count, by default all; shape (images,).
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
    """How often each pair of digits is confused, either way, by run; the most frequent pair first."""
    counts = {}
    for first, second in combinations(range(CLASSES), 2):
        both_ways = matrices[:, first, second] + matrices[:, second, first]
        counts[first, second] = both_ways.tolist()
    order = sorted(counts, key=lambda pair: -sum(counts[pair]))
    return {pair: counts[pair] for pair in order}


def even_images() -> NDArray[np.bool_]:
    """Which test images have an even number, shape (images,)."""
    import numpy as np

    even: NDArray[np.bool_] = np.arange(len(labels("test"))) % 2 == 0
    return even


def frequent_pairs(runs: Runs) -> list[Pair]:
    """The pairs that are confused most on the test images with even numbers, the most frequent first."""
    counts = errors_by_pair(confusion_matrices(runs, even_images()))
    return list(counts)[:PAIRS]


def always_wrong_of_pair(runs: Runs, pair: Pair) -> list[tuple[int, int]]:
    """Test images of a pair that every run takes for the other digit.

    Each is its place in the test split and the digit that it is taken for: `(247, 2)`. Those of which the
    runs are surest come first.
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
