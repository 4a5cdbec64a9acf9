"""Spearman's rank correlation of a few chosen points. They are not a sample, so it has no interval."""

from __future__ import annotations

from typing import TypedDict

from labreport.stats.operation import Computed, Operation, Reason


class Data(TypedDict):
    """Two numbers for each point."""

    x: list[float | None]
    y: list[float | None]


def compute(data: Data, alpha: float) -> Computed:
    """Compute the coefficient; None where it is undefined: one point, or one of the two constant."""
    n = len(data["x"])
    x = [value for value in data["x"] if value is not None]
    y = [value for value in data["y"] if value is not None]
    if min(len(x), len(y)) < n:
        return Computed(None, n, reason=Reason.NOT_FINITE)
    if len(set(x)) < 2 or len(set(y)) < 2:
        return Computed(None, n, reason=Reason.NO_SPREAD)
    a, b = _ranks(x), _ranks(y)
    middle = (n + 1) / 2
    product = sum((one - middle) * (other - middle) for one, other in zip(a, b, strict=True))
    lengths = [sum((rank - middle) ** 2 for rank in ranks) for ranks in (a, b)]
    return Computed(max(-1.0, min(1.0, product / (lengths[0] * lengths[1]) ** 0.5)), n)


def _ranks(values: list[float]) -> list[float]:
    """Ranks from 1; equal values share the middle one of theirs."""
    return [sum(v < value for v in values) + (sum(v == value for v in values) + 1) / 2 for value in values]


def how(data: Data) -> str:
    """Say in one sentence how the number was made."""
    return f"Spearman's rank correlation of {len(data['x'])} points"


PYTHON = """
from scipy import stats

value, low, high = stats.spearmanr(data["x"], data["y"]).statistic, None, None
"""

JAVASCRIPT = """
(data) => {
  const n = data.x.length;
  const { none, sum } = Shared;
  if ([...data.x, ...data.y].includes(null)) return none(null, n, "not finite");
  if (new Set(data.x).size < 2 || new Set(data.y).size < 2) return none(null, n, "no spread");
  const number = (values, test) => values.filter(test).length;
  const ranks = (values) => values.map((value) =>
    number(values, (v) => v < value) + (number(values, (v) => v === value) + 1) / 2);
  const [a, b] = [ranks(data.x), ranks(data.y)].map((each) => each.map((rank) => rank - (n + 1) / 2));
  const product = (one, other) => sum(one.map((rank, place) => rank * other[place]));
  return none(Math.max(-1, Math.min(1, product(a, b) / Math.sqrt(product(a, a) * product(b, b)))), n, "");
}
"""

OPERATION = Operation("rank correlation", Data, compute, how, PYTHON, JAVASCRIPT)
