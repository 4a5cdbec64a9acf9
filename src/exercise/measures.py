"""The measures of the report, and values that several answers read from runs in the same way."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import labreport
from exercise import mnist
from exercise.catalogue import MNIST
from labreport import Measure, Quantity, fact, number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from labreport.results import Run, Runs
    from labreport.stats import Difference, Fact

question = partial(labreport.question, data=MNIST)
figure = partial(labreport.figure, data=MNIST)
"""The decorators of the report's questions and figures, all of which read the labels of the images."""

EPOCH = 10
"""Parts one and two compare networks after this many epochs."""
LAST = 50
"""Part three and the bonus compare networks after this many epochs."""
LEARNED = 20
"""Accuracy in per cent above which a network counts as having learned: twice that of guessing."""
GOAL = 92
"""Accuracy in per cent that the exercise asks the complex network to exceed."""
SURE = 0.99
"""A network is called sure of an answer whose probability is above this."""
HALF = 5_000
"""Test images in each half of their file."""

MARGIN = 0.2
"""Differences in accuracy below this, in percentage points, do not matter, in the whole report."""
accuracy_measure = partial(
    Measure,
    unit="%",
    margin=MARGIN,
    because="about the standard error of an accuracy near 97 % on 10,000 images",
    more="more accurate",
    less="less accurate",
)


def labels(split: str) -> NDArray[np.uint8]:
    """The digit on each image of a split ("training", "validation" or "test"), shape (images,)."""
    dataset = mnist.load()
    images: mnist.Split = getattr(dataset, split)
    return images.labels


def errors(run: Run, epoch: int | None = None) -> NDArray[np.bool_]:
    """Which test images `run` classifies wrongly at `epoch`, by default the last; shape (images,)."""
    predictions = run.at(epoch).arrays["predictions"]
    wrong: NDArray[np.bool_] = predictions != labels("test")
    return wrong


def _right_on_validation(run: Run, epoch: int | None) -> NDArray[np.bool_]:
    predictions = run.at(epoch).arrays["validation_predictions"]
    right: NDArray[np.bool_] = predictions == labels("validation")
    return right


def _right_on_test(run: Run, epoch: int | None) -> NDArray[np.bool_]:
    return ~errors(run, epoch)


def _right_on_first_half(run: Run, epoch: int | None) -> NDArray[np.bool_]:
    return _right_on_test(run, epoch)[:HALF]


def _right_on_second_half(run: Run, epoch: int | None) -> NDArray[np.bool_]:
    return _right_on_test(run, epoch)[HALF:]


TRAINING = accuracy_measure("training accuracy")
VALIDATION = accuracy_measure("validation accuracy", right=_right_on_validation)
TEST = accuracy_measure("test accuracy", right=_right_on_test)
FIRST_HALF = accuracy_measure("accuracy on the first 5,000 test images", right=_right_on_first_half)
SECOND_HALF = accuracy_measure("accuracy on the last 5,000 test images", right=_right_on_second_half)
VALIDATION_LOSS = Measure("validation loss", better="lower")


def _error_count(run: Run, epoch: int | None) -> float:
    return float(errors(run, epoch).sum())


def _is_sure(run: Run, epoch: int | None) -> NDArray[np.bool_]:
    sure: NDArray[np.bool_] = run.at(epoch).arrays["confidence"] > SURE
    return sure


def _sure_error_count(run: Run, epoch: int | None) -> float:
    return float((errors(run, epoch) & _is_sure(run, epoch)).sum())


ERRORS = Measure("errors on test images", better="lower", value=_error_count)
SURE_ERRORS = Measure(
    "errors on test images with a probability above 99 %", better="lower", value=_sure_error_count
)

EPOCH_SECONDS = Measure("epoch seconds", unit="s", better="lower", title="time of an epoch")
"""Measured with plain `model.fit`, validation included; one value for each round."""
EPOCH_TIME = Measure(
    "epoch seconds",
    unit="s",
    better="lower",
    scale="ratio",
    more="slower",
    less="faster",
    title="time of an epoch",
)
"""The same for comparisons of networks: how many times as long one takes as another."""


def scaled(quantity: Quantity, factor: float) -> Quantity:
    """A quantity multiplied by `factor`, with its interval, such as the time of 50 epochs."""
    value = factor * float(quantity.value or 0)
    ends = None
    if quantity.interval:
        low, high = quantity.interval
        ends = (factor * low, factor * high)
    return number(value, ci=ends, unit=quantity.unit, n=quantity.n, source=quantity.source)


def with_judged_interval(comparison: Difference) -> Quantity:
    """The difference of a single comparison, with the wider interval by which it is judged among several."""
    quantity = comparison.quantity
    assert quantity is not None  # it is a single comparison
    return replace(quantity, low=quantity.judged_low, high=quantity.judged_high)


def stored_parameters(runs: Runs) -> int:
    """The number of weights and biases that the first run stored after its last epoch."""
    arrays = runs.runs[0].at().arrays
    return sum(arrays[name].size for name in arrays if name.startswith("state.layer-"))


def judged_over_runs(runs: Runs, truth: bool, sentence: str) -> Fact:
    """A fact about the behaviour of networks; unknown if there is only one run."""
    return fact(truth if len(runs) > 1 else None, sentence)
