"""The median of observations that are stated and not tested, such as times, with how far they reach."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Literal, TypedDict

from labreport.later import later
from labreport.stats.operation import Computed, Operation, Reason

if TYPE_CHECKING:
    import numpy as np
else:
    np = later("numpy")


class Data(TypedDict):
    """`reach` says what the ends are: those of the middle half, or the least and the greatest."""

    values: list[float | None]
    reach: Literal["middle half", "all"]


def compute(data: Data, alpha: float) -> Computed:
    """Compute the median and its reach, whatever `alpha` is; the level is the share of them between."""
    values = [value for value in data["values"] if value is not None]
    n = len(data["values"])
    if not n or len(values) < n:
        return Computed(None, n, reason=Reason.NOT_FINITE if n else Reason.NOTHING_IN_COMMON)
    share = (0.25, 0.5, 0.75) if data["reach"] == "middle half" else (0.0, 0.5, 1.0)
    low, middle, high = (float(value) for value in np.quantile(values, share))
    if n == 1:
        return Computed(middle, 1, reason=Reason.ONE_RUN)
    return Computed(middle, n, statistics.stdev(values), low, high, level=share[2] - share[0])


def how(data: Data) -> str:
    """Say in one sentence how the number was made."""
    return f"Median of {len(data['values'])} observations"


def by(data: Data) -> str:
    """Name the ends."""
    return "middle half of the observations" if data["reach"] == "middle half" else "least to greatest"


PYTHON = """
import numpy as np

shares = (0.25, 0.5, 0.75) if data["reach"] == "middle half" else (0, 0.5, 1)
low, value, high = np.quantile(data["values"], shares)
"""

JAVASCRIPT = """
(data) => {
  const n = data.values.length;
  if (!n || data.values.includes(null)) return Shared.none(null, n, n ? "not finite" : "nothing in common");
  const sorted = [...data.values].sort((a, b) => a - b);
  const at = (share) => {
    const place = share * (n - 1);
    const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
    return below + (above - below) * (place - Math.floor(place));
  };
  if (n === 1) return Shared.none(sorted[0], 1, "one run");
  const [low, high] = data.reach === "middle half" ? [at(0.25), at(0.75)] : [at(0), at(1)];
  return { value: at(0.5), n, spread: Math.sqrt(Shared.squares(sorted) / (n - 1)), low, high, reason: "" };
}
"""

OPERATION = Operation("median", Data, compute, how, PYTHON, JAVASCRIPT, by)
