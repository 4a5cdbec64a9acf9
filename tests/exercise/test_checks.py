"""What the report asks its reader to run runs, and finds the numbers beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Any

import numpy as np
import pytest
from keras_modules import backend, models
from made import made_results
from safetensors.numpy import save_file

from exercise import mnist
from exercise.catalogue import EXPERIMENTS, STUDIES, TIMES
from exercise.project import PROJECT
from exercise.show_code import show_check
from labreport.experiment import Experiment
from labreport.nodes.workshop import function
from labreport.results import Result, Results, Runs, Snapshot
from labreport.stats import Answer

pytestmark = pytest.mark.filterwarnings("ignore:Even though the:UserWarning")
QUESTIONS = {question.slug: question for question in PROJECT.outline.questions}


def named(checks: Iterable[tuple[str, str]]) -> set[str]:
    """The experiments in the expressions of a question."""
    return {name for _, code in checks for name in re.findall(r'\("([^"]+)"', code)}


CHECKS = {slug: question.checks for slug, question in QUESTIONS.items() if question.checks}
SEEDS = 2
NOT_BY_WEIGHTS = {
    "part-one.time",
    "part-three.epochs",
    "bonus.time",
    "set-up.depth-gain",
    "set-up.environment",
}
"""Questions about times, places and comparisons, which weights do not answer."""
NAMED = {experiment.name: experiment for experiment in (*EXPERIMENTS, *TIMES.values())} | {
    cell.name: cell for grid in STUDIES for cell in grid.experiments()
}
IN_CHECKS = sorted({name for checks in CHECKS.values() for name in named(checks)})
OFTEN = ("part-one.accuracy", "bonus.longer")
"""Questions whose checks are among the ordinary tests: to make weights for all takes long."""
SHOWN = [
    slug if slug in OFTEN else pytest.param(slug, marks=pytest.mark.slow) for slug, checks in CHECKS.items()
]


def predicted(model: Any, split: mnist.Split) -> tuple[np.ndarray, dict[str, float]]:
    """What Keras' model takes each image of a split for, with loss and accuracy."""
    probabilities = np.asarray(model(split.images.reshape(len(split), -1) / np.float32(255)))
    digits = np.argmax(probabilities, axis=1).astype(np.uint8)
    loss = -np.log(probabilities[np.arange(len(split)), split.labels]).mean()
    return digits, {"loss": float(loss), "accuracy": float(np.mean(digits == split.labels))}


def untrained(experiment: Experiment, made: Result) -> Result:
    """`made` with random weights for each epoch kept, and what Keras makes of them."""
    data, snapshots, records = mnist.load(), {}, [dict(record) for record in made.records]
    for epoch in experiment.snapshots:
        model = models.build(experiment.specification, seed=1000 * made.seed + epoch)
        weights = {
            f"state.layer-{number}.{part}": values
            for number, layer in enumerate(model.layers)
            for part, values in zip(("kernel", "bias"), layer.get_weights(), strict=True)
        }
        (_, training), (validation_digits, validation), (test_digits, test) = (
            predicted(model, split) for split in (data.training, data.validation, data.test)
        )
        arrays = dict(made.snapshots[epoch].arrays) | weights
        arrays |= {"predictions": test_digits, "validation_predictions": validation_digits}
        metrics = {"training": training, "validation": validation, "test": test}
        snapshots[epoch] = Snapshot(epoch, metrics, partial(dict, arrays))
        records[epoch - 1]["validation_accuracy"] = validation["accuracy"]
    return replace(made, snapshots=snapshots, records=tuple(records))


@pytest.fixture(scope="module")
def dataset(made_like_keras: mnist.Dataset) -> Iterator[mnist.Dataset]:
    """Returned by the exercise's loader, and by that of Keras in its own form.

    Functions are not compiled meanwhile, which for so few images takes longer than to run them.
    """
    made = made_like_keras
    backend.tf.config.run_functions_eagerly(True)
    images = np.concatenate([made.training.images, made.validation.images])
    labels = np.concatenate([made.training.labels, made.validation.labels])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mnist, "load", lambda: made)
        loaded = ((images, labels), (made.test.images, made.test.labels))
        patch.setattr(backend.keras.datasets.mnist, "load_data", lambda: loaded)
        yield made
    backend.tf.config.run_functions_eagerly(False)


RunsOf = Callable[[str], Runs]


@pytest.fixture(scope="module")
def runs(dataset: mnist.Dataset) -> RunsOf:
    """Results by the name of the experiment; weights of those that checks name are made when asked for."""
    made = made_results(NAMED.keys() | {grid.name for grid in STUDIES}, SEEDS)

    @cache
    def of(name: str) -> Runs:
        if name not in IN_CHECKS:
            return made[name]
        return Runs(made[name].experiment, tuple(untrained(NAMED[name], run) for run in made[name]))

    return of


@pytest.fixture(scope="module")
def shown(runs: RunsOf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Any]]:
    """What the shown lines define, run in a report's folder as the store keeps it.

    `keep` puts the weights of an experiment there.
    """
    folder = tmp_path_factory.mktemp("report")
    (folder / "results").mkdir()
    keys = {
        name: [f"{number:032x}{seed:032x}" for seed in range(SEEDS)] for number, name in enumerate(IN_CHECKS)
    }

    @cache
    def keep(name: str) -> None:
        for key, run in zip(keys[name], runs(name), strict=True):
            for epoch, snapshot in run.snapshots.items():
                arrays = {part: np.ascontiguousarray(array) for part, array in snapshot.arrays.items()}
                save_file(arrays, folder / "results" / f"{key}.{epoch}.0123456789ab.safetensors")

    results = {name: {"epochs": NAMED[name].epochs, "keys": keys[name]} for name in IN_CHECKS}
    (folder / "answers.json").write_text(json.dumps({"results": results}))
    variables: dict[str, Any] = {"keep": keep}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        exec(compile(show_check(), "shown check", "exec"), variables)
        yield variables


def answer(slug: str, runs: RunsOf) -> Answer:
    """The exercise's own answer from the same results."""
    question = QUESTIONS[slug]
    studies = {grid.name: grid for grid in STUDIES if grid.name in question.needs}
    needed = set(question.needs) | {cell.name for grid in studies.values() for cell in grid.experiments()}
    found: Answer = function(question.answer, slug)(
        Results(slug, {name: runs(name) for name in NAMED if name in needed}, studies)
    )
    return found


@pytest.mark.parametrize("slug", SHOWN)
def test_what_is_shown_finds_the_number(slug: str, runs: RunsOf, shown: Mapping[str, Any]) -> None:
    """Each expression gives the quantity that the report prints beside it."""
    for name in named(CHECKS[slug]):
        shown["keep"](name)
    quantities = answer(slug, runs).quantities
    assert CHECKS[slug]
    for name, expression in CHECKS[slug]:
        assert eval(expression, dict(shown)) == pytest.approx(quantities[name].value, rel=1e-5, abs=1e-9)


def test_every_answer_but_times_can_be_checked() -> None:
    """And no check belongs to a question that is not asked."""
    assert {slug for slug in QUESTIONS if not QUESTIONS[slug].checks} == NOT_BY_WEIGHTS
    assert CHECKS.keys() <= QUESTIONS.keys()


def test_a_check_tells_other_weights_apart(shown: Mapping[str, Any]) -> None:
    """Epochs, networks and splits differ, so that a check that mixed them up would fail."""
    for name in ("wide", "small"):
        shown["keep"](name)
    found = [
        eval(code, dict(shown))
        for code in (
            'accuracy("small", 10)',
            'accuracy("small", 20)',
            'accuracy("wide", 10)',
            'accuracy("wide", 10, "validation")',
        )
    ]
    assert len(set(found)) == len(found)


@pytest.mark.slow
def test_what_is_shown_counts_confusions_and_draws_accuracy_by_digit(
    runs: RunsOf, shown: Mapping[str, Any]
) -> None:
    """The two charts of the bonus, from the weights kept, without the program."""
    shown["keep"]("complex")
    found = shown["confusion"]("complex", 50)
    errors = answer("bonus.pattern", runs).quantities["errors"].value
    assert found.shape == (10, 10)
    assert found.sum() - found.trace() == pytest.approx(errors)
    shown["keep"]("wide")
    shown["chart"]("wide", 50)
    heights = [bar.get_height() for bar in shown["pyplot"].gca().patches]
    shown["pyplot"].close()
    measured = answer("bonus.digits", runs).quantities
    assert heights == pytest.approx(
        [1 - (measured[f"wide.{digit}.digit.mean"].value or 0) for digit in range(10)]
    )


def test_the_lines_fit_on_paper() -> None:
    """Short, and none too wide to print."""
    lines = show_check().splitlines()
    assert len(lines) <= 48
    assert max(map(len, lines)) <= 110
