"""A number that can be printed: value, unit, spread, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from labreport.claims.derivation import Derivation

Unit: TypeAlias = str
"""`fraction` is printed in per cent, `points` (a difference of fractions) in percentage points with
its sign, `points, unsigned` (a width, a spread) without; `nat` is the unit of cross-entropy; `p` a
p-value; `year` a date; `times` a ratio. The empty unit is a bare number. Any other is printed as it
is written: a symbol such as `ms`, or a plural noun such as `images`, which loses its ending after 1."""


VariesWith = Literal["", "seeds", "machine"]
"""What makes a quantity come out differently in another honest run: nothing, other seeds, another machine."""
COMPANIONS = ("p", "level", "margin", "seeds_only", "detectable", "power", "seeds_needed", "seeds_bound")
"""Endings of the names of quantities that say how another one, `NAME` of `NAME.p`, was decided."""
_MACHINE_UNITS = ("s", "min", "FLOP/s")
_SEED_UNITS = ("p", "seeds")


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

    `varies_with` says what else the value depends on: times and rates on the machine; p-values, counts
    of seeds and whatever has a spread or an interval on the seeds; a count or a formula on nothing.
    It follows from the unit and the spread where it is not given. `grade` compares by it.

    `derivation` says how value, spread and interval were computed, for `check`; None for what was counted,
    declared or stated.
    """

    value: float | int | None
    unit: Unit = ""
    source: str = ""
    n: int = 1
    spread: float | None = None
    interval: Interval | None = None
    varies_with: VariesWith = ""
    derivation: Derivation | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.varies_with:
            object.__setattr__(self, "varies_with", self._derived())

    def _derived(self) -> VariesWith:
        measured = self.spread is not None or self.interval is not None
        if measured or self.unit in _MACHINE_UNITS + _SEED_UNITS:
            return measured_varies_with(self.unit)
        return ""


def measured_varies_with(unit: Unit) -> VariesWith:
    """What a measured value of this unit varies with, also where one seed gives it no spread."""
    return "machine" if unit in _MACHINE_UNITS else "seeds"
