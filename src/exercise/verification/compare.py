"""A stored snapshot against what plain Keras finds; differences are values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exercise import mnist
from exercise.networks import Network
from exercise.verification.plain import Measurement, Prediction, confusion
from labreport.results import Snapshot

LOSS_TOLERANCE = 1e-5
"""Relative; what single precision leaves of a mean over tens of thousands of images."""
SMALLEST_LOSS = 1e-7
"""Losses (nat) are also equal when nearer than this: the loss of a probability that rounds to one."""
CONFIDENCE_TOLERANCE = 1e-4
TIED_IMAGES = 2
"""Training images, of 54,000, whose two likeliest digits may be equal to rounding."""


@dataclass(frozen=True)
class Difference:
    """One thing that the stored result and plain Keras do not agree on."""

    what: str
    stored: Any
    found: Any

    def __str__(self) -> str:
        return f"{self.what}: stored {self.stored}, found {self.found}"


def differences(
    network: Network, record: Mapping[str, Any], snapshot: Snapshot, found: Measurement
) -> Iterator[Difference]:
    """All differences between a snapshot (with the record of its epoch) and a measurement of its weights."""
    arrays, stored, dataset = snapshot.arrays, snapshot.metrics, mnist.load()
    if found.parameters != network.parameters:
        yield Difference("parameters", network.parameters, found.parameters)
    for split, metrics in found.metrics.items():
        loss, accuracy = stored[split]["loss"], stored[split]["accuracy"]
        if not close(loss, metrics["loss"], LOSS_TOLERANCE, SMALLEST_LOSS):
            yield Difference(f"{split} loss", loss, metrics["loss"])
        if not _same_accuracy(accuracy, metrics["accuracy"], found, split, len(dataset.training)):
            yield Difference(f"{split} accuracy", accuracy, metrics["accuracy"])
    yield from _predictions(arrays["predictions"], found.test, "test predictions")
    yield from _predictions(arrays["validation_predictions"], found.validation, "validation predictions")
    yield from _confusion(arrays["predictions"], found)
    kept, again = arrays["confidence"], found.test.confidence
    far = ~np.isclose(kept, again, rtol=0, atol=CONFIDENCE_TOLERANCE, equal_nan=True)
    if far.any():
        image = int(np.argmax(far))
        yield Difference(
            f"confidence of test image {image}",
            float(arrays["confidence"][image]),
            float(found.test.confidence[image]),
        )
    yield from _within(arrays, stored, record, dataset)


def close(stored: float, found: float, relative: float = 0.0, absolute: float = 0.0) -> bool:
    """Whether two numbers are equal to within these tolerances; NaN equals NaN."""
    if math.isnan(stored) or math.isnan(found):
        return math.isnan(stored) and math.isnan(found)
    return math.isclose(stored, found, rel_tol=relative, abs_tol=absolute)


def _same_accuracy(stored: float, found: float, measured: Measurement, split: str, training: int) -> bool:
    """Equal except for tied images; the single precision of Keras' mean is far below one image."""
    tied, images = {
        "training": (TIED_IMAGES, training),
        "validation": (int(measured.validation.tied.sum()), len(measured.validation.tied)),
        "test": (int(measured.test.tied.sum()), len(measured.test.tied)),
    }[split]
    return abs(stored - found) * images < tied + 0.5


def _predictions(stored: NDArray[np.uint8], found: Prediction, what: str) -> Iterator[Difference]:
    if stored.shape != found.digits.shape:
        yield Difference(f"number of {what}", stored.shape, found.digits.shape)
        return
    other = (stored != found.digits) & ~found.tied
    if other.any():
        image = int(np.argmax(other))
        yield Difference(
            f"{what}, {int(other.sum())} of them, the first for image {image}",
            int(stored[image]),
            int(found.digits[image]),
        )


def _confusion(predictions: NDArray[np.uint8], found: Measurement) -> Iterator[Difference]:
    """Cells of the two confusion matrices; a tied image moves between two cells."""
    labels = mnist.load().test.labels
    if predictions.shape != labels.shape:
        return
    counts = confusion(labels, predictions)
    apart = np.abs(counts - found.confusion)
    if apart.sum() > 2 * int(found.test.tied.sum()):
        digit, prediction = (int(place) for place in np.unravel_index(np.argmax(apart), apart.shape))
        yield Difference(
            f"confusion matrix, {digit} taken for {prediction}",
            int(counts[digit, prediction]),
            int(found.confusion[digit, prediction]),
        )


def _within(
    arrays: Mapping[str, Any], metrics: Mapping[str, Any], record: Mapping[str, Any], dataset: mnist.Dataset
) -> Iterator[Difference]:
    """What is stored twice agrees exactly: accuracies with predictions, the snapshot with its record."""
    for split, predictions, labels in (
        ("test", arrays["predictions"], dataset.test.labels),
        ("validation", arrays["validation_predictions"], dataset.validation.labels),
    ):
        if predictions.shape == labels.shape and metrics[split]["accuracy"] != np.mean(predictions == labels):
            share = float(np.mean(predictions == labels))
            yield Difference(f"{split} accuracy by stored predictions", metrics[split]["accuracy"], share)
    for name in ("loss", "accuracy"):
        if not close(metrics["validation"][name], record[f"validation_{name}"]):
            yield Difference(
                f"validation {name} in the record", record[f"validation_{name}"], metrics["validation"][name]
            )
