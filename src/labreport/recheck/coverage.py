"""How many numbers of an `answers.json` are covered by what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Coverage:
    """Numbers of a file: those computed again, the data they are computed from, and all others.

    A change to one of `data` shows in what is computed from it, unless only the order of the data
    matters there, or on which side of a threshold they lie. All of `data` and `others` are under a digest.
    """

    questions: int
    claims: int
    computed: int
    data: int
    others: int

    @property
    def holds(self) -> str:
        """What the file holds in all, in words: one from which something was taken out holds less."""
        numbers = self.computed + self.data + self.others
        return f"{self.questions:,} questions, {self.claims:,} claims and {numbers:,} numbers"

    def lines(self) -> Iterator[str]:
        """The counts in words."""
        yield f"{self.computed:,} numbers follow from others, and were computed again"
        yield f"{self.data:,} numbers are data that these were computed from, and are under a digest too"
        yield f"{self.others:,} numbers were declared, counted or stated, and are under a digest only"


def count(document: Mapping[str, Any], computed: int) -> Coverage:
    """The coverage of a document of which so many numbers were computed again."""
    everything = sum(1 for _ in _numbers(document))
    data = sum(1 for derivation in _derivations(document) for _ in _numbers(derivation, inner=False))
    questions = document["questions"]
    claims = sum(len(question["claims"]) for question in questions.values())
    return Coverage(len(questions), claims, computed, data, everything - computed - data)


def _numbers(value: Any, inner: bool = True) -> Iterator[float]:
    """Every number; without `inner`, none of the quantities and claims that are written in full."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        yield value
    elif isinstance(value, Mapping):
        if inner or "derivation" not in value:
            for each in value.values():
                yield from _numbers(each, inner)
    elif isinstance(value, list):
        for each in value:
            yield from _numbers(each, inner)


def _derivations(value: Any) -> Iterator[Any]:
    """The derivations of quantities, of claims and of members of families, also those inside others."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            if key in ("derivation", "estimate") and each is not None:
                yield each
            yield from _derivations(each)
    elif isinstance(value, list):
        for each in value:
            yield from _derivations(each)
