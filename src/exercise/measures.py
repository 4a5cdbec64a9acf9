"""What the answers measure, and what several of them read off a run in the same way."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any

import labreport
from exercise import mnist
from exercise.catalogue import MNIST, TIMES
from labreport import Measure, Quantity, fact, number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

question = partial(labreport.question, data=MNIST)
figure = partial(labreport.figure, data=MNIST)
"""Those of the report, which read the labels of the images."""
Read = Callable[[Any, int | None], Any]
"""Reads something off a run at an epoch."""
MARGIN = 0.2
"""Percentage points of accuracy below which a difference does not matter, in the whole report."""
BECAUSE = "about the standard error of an accuracy near 97 % on 10,000 images"
EPOCH = 10
"""Parts one and two compare networks after this many epochs."""
LAST = 50
"""The rest compares them after this many."""
LEARNED = 20
"""Accuracy in per cent above which a network counts as having learned: twice that of guessing."""
GOAL = 92
"""Accuracy in per cent that the exercise asks the complex network to exceed."""
FAIRLY, SURE = 0.9, 0.99
"""Confidence of answers that are fairly sure, and of those that are surer still."""
HALF = 5_000
"""Test images in each half of their file."""


def labels(split: str) -> NDArray[np.uint8]:
    """The digit on each image of a split, shape (images,)."""
    data = mnist.load()
    return {"training": data.training, "validation": data.validation, "test": data.test}[split].labels


def wrong(run: Any, epoch: int | None = None) -> NDArray[np.bool_]:
    """Which test images `run` misreads at `epoch`, shape (images,)."""
    found: NDArray[np.bool_] = run.at(epoch).arrays["predictions"] != labels("test")
    return found


def _right_on_validation(run: Any, epoch: int | None) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = run.at(epoch).arrays["validation_predictions"] == labels("validation")
    return found


def _accuracy(name: str, right: Read | None = None, value: Read | None = None) -> Measure:
    return Measure(name, unit="%", margin=MARGIN, because=BECAUSE, value=value, right=right)


TRAINING = _accuracy("training accuracy")
VALIDATION = _accuracy("validation accuracy", _right_on_validation)
TEST = _accuracy("test accuracy", lambda run, epoch: ~wrong(run, epoch))
FIRST_HALF = _accuracy(
    "accuracy on the first 5,000 test images", lambda run, epoch: ~wrong(run, epoch)[:HALF]
)
SECOND_HALF = _accuracy(
    "accuracy on the last 5,000 test images", lambda run, epoch: ~wrong(run, epoch)[HALF:]
)
STUDENTS = 2_050 / 6_000
"""Share of the validation images that students wrote; of the test images they wrote the first half (by the
labels that come with Yadav and Bottou 2019)."""
MIXED = _accuracy(
    "test accuracy with as many students among the writers as in validation",
    value=lambda run, epoch: (
        STUDENTS * FIRST_HALF.of(run, epoch) + (1 - STUDENTS) * SECOND_HALF.of(run, epoch)
    ),
)
VALIDATION_LOSS = Measure("validation loss", unit="nat", better="lower")

ERRORS = Measure(
    "misread test images", better="lower", value=lambda run, epoch: float(wrong(run, epoch).sum())
)
SURE_ERRORS = Measure(
    "test images misread with more than 99 % confidence",
    better="lower",
    value=lambda run, epoch: float((wrong(run, epoch) & (run.at(epoch).arrays["confidence"] > SURE)).sum()),
)


def _right_when_fairly_sure(run: Any, epoch: int | None) -> float:
    confidence = run.at(epoch).arrays["confidence"]
    asked = (confidence > FAIRLY) & (confidence <= SURE)
    return float(1 - wrong(run, epoch)[asked].mean()) if asked.any() else float("nan")


FAIRLY_SURE = Measure(
    "share right of the answers given with 90 to 99 % confidence", unit="%", value=_right_when_fairly_sure
)


def seconds(results: Any, name: str) -> list[float]:
    """Seconds of all timed epochs of the network `name`, of all its measurements."""
    return [float(each) for run in results[TIMES[name]].arrays("seconds") for each in run]


def epoch_seconds(results: Any, name: str) -> Quantity:
    """The median epoch of the network `name`."""
    return number(median(seconds(results, name)), unit="s", method="median epoch of plain model.fit")


def total_seconds(results: Any, name: str, epochs: int) -> Quantity:
    """So many epochs of the network `name`, each as long as the median one."""
    total = epochs * median(seconds(results, name))
    return number(total, unit="s", method=f"{epochs} times the median epoch of plain model.fit")


def range_of_seconds(results: Any, name: str, epochs: int) -> str:
    """The same with what the fastest epoch and the slowest would give, as a table has it."""
    found = seconds(results, name)
    low, middle, high = (epochs * each for each in (min(found), median(found), max(found)))
    return f"{middle:.1f} ({low:.1f} to {high:.1f})"


def stored_parameters(runs: Any) -> int:
    """Weights and biases, counted in what the first run keeps after its last epoch."""
    kept = runs.at()[0].arrays
    return sum(kept[name].size for name in kept if name.startswith("state.layer-"))


def cores(results: Any) -> Quantity:
    """Processor cores of the machine that was timed."""
    (runs, *_) = results.values()
    return number(next(iter(runs)).made.get("cores", 1), exact=True)


def seen(runs: Any, truth: bool, sentence: str) -> Any:
    """A fact about several trainings that no interval judges: a single one may refute it, but not show it."""
    return fact(None if truth and len(runs) == 1 else bool(truth), sentence)
