"""A reference of made results, what it expects, and submissions made from it."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labreport.grading.grade import grade
from labreport.grading.reference import expect
from labreport.grading.score import Expected, Graded
from labreport.project import Rubric
from labreport.stats import (
    Answer,
    Measure,
    Quantity,
    Sample,
    Source,
    count,
    difference,
    exact,
    extremes,
    ranking,
    trend,
)
from labreport.stats.findings import VERSION
from labreport.stats.operations.condition import compare as condition

Plain = dict[str, Any]
ACCURACY = Measure("test accuracy", "%", margin=0.2)
LOSS = Measure("test loss", "nat", better="lower", margin=0.005)
SECONDS = Measure("training seconds", "s", better="lower", scale="ratio", margin=1.02)
MISSED = Measure("share missed", "%", better="")
TRUTH: Mapping[str, tuple[float, float]] = {
    "small": (0.9745, 0.0012),
    "wide": (0.9805, 0.0010),
    "wider": (0.9806, 0.0003),
    "same": (0.9806, 0.0003),
    "complex": (0.9915, 0.0006),
    "deep-1": (0.9620, 0.0015),
    "deep-2": (0.9500, 0.0020),
    "deep-3": (0.9140, 0.0060),
}
"""True accuracy of each network, and its standard deviation over seeds."""
PARAMETERS = {"small": 25450, "wide": 318010, "complex": 34826}
TEXTS = {
    "accuracy": "Which network is the most accurate?",
    "better": "Which of the two is better?",
    "loss": "Which has the lower loss?",
    "level": "Do more nodes help?",
    "depth": "Does depth help?",
    "above": "Which are above 96 %?",
    "digits": "Which digit is missed most?",
    "parameters": "How many parameters are there?",
    "wine": "Which classifier is the most accurate?",
    "time": "Which is faster?",
}
WINE = {"tree": 0.90, "forest": 0.97, "linear": 0.97}
"""True accuracies of classifiers, two of them level, of 50 wines in each test."""


def sample(name: str, values: Sequence[float] | NDArray[np.float64], first: int = 0, **more: Any) -> Sample:
    """A sample with one run for each seed, from `first` on."""
    return Sample(name, {first + place: (float(value),) for place, value in enumerate(values)}, **more)


def answers(
    seeds: int, generator: np.random.Generator, swap: Mapping[str, str] | None = None
) -> dict[str, Answer]:
    """Answers of one honest run; with `swap`, of one whose networks have other names."""
    first = int(generator.integers(1000))
    drawn = {name: np.round(generator.normal(*truth, seeds), 4) for name, truth in TRUTH.items()}
    losses = {name: (1 - values) * 3.5 for name, values in drawn.items()}
    of = swap or {}
    machine = generator.uniform(0.5, 2)
    seconds = {name: 10 * machine * generator.normal(1, 0.02, seeds) for name in ("small", "wide", "complex")}

    def samples(values: Mapping[str, Any], *names: str) -> dict[str, Sample]:
        return {name: sample(name, values[of.get(name, name)], first, epoch=10) for name in names}

    rates = np.linspace(0.01, 0.04, 10)
    rates[8] = 0.09
    digits = {str(digit): generator.normal(rate, 0.002, seeds) for digit, rate in enumerate(rates)}
    wine = {name: generator.binomial(50, share, seeds) / 50 for name, share in WINE.items()}
    counted = {
        f"{name}.parameters": Quantity(
            PARAMETERS[of.get(name, name)], "parameters", Source((name,), kind="computed")
        )
        for name in PARAMETERS
    }
    deep = ("deep-1", "deep-2", "deep-3")
    fewer = condition(counted["small.parameters"], "<", counted["wide.parameters"])
    holds = exact("small-has-fewer-parameters", fewer, counted)
    return {
        "accuracy": ranking(samples(drawn, "small", "wide", "complex"), ACCURACY),
        "better": difference(samples(drawn, "small", "wide"), "small", "wide", ACCURACY),
        "loss": difference(samples(losses, "wide", "complex"), "wide", "complex", LOSS),
        "level": difference(samples(drawn, "wider", "same"), "wider", "same", ACCURACY),
        "depth": trend(samples(drawn, *deep), deep, ACCURACY),
        "above": count(samples(drawn, "complex", "deep-3"), ["complex", "deep-3"], ACCURACY, above=96),
        "digits": extremes({n: sample(n, digits[of.get(n, n)], first) for n in digits}, MISSED),
        "parameters": holds,
        "wine": ranking(
            {
                each: sample(each, wine[of.get(each, each)], first, test_fraction=0.3, title=f"the {each}")
                for each in wine
            },
            Measure("wine accuracy", "%", margin=1),
        ),
        "time": difference(samples(seconds, "small", "wide"), "small", "wide", SECONDS),
    }


def document(of: Mapping[str, Answer]) -> Plain:
    """Answers as `answers.json` has them."""
    questions = {
        slug: {"order": order, "text": TEXTS.get(slug, slug), "local": False, **answer.to_plain()}
        for order, (slug, answer) in enumerate(of.items(), start=1)
    }
    measures: Plain = {}
    for question in questions.values():
        measures |= question.pop("measures")
    plain = {"schema": VERSION, "title": "Made results", "measures": measures, "questions": questions}
    made: Plain = json.loads(json.dumps(plain, sort_keys=True))
    return made


def rerun(seeds: int, number: int) -> Plain:
    """What an honest run with other seeds, on another machine, publishes."""
    return document(answers(seeds, np.random.default_rng([seeds, number])))


EXCHANGED = {
    "small": "complex",
    "complex": "small",
    "wide": "small",
    "deep-1": "deep-3",
    "deep-3": "deep-1",
    "tree": "forest",
    "forest": "tree",
    **{str(digit): str(9 - digit) for digit in range(10)},
}
"""Names, and whose results have them."""


def exchanged(seeds: int, number: int) -> Plain:
    """The same, with the results of networks under each other's names."""
    return document(answers(seeds, np.random.default_rng([seeds, number]), EXCHANGED))


@functools.cache
def _text(seeds: int) -> str:
    return json.dumps(document(answers(seeds, np.random.default_rng(seeds))))


def reference(seeds: int = 5) -> Plain:
    """A reference, made for each call."""
    plain: Plain = json.loads(_text(seeds))
    return plain


@functools.cache
def expected(seeds: int = 5, recompute: str = "") -> Expected:
    """What that reference expects, with a point for each question."""
    return expect(reference(seeds), Rubric(), recompute)


def grade_plain(folder: Path, plain: Plain, by: Expected | None = None) -> Graded:
    """The grade of a document, through a file."""
    path = folder / "submission.json"
    path.write_text(json.dumps(plain), encoding="utf-8")
    return grade(path, by or expected())


def graded(folder: Path, change: Callable[[Plain], None] | None = None, by: Expected | None = None) -> Graded:
    """The grade of the reference's own answers after `change`."""
    plain = reference()
    if change is not None:
        change(plain)
    return grade_plain(folder, plain, by)


def each_quantity(plain: Plain) -> list[Plain]:
    """All quantities of a document, to be changed in place."""
    return [
        quantity for question in plain["questions"].values() for quantity in question["quantities"].values()
    ]


def lost(result: Graded) -> list[str]:
    """All reasons for lost points."""
    return [f"{question.slug}: {reason}" for question in result.questions for reason in question.reasons]
