"""What an operation is, and the intervals that operations share.

An operation computes a number and its interval from plain data, twice: in Python here, and in JavaScript in
the page and in `check`. Each is one file in `labreport/stats/operations/` that ends with its `OPERATION`.
"""

from __future__ import annotations

import inspect
import math
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from labreport.later import later
from labreport.stats.quantity import LEVEL, Derivation, Interval, Quantity, Source, Unit

if TYPE_CHECKING:
    from scipy import special
else:
    special = later("scipy.special")

ALPHA = 0.05
"""What an interval of the level `LEVEL` leaves out."""
NEGLIGIBLE = 1e-12
"""Values that differ by less, relative to their size, are equal: what is left is rounding."""
NORMAL = "its interval takes it for granted that the values vary as a normal distribution does"
"""What the sentence about an operation says of Student's intervals."""


IMPORTS = """
import math
import operator
import statistics
from collections.abc import Callable
from typing import Any

from scipy import special
"""


class Reason(StrEnum):
    """Why there is no interval, or which kind of result it is; words are made of it last."""

    NONE = ""
    EQUAL = "equal"
    ONE_RUN = "one run"
    NO_SPREAD = "no spread"
    NOTHING_IN_COMMON = "nothing in common"
    NOT_FINITE = "not finite"


@dataclass(frozen=True)
class Computed:
    """What an operation computes: a value over `n` units, its spread, and the ends of its interval.

    Without ends, `reason` says why. `how` names the variance that decided: over units, over items, or both.
    `level` is that of the interval that is printed.
    """

    value: float | None
    n: int = 1
    spread: float | None = None
    low: float | None = None
    high: float | None = None
    reason: Reason = Reason.NONE
    how: str = "units"
    level: float = LEVEL


@dataclass(frozen=True)
class Operation:
    """One way to compute a number: its data, its computation in two languages, and its words.

    `data` is the type of its data (a `TypedDict`), from which the schema of `answers.json` is made.
    `compute(data, alpha)` gives the number with its interval of level 1 − alpha. `how(data)` is one sentence
    without its full stop, `by(data)` names the interval of one that has any. `python` computes `value`, `low`
    and `high` from `data` with NumPy and SciPy; `javascript` is a function `(data, alpha) => ({value, n,
    spread, low, high})` that may use `Distributions` and `Shared`.
    """

    name: str
    data: type
    compute: Callable[[Any, float], Computed]
    how: Callable[[Any], str]
    shown: str | tuple[Callable[..., Any], ...]
    javascript: str
    by: Callable[[Any], str] = lambda data: ""

    @property
    def python(self) -> str:
        """The lines that a reader is shown, which compute `value`, `low` and `high` from `data`."""
        if isinstance(self.shown, str):
            return self.shown
        call = f"value, low, high, *_ = {self.shown[-1].__name__}(data)"
        return "\n\n".join([IMPORTS, *map(inspect.getsource, self.shown), call])

    def quantity(
        self, data: Mapping[str, Any], unit: Unit, source: Source | str, *, logarithmic: bool = False
    ) -> Quantity:
        """Compute a quantity from data, which it keeps as its derivation."""
        found = self.compute(data, ALPHA)
        interval = None
        low, high = found.low, found.high
        if found.value is not None and low is not None and high is not None and math.isfinite(high):
            interval = Interval(low, high, self.by(data), found.level, logarithmic)
        made = Derivation(self.name, data)
        return Quantity(found.value, unit, source, found.n, found.spread, interval, derivation=made)


def quantile(alpha: float, df: float = math.inf) -> float:
    """How many standard errors an interval of level 1 − `alpha` reaches to each side."""
    tail = float(special.ndtri(alpha / 2) if math.isinf(df) else special.stdtrit(df, alpha / 2))
    return -tail if tail <= 0 else math.inf  # SciPy gives +inf where the quantile overflows


def wilson(share: float, size: float, z: float) -> tuple[float, float]:
    """Compute Wilson's score interval (1927) of a share of `size` items, `z` standard errors to each side."""
    if math.isinf(z):
        return 0.0, 1.0
    spread = z * z / size
    centre = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / size + spread / (4 * size)) / (1 + spread)
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))


def total(parts: Any) -> tuple[float, float]:
    """Add variances, each with its degrees of freedom, to one with its own (Satterthwaite 1946)."""
    lost = sum(part**2 / df for part, df in parts if part > 0)
    variance = sum(part for part, _ in parts)
    return variance, variance**2 / lost if lost > 0 else math.inf


def student(value: float, parts: Any, alpha: float) -> tuple[float, float, float]:
    """A mean whose variance is the sum of `parts`, with Student's interval."""
    variance, df = total(parts)
    half = quantile(alpha, df) * math.sqrt(variance)
    return value, value - half, value + half


def by_unit(sample: Sequence[Sequence[float | None]], scale: str = "difference") -> list[float | None]:
    """One value for each unit: the mean of its repetitions, of their logarithms on the scale of ratios.

    None where a repetition is missing, or has no logarithm.
    """
    found = []
    for values in sample:
        usable = bool(values) and all(value is not None and math.isfinite(value) for value in values)
        finite = [value for value in values if value is not None]
        if scale == "ratio" and usable:
            usable = min(finite) > 0
            finite = [math.log(value) for value in finite if value > 0]
        found.append(statistics.fmean(finite) if usable else None)
    return found


def units_of(*samples: Sequence[Sequence[Any]]) -> str:
    """How many units samples have, and whether repetitions within them were averaged, in words."""
    inside = any(len(values) > 1 for sample in samples for values in sample)
    return f"{len(samples[0])}{', repetitions averaged within each' if inside else ''}"


def method(name: str, data: Mapping[str, Any]) -> str:
    """The name of a method, with what is changed for ratios and for random splits of one data set."""
    logarithms = " on logarithms" if data["scale"] == "ratio" else ""
    corrected = "" if data["test_fraction"] is None else ", variance corrected for repeated splits"
    return f"{name}{logarithms}{corrected}"


def of_means(
    groups: Sequence[Sequence[float | None]],
    alpha: float,
    *,
    size: float = 0.0,
    test_fraction: float | None = None,
) -> Computed:
    """The mean of one value for each unit, or of two groups the first less the second; Student's interval.

    `test_fraction` says that the units are random splits of one data set, with this share of it for the
    test. They share data, so the variance is Nadeau and Bengio's corrected one (2003): s² (1/n + f/(1 − f)).
    A spread that is negligible beside `size` is none.
    """
    n = min(map(len, groups))
    known = [[value for value in values if value is not None] for values in groups]
    if not n or any(len(values) < len(group) for values, group in zip(known, groups, strict=True)):
        return Computed(None, n, reason=Reason.NOT_FINITE if n else Reason.NOTHING_IN_COMMON)
    means = [statistics.fmean(values) for values in known]
    value = means[0] - sum(means[1:])
    if n == 1:
        return Computed(value, 1, reason=Reason.ONE_RUN)
    shared = 0.0 if test_fraction is None else test_fraction / (1 - test_fraction)
    variances = [statistics.variance(values) for values in known]
    parts = [
        (v * (1 / len(values) + shared), len(values) - 1) for v, values in zip(variances, known, strict=True)
    ]
    spread, flat = (math.sqrt(variances[0]), 0.0) if len(groups) == 1 else (None, None)
    far = math.sqrt(total(parts)[0]) if spread is None else spread
    if far <= NEGLIGIBLE * max(size, *(abs(each) for values in known for each in values)):
        return Computed(value, n, flat, reason=Reason.NO_SPREAD)
    _, low, high = student(value, parts, alpha)
    return Computed(value, n, spread, low, high)


def as_ratio(found: Computed) -> Computed:
    """Turn a mean of logarithms into a ratio; a standard deviation of it would mislead.

    An end that no number can hold, as two very different units give it at a strict level, is infinite.
    """
    if found.value is None:
        return found
    largest = math.log(sys.float_info.max)
    ends = (found.low, found.high)
    low, high = (end if end is None else math.exp(end) if end < largest else math.inf for end in ends)
    return replace(found, value=math.exp(found.value), low=low, high=high, spread=None)


def operand(value: Any) -> Any:
    """What an operand stands for: itself, or the value of a quantity, which is an object in a file."""
    return value["value"] if isinstance(value, dict) else getattr(value, "value", value)
