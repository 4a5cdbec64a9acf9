"""The answers' headlines and numbers as texts, and what changed in them since the last report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from labreport.claims import Answer
from labreport.claims.rounding import format_number
from labreport.plan.ledger import Change

Numbers = dict[str, dict[str, str]]
"""Question → quantity → text; the empty name has the words of its headline."""
HEADLINE = ""
_SOURCE = re.compile(r'data-source="([^"#]*)#([^"]*)"')


def numbers(answers: Mapping[str, Answer], sections: Iterable[Mapping[str, Any]]) -> Numbers:
    """What each rendered headline says, and all quantities, rounded as printed."""
    said = {line["question"]: line["text"] for section in sections for line in section["headlines"]}
    return {
        slug: {
            HEADLINE: said.get(slug, ""),
            **{name: format_number(quantity) for name, quantity in answer.quantities.items()},
        }
        for slug, answer in answers.items()
    }


def changes(
    old: Numbers, new: Numbers, answers: Mapping[str, Answer], sections: Iterable[Mapping[str, Any]]
) -> list[Change]:
    """Each headline and each number that differs, in reading order; none for the first report."""
    if not old:
        return []
    lines = [line for section in sections for line in section["headlines"]]
    printed = {
        line["question"]: {name for slug, name in _SOURCE.findall(line["headline_screen"])} for line in lines
    }
    found: list[Change] = []
    for slug in [*new, *(slug for slug in old if slug not in new)]:
        before, after = old.get(slug, {}), new.get(slug, {})
        timed = {name for name, each in answers[slug].quantities.items() if each.varies_with == "machine"}
        told = HEADLINE in before or not before  # or the ledger is from before headlines were kept
        names = [name for name in {**after, **before} if before.get(name) != after.get(name)]
        numbers = [name for name in names if name != HEADLINE]
        behind = printed.get(slug, set()) & set(numbers)
        for name in names:
            alone = bool(behind) and behind <= timed if name == HEADLINE else name in timed
            if told or (
                name != HEADLINE and name in after
            ):  # or the ledger is from before headlines were kept
                found.append(Change(slug, name, before.get(name, ""), after.get(name, ""), alone))
    return found
