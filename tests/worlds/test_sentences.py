"""No sentence contradicts the numbers behind it, and no phrase can be turned round unnoticed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from worlds.sentences import contradicted

from labreport.audit.allowed import Allowed
from labreport.stats import (
    Answer,
    Measure,
    Quantity,
    Sample,
    count,
    difference,
    exact,
    extremes,
    ranking,
    trend,
)
from labreport.stats.operations.condition import compare
from labreport.stats.words import PHRASES, Sentence, plain

MEASURES = (
    Measure("test accuracy", "%", margin=0.2),
    Measure("seconds", "s", "lower", "ratio", 1.02),
    Measure("share missed", "%", "lower", margin=0.2),
    Measure("loss", "", "lower", margin=0.002),
    Measure("score", "", margin=0.002),
    Measure("distance to accuracy", "", "lower"),
    Measure("seconds", "s"),
    Measure("share missed", "%"),
    Measure("lag", "s", "lower", margin=0.002, more="slower", less="faster"),
)
TURNS = (
    *(("more", "less"), ("slower", "faster"), ("slowest", "fastest"), ("most", "least")),
    *(("higher", "lower"), ("highest", "lowest"), ("above", "below"), ("in none", "in each")),
    *(("is unclear", "is clear"), ("may be chance", "is clear"), ("holds", "does not hold")),
    *(("too few runs", "enough runs"), ("is unknown", "is known"), ("depends", "rests")),
)
"""Words, each of which in the place of the other makes a sentence wrong."""


@cache
def made(number: int) -> tuple[Answer, ...]:
    """Answers with every kind of finding, from samples that chance draws."""
    random = np.random.default_rng(number)
    units = int(random.choice([1, 2, 3, 5, 8]))
    measure = MEASURES[number % len(MEASURES)]
    noise, step = float(random.choice([0.0, 0.0002, 0.002, 0.02])), float(random.choice([0.0, 0.0005, 0.01]))
    middles = 0.9 + step * random.permutation(3)
    samples = {
        name: Sample(name, {unit: (float(middle + noise * random.normal()),) for unit in range(units)}, None)
        for name, middle in zip(("a", "b", "c"), middles, strict=True)
    }
    level = 0.9 + step
    threshold = level * 100 if measure.share else level
    among = int(random.choice([1, 1, 20]))
    low, high = Quantity(float(random.normal()), "", "made"), Quantity(float(random.normal()), "", "made")
    return (
        difference(samples, "a", "b", measure, among=among),
        ranking(samples, measure),
        ranking({name: samples[name] for name in ("a", "b")}, measure),
        extremes(samples, measure),
        count(samples, ("a", "b"), measure, above=threshold),
        count(samples, ("c",), measure, below=threshold),
        trend(samples, ("a", "b", "c"), measure),
        exact("less", compare(low, "<", high), {"low": low, "high": high}),
    )


@cache
def _plain(number: int) -> tuple[dict[str, Any], ...]:
    return tuple(answer.to_plain() for answer in made(number))


def faults(numbers: Iterable[int]) -> Iterator[str]:
    """What the sentences of all these answers say, as phrases are now, that their numbers do not."""
    for number in numbers:
        for answer, known in zip(made(number), _plain(number), strict=True):
            for name, found in answer.findings.items():
                sentence = Sentence(found, answer.quantities)
                two = (*sentence.observation(), " ", *sentence.judgement())
                for says in (plain(parts, answer.quantities) for parts in (sentence.whole(), two)):
                    finding = {**known["findings"][name], "says": says}
                    for problem in contradicted({**known, "findings": {name: finding}}, name):
                        yield f"{number}: {problem}: {says}"


def turned() -> Iterator[tuple[str, str]]:
    """Each phrase that has one of the words, with the other in its place."""
    for name, text in PHRASES.items():
        if name.startswith("remark"):
            continue
        for pair in TURNS:
            for old, new in (pair, pair[::-1]):
                if re.search(rf"(?<!{{)\b{old}\b", text):
                    yield name, re.sub(rf"(?<!{{)\b{old}\b", new, text)


def test_no_sentence_contradicts_its_numbers() -> None:
    """Of samples equal, near, far and noisy, of one seed and of several."""
    assert list(faults(range(200))) == []


@pytest.mark.parametrize(("phrase", "text"), turned())
def test_a_phrase_turned_round_is_found(phrase: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the sentences that it is in."""
    monkeypatch.setitem(PHRASES, phrase, text)
    assert next(faults(range(200)), "") != ""


@pytest.mark.parametrize("phrase", PHRASES)
def test_no_phrase_has_a_number_of_its_own(phrase: str, tmp_path: Path) -> None:
    """The audit would refuse each report that prints it."""
    assert list(Allowed(tmp_path).untraced(re.sub(r"\{.*?\}", "", PHRASES[phrase]))) == []
