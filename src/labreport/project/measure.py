"""Measures (unit, direction and margin of a metric) and designs (how the runs of an experiment relate)."""

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
else:  # annotations are evaluated at run time to check fields; these three are too heavy to import for that
    ndarray = Series = Run = object

Reading: TypeAlias = float | bool
"""The value of a measure in one run; bool for a measure of yes and no."""
Scale: TypeAlias = Literal["difference", "ratio"]
"""How two values are compared: by subtracting or by dividing."""


@dataclass(frozen=True)
class NamedReduction:
    """A value of `reduce=` that is given by name: its label in texts, and its function."""

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
    """How the runs of an experiment enter comparisons: `Design("split", test_fraction=0.25)`.

    `unit` is what a run is called in texts, such as "split". If `paired`, runs of two experiments with the
    same seed are compared with each other. With `test_fraction`, each run is a random split of one data set,
    with this share of it for testing. Such runs share data, so intervals are made wider (Nadeau and Bengio
    2003).
    """

    unit: str = "seed"
    paired: bool = True
    test_fraction: Annotated[float, Meta(gt=0, lt=1)] | None = None


DESIGN = "labreport design"
"""The attribute of a DataFrame with the fields of the design of the runs in its rows."""


@dataclass(frozen=True)
class Quantile:
    """The quantile of a column for a share between 0 and 1; see `quantile`."""

    share: float

    def __call__(self, values: Series) -> float:
        """The quantile of a column, interpolated as pandas does."""
        return float(values.quantile(self.share))


def quantile(share: float) -> Quantile:
    """A quantile of the rows of each replicate, for `reduce=`: `Measure("ms", reduce=quantile(0.99))`.

    `quantile(0.99)` is the value that 99 % of the rows do not exceed. Raises `UsageError` for a share that is
    not between 0 and 1.
    """
    if not (isinstance(share, (int, float)) and 0 < share < 1):
        refuse(f"quantile({share!r}): a share between 0 and 1 is needed, such as 0.99")
    return Quantile(float(share))


Reduction: TypeAlias = Literal["mean", "median", "max", "min", "any"] | Callable[[Series], float]
"""A name in `REDUCTIONS`, or a function of a pandas column that returns one number."""


@dataclass(frozen=True)
class Measure(Declared):
    """A metric: how its values are read, printed, compared and judged.

    >>> ACCURACY = Measure("test accuracy", unit="%", margin=0.5, because="so many labels are wrong")
    >>> LATENCY = Measure("latency", unit="ms", better="lower", scale="ratio", more="slower", less="faster")

    `unit="%"` is for shares: they are stored as fractions and printed in per cent, and their differences are
    percentage points. With `percent=True` they are stored in per cent. A column of a table whose values are
    all below 1.5 is taken for fractions and refused with `percent=True`, so an error rate of 0.3 % is given
    as 0.003. `bounded=False` allows shares above 1. `unit="points"` is for values that are differences of
    shares already. Any other unit is printed as it is written.

    `margin` is the largest difference, in the printed unit, that does not matter, and `because` says why.
    With `scale="ratio"`, positive values are compared by dividing; `margin=1.02` is then 2 %. `more` and
    `less` are the words for a higher and a lower value: "slower", "faster".

    For runs, `value(run, epoch)` returns the number; by default it is the metric called `name`, or that entry
    of the epoch's record. `right(run, epoch)` returns an array of booleans: which items are right. For tables
    with several rows a replicate, `reduce` makes one number of them: "mean", "median", "max", "min", "any"
    (of yes and no: in at least one row), `quantile(0.99)`, or a function of the column as a pandas Series.
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
    """The two measures, if this one is their difference."""
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
        """The difference of two measures of the same runs: `TRAINING - VALIDATION`.

        Raises `UsageError` if their units differ, if only one is stored in per cent, or if one is a ratio.
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
        """Its title, or else its name."""
        return self.title or self.name

    @property
    def is_share(self) -> bool:
        """Whether its values are shares, which are printed in per cent."""
        return self.unit == "%"

    @property
    def quantity_unit(self) -> str:
        """The unit of its quantities: `fraction` for shares, else `unit`."""
        return "fraction" if self.is_share else self.unit

    @property
    def difference_unit(self) -> str:
        """The unit of a comparison of two values: `times` for ratios, `points` for shares, else `unit`."""
        if self.scale == "ratio":
            return "times"
        return "points" if self.is_share else self.unit

    @property
    def factor(self) -> float:
        """Printed value = stored value × factor: 100 for shares and points, else 1."""
        return printed_factor(self.quantity_unit)

    @property
    def input_factor(self) -> float:
        """Stored value = given value / factor: 100 for shares given in per cent, else 1."""
        return 100.0 if self.percent else 1.0

    @property
    def stored_margin(self) -> float | None:
        """The margin in stored units: a fraction for shares, a ratio for ratios, else as declared."""
        if self.margin is None or self.scale == "ratio":
            return self.margin
        return self.margin / self.factor

    @property
    def reduction(self) -> str:
        """The name of `reduce` in texts: `mean`, `99 % quantile`, or the name of the function."""
        if isinstance(self.reduce, Quantile):
            return f"{100 * self.reduce.share:g} % quantile"
        if callable(self.reduce):
            return getattr(self.reduce, "__name__", "function").strip("_<>").replace("_", " ")
        return REDUCTIONS[self.reduce].label

    def of(self, run: Run, epoch: int | None = None) -> float:
        """The value of one run as a float, in stored units. Raises `UsageError` if it has none."""
        return float(self.read(run, epoch))

    def read(self, run: Run, epoch: int | None = None) -> Reading:
        """The value of one run, a float or a bool, in stored units. Raises `UsageError` if it has none."""
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
        """The metric called `name` in the checkpoint at an epoch, or else in the record of the epoch."""
        records = run.records[:epoch]
        metrics = flatten_metrics(records[-1]) if records else {}  # the last one, if it stopped early
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
        """The value itself. Raises `UsageError` for a bounded share outside 0 to 1, or a ratio of 0 or less.

        `owner` is whose value it is, for the message.
        """
        most = self.input_factor * (1 + 1e-12)
        is_outside = value < -1e-12 or value > most
        if self.is_share and self.bounded and is_outside:
            problem = f"{owner} has {value:g}; a share is stored as a fraction from 0 to 1"
            advice = "write percent=True if it is in per cent, bounded=False if more is right"
            self.refuse_declaration(f"{problem}: {advice}")
        return self.check_ratio(value, owner)

    def check_ratio(self, value: float, owner: str) -> float:
        """The value itself. Raises `UsageError` if values are compared as ratios and it is 0 or less."""
        if self.scale == "ratio" and value <= 0:
            self.refuse_declaration(f'{owner} has {value:g}; scale="ratio" compares values above 0')
        return value


def printed_factor(stored_unit: str) -> float:
    """Printed number = stored number × factor: 100 for the units `fraction` and `points`, else 1."""
    return 100.0 if stored_unit in ("fraction", "points") else 1.0


def mistake_of_margin(margin: float | None, scale: Scale) -> str:
    """What is wrong with a margin; empty if it is valid or None."""
    if margin is None:
        return ""
    if scale == "difference" and not margin > 0:
        return f"margin is {margin!r}; it must be greater than 0"
    if scale == "ratio" and not 1 < margin <= 2:
        return f"margin is {margin!r}; of a ratio it is above 1 and at most 2: 1.03 is within 3 %"
    return ""


def flatten_metrics(values: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """Nested mappings as one dict with joined names: `{"test": {"loss": 1}}` gives `{"test loss": 1}`."""
    flat: dict[str, object] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= flatten_metrics(value, f"{prefix}{name} ")
        else:
            flat[f"{prefix}{name}"] = value
    return flat
