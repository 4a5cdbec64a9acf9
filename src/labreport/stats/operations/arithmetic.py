"""Arithmetic on other quantities and numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal, NotRequired, TypedDict

from labreport.stats.operation import Computed, Operation, Reason, operand
from labreport.stats.quantity import Quantity, Source, Unit

Operator = Literal["sum", "product", "quotient", "difference", "above", "below"]


class Data(TypedDict):
    """`of` are numbers, or quantities by name; `than` is the number that `above` and `below` count beyond."""

    operator: Operator
    of: list[Any]
    than: NotRequired[float]


def result(operator: str, v: Any, than: float) -> Any:
    """What an operator makes of numbers; `above` and `below` count those beyond `than`."""
    found: dict[str, Callable[[], Any]] = {
        "sum": lambda: math.fsum(v) if any(isinstance(each, float) for each in v) else sum(v),
        "product": lambda: math.prod(v),
        "quotient": lambda: v[0] / v[1],
        "difference": lambda: v[0] - v[1],
        "above": lambda: sum(each > than for each in v),
        "below": lambda: sum(each < than for each in v),
    }
    return found[operator]()


def arithmetic(data: Any) -> tuple[Any, None, None]:
    """The value, which has no interval."""
    known = [value for value in map(operand, data["of"]) if value is not None]
    return result(data["operator"], known, data.get("than", 0.0)), None, None


def compute(data: Data, alpha: float) -> Computed:
    """Compute the value; None where an operand has none, which `above` and `below` leave out."""
    operator, values = data["operator"], [operand(each) for each in data["of"]]
    missing = None in values and operator not in ("above", "below")
    if missing or (operator == "quotient" and values[1] == 0):
        return Computed(None, reason=Reason.NOT_FINITE)
    return Computed(arithmetic(data)[0])


def how(data: Data) -> str:
    """Say in one sentence how the number was made."""
    than = f" {data['than']:g}" if "than" in data else ""
    return f"Arithmetic: {data['operator']}{than} of these"


def calculated(
    operator: Operator, of: list[Any], unit: Unit, source: Source | str, *, than: float | None = None
) -> Quantity:
    """Compute a quantity from quantities and numbers, to which its derivation refers."""
    data: Data = {"operator": operator, "of": list(of)}
    if than is not None:
        data["than"] = than
    return OPERATION.quantity(data, unit, source)


JAVASCRIPT = """
(data) => {
  const { none, operand, sum } = Shared;
  const { operator, than = 0 } = data;
  const all = data.of.map(operand);
  const v = all.filter((value) => value !== null);
  const missing = v.length < all.length && !["above", "below"].includes(operator);
  if (missing || (operator === "quotient" && v[1] === 0)) return none(null, 1, "not finite");
  const value = {
    sum: () => sum(v), product: () => v.reduce((a, b) => a * b, 1),
    quotient: () => v[0] / v[1], difference: () => v[0] - v[1],
    above: () => v.filter((each) => each > than).length, below: () => v.filter((each) => each < than).length,
  }[operator]();
  return none(value, 1, "");
}
"""

OPERATION = Operation("arithmetic", Data, compute, how, (operand, result, arithmetic), JAVASCRIPT)
