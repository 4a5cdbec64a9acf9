"""The report's folder checked by what it says itself: the lines to type, and the words of its sources."""

from __future__ import annotations

import contextlib
import functools
import json
import math
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from exercise import mnist
from exercise.again import check_answers
from exercise.project import PROJECT
from exercise.show_code import show_check
from exercise.training.backend import keras, tf
from exercise.verification.plain import IMAGES_AT_ONCE
from labreport.outline import Question
from labreport.run import Check

KIND = "expressions that the report prints, typed in Keras"
RELATIVE = 1e-5
"""How far apart equal numbers may be; Keras counts in single precision."""
HALF_AN_IMAGE = 5e-5
"""Of ten thousand: an image that two digits fit equally well may go to either, in some seeds."""
HALF_A_THING = 0.5


def published(folder: Path) -> Iterator[Check]:
    """A check for each question: first its numbers by other code, then what it tells its reader to type."""
    yield from check_answers(folder)
    yield from typed(folder)


def typed(folder: Path) -> Iterator[Check]:
    """The expressions beside each answer, evaluated after the lines that the report shows."""
    answers = json.loads((folder / "answers.json").read_text(encoding="utf-8"))["questions"]
    with contextlib.chdir(folder), patch.object(keras.datasets.mnist, "load_data", _as_keras_loads), _quick():
        shown: dict[str, Any] = {}
        exec(compile(show_check(), "the lines that the report shows", "exec"), shown)  # noqa: S102 - it is our own
        for name in ("accuracy", "parameters"):  # equal words mean equal numbers, and take their time once
            shown[name] = functools.cache(shown[name])
        for question in PROJECT.outline.questions:
            if question.checks and question.slug in answers:
                yield _typed(question, answers[question.slug]["quantities"], shown)


@contextlib.contextmanager
def _quick() -> Iterator[None]:
    """Large batches, and nothing compiled for a single use: other seconds, and the same counts."""
    in_large_batches = functools.partialmethod(keras.Model.evaluate, batch_size=IMAGES_AT_ONCE)
    tf.config.run_functions_eagerly(True)
    try:
        with patch.object(keras.Model, "evaluate", in_large_batches), warnings.catch_warnings():
            warnings.filterwarnings(
                "ignore", "Even though the `tf.config.experimental_run_functions_eagerly`"
            )
            yield
    finally:
        tf.config.run_functions_eagerly(False)


def _typed(question: Question, quantities: dict[str, Any], shown: dict[str, Any]) -> Check:
    name = f"typed {question.slug}"
    for quantity, expression in question.checks:
        stored = quantities.get(quantity, {}).get("value")
        try:
            found = float(eval(expression, shown))  # noqa: S307 - the project's own expression
        except Exception as error:  # a reader would see it, whatever it is
            return Check(name, False, f"{expression} raises {type(error).__name__}: {error}"[:300], KIND)
        if stored is None or not _equal(float(stored), found):
            return Check(name, False, f"{quantity}: published {stored}, but {expression} is {found}", KIND)
    count = len(question.checks)
    return Check(name, True, f"{count} expression{'s' if count != 1 else ''} by plain Keras", KIND)


def _equal(published: float, found: float) -> bool:
    slack = HALF_AN_IMAGE if abs(published) <= 1 else HALF_A_THING
    return math.isclose(published, found, rel_tol=RELATIVE, abs_tol=slack)


def _as_keras_loads() -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """The packaged images in the form of Keras' own loader, which would fetch them from the network."""
    data = mnist.load()
    images = np.concatenate([data.training.images, data.validation.images])
    labels = np.concatenate([data.training.labels, data.validation.labels])
    return (images, labels), (data.test.images, data.test.labels)
