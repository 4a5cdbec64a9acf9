"""The median difference of pairs by Wilcoxon's signed ranks (1945), for many units and long tails.

`difference(results, first, second, measure, by=signed_rank)` uses it in place of Student's t.
"""

from __future__ import annotations

import math
import statistics
from typing import Any, Literal, TypedDict

from labreport.errors import UsageError
from labreport.stats.estimate import Estimate, estimated
from labreport.stats.measure import Measure, Sample
from labreport.stats.operation import NEGLIGIBLE, Computed, Operation, Reason, by_unit
from labreport.stats.quantity import known


class Data(TypedDict):
    """A list of repetitions for each unit, in one order."""

    first: list[list[float | None]]
    second: list[list[float | None]]
    scale: Literal["difference", "ratio"]


def signed_rank(first: Sample, second: Sample | float, measure: Measure) -> Estimate:
    """Estimate how two paired samples differ. Raises `UsageError` where nothing pairs them."""
    if not isinstance(second, Sample) or not (first.paired and second.paired):
        raise UsageError(f"{first.name!r}: signed ranks compare two paired samples; leave out by=signed_rank")
    units = tuple(unit for unit in first.values if unit in second.values)
    pair = first.only(units), second.only(units)
    one, other = ([known(values) for values in each.values.values()] for each in pair)
    data: Data = {"first": one, "second": other, "scale": measure.scale}
    return estimated(*pair, measure, data, OPERATION)


def rank_of(n: int, tail: float) -> int:
    """The greatest k with P(T < k) at most `tail`, where T is the sum of the ranks of one sign."""
    chances = [1.0]
    for rank in range(1, n + 1):
        shifted = [0.0] * rank + chances
        chances = [(a + b) / 2 for a, b in zip(chances + [0.0] * rank, shifted, strict=True)]
    below, k = 0.0, 0
    while k < len(chances) and below + chances[k] <= tail:
        below, k = below + chances[k], k + 1
    return k


def signed_ranks(data: Any, alpha: float = 0.05) -> tuple[float, Any, Any]:
    """Hodges and Lehmann's estimate (1963), with the interval of the exact test; None of too few pairs."""
    ratio = data["scale"] == "ratio"
    first, second = (
        [statistics.fmean(map(math.log, each) if ratio else each) for each in data[name]]
        for name in ("first", "second")
    )
    apart = [a - b for a, b in zip(first, second, strict=True)]
    walsh = sorted((apart[i] + apart[j]) / 2 for i in range(len(apart)) for j in range(i, len(apart)))
    k = rank_of(len(apart), alpha / 2)
    found: Any = (statistics.median(walsh), walsh[k - 1] if k else None, walsh[-k] if k else None)
    value, low, high = (end if end is None or not ratio else math.exp(end) for end in found)
    return value, low, high


def compute(data: Data, alpha: float) -> Computed:
    """Compute the estimate with its interval of level 1 − `alpha`."""
    first, second = (by_unit(each, data["scale"]) for each in (data["first"], data["second"]))
    pairs, n = (
        [(a, b) for a, b in zip(first, second, strict=True) if a is not None and b is not None],
        len(first),
    )
    if not n or len(pairs) < n:
        return Computed(None, n, reason=Reason.NOT_FINITE if n else Reason.NOTHING_IN_COMMON)
    size = max(abs(value) for pair in pairs for value in pair)
    if n > 1 and max(abs(a - b) for a, b in pairs) <= NEGLIGIBLE * size:
        return Computed(1.0 if data["scale"] == "ratio" else 0.0, n, reason=Reason.EQUAL)
    value, low, high = signed_ranks(data, alpha)
    return Computed(value, n, None, low, high, Reason.ONE_RUN if low is None else Reason.NONE)


def how(data: Data) -> str:
    """Say in one sentence how the number was made."""
    kind = "ratio" if data["scale"] == "ratio" else "difference"
    return f"Median {kind} over {len(data['first'])}, of all means of two (Hodges and Lehmann)"


def by(data: Data) -> str:
    """Name the interval."""
    return "Wilcoxon's signed ranks, exact"


JAVASCRIPT = """
(data, alpha) => {
  const { asRatio, byUnit, none } = Shared;
  const [first, second] = [data.first, data.second].map((sample) => byUnit(sample, data.scale));
  const n = first.length;
  const all = [...first, ...second];
  if (!n || all.includes(null)) return none(null, n, n ? "not finite" : "nothing in common");
  const apart = first.map((value, unit) => value - second[unit]);
  const walsh = apart.flatMap((a, i) => apart.slice(i).map((b) => (a + b) / 2)).sort((a, b) => a - b);
  const half = walsh.length / 2;
  const value = (walsh[Math.ceil(half) - 1] + walsh[Math.floor(half)]) / 2;
  const finish = (found) => (data.scale === "ratio" ? asRatio(found) : found);
  if (n > 1 && Math.max(...apart.map(Math.abs)) <= 1e-12 * Math.max(...all.map(Math.abs))) {
    return finish(none(0, n, "equal"));
  }
  const chances = Array(1 + (n * (n + 1)) / 2).fill(0);
  chances[0] = 1;
  for (let rank = 1; rank <= n; rank += 1) {
    for (let sum = chances.length - 1; sum >= 0; sum -= 1) {
      chances[sum] = (chances[sum] + (sum >= rank ? chances[sum - rank] : 0)) / 2;
    }
  }
  let [k, below] = [0, 0];
  while (below + chances[k] <= alpha / 2) below += chances[k++];
  if (!k) return finish(none(value, n, "one run"));
  return finish({ value, n, spread: null, low: walsh[k - 1], high: walsh.at(-k), reason: "" });
}
"""

OPERATION = Operation("signed rank", Data, compute, how, (rank_of, signed_ranks), JAVASCRIPT, by)
