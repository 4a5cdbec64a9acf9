"""The report of results that were made up: what they bear out stands as it is, all else is marked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exercise import mnist
from exercise.networks import Timing
from exercise.project import PROJECT
from labreport import Experiment, charts
from labreport.page import RenderedSection, render_section
from labreport.project import Section
from labreport.results import Run, results_for_reader

TEMPLATES = Path(__file__).parents[2] / "templates"


@dataclass
class MadeKept:
    """What a run kept, in memory."""

    epoch: int
    metrics: dict[str, Any]
    arrays: dict[str, Any]
    sha256: str = ""


@cache
def difficulty(split: str) -> np.ndarray[Any, Any]:
    """How hard each image of a split is to read, the same for every network."""
    labels = getattr(mnist.load(), split).labels
    return np.random.default_rng(len(labels)).random(len(labels)) + 0.2 * np.isin(labels, (5, 8, 9))


def answers_of(split: str, accuracy: float, seed: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Digits that a network of this accuracy names; one that guesses names ones."""
    labels = getattr(mnist.load(), split).labels
    if accuracy < 0.2:
        return np.ones_like(labels)
    noise = np.random.default_rng(seed).normal(0, 0.02, len(labels))
    wrong = np.argsort(difficulty(split) + noise)[round(accuracy * len(labels)) :]
    digits = labels.copy()
    digits[wrong] = (np.array([6, 7, 7, 5, 9, 3, 4, 2, 3, 4], np.uint8))[labels[wrong]]
    named: np.ndarray[Any, np.dtype[np.uint8]] = digits
    return named


def timed(experiment: Experiment, seed: int) -> Run:
    """One epoch of plain Keras, which takes longer the more parameters there are."""
    seconds = (1 + experiment.specification.network.parameters / 1e6) * (1 + 0.01 * (seed % 3))
    record = {"epoch seconds": seconds}
    return Run("key", experiment.name, seed, {}, (record,), {1: MadeKept(1, record, {})}, {"cores": 2})  # type: ignore[dict-item]


def made(experiment: Experiment, seeds: Iterable[int], accuracy: Callable[[str, int], float]) -> list[Run]:
    """Runs of an experiment, whose accuracy by name and epoch is given."""
    network = experiment.specification
    if isinstance(network, Timing):
        return [timed(experiment, seed) for seed in seeds]
    runs = []
    layers = len(network.hidden_layers)
    step = 0.25 * network.initial_gain
    for seed in seeds:
        curve = [
            accuracy(experiment.name, epoch) - 0.0004 * (seed % 3)
            for epoch in range(1, experiment.epochs + 1)
        ]
        records = tuple(
            {
                "loss": 1 - value,
                "accuracy": value,
                "validation_loss": 1.1 - value + (0.0005 * place if experiment.name == "complex" else 0),
                "validation_accuracy": value,
                "first_gradient_norms": [
                    (step * network.backward_gain) ** (layers - layer) for layer in range(layers + 1)
                ],
                "image_differences": [step**layer for layer in range(layers)],
            }
            for place, value in enumerate(curve)
        )
        kept = {}
        for epoch in PROJECT.checkpoint_epochs(experiment):
            value = curve[epoch - 1]
            test, validation = (answers_of(split, value, seed) for split in ("test", "validation"))
            metrics = {
                split: {"accuracy": value, "loss": 1.1 - value}
                for split in ("training", "validation", "test")
            }
            arrays = {
                "predictions": test,
                "validation_predictions": validation,
                "confidence": np.where(test == mnist.load().test.labels, 0.999, 0.95).astype(np.float32),
            }
            sizes = {"kernel": network.weights, "bias": network.biases}
            arrays |= {f"state.layer-0.{part}": np.broadcast_to(0, (size,)) for part, size in sizes.items()}
            kept[epoch] = MadeKept(epoch, metrics, arrays)
        runs.append(Run("key", experiment.name, seed, {}, records, kept))  # type: ignore[arg-type]
    return runs


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
    with charts.style():
        return {
            reader.name: charts.export_drawing(
                reader(results_for_reader(reader, runs_like(like_the_report, range(5, 8)))), name=reader.name
            )
            for reader in PROJECT.figures
        }


def runs_like(accuracy: Callable[[str, int], float], seeds: range) -> Callable[[Experiment], list[Run]]:
    """The runs of an experiment, as a reader asks for them."""
    return lambda experiment: made(experiment, seeds[: experiment.seeds], accuracy)


@cache
def report(accuracy: Callable[[str, int], float], seeds: range) -> list[RenderedSection]:
    """All sections of the report."""
    runs = runs_like(accuracy, seeds)
    answers = {reader.name: reader(results_for_reader(reader, runs)) for reader in PROJECT.questions}

    def shown(section: Section) -> dict[str, Any]:
        names = {question.name for question in section.questions}
        return {name: answer for name, answer in answers.items() if "*" in section.answers or name in names}

    return [
        render_section(section, shown(section), figures(), PROJECT.all_experiments, TEMPLATES)
        for section in PROJECT.chapters
    ]


@pytest.mark.parametrize(
    ("accuracy", "holds", "fails"),
    [
        (
            like_the_report,
            "All three classify about one image in ten correctly",
            "With rate 1 and momentum the network learned nothing",
        ),
        (turned_round, "`deep-8` has", "our three deep networks learn nothing"),
    ],
    ids=["like those found", "turned round"],
)
def test_what_does_not_hold_is_marked(accuracy: Callable[[str, int], float], holds: str, fails: str) -> None:
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
    names = [question.name for section in PROJECT.chapters for question in section.questions]
    assert names == [
        *("networks", "parameters", "accuracy", "epoch_time"),
        *("above_20", "hypothesis", "deep_parameters", "correlation"),
        *("goal", "best", "epochs", "layers"),
        *("digits", "pattern"),
        *("longer", "progress", "worth", "more_time", "perspective"),
    ]


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
    claims = {claim.text: claim for fragment in fragments for claim in fragment.claims}
    compared = [
        text
        for text in claims
        if text.startswith(("After 10 epochs the two networks", "Momentum, or perhaps only"))
    ]
    assert len(compared) == 2
    assert all(claims[text].holds is None for text in compared)
    with_three = report(like_the_report, range(5, 8))
    fails_with_three = {claim.line for fragment in with_three for claim in fragment.claims if claim.fails}
    assert {claim.line for claim in claims.values() if claim.fails} <= fails_with_three


def test_summary_and_conclusion_are_on_the_first_page() -> None:
    """A page of the first seeds is made before anything is timed: they read no answer that needs times."""
    timed = set()
    for question in PROJECT.questions:
        if any(experiment.exclusive for read in question.reads for experiment in read.subject.experiments()):
            timed.add(question.name)
    assert "epoch_time" in timed
    for section in ("summary", "conclusion"):
        text = (TEMPLATES / "sections" / f"{section}.md").read_text(encoding="utf-8")
        assert not timed & set(re.findall(r"(\w+)\.\w", text))
