"""Digests of what is not computed from anything else in the file: data, declared numbers, facts and words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
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
    for slug, question in document["questions"].items():
        yield from _question(slug, question)


def _question(slug: str, question: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    inner = ("quantities", "findings", "facts")
    yield slug, {key: value for key, value in question.items() if key not in inner}
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
