"""The median difference of pairs by Wilcoxon's signed ranks (1945), for many units and long tails.

`difference(results, first, second, measure, by=signed_rank)` uses it in place of Student's t.
"""

from __future__ import annotations

from statistics import median
from typing import Literal, TypedDict

from labreport.errors import UsageError
from labreport.stats.estimate import Estimate, estimated
from labreport.stats.measure import Measure, Sample
from labreport.stats.operation import NEGLIGIBLE, Computed, Operation, Reason, as_ratio, by_unit
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


def compute(data: Data, alpha: float) -> Computed:
    """Compute Hodges and Lehmann's estimate (1963), with the interval of the exact test."""
    pairs = list(
        zip(by_unit(data["first"], data["scale"]), by_unit(data["second"], data["scale"]), strict=True)
    )
    apart = [a - b for a, b in pairs if a is not None and b is not None]
    n = len(pairs)
    if not n or len(apart) < n:
        return Computed(None, n, reason=Reason.NOT_FINITE if n else Reason.NOTHING_IN_COMMON)
    walsh = sorted((apart[i] + apart[j]) / 2 for i in range(n) for j in range(i, n))
    found = Computed(median(walsh), n, reason=Reason.ONE_RUN)
    size = max(abs(value) for pair in pairs for value in pair if value is not None)
    if n > 1 and max(map(abs, apart)) <= NEGLIGIBLE * size:
        found = Computed(0.0, n, reason=Reason.EQUAL)
    elif k := _rank(n, alpha / 2):
        found = Computed(median(walsh), n, None, walsh[k - 1], walsh[-k])
    return as_ratio(found) if data["scale"] == "ratio" else found


def _rank(n: int, tail: float) -> int:
    """The greatest k with P(T < k) at most `tail`, where T is the sum of the ranks of one sign."""
    chances = [1.0]
    for rank in range(1, n + 1):
        shifted = [0.0] * rank + chances
        chances = [(a + b) / 2 for a, b in zip(chances + [0.0] * rank, shifted, strict=True)]
    below, k = 0.0, 0
    while k < len(chances) and below + chances[k] <= tail:
        below, k = below + chances[k], k + 1
    return k


def how(data: Data) -> str:
    """Say in one sentence how the number was made."""
    kind = "ratio" if data["scale"] == "ratio" else "difference"
    return f"Median {kind} over {len(data['first'])}, of all means of two (Hodges and Lehmann)"


def by(data: Data) -> str:
    """Name the interval."""
    return "Wilcoxon's signed ranks, exact"


PYTHON = """
import numpy as np

log = np.log if data["scale"] == "ratio" else np.asarray
apart = [np.mean(log(a)) - np.mean(log(b)) for a, b in zip(data["first"], data["second"])]
n = len(apart)
walsh = np.sort([(apart[i] + apart[j]) / 2 for i in range(n) for j in range(i, n)])
chances = np.array([1.0])
for rank in range(1, n + 1):
    chances = np.convolve(chances, [0.5] + [0] * (rank - 1) + [0.5])
k = int(np.sum(np.cumsum(chances) <= 0.025))
value, low, high = np.median(walsh), walsh[k - 1], walsh[-k]
if data["scale"] == "ratio":
    value, low, high = np.exp([value, low, high])
"""

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

OPERATION = Operation("signed rank", Data, compute, how, by, PYTHON, JAVASCRIPT)
