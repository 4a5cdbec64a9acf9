"""The mean of one sample over its units, or the geometric mean, with its interval."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, TypedDict

from labreport.stats.operation import (
    NORMAL,
    Computed,
    Operation,
    as_ratio,
    by_unit,
    method,
    of_means,
    units_of,
)


class Data(TypedDict):
    """`values` has a list of repetitions for each unit; `bounds` are those that no mean can leave."""

    values: list[list[float | None]]
    scale: Literal["difference", "ratio"]
    test_fraction: float | None
    bounds: list[float] | None


def compute(data: Data, alpha: float) -> Computed:
    """Compute the mean, with Student's interval of level 1 − `alpha`."""
    found = of_means([by_unit(data["values"], data["scale"])], alpha, test_fraction=data["test_fraction"])
    if data["scale"] == "ratio":
        found = as_ratio(found)
    if data["bounds"] and found.low is not None and found.high is not None:
        least, most = data["bounds"]
        return replace(found, low=max(least, found.low), high=min(most, found.high))
    return found


def how(data: Data) -> str:
    """Say in one sentence how the number was made."""
    kind = "Geometric mean" if data["scale"] == "ratio" else "Mean"
    return f"{kind} over {units_of(data['values'])}; {NORMAL}"


def by(data: Data) -> str:
    """Name the interval."""
    return method("Student's t", data)


PYTHON = """
import numpy as np
from scipy import stats

log = np.log if data["scale"] == "ratio" else np.asarray
values = np.array([np.mean(log(each)) for each in data["values"]])
f = data["test_fraction"]
error = np.sqrt(values.var(ddof=1) * (1 / len(values) + (0 if f is None else f / (1 - f))))
value = values.mean()
low, high = stats.t.interval(0.95, len(values) - 1, value, error)
if data["scale"] == "ratio":
    value, low, high = np.exp([value, low, high])
if data["bounds"]:
    low, high = np.clip([low, high], *data["bounds"])
"""

JAVASCRIPT = """
(data, alpha) => {
  const { asRatio, byUnit, ofMeans } = Shared;
  const mean = ofMeans([byUnit(data.values, data.scale)], alpha, { fraction: data.test_fraction });
  const found = data.scale === "ratio" ? asRatio(mean) : mean;
  const [least, most] = data.bounds ?? [-Infinity, Infinity];
  const { low, high } = found;
  return low === null ? found : { ...found, low: Math.max(least, low), high: Math.min(most, high) };
}
"""

OPERATION = Operation("mean", Data, compute, how, PYTHON, JAVASCRIPT, by)
