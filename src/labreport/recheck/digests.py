"""What covers a number of the file: digests of what nothing else gives, and how many of each there are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from labreport.recheck.document import Difference

LENGTH = 8
COMPUTED = ("value", "spread", "n")
"""Fields of a quantity with a derivation that follow from it; of its interval, the two ends do."""


def digests(document: Mapping[str, Any]) -> dict[str, str]:
    """Place to digest, for everything in the document that does not follow from something else in it."""
    return {place: _digest(content) for place, content in _blocks(document)}


def _blocks(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    inner = ("measures", "questions", "results", "digests")
    yield "document", {key: value for key, value in document.items() if key not in inner}
    for kind in ("measures", "results"):
        for name, content in document[kind].items():
            yield f"{kind} {name}", content
    named = ("quantities", "findings", "facts")
    for slug, question in document["questions"].items():
        yield slug, {key: value for key, value in question.items() if key not in named}
        for name, fact in question["facts"].items():
            yield f"{slug}#facts.{name}", fact
        for name, quantity in question["quantities"].items():
            yield f"{slug}#{name}", _data(quantity)
        for name, finding in question["findings"].items():
            parts = [{**part, "judgement": part["judgement"]["among"]} for part in finding["parts"]]
            judged = {"judgement": finding["judgement"]["among"], "parts": parts}
            yield f"{slug}#findings.{name}", {**finding, **judged}


def _data(quantity: Mapping[str, Any]) -> Mapping[str, Any]:
    if quantity["derivation"] is None:
        return quantity
    kept = {key: value for key, value in quantity.items() if key not in COMPUTED}
    if kept["interval"] is not None:
        kept["interval"] = {key: kept["interval"][key] for key in ("kind", "level", "logarithmic")}
    return kept


def _digest(content: Any) -> str:
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def changed(document: Mapping[str, Any]) -> Iterator[Difference]:
    """Data that are not what they were when the file was written."""
    recorded = document["digests"]
    found = digests(document)
    for place, digest in found.items():
        if recorded.get(place) != digest:
            yield Difference(place, "", "other data than when it was written", "their digest differs")
    for place in recorded.keys() - found.keys():
        yield Difference(place, "", "nothing", "there is a digest of what was here when it was written")


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
