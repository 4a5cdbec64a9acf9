"""A check for each question: as many of its numbers as the words of their sources let us compute again."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from exercise.again.files import Files
from exercise.again.words import computed
from labreport.checks import Check

KIND = "answers, computed from stored predictions and weights by other code"
RELATIVE = 1e-9
"""Sums of the same numbers in another order differ by less."""
MACHINE = {"machine", "verify", "time"}
"""What other runs measure otherwise: where these are all that an answer has, there is nothing to compute."""

DECLARED = {"the families that the answers tested"}
"""Sources of numbers that follow from declarations and verdicts: no stored result gives them."""


def check_answers(folder: Path) -> Iterator[Check]:
    """The numbers of `answers.json` in `folder` against what its stored results give.

    A question none of whose numbers can be computed fails: its answer may rest on nothing.
    """
    published = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
    files = Files(folder, published["results"])
    for slug, answer in sorted(published["questions"].items(), key=lambda item: item[1]["order"]):
        measured = {
            name: quantity
            for name, quantity in answer["quantities"].items()
            if quantity["value"] is not None
            and quantity.get("varies_with", "") not in MACHINE
            and quantity["source"] not in DECLARED
        }
        if not answer["local"] and measured:
            yield _check(slug, measured, files)


def _check(slug: str, quantities: dict[str, Any], files: Files) -> Check:
    name = f"other code {slug}"
    known = 0
    for key, quantity in quantities.items():
        try:
            found = computed(key, quantity["source"], files)
        except (KeyError, IndexError, OSError, ValueError) as error:
            problem = f"{key}: {quantity['source']!r} cannot be followed: {type(error).__name__}: {error}"
            return Check(name, False, problem[:300], KIND)
        if found is None:
            continue
        known += 1
        if not _equal(float(quantity["value"]), found):
            where = f"{key}: published {quantity['value']}, but {quantity['source']} is {found:.12g}"
            return Check(name, False, where, KIND)
    if not known:
        return Check(name, False, f"none of {len(quantities)} numbers says how it is computed", KIND)
    return Check(name, True, f"{known} of {len(quantities)} numbers", KIND)


def _equal(published: float, found: float) -> bool:
    if math.isnan(published) or math.isnan(found):
        return math.isnan(published) and math.isnan(found)
    return math.isclose(published, found, rel_tol=RELATIVE, abs_tol=1e-12)
