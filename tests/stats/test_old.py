"""The same numbers as the engine had before it was written anew, of the same data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from stats import made

from labreport.stats import Part, Quantity, effect, ranking

OLD = json.loads((Path(__file__).parent / "old.json").read_text())
DATA = made.every()


def numbers(one: Quantity) -> list[Any]:
    """What was compared with before."""
    return [one.value, one.low, one.high, one.n, one.spread]


def same(found: list[Any], then: list[Any]) -> bool:
    """Whether each is as it was, or unknown as it was."""
    pairs = zip(found, then, strict=True)
    return all(
        a is b is None or (a is not None and a == pytest.approx(b, rel=1e-9, abs=1e-12)) for a, b in pairs
    )


def judgement(part: Part) -> list[Any]:
    """Clear, the same or unclear, and whether it is inside the margin, as the engine had them."""
    words = {"more": "clear", "less": "clear", "same": "the same"}
    return [words.get(part.judgement, "unclear"), part.alike]


@pytest.mark.parametrize("kind", [kind for kind in OLD if kind not in ("trend", "count")])
def test_means_differences_and_judgements_are_those_of_before(kind: str) -> None:
    """Value, ends, number of units and spread to nine digits; words exactly."""
    of, measure = DATA[kind]
    found, old = ranking(of, measure), OLD[kind]
    for name, then in old["means"].items():
        assert same(numbers(found.mean[name]), then)
    for part, (first, second, then, (word, _, inside)) in zip(found.ranking.parts, old["pairs"], strict=True):
        assert part.subjects == (first, second)
        assert same(numbers(part.quantity), then)
        assert judgement(part) == [word, inside]


def test_steps_and_the_whole_are_those_of_before() -> None:
    """Each as one of all steps and the whole."""
    found = effect(*DATA["trend"], by="experiment").effect
    for part, (_, later, then, (word, _, inside)) in zip(found.parts, OLD["trend"], strict=True):
        assert part.subjects[0] == later
        assert same(numbers(part.quantity), then)
        assert judgement(part) == [word, inside]
