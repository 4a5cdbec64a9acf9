"""A condition on exact numbers or declared values, which holds or does not: its value is 1 or 0."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
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


_RELATIONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}


def compare(left: Any, relation: Literal["<", "<=", ">", ">=", "="], right: Any) -> Derivation:
    """Make the condition that `left` is less than `right`, or another relation; false of a missing number."""
    return Derivation("condition", {"operator": relation, "left": left, "right": right})


def every(*conditions: Derivation) -> Derivation:
    """Make the condition that all of some hold."""
    return Derivation("condition", {"operator": "every", "of": [dict(one.data) for one in conditions]})


def some(*conditions: Derivation) -> Derivation:
    """Make the condition that at least one of some holds."""
    return Derivation("condition", {"operator": "some", "of": [dict(one.data) for one in conditions]})


def holds(data: Mapping[str, Any]) -> bool:
    """Whether a condition holds."""
    if "of" in data:
        return (all if data["operator"] == "every" else any)(holds(one) for one in data["of"])
    if data["operator"] == "=" and isinstance(data["left"], (str, list)):
        return bool(data["left"] == data["right"])
    left, right = operand(data["left"]), operand(data["right"])
    return left is not None and right is not None and _RELATIONS[data["operator"]](left, right)


def compute(data: Data, alpha: float) -> Computed:
    """Compute 1 where the condition holds, else 0."""
    return Computed(int(holds(data)))


def how(data: Data) -> str:
    """Say in one sentence how it was decided."""
    return "Exact comparison"


PYTHON = """
import operator as op

RELATIONS = {"<": op.lt, "<=": op.le, ">": op.gt, ">=": op.ge, "=": op.eq}

def number(side):
    return side["value"] if isinstance(side, dict) else side

def holds(one):
    if "of" in one:
        return (all if one["operator"] == "every" else any)(holds(each) for each in one["of"])
    left, right = number(one["left"]), number(one["right"])
    return None not in (left, right) and RELATIONS[one["operator"]](left, right)

value, low, high = int(holds(data)), None, None
"""

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

OPERATION = Operation("condition", Data, compute, how, PYTHON, JAVASCRIPT)
