"""A condition on exact numbers or declared values, which holds or does not: its value is 1 or 0."""

from __future__ import annotations

import operator
from typing import Any, Literal, NotRequired, TypedDict

from labreport.stats.operation import Computed, Operation, operand
from labreport.stats.quantity import Derivation


class Data(TypedDict):
    """Either `left` and `right`, or the conditions `of` which every one or some must hold.

    Sides are numbers, quantities by name, or, of `=`, any plain values.
    """

    operator: Literal["<", "<=", ">", ">=", "=", "every", "some"]
    left: NotRequired[Any]
    right: NotRequired[Any]
    of: NotRequired[list[Any]]


def compare(left: Any, relation: Literal["<", "<=", ">", ">=", "="], right: Any) -> Derivation:
    """Make the condition that `left` is less than `right`, or another relation; false of a missing number."""
    return Derivation("condition", {"operator": relation, "left": left, "right": right})


def every(*conditions: Derivation) -> Derivation:
    """Make the condition that all of some hold."""
    return Derivation("condition", {"operator": "every", "of": [dict(one.data) for one in conditions]})


def some(*conditions: Derivation) -> Derivation:
    """Make the condition that at least one of some holds."""
    return Derivation("condition", {"operator": "some", "of": [dict(one.data) for one in conditions]})


def holds(one: Any) -> bool:
    """Whether a condition holds."""
    if "of" in one:
        return (all if one["operator"] == "every" else any)(holds(each) for each in one["of"])
    left, right = operand(one["left"]), operand(one["right"])
    if left is None or right is None:
        return False
    relations = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq}
    return bool(relations[one["operator"]](left, right))


def condition(data: Any) -> tuple[int, None, None]:
    """Give 1 where the condition holds, else 0; it has no interval."""
    return int(holds(data)), None, None


JAVASCRIPT = """
(data) => {
  const holds = (one) => {
    if (one.of) return one.operator === "every" ? one.of.every(holds) : one.of.some(holds);
    const [a, b] = [one.left, one.right].map(Shared.operand);
    if (Array.isArray(one.left) || typeof one.left === "string") {
      return JSON.stringify(one.left) === JSON.stringify(one.right);
    }
    if (a === null || b === null) return false;
    return { "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "=": a === b }[one.operator];
  };
  return Shared.none(holds(data) ? 1 : 0, 1, "");
}
"""

OPERATION = Operation(
    "condition",
    Data,
    lambda data, alpha: Computed(int(holds(data))),
    lambda data: "Exact comparison",
    (operand, holds, condition),
    JAVASCRIPT,
)
