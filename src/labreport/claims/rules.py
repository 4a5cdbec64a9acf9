"""Verdicts by rules: conditions on numbers and on other claims, kept with the claim that they decide.

A condition is a `Derivation`, so that `check` evaluates the same rules from `answers.json`. Its operands are
numbers, quantities (their values), and the ends of a quantity's interval (`low`, `high`).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from labreport.claims.claim import Claim, Verdict
from labreport.claims.derivation import Derivation
from labreport.claims.quantity import Quantity

Operand = float | Quantity | Derivation | None
Rule = tuple[Verdict, Derivation]
"""A verdict, and the condition under which it is given."""

_RELATIONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}


def low(quantity: Quantity) -> Derivation:
    """The lower end of the interval, as an operand."""
    return Derivation("low", {"of": quantity})


def high(quantity: Quantity) -> Derivation:
    """The upper end of the interval, as an operand."""
    return Derivation("high", {"of": quantity})


def compare(left: Operand, relation: str, right: Operand) -> Derivation:
    """The condition `left` < `right`, or with another of <=, >, >=, =; false where a number is missing."""
    return Derivation("compare", {"left": left, "relation": relation, "right": right})


def every(*conditions: Derivation) -> Derivation:
    """The condition that all of some hold."""
    return Derivation("every", {"of": list(conditions)})


def some(*conditions: Derivation) -> Derivation:
    """The condition that at least one of some holds."""
    return Derivation("some", {"of": list(conditions)})


def by_rules(
    name: str,
    predicate: str,
    test: str,
    rules: Sequence[Rule],
    numbers: Sequence[str] = (),
    *,
    threshold: float | None = None,
    p_value: Quantity | None = None,
) -> Claim:
    """The claim with the verdict of the first rule whose condition holds, inconclusive if none does."""
    verdict = next((verdict for verdict, condition in rules if holds(condition)), Verdict.INCONCLUSIVE)
    plain = [{"verdict": str(verdict), "when": condition} for verdict, condition in rules]
    derivation = Derivation("rules", {"rules": plain, "threshold": threshold, "p_value": p_value})
    p = None if p_value is None else p_value.value
    return Claim(name, predicate, test, verdict, threshold, p, tuple(numbers), derivation=derivation)


def holds(condition: Derivation) -> bool:
    """Whether a condition is true of the numbers and claims that it names."""
    inputs = condition.inputs
    if condition.operation == "otherwise":
        return True
    if condition.operation == "every":
        return all(holds(one) for one in inputs["of"])
    if condition.operation == "some":
        return any(holds(one) for one in inputs["of"])
    left, right = _number(inputs["left"]), _number(inputs["right"])
    return left is not None and right is not None and _RELATIONS[inputs["relation"]](left, right)


def _number(operand: Operand) -> float | None:
    if isinstance(operand, Quantity):
        return operand.value
    if isinstance(operand, Derivation):
        interval = operand.inputs["of"].interval
        return None if interval is None else float(getattr(interval, operand.operation))
    return operand
