"""From numbers to claims: every rule by which a verdict is reached. Thresholds come from the caller."""

from __future__ import annotations

from collections.abc import Sequence

from labreport.claims.claim import Claim, Verdict
from labreport.claims.comparison import Comparison
from labreport.claims.quantity import Quantity

ALPHA = 0.05
"""A p-value below this, adjusted where several comparisons are made at once, counts as evidence."""


def above(name: str, predicate: str, number: str, quantity: Quantity, threshold: float) -> Claim:
    """`quantity`, called `number`, exceeds `threshold`.

    Supported when its whole interval lies above, refuted when none of it does.
    """
    return _beyond(name, predicate, number, quantity, threshold, 1)


def below(name: str, predicate: str, number: str, quantity: Quantity, threshold: float) -> Claim:
    """The mirror of `above`."""
    return _beyond(name, predicate, number, quantity, threshold, -1)


def _beyond(name: str, predicate: str, number: str, quantity: Quantity, threshold: float, side: int) -> Claim:
    if quantity.interval is None:
        return Claim(
            name, predicate, "no interval: not decided", Verdict.INCONCLUSIVE, threshold, None, (number,)
        )
    ends = sorted((side * quantity.interval.low, side * quantity.interval.high))
    bar = side * threshold
    verdict = (
        Verdict.SUPPORTED if ends[0] > bar else Verdict.REFUTED if ends[1] <= bar else Verdict.INCONCLUSIVE
    )
    test = f"the whole {quantity.interval.level:.0%} interval ({quantity.interval.kind}) on one side"
    return Claim(name, predicate, test, verdict, threshold, None, (number,))


def greater(
    name: str,
    predicate: str,
    comparison: Comparison,
    numbers: Sequence[str],
    *,
    adjusted_p: float | None = None,
) -> Claim:
    """First greater than second: p below `ALPHA`, and the sign says supported or refuted.

    `adjusted_p` replaces the comparison's own p-value where Holm's correction was made.
    """
    p_value = comparison.p_value if adjusted_p is None else adjusted_p
    difference = comparison.difference.value
    test = comparison.test + ("" if adjusted_p is None else ", Holm-corrected")
    if p_value is None or difference is None or p_value >= ALPHA:
        verdict = Verdict.INCONCLUSIVE
    else:
        verdict = Verdict.SUPPORTED if difference > 0 else Verdict.REFUTED
    return Claim(name, predicate, test, verdict, ALPHA, p_value, tuple(numbers))


def counted(
    name: str, predicate: str, holds: bool, numbers: Sequence[str], test: str = "exact count"
) -> Claim:
    """A claim about exact numbers, which hold or do not."""
    verdict = Verdict.SUPPORTED if holds else Verdict.REFUTED
    return Claim(name, predicate, test, verdict, numbers=tuple(numbers))


def all_of(name: str, predicate: str, claims: Sequence[Claim]) -> Claim:
    """Supported when every claim is, refuted when any is refuted."""
    verdicts = {claim.verdict for claim in claims}
    if Verdict.REFUTED in verdicts:
        verdict = Verdict.REFUTED
    else:
        verdict = Verdict.INCONCLUSIVE if Verdict.INCONCLUSIVE in verdicts else Verdict.SUPPORTED
    return _joint(name, predicate, "all of the claims that it joins", verdict, claims)


def any_of(name: str, predicate: str, claims: Sequence[Claim]) -> Claim:
    """Supported when any claim is, refuted when all are refuted."""
    verdicts = {claim.verdict for claim in claims}
    if Verdict.SUPPORTED in verdicts:
        verdict = Verdict.SUPPORTED
    else:
        verdict = Verdict.INCONCLUSIVE if Verdict.INCONCLUSIVE in verdicts else Verdict.REFUTED
    return _joint(name, predicate, "any of the claims that it joins", verdict, claims)


def _joint(name: str, predicate: str, test: str, verdict: Verdict, claims: Sequence[Claim]) -> Claim:
    numbers = dict.fromkeys(number for claim in claims for number in claim.numbers)
    return Claim(name, predicate, test, verdict, numbers=tuple(numbers))
