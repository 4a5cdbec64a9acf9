"""An estimate that was computed elsewhere, by an author's own method: value and interval are stated."""

from __future__ import annotations

import math
from typing import Literal, NotRequired, TypedDict

from labreport.stats.operation import ALPHA, Computed, Operation, Reason, quantile


class Data(TypedDict):
    """`low` and `high` are the ends of the 95 % interval, from `n` units, which `of` calls by their name in
    the plural; `method` are the words that name the method."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    of: NotRequired[str]
    method: str
    scale: Literal["difference", "ratio"]


def compute(data: Data, alpha: float) -> Computed:
    """Give what is stated; at another level, with each side scaled as that of a normal distribution."""
    value, low, high = data["value"], data["low"], data["high"]
    if value is None:
        return Computed(None, data["n"], reason=Reason.NOT_FINITE)
    if low is None or high is None:
        return Computed(value, data["n"], reason=Reason.ONE_RUN)
    if alpha == ALPHA:
        return Computed(value, data["n"], low=low, high=high)
    wider = quantile(alpha) / quantile(ALPHA)
    if data["scale"] == "ratio":
        low, high = (value * math.pow(end / value, wider) for end in (low, high))
    else:
        low, high = (value + (end - value) * wider for end in (low, high))
    return Computed(value, data["n"], low=low, high=high)


def how(data: Data) -> str:
    """Say in one sentence how the number was made."""
    return f"Computed elsewhere, by {data['method']}"


def by(data: Data) -> str:
    """Name the interval."""
    return data["method"]


PYTHON = """
value, low, high = data["value"], data["low"], data["high"]  # stated by the author
"""

JAVASCRIPT = """
(data, alpha) => {
  const { value, low, high, n } = data;
  if (value === null) return Shared.none(value, n, "not finite");
  if (low === null || high === null) return Shared.none(value, n, "one run");
  const z = (level) => Distributions.studentQuantile(level, Infinity);
  const wider = alpha === 0.05 ? 1 : z(alpha) / z(0.05);
  const reach = (end) => (wider === 1 ? end
    : data.scale === "ratio" ? value * (end / value) ** wider : value + (end - value) * wider);
  return { value, n, spread: null, low: reach(low), high: reach(high), reason: "" };
}
"""

OPERATION = Operation("stated", Data, compute, how, PYTHON, JAVASCRIPT, by)
