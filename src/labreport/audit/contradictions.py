"""Statements of one report that disagree: findings, quantities, and claims beside their own numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from labreport.audit.finding import Finding
from labreport.audit.reading import Page
from labreport.claims import Answer, Claim, Interval, Quantity

MINUS = " minus "
"""Appears in the source of every difference, between what is compared and what with."""
LEVEL = 0.05
"""The threshold of a claim that a p-value decides."""
DECIDED = ("supported", "refuted")


def contradictions(page: Page, answers: Mapping[str, Answer], *, open_too: bool = False) -> Iterator[Finding]:
    """Everything in which a finished page disagrees with its answers, or the answers among themselves.

    Findings read back from the page must have the verdict of their claim; one comparison has one verdict
    and one measured quantity one value, whichever answers hold them; and a claim that is decided has its
    interval on one side of what it is compared with. With `open_too`, a claim that is left open must have
    an interval which leaves it open, as it need not where the test was corrected and the interval was not.
    """
    yield from _findings(page, answers)
    yield from _quantities(answers)
    yield from _comparisons(answers)
    for slug, answer in answers.items():
        for name, claim in answer.claims.items():
            yield from _interval(f"{slug}#claims.{name}", claim, answer, open_too)


def _findings(page: Page, answers: Mapping[str, Answer]) -> Iterator[Finding]:
    told: dict[str, str] = {}
    for mark in page.findings:
        slug, _, name = mark.claim.partition("#claims.")
        claim = answers[slug].claims.get(name) if slug in answers else None
        if claim is None:
            yield Finding(mark.where, mark.text, f"names {mark.claim!r}, which the answers do not have")
        elif str(claim.verdict) != mark.verdict:
            yield Finding(mark.where, mark.text, f"says {mark.verdict}, but {mark.claim} is {claim.verdict}")
        elif told.setdefault(mark.claim, mark.verdict) != mark.verdict:
            yield Finding(
                mark.where,
                mark.text,
                f"says {mark.verdict}; elsewhere {mark.claim} is said to be {told[mark.claim]}",
            )


def _quantities(answers: Mapping[str, Answer]) -> Iterator[Finding]:
    """What was measured from the same source under the same name is the same number everywhere."""
    first: dict[tuple[str, ...], tuple[str, Quantity]] = {}
    for slug, answer in answers.items():
        for name, quantity in answer.quantities.items():
            if not isinstance(quantity.value, float) or ":" not in quantity.source:
                continue
            key = (quantity.source, quantity.unit, name.rpartition(".")[2])
            address, other = first.setdefault(key, (f"{slug}#{name}", quantity))
            if not _same(quantity, other):
                yield Finding(
                    f"{slug}#{name}",
                    repr(quantity.value),
                    f"differs from {address}, {other.value!r}, though both come from {quantity.source}",
                )


def _same(one: Quantity, other: Quantity) -> bool:
    ends = [(each.low, each.high) if each else None for each in (one.interval, other.interval)]
    return one.value == other.value and ends[0] == ends[1]


def _comparisons(answers: Mapping[str, Answer]) -> Iterator[Finding]:
    """A difference that two claims test against zero gets one verdict."""
    first: dict[tuple[str, str], tuple[str, Claim]] = {}
    for slug, answer in answers.items():
        for name, claim in answer.claims.items():
            difference = _difference(claim, answer)
            if difference is None:
                continue
            where = f"{slug}#claims.{name}"
            key = (difference.source, difference.unit)
            address, other = first.setdefault(key, (where, claim))
            if other.verdict != claim.verdict:
                yield Finding(
                    where,
                    claim.predicate,
                    f"is {claim.verdict}, but {address}, about the same comparison, is {other.verdict} "
                    f"({difference.source})",
                )


def _difference(claim: Claim, answer: Answer) -> Quantity | None:
    """The difference that a test holds against zero, if that is how the claim was decided."""
    if claim.threshold != LEVEL or not claim.numbers:
        return None
    quantity = answer.quantities.get(claim.numbers[0])
    return quantity if quantity is not None and MINUS in quantity.source else None


def _interval(where: str, claim: Claim, answer: Answer, open_too: bool) -> Iterator[Finding]:
    quantity, bar = _compared(claim, answer)
    if quantity is None or quantity.interval is None or quantity.interval.level < 0.9:
        return
    interval = quantity.interval
    if interval.low == interval.high:  # no spread between seeds: what decides is another doubt
        return
    within = interval.low <= bar <= interval.high
    said = f"is {claim.verdict}, but its interval {_ends(interval)} "
    if str(claim.verdict) in DECIDED and within:
        yield Finding(where, claim.predicate, f"{said}contains {bar:g}")
    elif open_too and str(claim.verdict) == "inconclusive" and not within:
        yield Finding(where, claim.predicate, f"{said}excludes {bar:g}: it is not that of the test")


def _ends(interval: Interval) -> str:
    return f"{interval.low:.4g} to {interval.high:.4g}"


def _compared(claim: Claim, answer: Answer) -> tuple[Quantity | None, float]:
    """The quantity that decides a claim, and the number that it is compared with."""
    difference = _difference(claim, answer)
    if difference is not None:
        return difference, 0.0
    if not claim.numbers or claim.threshold is None:
        return None, 0.0
    quantity = answer.quantities.get(claim.numbers[0])
    if claim.threshold == LEVEL:  # against a threshold that is a quantity of the answer
        if len(claim.numbers) != 2 or not claim.numbers[1].startswith("threshold"):
            return None, 0.0
        bar = answer.quantities[claim.numbers[1]].value
        return (quantity, float(bar)) if bar is not None else (None, 0.0)
    return (quantity, claim.threshold) if len(claim.numbers) == 1 else (None, 0.0)
