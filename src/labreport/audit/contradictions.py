"""Statements of one report that disagree: findings on the page, quantities, and judgements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from labreport.audit.finding import Finding
from labreport.audit.reading import Page
from labreport.stats import Answer, Judgement, Quantity
from labreport.stats import Finding as Found


def contradictions(page: Page, answers: Mapping[str, Answer]) -> Iterator[Finding]:
    """Everything in which a finished page disagrees with its answers, or the answers among themselves.

    Findings read back from the page must have the judgement of the answer; one measured quantity has one
    value and one comparison one judgement, whichever answers hold them.
    """
    yield from _findings(page, answers)
    yield from _quantities(answers)
    yield from _comparisons(answers)


def _findings(page: Page, answers: Mapping[str, Answer]) -> Iterator[Finding]:
    for mark in page.findings:
        slug, _, name = mark.finding.partition("#findings.")
        found = answers[slug].findings.get(name) if slug in answers else None
        if found is None:
            yield Finding(mark.where, mark.text, f"names {mark.finding!r}, which the answers do not have")
        elif _word(found) != mark.judgement:
            problem = f"says {mark.judgement}, but {mark.finding} is {_word(found)}"
            yield Finding(mark.where, mark.text, problem)


def _word(found: Found) -> str:
    if found.kind == "exact":
        return "yes" if found.judgement.sign > 0 else "no"
    return found.judgement.word


def _quantities(answers: Mapping[str, Answer]) -> Iterator[Finding]:
    """What was measured from the same source under the same name is the same number everywhere."""
    first: dict[tuple[object, ...], tuple[str, Quantity]] = {}
    for slug, answer in answers.items():
        for name, quantity in answer.quantities.items():
            if quantity.origin.kind != "measured" or not isinstance(quantity.value, float):
                continue
            key = (quantity.origin, quantity.unit, name.rpartition(".")[2])
            address, other = first.setdefault(key, (f"{slug}#{name}", quantity))
            if quantity.value != other.value or quantity.interval != other.interval:
                yield Finding(
                    f"{slug}#{name}",
                    repr(quantity.value),
                    f"differs from {address}, {other.value!r}, though both are {quantity.origin.text()}",
                )


def _comparisons(answers: Mapping[str, Answer]) -> Iterator[Finding]:
    """A difference that several findings judge among equally many is judged alike."""
    first: dict[tuple[object, ...], tuple[str, Judgement]] = {}
    for slug, answer in answers.items():
        for name, found in answer.findings.items():
            for part in found.parts:
                source, judgement = answer.quantities[part.quantity].origin, part.judgement
                where = f"{slug}#findings.{name}"
                key = (source, judgement.among, found.measure)
                address, other = first.setdefault(key, (where, judgement))
                if other != judgement:
                    problem = f"is {judgement.word}, but {address} calls the same comparison {other.word}"
                    yield Finding(where, part.quantity, problem)
