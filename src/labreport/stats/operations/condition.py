"""A condition on exact numbers or declared values, which holds or does not: its value is 1 or 0.

Numbers that differ by no more than the rounding of their computation are equal.
"""

from __future__ import annotations

import math
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
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return bool(left == right)
    if math.isclose(left, right, rel_tol=1e-12, abs_tol=1e-15):
        return "=" in one["operator"]
    return (left < right and "<" in one["operator"]) or (left > right and ">" in one["operator"])


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
    const near = Math.max(1e-12 * Math.max(Math.abs(a), Math.abs(b)), 1e-15);
    if (a === b || Math.abs(a - b) <= near) return one.operator.includes("=");
    return (a < b && one.operator.includes("<")) || (a > b && one.operator.includes(">"));
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
