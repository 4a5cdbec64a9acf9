"""From numbers to claims: the rules for single quantities, counts and joint claims."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from labreport.claims.claim import Claim, Verdict
from labreport.claims.derivation import Derivation
from labreport.claims.estimate import ALPHA as ALPHA
from labreport.claims.quantity import Quantity
from labreport.claims.rules import by_rules, compare, high, low

_ORDER = (Verdict.REFUTED, Verdict.EQUIVALENT, Verdict.INCONCLUSIVE, Verdict.SUPPORTED)
"""From false to true, for joint claims."""


def above(name: str, predicate: str, number: str, quantity: Quantity, threshold: float) -> Claim:
    """`quantity`, called `number`, exceeds `threshold`.

    Supported when its whole interval lies above, refuted when none of it does. Without an interval, or
    with one that has no width because all observations are equal, nothing is decided.
    """
    return _beyond(name, predicate, number, quantity, threshold, 1)


def below(name: str, predicate: str, number: str, quantity: Quantity, threshold: float) -> Claim:
    """The mirror of `above`."""
    return _beyond(name, predicate, number, quantity, threshold, -1)


def _beyond(name: str, predicate: str, number: str, quantity: Quantity, threshold: float, side: int) -> Claim:
    interval = quantity.interval
    if interval is None or not interval.low < interval.high:
        reason = "one seed" if quantity.n < 2 else "the seeds do not vary, so their spread is unknown"
        if quantity.value is None:
            reason = "the number could not be computed"
        test = f"no interval: {reason}"
        return Claim(name, predicate, test, Verdict.INCONCLUSIVE, threshold, None, (number,), reason=reason)
    if side > 0:
        beyond, short = compare(low(quantity), ">", threshold), compare(high(quantity), "<=", threshold)
    else:
        beyond, short = compare(high(quantity), "<", threshold), compare(low(quantity), ">=", threshold)
    rules = [(Verdict.SUPPORTED, beyond), (Verdict.REFUTED, short)]
    test = f"the whole {interval.level:.0%} interval ({interval.kind}) on one side"
    return by_rules(name, predicate, test, rules, (number,), threshold=threshold)


def counted(
    name: str, predicate: str, holds: bool | Derivation, numbers: Sequence[str], test: str = "exact count"
) -> Claim:
    """A claim about exact numbers, which hold or do not.

    `holds` is best a condition (`labreport.claims.rules`) on quantities of the answer, which `check`
    evaluates again; of a bare bool it can only say that it was counted.
    """
    if isinstance(holds, Derivation):
        return _by_condition(name, predicate, test, holds, numbers)
    verdict = Verdict.SUPPORTED if holds else Verdict.REFUTED
    return Claim(name, predicate, test, verdict, numbers=tuple(numbers))


def _by_condition(
    name: str, predicate: str, test: str, condition: Derivation, numbers: Sequence[str]
) -> Claim:
    otherwise = Derivation("otherwise")
    rules = [(Verdict.SUPPORTED, condition), (Verdict.REFUTED, otherwise)]
    return by_rules(name, predicate, test, rules, numbers)


def all_of(name: str, predicate: str, claims: Sequence[Claim]) -> Claim:
    """As true as the least true of the claims: supported when every claim is, refuted when any is refuted."""
    return _joint(name, predicate, "all of the claims that it joins", min, claims)


def any_of(name: str, predicate: str, claims: Sequence[Claim]) -> Claim:
    """As true as the most true of the claims: supported when any is, refuted when all are refuted."""
    return _joint(name, predicate, "any of the claims that it joins", max, claims)


def _joint(
    name: str, predicate: str, test: str, pick: Callable[[Sequence[int]], int], claims: Sequence[Claim]
) -> Claim:
    if not claims:
        return Claim(name, predicate, test, Verdict.INCONCLUSIVE, reason="there is nothing to join")
    verdict = _ORDER[pick([_ORDER.index(claim.verdict) for claim in claims])]
    numbers = dict.fromkeys(number for claim in claims for number in claim.numbers)
    derivation = Derivation("joint", {"pick": "all" if pick is min else "any", "claims": list(claims)})
    return Claim(name, predicate, test, verdict, numbers=tuple(numbers), derivation=derivation)
