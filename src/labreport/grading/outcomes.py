"""What a finding says, in the words that are compared, of the reference and of a submission alike."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from labreport.grading.expected import UNCLEAR
from labreport.stats.estimate import Judgement
from labreport.stats.findings import Finding, Part, facing
from labreport.stats.words import ordered


class Found(msgspec.Struct, frozen=True):
    """The fields of a finding that say what was found, as a submission has them."""

    kind: str
    judgement: Judgement
    subjects: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    prefix: str = ""


class Said(msgspec.Struct, frozen=True):
    """An outcome: alternatives of which one is meant, or who is first; and the comparisons that decide it."""

    words: tuple[str, ...]
    parts: tuple[Part, ...] = ()


def outcomes(
    name: str, finding: Finding | Found, values: Mapping[str, float | None], lower: bool
) -> dict[str, Said]:
    """What a finding says, by its name; a count says it of each subject, extremes of both ends.

    `values` are those of the quantities of its answer; with `lower`, the lowest is first.
    """
    if finding.kind == "exact":
        return {name: Said(("yes" if finding.judgement.sign > 0 else "no",))}
    if finding.kind in ("difference", "trend"):
        return {name: Said(_words(finding.judgement), finding.parts[-1:])}
    if finding.kind == "ranking":
        return {name: _first(finding, values, lower)}
    if finding.kind == "extremes":
        return {
            f"{name}: first": _first(finding, values, lower),
            f"{name}: last": _first(finding, values, not lower),
        }
    found = {}
    for part in finding.parts if finding.kind == "count" else ():
        subject = part.subjects[0]
        count, runs = (values.get(f"{finding.prefix}{subject}.{end}") for end in ("count", "runs"))
        whole = part.judgement.clear and count in (0, runs)
        found[f"{name}: {subject}"] = Said(_words(part.judgement)[:1] if whole else UNCLEAR, (part,))
    return found


def _words(judgement: Judgement) -> tuple[str, ...]:
    """A clear difference that is smaller than what matters is both."""
    if judgement.unclear:
        return UNCLEAR
    clear = ("more" if judgement.sign > 0 else "less",) if judgement.clear else ()
    return (*clear, *(("same",) if judgement.same or not clear else ()))


def _first(finding: Finding | Found, values: Mapping[str, float | None], lower: bool) -> Said:
    """The subject that is first, or those that are level with it."""
    means = {subject: values.get(f"{finding.prefix}{subject}.mean") for subject in finding.subjects}
    order = ordered(means, lower=lower)
    parts = tuple(part for part in finding.parts if order and order[0] in part.subjects)
    if not parts:
        return Said(UNCLEAR)
    level = {order[0]}
    for part in parts:
        judgement = facing(part, order[0], lower)
        if judgement.same:
            level |= set(part.subjects)
        elif judgement.unclear:
            return Said(UNCLEAR, parts)
    return Said(tuple(subject for subject in finding.subjects if subject in level), parts)
