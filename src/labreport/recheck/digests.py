"""Digests of what is not computed from anything else in the file: data, declared numbers, facts and words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from labreport.recheck.document import Difference

LENGTH = 8
RECOMPUTED = ("value", "spread", "n", "interval", "p_value", "margin", "threshold", "verdict")
"""Fields of a quantity or claim with a derivation that follow from it."""
MEMBER_DATA = ("name", "estimate", "unit", "margin")
"""Fields of a member of a family that do not follow from others."""


def digests(document: Mapping[str, Any]) -> dict[str, str]:
    """Place to digest, for everything in the document that does not follow from something else in it."""
    return {place: _digest(content) for place, content in _blocks(document)}


def _blocks(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    inner = ("families", "questions", "results", "digests")
    yield "document", {key: value for key, value in document.items() if key not in inner}
    for name, result in document["results"].items():
        yield f"results {name}", result
    for name, family in document["families"].items():
        yield from _family(f"family {name!r}", family)
    for slug, question in document["questions"].items():
        yield from _question(slug, question)


def _question(slug: str, question: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    inner = ("quantities", "claims", "facts", "families")
    yield slug, {key: value for key, value in question.items() if key not in inner}
    for name, fact in question["facts"].items():
        yield f"{slug}#facts.{name}", fact
    for name, family in question["families"].items():
        yield from _family(f"{slug}: family {name!r}", family)
    for kind, prefix in (("quantities", ""), ("claims", "claims.")):
        for name, item in question[kind].items():
            yield f"{slug}#{prefix}{name}", _data(item)


def _data(item: Mapping[str, Any]) -> Mapping[str, Any]:
    if item["derivation"] is None:
        return item
    return {key: value for key, value in item.items() if key not in RECOMPUTED}


def _family(place: str, family: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield place, {key: value for key, value in family.items() if key != "members"}
    for number, member in enumerate(family["members"], start=1):
        kept = MEMBER_DATA if member["estimate"] is not None else member
        yield f"{place}, member {number} ({member['name']})", {key: member[key] for key in kept}


def _digest(content: Any) -> str:
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def changed(document: Mapping[str, Any]) -> Iterator[Difference]:
    """Data that are not what they were when the file was written."""
    recorded = document["digests"]
    for place, digest in digests(document).items():
        if recorded.get(place) != digest:
            yield Difference(place, "", "other data than when it was written", "their digest differs")
