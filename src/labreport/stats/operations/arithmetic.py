"""Arithmetic on other quantities and numbers; a negation keeps the interval of its operand."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from statistics import median
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


_VALUES: Mapping[str, Callable[[list[float], float], float | int]] = {
    "sum": lambda values, _: math.fsum(values) if any(isinstance(v, float) for v in values) else sum(values),
    "mean": lambda values, _: math.fsum(values) / len(values),
    "product": lambda values, _: math.prod(values),
    "quotient": lambda values, _: values[0] / values[1],
    "difference": lambda values, _: values[0] - values[1],
    "greatest": lambda values, _: max(values),
    "least": lambda values, _: min(values),
    "count": lambda values, _: len(values),
    "middle": lambda values, _: median(values),
    "rounded": lambda values, _: math.floor(values[0] + 0.5),
    "power": lambda values, _: values[0] ** values[1],
    "negation": lambda values, _: -values[0],
    "above": lambda values, than: sum(value > than for value in values),
    "below": lambda values, than: sum(value < than for value in values),
}


def compute(data: Data, alpha: float) -> Computed:
    """Compute the value; None where an operand has none, which `count`, `above` and `below` leave out."""
    operator, values = data["operator"], [operand(each) for each in data["of"]]
    finite = [value for value in values if value is not None]
    if (len(finite) < len(values) and operator not in ("count", "above", "below")) or (
        operator == "quotient" and finite[1] == 0
    ):
        return Computed(None, reason=Reason.NOT_FINITE)
    value = _VALUES[operator](finite, data.get("than", 0.0))
    interval = _interval(data["of"][0]) if operator == "negation" else None
    if interval is None:
        return Computed(value)
    return Computed(value, low=-interval[1], high=-interval[0])


def _interval(value: Any) -> tuple[float, float] | None:
    if isinstance(value, Quantity):
        return None if value.interval is None else (value.interval.low, value.interval.high)
    found = value.get("interval") if isinstance(value, Mapping) else None
    return (found["low"], found["high"]) if found else None


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


PYTHON = """
import math
import statistics

values = [each if isinstance(each, (int, float)) else each["value"] for each in data["of"]]
than = data.get("than")
value = {
    "sum": lambda: math.fsum(values), "mean": lambda: statistics.fmean(values),
    "product": lambda: math.prod(values), "quotient": lambda: values[0] / values[1],
    "difference": lambda: values[0] - values[1],
    "greatest": lambda: max(values), "least": lambda: min(values),
    "count": lambda: len(values), "middle": lambda: statistics.median(values),
    "rounded": lambda: math.floor(values[0] + 0.5), "power": lambda: values[0] ** values[1],
    "negation": lambda: -values[0], "above": lambda: sum(v > than for v in values if v is not None),
    "below": lambda: sum(v < than for v in values if v is not None),
}[data["operator"]]()
low = high = None
if data["operator"] == "negation" and isinstance(data["of"][0], dict) and data["of"][0]["interval"]:
    low, high = -data["of"][0]["interval"]["high"], -data["of"][0]["interval"]["low"]
"""

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

OPERATION = Operation("arithmetic", Data, compute, how, by, PYTHON, JAVASCRIPT)
