"""The report of results that were made up: what they bear out stands as it is, all else is marked."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias

import numpy as np
import pytest

from exercise import mnist
from exercise.networks import Network, Timing
from exercise.project import PROJECT
from labreport import Experiment, charts
from labreport.page import RenderedSection, render_section
from labreport.results import Run, results_for_reader

TEMPLATES = Path(__file__).parents[2] / "templates"


@cache
def difficulty(split: str) -> np.ndarray:
    """How hard each image of a split is to read, the same for every network."""
    labels = getattr(mnist.load(), split).labels
    return np.random.default_rng(len(labels)).random(len(labels)) + 0.2 * np.isin(labels, (5, 8, 9))


TAKEN_FOR = np.array([6, 7, 7, 5, 9, 3, 4, 2, 3, 4], np.uint8)
"""What each digit is taken for where it is not recognised."""


def predicted(split: str, accuracy: float, seed: int) -> np.ndarray:
    """Digits that a network of this accuracy names; one that guesses names ones."""
    labels = getattr(mnist.load(), split).labels
    if accuracy < 0.2:
        return np.ones_like(labels)
    noise = np.random.default_rng(seed).normal(0, 0.02, len(labels))
    right = round(accuracy * len(labels))
    hardest = np.argsort(difficulty(split) + noise)[right:]
    digits: np.ndarray = labels.copy()
    digits[hardest] = TAKEN_FOR[labels[hardest]]
    return digits


def timed(experiment: Experiment, seed: int) -> Run:
    """One epoch of plain Keras, which takes longer the more parameters there are."""
    seconds = (1 + experiment.specification.network.parameters / 1e6) * (1 + 0.01 * (seed % 3))
    record = {"epoch seconds": seconds}
    checkpoint: Any = SimpleNamespace(epoch=1, metrics=record, arrays={}, sha256="")
    return Run("key", experiment.name, seed, {}, (record,), {1: checkpoint}, {"cores": 2})


Accuracy: TypeAlias = Callable[[str, int], float]
"""The accuracy of an experiment by its name and the epoch."""


def trained(experiment: Experiment, seed: int, accuracy: Accuracy) -> Run:
    """A run whose accuracy is given."""
    network = experiment.specification
    records = []
    for epoch in range(1, experiment.epochs + 1):
        value = accuracy(experiment.name, epoch) - 0.0004 * (seed % 3)
        records.append(record(network, value))
        if experiment.name == "complex":
            records[-1]["validation_loss"] += 0.0005 * epoch
    checkpoints = {}
    for epoch in PROJECT.checkpoint_epochs(experiment):
        checkpoints[epoch] = checkpoint(network, records[epoch - 1]["accuracy"], seed)
    return Run("key", experiment.name, seed, {}, tuple(records), checkpoints)


def record(network: Network, accuracy: float) -> dict[str, Any]:
    """What a run records of an epoch; signals fall from layer to layer by the weights and their gain."""
    layers = len(network.hidden_layers)
    step = 0.25 * network.initial_gain
    from_last_to_first = [(step * network.backward_gain) ** layer for layer in range(layers + 1)]
    return {
        "loss": 1 - accuracy,
        "accuracy": accuracy,
        "validation_loss": 1.1 - accuracy,
        "validation_accuracy": accuracy,
        "first_gradient_norms": from_last_to_first[::-1],
        "image_differences": [step**layer for layer in range(layers)],
    }


def checkpoint(network: Network, accuracy: float, seed: int) -> Any:
    """What a run stores of this accuracy."""
    test = predicted("test", accuracy, seed)
    is_right = test == mnist.load().test.labels
    metrics = {"accuracy": accuracy, "loss": 1.1 - accuracy}
    arrays = {
        "predictions": test,
        "validation_predictions": predicted("validation", accuracy, seed),
        "confidence": np.where(is_right, 0.999, 0.95).astype(np.float32),
        "state.layer-0.kernel": np.broadcast_to(0, (network.weights,)),
        "state.layer-0.bias": np.broadcast_to(0, (network.biases,)),
    }
    by_split = {"training": metrics, "validation": metrics, "test": metrics}
    return SimpleNamespace(metrics=by_split, arrays=arrays, sha256="")


def like_the_report(name: str, epoch: int) -> float:
    """Accuracies like those of the report: what is deep guesses, momentum is fast, width pays late."""
    if name.startswith("deep") and not any(part in name for part in ("gain", "4-layers", "relu")):
        return 0.11
    late = 0.980 if name.startswith(("wide", "complex", "one")) else 0.975
    fast = 2.0 if "momentum" in name or name.startswith(("complex", "one-layer")) else 6.0
    return late - 0.08 / (1 + epoch / fast) ** 2


def turned_round(name: str, epoch: int) -> float:
    """Deep networks are best, and small ones better than wide ones."""
    best = 0.97 if name.startswith("deep") else 0.96 if name.startswith("small") else 0.93
    return best - 0.05 / epoch


@cache
def figures() -> dict[str, Any]:
    """All figures, of results like those of the report: drawn once, whatever a test asks of the text."""
    runs = runs_like(like_the_report, range(5, 8))
    exported = {}
    with charts.style():
        for figure in PROJECT.figures:
            drawing = figure(results_for_reader(figure, runs))
            exported[figure.name] = charts.export_drawing(drawing, name=figure.name)
    return exported


def runs_like(accuracy: Accuracy, seeds: range) -> Callable[[Experiment], list[Run]]:
    """The runs of an experiment, as a question or a figure asks for them."""

    def runs(experiment: Experiment) -> list[Run]:
        seeds_of_experiment = seeds[: experiment.seeds]
        if isinstance(experiment.specification, Timing):
            return [timed(experiment, seed) for seed in seeds_of_experiment]
        return [trained(experiment, seed, accuracy) for seed in seeds_of_experiment]

    return runs


@cache
def report(accuracy: Accuracy, seeds: range) -> list[RenderedSection]:
    """All sections of the report."""
    runs = runs_like(accuracy, seeds)
    answers = {question.name: question(results_for_reader(question, runs)) for question in PROJECT.questions}
    sections = []
    for section in PROJECT.all_sections:
        own_answers = answers
        if "*" not in section.answers:
            own_answers = {question.name: answers[question.name] for question in section.questions}
        sections.append(render_section(section, own_answers, figures(), PROJECT.all_experiments, TEMPLATES))
    return sections


GUESSING = "All three classify about one image in ten correctly"
FAST = "With rate 1 and momentum the network learned nothing"
LEARNING_NOTHING = "our three deep networks learn nothing"


@pytest.mark.parametrize(
    ("accuracy", "holds", "fails"),
    [(like_the_report, GUESSING, FAST), (turned_round, "`deep-8` has", LEARNING_NOTHING)],
)
def test_what_does_not_hold_is_marked(accuracy: Accuracy, holds: str, fails: str) -> None:
    """Each claim that fails stands between marks with its reason, and no other does."""
    fragments = report(accuracy, range(5, 8))
    claims = [claim for fragment in fragments for claim in fragment.claims]
    failing = [claim for claim in claims if claim.fails]
    page = "".join(fragment.html for fragment in fragments)
    assert page.count('class="claim fails"') == len(failing)
    assert page.count('class="claim unknown"') == sum(claim.holds is None for claim in claims)
    assert all(claim.now for claim in failing)
    assert not any(holds in claim.text for claim in failing)
    assert any(fails in claim.text for claim in failing)


def test_each_bullet_of_the_exercise_is_asked() -> None:
    """Seventeen questions in its order, one more for the networks, and one for layers and momentum."""
    names = [question.name for section in PROJECT.all_sections for question in section.questions]
    expected = """
        networks parameters accuracy epoch_time
        above_20 hypothesis deep_parameters correlation
        goal best epochs layers
        digits pattern
        longer progress worth more_time perspective
    """
    assert names == expected.split()


def test_at_most_100_training_runs_are_made() -> None:
    """Experiments of one specification share them; what is timed by plain Keras is none."""
    training_runs = set()
    for experiment in PROJECT.all_experiments:
        if not isinstance(experiment.specification, Timing):
            for seed in PROJECT.seed_range[: experiment.seeds]:
                training_runs.add((experiment.specification, seed))
    assert len(training_runs) <= 100


def test_one_run_of_each_network_compares_nothing() -> None:
    """What two networks show beside each other is marked; struck through is only what the one run shows."""
    fragments = report(like_the_report, range(5, 6))
    comparisons = ("After 10 epochs the two networks", "Momentum, or perhaps only")
    claims = [claim for fragment in fragments for claim in fragment.claims]
    assert [claim.holds for claim in claims if claim.text.startswith(comparisons)] == [None, None]
    of_three_runs = report(like_the_report, range(5, 8))
    fails_with_three = {claim.line for fragment in of_three_runs for claim in fragment.claims if claim.fails}
    assert {claim.line for claim in claims if claim.fails} <= fails_with_three


def test_summary_and_conclusion_are_on_the_first_page() -> None:
    """A page of the first seeds is made before anything is timed: they read no answer that needs times."""
    timed = set()
    for question in PROJECT.questions:
        if any(
            experiment.exclusive for read in question.reads for experiment in read.declaration.experiments()
        ):
            timed.add(question.name)
    assert "epoch_time" in timed
    for section in ("summary", "conclusion"):
        text = (TEMPLATES / "sections" / f"{section}.md").read_text(encoding="utf-8")
        assert not timed & set(re.findall(r"(\w+)\.\w", text))
