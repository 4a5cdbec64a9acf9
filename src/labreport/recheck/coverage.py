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
    findings: int
    computed: int
    data: int
    others: int

    @property
    def holds(self) -> str:
        """What the file holds in all, in words: one from which something was taken out holds less."""
        numbers = self.computed + self.data + self.others
        return f"{self.questions:,} questions, {self.findings:,} findings and {numbers:,} numbers"

    def lines(self) -> Iterator[str]:
        """The counts in words."""
        yield f"{self.computed:,} numbers follow from others, and were computed again"
        yield f"{self.data:,} numbers are data that these were computed from, and are under a digest too"
        yield f"{self.others:,} numbers were declared, counted or stated, and are under a digest only"


def count(document: Mapping[str, Any], computed: int) -> Coverage:
    """The coverage of a document of which so many numbers were computed again."""
    questions = document["questions"].values()
    findings = sum(len(question["findings"]) for question in questions)
    data = sum(
        _numbers(item["derivation"]["data"])
        for question in questions
        for item in (*question["quantities"].values(), *question["findings"].values())
        if item["derivation"] is not None
    )
    return Coverage(len(questions), findings, computed, data, _numbers(document) - computed - data)


def _numbers(value: Any) -> int:
    if isinstance(value, (Mapping, list)):
        return sum(map(_numbers, value.values() if isinstance(value, Mapping) else value))
    return isinstance(value, (int, float)) and not isinstance(value, bool)
