"""Numbers computed again from the predictions that a student submits, against the test labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from exercise import mnist
from exercise.catalogue import NETWORKS, names
from exercise.networks import CLASSES

QUESTION = "bonus.digits"


def recompute(predictions: Mapping[str, NDArray[Any]]) -> dict[str, dict[str, float]]:
    """The share of each digit's images that each network misreads whose predictions are given.

    Each array has the digit predicted for each of the 10,000 test images, in their order, after the
    network's last epoch; its name is that of the network. Raises `ValueError` for other names, shapes
    and digits.
    """
    labels = mnist.load().test.labels
    found: dict[str, float] = {}
    for name, predicted in predictions.items():
        if name not in names(NETWORKS):
            raise ValueError(f"has an array {name[:40]!r}; allowed are {', '.join(names(NETWORKS))}")
        if predicted.shape != labels.shape:
            raise ValueError(f"has {predicted.size:,} predictions for {name}; {len(labels):,} are needed")
        if predicted.min() < 0 or predicted.max() >= CLASSES:
            raise ValueError(f"has predictions for {name} that are not digits from 0 to 9")
        wrong = predicted != labels
        found |= {
            f"{name}.{digit}.digit.mean": float(wrong[labels == digit].mean()) for digit in range(CLASSES)
        }
    return {QUESTION: found}
