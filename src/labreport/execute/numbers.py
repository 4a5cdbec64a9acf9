"""The answers' numbers as short texts, and what changed in them since the last report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from labreport.stats import Answer
from labreport.stats.rounding import format_number

Numbers = dict[str, dict[str, str]]
"""Question → quantity or finding → text; claims are under `finding NAME`."""

_SOURCE = re.compile(r'data-source="([^"]*)"')


def numbers(answers: Mapping[str, Answer]) -> Numbers:
    """All quantities, rounded as printed, and all verdicts."""
    return {
        slug: {
            **{name: format_number(quantity) for name, quantity in answer.quantities.items()},
            **{f"finding {name}": found.judgement.word for name, found in answer.findings.items()},
        }
        for slug, answer in answers.items()
    }


def headline_sources(sections: Iterable[Mapping[str, Any]]) -> list[str]:
    """The sources (`QUESTION#QUANTITY`) of the numbers in the headlines of rendered sections, in order."""
    lines = (line["headline_screen"] for section in sections for line in section["headlines"])
    return [source for line in lines for source in _SOURCE.findall(line)]


def changes(old: Numbers, new: Numbers, headlines: Sequence[str] = ()) -> list[str]:
    """A line for each number or verdict that differs; none for the first report.

    Verdicts that turned come first, then the numbers of the questions' `headlines` (`QUESTION#QUANTITY`),
    then the others; each in the order of `new`.
    """
    if not old:
        return []
    told = {source: place for place, source in enumerate(headlines)}
    ranked: list[tuple[int, str]] = []
    for slug in [*new, *(slug for slug in old if slug not in new)]:
        before, after = old.get(slug, {}), new.get(slug, {})
        turned = [name for name in after if name.startswith("finding ") and before.get(name) != after[name]]
        ranked += [(-1, f"{slug}: {name} {before.get(name, '–')} → {after[name]}") for name in turned]
        claimed = any(name.startswith("finding ") for name in after)
        verdict = ", verdict unchanged" if claimed and not turned else ""
        for name in [*after, *(name for name in before if name not in after)]:
            if before.get(name) != after.get(name) and name not in turned:
                line = f"{slug}.{name} {before.get(name, '–')} → {after.get(name, '–')}{verdict}"
                ranked.append((told.get(f"{slug}#{name}", len(told)), line))
    return [line for _, line in sorted(ranked, key=lambda found: found[0])]
