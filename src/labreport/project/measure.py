"""What a metric is, said once: its unit, what is better, what does not matter; and what runs are to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from msgspec import Meta

from labreport.errors import UsageError, did_you_mean
from labreport.project.checks import Declared


@dataclass(frozen=True)
class Design:
    """What the runs of an experiment are to a comparison.

    `unit` is what one is called; units of the same name are `paired` with each other across experiments.
    `test_fraction` says that each is a random split of one data set, with this share for the test: such
    units share data, and intervals are widened for it (Nadeau and Bengio 2003).
    """

    unit: str = "seed"
    paired: bool = True
    test_fraction: Annotated[float, Meta(gt=0, lt=1)] | None = None


@dataclass(frozen=True)
class Measure(Declared):
    """A metric: how its values are read, printed, compared and judged.

    `unit="%"` is for shares, which are stored as fractions and printed in per cent (`percent=True`: they are
    stored in per cent); their differences are percentage points. `unit="points"` is for what is a difference
    of shares already. `bounded=False` allows shares above one. Any other unit is printed as it is written.

    `margin` is a difference, in the printed unit, that does not matter, and `because` its reason.
    `scale="ratio"` compares positive values by how many times one is the other; `margin=1.02` is within 2 %.
    `more` and `less` say how something with a higher and a lower value is called, as "slower" and "faster".

    `value(run, epoch)` reads the number off a run, by default the metric of that name, or what the record of
    that epoch has; `right(run, epoch)` gives an array of booleans, which items are right.
    """

    name: str
    unit: str = ""
    better: Literal["higher", "lower", ""] = "higher"
    scale: Literal["difference", "ratio"] = "difference"
    margin: float | None = None
    because: str = ""
    value: Callable[[Any, int | None], float] | None = field(default=None, compare=False, repr=False)
    right: Callable[[Any, int | None], Any] | None = field(default=None, compare=False, repr=False)
    more: str = ""
    less: str = ""
    bounded: bool = True
    percent: bool = False
    title: str = ""
    terms: tuple[Measure, ...] = ()
    """Of a difference of two measures: these."""

    def __post_init__(self) -> None:
        super().__post_init__()
        least = 1 if self.scale == "ratio" else 0
        if self.margin is not None and not self.margin > least:
            self.refuse(f"margin is {self.margin!r}; it must be greater than {least}")

    def __sub__(self, other: Measure) -> Measure:
        """The difference of two measures of the same runs, as `TRAINING - VALIDATION`."""
        if self.unit != other.unit:
            self.refuse(f"its unit is {self.unit!r}, that of {other.name!r} is {other.unit!r}")
        return Measure(
            f"{self.label} minus {other.label}",
            unit="points" if self.share else self.unit,
            better="",
            margin=self.margin,
            because=self.because,
            value=lambda run, epoch: self.of(run, epoch) - other.of(run, epoch),
            bounded=False,
            percent=self.percent,
            terms=(self, other),
        )

    @property
    def label(self) -> str:
        """What people call it."""
        return self.title or self.name

    @property
    def share(self) -> bool:
        """Whether its values are shares, printed in per cent."""
        return self.unit == "%"

    @property
    def quantity_unit(self) -> str:
        """The unit of a value as quantities have it: `fraction` for shares."""
        return "fraction" if self.share else self.unit

    @property
    def difference_unit(self) -> str:
        """The unit of a difference, or of a ratio."""
        return "times" if self.scale == "ratio" else "points" if self.share else self.unit

    @property
    def stored(self) -> float:
        """How many of the printed unit are one of the stored: 100 for shares and points, else 1."""
        return 100.0 if self.unit in ("%", "points") else 1.0

    @property
    def bound(self) -> float | None:
        """The margin in the unit of differences as they are stored: a fraction, a ratio, a number."""
        if self.margin is None or self.scale == "ratio":
            return self.margin
        return self.margin / self.stored

    def of(self, run: Any, epoch: int | None = None) -> float:
        """Read the value of one run, as it is stored. Raises `UsageError` where there is none."""
        if self.value is not None:
            found = float(self.value(run, epoch))
        elif self.right is not None:
            right = self.right(run, epoch)
            found = float(sum(right) / len(right)) if isinstance(right, list) else float(right.mean())
        else:
            last = epoch or len(run.records)
            known = {
                key: one
                for each in run.records[last - 1 : last]
                for key, one in flatten_metrics(each).items()
            }
            try:
                known |= flatten_metrics(run.at(epoch).metrics)
            except UsageError:
                if self.name not in known:
                    raise
            if self.name not in known:
                self.refuse(f"{run.name!r} has no such metric{did_you_mean(self.name, known, 'it has')}")
            found = float(known[self.name])
        return self.checked(found, run.name)

    def checked(self, value: float, owner: str) -> float:
        """The value as it is stored. Raises `UsageError` for a share outside 0 to 1 that is bounded."""
        most = (100 if self.percent else 1) * (1 + 1e-12)
        if self.share and self.bounded and not (-1e-12 <= value <= most or value != value):
            text = f"{owner} has {value:g}; a share is stored as a fraction from 0 to 1"
            self.refuse(f"{text}: write percent=True if it is in per cent, bounded=False if more is right")
        return value


def flatten_metrics(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The members of mappings in mappings, their names joined by a space."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        inner = isinstance(value, Mapping)
        found |= flatten_metrics(value, f"{prefix}{name} ") if inner else {f"{prefix}{name}": value}
    return found
