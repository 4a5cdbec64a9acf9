"""Arithmetic on other quantities and numbers; a negation keeps the interval of its operand."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Literal, NotRequired, TypedDict

from labreport.stats.operation import Computed, Operation, Reason, operand
from labreport.stats.quantity import Quantity, Source, Unit

Operator = Literal[
    "sum", "mean", "product", "quotient", "difference", "greatest", "least", "count", "middle", "rounded",
    "power", "negation", "above", "below",
]  # fmt: skip


class Data(TypedDict):
    """`of` are numbers, or quantities by name; `than` is the number that `above` and `below` count beyond."""

    operator: Operator
    of: list[Any]
    than: NotRequired[float]


def result(operator: str, v: Any, than: float) -> Any:
    """What an operator makes of numbers; `above` and `below` count those beyond `than`."""
    found: dict[str, Callable[[], Any]] = {
        "sum": lambda: math.fsum(v) if any(isinstance(each, float) for each in v) else sum(v),
        "mean": lambda: statistics.fmean(v),
        "product": lambda: math.prod(v),
        "quotient": lambda: v[0] / v[1],
        "difference": lambda: v[0] - v[1],
        "greatest": lambda: max(v),
        "least": lambda: min(v),
        "count": lambda: len(v),
        "middle": lambda: statistics.median(v),
        "rounded": lambda: math.floor(v[0] + 0.5),
        "power": lambda: v[0] ** v[1],
        "negation": lambda: -v[0],
        "above": lambda: sum(each > than for each in v),
        "below": lambda: sum(each < than for each in v),
    }
    return found[operator]()


def arithmetic(data: Any) -> tuple[Any, Any, Any]:
    """Value, low and high: of a negation, those of its operand turned round."""
    values = [each["value"] if isinstance(each, dict) else each for each in data["of"]]
    known = [value for value in values if value is not None]
    value = result(data["operator"], known, data.get("than", 0.0))
    first = data["of"][0] if data["operator"] == "negation" else None
    interval = first.get("interval") if isinstance(first, dict) else None
    return (value, -interval["high"], -interval["low"]) if interval else (value, None, None)


def compute(data: Data, alpha: float) -> Computed:
    """Compute the value; None where an operand has none, which `count`, `above` and `below` leave out."""
    operator, values = data["operator"], [operand(each) for each in data["of"]]
    missing = None in values and operator not in ("count", "above", "below")
    if missing or (operator == "quotient" and values[1] == 0):
        return Computed(None, reason=Reason.NOT_FINITE)
    of = [asdict(each) if isinstance(each, Quantity) else each for each in data["of"]]
    value, low, high = arithmetic({**data, "of": of})
    return Computed(value, low=low, high=high)


def how(data: Data) -> str:
    """Say in one sentence how the number was made."""
    than = f" {data['than']:g}" if "than" in data else ""
    return f"Arithmetic: {data['operator']}{than} of these"


def by(data: Data) -> str:
    """Name the interval."""
    return "that of the other side"


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
  const { mean, none, operand, sum } = Shared;
  const { operator, than = 0 } = data;
  const all = data.of.map(operand);
  const v = all.filter((value) => value !== null);
  const missing = v.length < all.length && !["count", "above", "below"].includes(operator);
  if (missing || (operator === "quotient" && v[1] === 0)) return none(null, 1, "not finite");
  const sorted = [...v].sort((a, b) => a - b);
  const half = v.length / 2;
  const value = {
    sum: () => sum(v), mean: () => mean(v), product: () => v.reduce((a, b) => a * b, 1),
    quotient: () => v[0] / v[1], difference: () => v[0] - v[1], greatest: () => Math.max(...v),
    least: () => Math.min(...v), count: () => v.length, rounded: () => Math.floor(v[0] + 0.5),
    middle: () => (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2,
    power: () => v[0] ** v[1], negation: () => -v[0],
    above: () => v.filter((each) => each > than).length, below: () => v.filter((each) => each < than).length,
  }[operator]();
  const interval = operator === "negation" && data.of[0] !== null ? data.of[0].interval : null;
  return interval ? { ...none(value, 1, ""), low: -interval.high, high: -interval.low } : none(value, 1, "");
}
"""

OPERATION = Operation("arithmetic", Data, compute, how, (result, arithmetic), JAVASCRIPT, by)
