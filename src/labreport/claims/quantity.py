"""A number that can be printed: value, unit, spread, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Unit: TypeAlias = str
"""`fraction` is printed in per cent, `points` (a difference of fractions) in percentage points with
its sign, `points, unsigned` (a width, a spread) without; `nat` is the unit of cross-entropy; `p` a
p-value; `year` a date; `times` a ratio. The empty unit is a bare number. Any other is printed as it
is written: a symbol such as `ms`, or a plural noun such as `images`, which loses its ending after 1."""


@dataclass(frozen=True)
class Interval:
    """A closed interval in the quantity's own unit; `kind` says over what, e.g. `Student, seeds`.

    A `logarithmic` one is that of a mean logarithm: its ends are as many times off, not as much.
    """

    low: float
    high: float
    kind: str
    level: float = 0.95
    logarithmic: bool = False


@dataclass(frozen=True)
class Quantity:
    """One measured or counted number.

    `spread` is the standard deviation over `n` observations (seeds, unless `source` says otherwise),
    in the unit of `value`; exact counts have neither spread nor interval. `value` is None where the
    results cannot give one. `source` traces it: results, seeds, epoch, split, metric.
    """

    value: float | int | None
    unit: Unit = ""
    source: str = ""
    n: int = 1
    spread: float | None = None
    interval: Interval | None = None
