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
  const { asRatio, byUnit, none, ofMeans } = Shared;
  const { scale, test_fraction: fraction } = data;
  const number = typeof data.second === "number";
  const first = byUnit(data.first, scale);
  const second = byUnit(number ? data.first.map(() => [data.second]) : data.second, scale);
  const size = Math.max(0, ...[...first, ...second].filter((value) => value !== null).map(Math.abs));
  const apart = (a, unit) => (a === null || second[unit] === null ? null : a - second[unit]);
  const groups = data.paired || number ? [first.map(apart)] : [first, second];
  const found = ofMeans(groups, alpha, { size, fraction });
  const equal = found.reason === "no spread" && Math.abs(found.value) <= 1e-12 * size;
  const told = equal ? none(0, found.n, "equal", found.spread) : found;
  return scale === "ratio" ? asRatio(told) : told;
}
"""

OPERATION = Operation("difference", Data, compute, how, PYTHON, JAVASCRIPT, by)
