"""A number that can be printed: value, unit, spread, interval, and where it comes from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from labreport.display import Displayed

Unit: TypeAlias = str
"""`fraction` is printed in per cent, `points` (a difference of fractions) in percentage points with
its sign, `points, unsigned` (a width, a spread) without; `nat` is the unit of cross-entropy; `year` a date;
`times` a ratio. The empty unit is a bare number. Any other is printed as it is written: a symbol such as
`ms`, or a plural noun such as `images`, which loses its ending after 1."""

VariesWith = Literal["", "seeds", "machine"]
"""What makes a quantity differ in another honest run: nothing, other seeds, another machine."""
Kind = Literal["measured", "counted", "declared", "computed", "stated"]
"""How a number came about: by running, by counting, by the author, by a formula, by somebody else."""
_MACHINE_UNITS = ("s", "ms", "min", "FLOP/s")


@dataclass(frozen=True)
class Derivation:
    """The name of an operation and the data from which it computes a number.

    Data are plain JSON values, in which a `Quantity` stands for its value.
    """

    operation: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """Where a number comes from, as values; `labreport.stats.words` makes a text of them.

    `experiments` are the subjects in order (two for a difference), `measure` the name of what was measured,
    `epochs` when, `units` the seeds or blocks that were used, and `unit` what one of them is called.
    `note` is free text that nothing reads: the name of a formula, a citation.
    """

    experiments: tuple[str, ...] = ()
    measure: str = ""
    epochs: tuple[int, ...] = ()
    units: tuple[int | str, ...] = ()
    unit: str = "seed"
    kind: Kind = "measured"
    note: str = ""

    def text(self, phrases: Mapping[str, str] | None = None) -> str:
        """Render the source in words, those of a project where it has its own."""
        from labreport.stats.words import source_text

        return source_text(self, phrases)


LEVEL = 0.95
"""Every confidence interval has this level, and ± stands for no other."""


@dataclass(frozen=True)
class Interval:
    """A closed interval in the quantity's own unit; `kind` says how it was made.

    One of another level than `LEVEL` describes observations: the level is the share of them that it holds,
    0.5 of their middle half, 1 from the least to the greatest. A `logarithmic` one is that of a mean
    logarithm: its ends are as many times off, not as much.
    """

    low: float
    high: float
    kind: str
    level: float = LEVEL
    logarithmic: bool = False


@dataclass(frozen=True)
class Quantity(Displayed):
    """One measured or counted number.

    `spread` is the standard deviation over `n` units (seeds or blocks), in the unit of `value`; exact counts
    have neither spread nor interval. `value` is None where the results cannot give one. `source` traces it;
    a text in its place makes a declared one with this note.

    `varies_with` says what else the value depends on: times and rates on the machine, whatever has a spread
    or an interval on the seeds, a count or a formula on nothing. It follows from the unit and the spread
    where it is not given. `derivation` says how value, spread and interval were computed, for `check`; None
    for what was counted, declared or stated.
    """

    value: float | int | None
    unit: Unit = ""
    source: Source | str = Source(kind="declared")
    n: int = 1
    spread: float | None = None
    interval: Interval | None = None
    varies_with: VariesWith = ""
    derivation: Derivation | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if isinstance(self.source, str):
            object.__setattr__(self, "source", Source(kind="declared", note=self.source))
        if not self.varies_with and (self.spread is not None or self.interval is not None):
            object.__setattr__(self, "varies_with", measured_varies_with(self.unit))
        elif not self.varies_with and self.unit in _MACHINE_UNITS:
            object.__setattr__(self, "varies_with", "machine")

    @property
    def origin(self) -> Source:
        """The source, of which a text has become one."""
        assert isinstance(self.source, Source)
        return self.source

    def _parts(self) -> tuple[str, tuple[str, ...], list[tuple[str, ...]]]:
        from labreport.stats.rounding import format_spread

        return f"{format_spread(self)}: {self.origin.text()}", (), []


def measured_varies_with(unit: Unit) -> VariesWith:
    """What a measured value of this unit varies with, also where one run gives it no spread."""
    return "machine" if unit in _MACHINE_UNITS else "seeds"


def known(values: Iterable[float]) -> list[float | None]:
    """Values as JSON can hold them: those that are not finite become None."""
    return [float(value) if math.isfinite(value) else None for value in values]
