"""The difference of two samples by unit, paired or not, or of one from a number; as such or as a ratio."""

from __future__ import annotations

from typing import Literal, TypedDict

from labreport.stats.operation import (
    NEGLIGIBLE,
    NORMAL,
    Computed,
    Operation,
    Reason,
    as_ratio,
    by_unit,
    method,
    of_means,
    units_of,
)


class Data(TypedDict):
    """`first` and `second` have a list of repetitions for each unit, in one order where they are `paired`.

    `second` may be one number. `test_fraction` is for units that are random splits of one data set.
    """

    first: list[list[float | None]]
    second: list[list[float | None]] | float
    paired: bool
    scale: Literal["difference", "ratio"]
    test_fraction: float | None


def compute(data: Data, alpha: float) -> Computed:
    """Compute first minus second, or first over second, with its interval of level 1 − `alpha`."""
    scale, number = data["scale"], isinstance(data["second"], (int, float))
    first = by_unit(data["first"], scale)
    second = by_unit([[data["second"]]] * len(first) if number else data["second"], scale)  # type: ignore[list-item, arg-type]
    size = max((abs(value) for value in (*first, *second) if value is not None), default=0.0)
    groups: list[list[float | None]] = [first, second]
    if data["paired"] or number:
        pairs = zip(first, second, strict=True)
        groups = [[None if a is None or b is None else a - b for a, b in pairs]]
    found = of_means(groups, alpha, size=size, test_fraction=data["test_fraction"])
    if found.reason is Reason.NO_SPREAD and abs(found.value or 0.0) <= NEGLIGIBLE * size:
        found = Computed(0.0, found.n, found.spread, reason=Reason.EQUAL, how="equal")
    return as_ratio(found) if scale == "ratio" else found


def how(data: Data) -> str:
    """Say in one sentence how the number was made."""
    units = len(data["first"])
    if isinstance(data["second"], (int, float)):
        return f"Mean over {units} minus the threshold {data['second']:g}; {NORMAL}"
    kind = "Ratio of geometric means" if data["scale"] == "ratio" else "Difference of means"
    if data["paired"]:
        return f"{kind}, paired over {units_of(data['first'], data['second'])}; {NORMAL}"
    return f"{kind} of {units} and {len(data['second'])} that nothing pairs; {NORMAL}"


def by(data: Data) -> str:
    """Name the interval."""
    paired = data["paired"] or isinstance(data["second"], (int, float))
    return method("Student's t, paired" if paired else "Welch's t", data)


PYTHON = """
import numpy as np
from scipy import stats

log = np.log if data["scale"] == "ratio" else np.asarray
first = np.array([np.mean(log(values)) for values in data["first"]])
number = isinstance(data["second"], (int, float))
second = [log(data["second"])] if number else [np.mean(log(values)) for values in data["second"]]
f = data["test_fraction"]
shared = 0 if f is None else f / (1 - f)
if data["paired"] or number:
    parts = [((first - second).var(ddof=1) * (1 / len(first) + shared), len(first) - 1)]
else:
    parts = [(np.var(x, ddof=1) * (1 / len(x) + shared), len(x) - 1) for x in (first, second)]
variance = sum(v for v, _ in parts)
df = variance**2 / sum(v**2 / df for v, df in parts)
value = np.mean(first) - np.mean(second)
low, high = stats.t.interval(0.95, df, value, np.sqrt(variance))
if data["scale"] == "ratio":
    value, low, high = np.exp([value, low, high])
"""

JAVASCRIPT = """
(data, alpha) => {
  const { asRatio, byUnit, ends, freedom, none, ofMean } = Shared;
  const { scale, test_fraction: fraction } = data;
  const number = typeof data.second === "number";
  const first = byUnit(data.first, scale);
  const second = byUnit(number ? data.first.map(() => [data.second]) : data.second, scale);
  const finish = (found) => (scale === "ratio" ? asRatio(found) : found);
  const size = (values) => Math.max(0, ...values.filter((value) => value !== null).map(Math.abs));
  if (data.paired || number) {
    const all = size([...first, ...second]);
    const apart = first.map((a, unit) => (a === null || second[unit] === null ? null : a - second[unit]));
    const found = ofMean(apart, alpha, { size: all, fraction });
    const equal = found.reason === "no spread" && Math.abs(found.value) <= 1e-12 * all;
    return finish(equal ? none(0, found.n, "equal", 0) : found);
  }
  const n = Math.min(first.length, second.length);
  const [a, b] = [ofMean(first, alpha), ofMean(second, alpha)];
  const missing = [a, b].find((one) => one.value === null);
  if (missing) return none(null, n, missing.reason);
  const value = a.value - b.value;
  if (n === 1) return finish(none(value, 1, "one run"));
  const shared = fraction === null ? 0 : fraction / (1 - fraction);
  const parts = [a, b].map((one) => [one.spread ** 2 * (1 / one.n + shared), one.n - 1]);
  const variance = parts[0][0] + parts[1][0];
  const all = size([a.value, b.value]);
  if (Math.sqrt(variance) <= 1e-12 * all) {
    const equal = Math.abs(value) <= 1e-12 * all;
    return finish(none(equal ? 0 : value, n, equal ? "equal" : "no spread"));
  }
  return finish({ value, n, spread: null, ...ends(value, variance, freedom(parts), alpha), reason: "" });
}
"""

OPERATION = Operation("difference", Data, compute, how, by, PYTHON, JAVASCRIPT)
