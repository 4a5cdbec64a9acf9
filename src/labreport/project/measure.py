"""What a metric is, said once: its unit, what is better, what does not matter; and what runs are to it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal, SupportsFloat, TypeAlias

from msgspec import Meta

from labreport.errors import UsageError, did_you_mean, refuse
from labreport.project.checks import Declared, short_repr

if TYPE_CHECKING:
    from numpy import ndarray
    from pandas import Series

    from labreport.results import Run
else:  # fields are checked by their annotations, for which these need not be loaded
    ndarray = Series = Run = object

Reading: TypeAlias = float | bool
"""What is read off a run: a number, or a truth."""
Scale: TypeAlias = Literal["difference", "ratio"]
"""How two values are compared: by how much, or by how many times."""


@dataclass(frozen=True)
class NamedReduction:
    """What can be taken of the rows of a replicate by a name: how it is called, and how it is computed."""

    label: str
    function: Callable[[Sequence[float]], float]


def _mean(numbers: Sequence[float]) -> float:
    return math.fsum(numbers) / len(numbers)


def _median(numbers: Sequence[float]) -> float:
    from statistics import median

    return median(numbers)


REDUCTIONS = {
    "mean": NamedReduction("mean", _mean),
    "median": NamedReduction("median", _median),
    "max": NamedReduction("largest", max),
    "min": NamedReduction("smallest", min),
    "any": NamedReduction("any", max),
}


@dataclass(frozen=True)
class Design:
    """What the runs of an experiment are to a comparison: `Design("split", test_fraction=0.25)`.

    `unit` is what one is called; units of the same name are `paired` with each other across experiments.
    `test_fraction` says that each is a random split of one data set, with this share for the test: such
    units share data, and intervals are widened for it (Nadeau and Bengio 2003).
    """

    unit: str = "seed"
    paired: bool = True
    test_fraction: Annotated[float, Meta(gt=0, lt=1)] | None = None


@dataclass(frozen=True)
class Quantile:
    """What a share of the values is at or below; see `quantile`."""

    share: float

    def __call__(self, values: Series) -> float:
        """The quantile of a column's values, interpolated as pandas does."""
        return float(values.quantile(self.share))


def quantile(share: float) -> Quantile:
    """Take of the rows of a replicate what this share is at or below: `Measure("ms", reduce=quantile(0.99))`.

    Raises `UsageError` for a share that is not between 0 and 1.
    """
    if not (isinstance(share, (int, float)) and 0 < share < 1):
        refuse(f"quantile({share!r}): a share between 0 and 1 is needed, such as 0.99")
    return Quantile(float(share))


Reduction: TypeAlias = Literal["mean", "median", "max", "min", "any"] | Callable[[Series], float]
"""A name, or a function of a column of pandas."""


@dataclass(frozen=True)
class Measure(Declared):
    """A metric: how its values are read, printed, compared and judged.

    >>> ACCURACY = Measure("test accuracy", unit="%", margin=0.5, because="so many labels are wrong")
    >>> LATENCY = Measure("latency", unit="ms", better="lower", scale="ratio", more="slower", less="faster")

    `unit="%"` is for shares, which are stored as fractions and printed in per cent (`percent=True`: they are
    stored in per cent); their differences are percentage points. A column of a table whose values are all
    below 1.5 is taken for fractions, and refused with `percent=True`: error rates such as 0.3 % are given as
    0.003. `unit="points"` is for what is a difference of shares already. `bounded=False` allows shares above
    one. Any other unit is printed as it is written.

    `margin` is a difference, in the printed unit, that does not matter, and `because` its reason.
    `scale="ratio"` compares positive values by how many times one is the other; `margin=1.02` is within 2 %.
    `more` and `less` say how something with a higher and a lower value is called, as "slower" and "faster".

    Of a run, `value(run, epoch)` reads the number, by default the metric of that name, or what the record of
    that epoch has; `right(run, epoch)` gives an array of booleans, which items are right. Of the rows of one
    replicate of a table, `reduce` is taken: "mean", "median", "max", "min", "any" (of yes and no: in at least
    one row), `quantile(0.99)`, or a function of the column as a pandas Series.
    """

    name: str
    unit: str = ""
    better: Literal["higher", "lower", ""] = "higher"
    scale: Scale = "difference"
    margin: float | None = None
    because: str = ""
    value: Callable[[Run, int | None], Reading] | None = field(default=None, compare=False, repr=False)
    right: Callable[[Run, int | None], ndarray] | None = field(default=None, compare=False, repr=False)
    more: str = ""
    less: str = ""
    bounded: bool = True
    percent: bool = False
    title: str = ""
    terms: tuple[Measure, ...] = ()
    """Of a difference of two measures: these."""
    reduce: Reduction = "mean"

    def __post_init__(self) -> None:
        super().__post_init__()
        mistake = mistake_of_margin(self.margin, self.scale)
        if mistake:
            self.refuse_declaration(mistake)
        if not callable(self.reduce) and self.reduce not in REDUCTIONS:
            names = ", ".join(map(repr, REDUCTIONS))
            near = did_you_mean(str(self.reduce), REDUCTIONS)
            allowed = f"{names}, quantile(0.99) or a function of a Series{near}"
            self.refuse_declaration(f"reduce is {short_repr(self.reduce)}; allowed are {allowed}")

    def __sub__(self, other: Measure) -> Measure:
        """The difference of two measures of the same runs, as `TRAINING - VALIDATION`.

        Raises `UsageError` for other units, for shares of which one is stored in per cent, and for ratios.
        """
        if self.unit != other.unit:
            self.refuse_declaration(f"its unit is {self.unit!r}, that of {other.name!r} is {other.unit!r}")
        if self.percent != other.percent:
            advice = "give both as fractions, or both in per cent"
            self.refuse_declaration(
                f"percent is {self.percent}, that of {other.name!r} is {other.percent}; {advice}"
            )
        for measure in (self, other):
            if measure.scale == "ratio":
                advice = 'what is subtracted is a measure of scale="difference"'
                measure.refuse_declaration(f'scale is "ratio"; {advice}')

        def difference(run: Run, epoch: int | None) -> float:
            return self.of(run, epoch) - other.of(run, epoch)

        return Measure(
            f"{self.label} minus {other.label}",
            self.difference_unit,
            better="",
            margin=self.margin,
            because=self.because,
            value=difference,
            bounded=False,
            percent=self.percent,
            terms=(self, other),
        )

    @property
    def label(self) -> str:
        """What people call it."""
        return self.title or self.name

    @property
    def is_share(self) -> bool:
        """Whether its values are shares, printed in per cent."""
        return self.unit == "%"

    @property
    def quantity_unit(self) -> str:
        """The unit of a value as quantities have it: `fraction` for shares."""
        return "fraction" if self.is_share else self.unit

    @property
    def difference_unit(self) -> str:
        """The unit of a difference, or of a ratio."""
        if self.scale == "ratio":
            return "times"
        return "points" if self.is_share else self.unit

    @property
    def factor(self) -> float:
        """By what a stored value is multiplied to be printed: 100 for shares and points, else 1."""
        return printed_factor(self.quantity_unit)

    @property
    def input_factor(self) -> float:
        """By what a value is divided to be stored: 100 of shares that are in per cent, else 1."""
        return 100.0 if self.percent else 1.0

    @property
    def stored_margin(self) -> float | None:
        """The margin in the unit of differences as they are stored: a fraction, a ratio, a number."""
        if self.margin is None or self.scale == "ratio":
            return self.margin
        return self.margin / self.factor

    @property
    def reduction(self) -> str:
        """How what is taken of the rows of a replicate is called: `mean`, `99 % quantile`."""
        if isinstance(self.reduce, Quantile):
            return f"{100 * self.reduce.share:g} % quantile"
        if callable(self.reduce):
            return getattr(self.reduce, "__name__", "function").strip("_<>").replace("_", " ")
        return REDUCTIONS[self.reduce].label

    def of(self, run: Run, epoch: int | None = None) -> float:
        """The value of one run, as it is stored. Raises `UsageError` where there is none."""
        return float(self.read(run, epoch))

    def read(self, run: Run, epoch: int | None = None) -> Reading:
        """Read the number or the truth of one run, as stored. Raises `UsageError` where there is none."""
        import numpy

        if self.value is not None:
            reading: object = self.value(run, epoch)
        elif self.right is not None:
            reading = self.input_factor * numpy.mean(self.right(run, epoch))
        else:
            reading = self._metric(run, epoch)
        if not isinstance(reading, SupportsFloat):
            self.refuse_declaration(f"{run.name!r} has {short_repr(reading)}; a number is needed")
        if isinstance(reading, (bool, numpy.bool_)):
            return bool(reading)
        return self.check_value(float(reading), run.name)

    def _metric(self, run: Run, epoch: int | None) -> object:
        """The metric of this name at an epoch, or what the record of the epoch has."""
        records = run.records[:epoch]
        metrics = flatten_metrics(records[-1]) if records else {}  # of one that finished early, its last
        try:
            metrics |= flatten_metrics(run.at(epoch).metrics)
        except UsageError:
            if self.name not in metrics:
                raise
        if self.name not in metrics:
            self.refuse_declaration(
                f"{run.name!r} has no such metric{did_you_mean(self.name, metrics, 'it has')}"
            )
        return metrics[self.name]

    def check_value(self, value: float, owner: str) -> float:
        """The value as it is stored. Raises `UsageError` for a share outside 0 to 1 that is bounded."""
        most = self.input_factor * (1 + 1e-12)
        is_outside = value < -1e-12 or value > most
        if self.is_share and self.bounded and is_outside:
            problem = f"{owner} has {value:g}; a share is stored as a fraction from 0 to 1"
            advice = "write percent=True if it is in per cent, bounded=False if more is right"
            self.refuse_declaration(f"{problem}: {advice}")
        return self.check_ratio(value, owner)

    def check_ratio(self, value: float, owner: str) -> float:
        """The value. Raises `UsageError` for one of which no ratio can be made: zero, or less."""
        if self.scale == "ratio" and value <= 0:
            self.refuse_declaration(f'{owner} has {value:g}; scale="ratio" compares values above 0')
        return value


def printed_factor(stored_unit: str) -> float:
    """By what a stored number is multiplied to be printed: 100 of a `fraction` and of `points`, else 1."""
    return 100.0 if stored_unit in ("fraction", "points") else 1.0


def mistake_of_margin(margin: float | None, scale: Scale) -> str:
    """Why nothing could be the same within a margin; empty where it can be used, or where there is none."""
    if margin is None:
        return ""
    if scale == "difference" and not margin > 0:
        return f"margin is {margin!r}; it must be greater than 0"
    if scale == "ratio" and not 1 < margin <= 2:
        return f"margin is {margin!r}; of a ratio it is above 1 and at most 2: 1.03 is within 3 %"
    return ""


def flatten_metrics(values: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """The members of mappings in mappings, by joined names: `{"test": {"loss": 1}}` has `test loss`."""
    flat: dict[str, object] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= flatten_metrics(value, f"{prefix}{name} ")
        else:
            flat[f"{prefix}{name}"] = value
    return flat
