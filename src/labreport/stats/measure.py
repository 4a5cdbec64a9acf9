"""What a metric is, said once, and samples of it: a value for each unit that an experiment repeats."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from labreport.authoring import HIDDEN, Place, at, called_from, check_values, refuse
from labreport.errors import UnknownMetric, UsageError, did_you_mean
from labreport.experiment import Design
from labreport.later import later
from labreport.results import Result, Results, Runs, number
from labreport.stats.quantity import Unit, measured_varies_with

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = later("numpy")


TIMES = frozenset({"s", "ms", "µs", "us", "ns", "min", "h", "seconds", "milliseconds", "minutes", "hours"})
"""Units of which less is faster."""
HIGHER = frozenset({"larger", "higher", "greater", "longer", "heavier", "bigger"})
LOWER = frozenset({"smaller", "lower", "less", "fewer", "shorter", "lighter"})
"""Words for what has a higher value, and for what has a lower one."""
RESERVED = frozenset({"fraction", "points", "points, unsigned", "percent", "per cent", "percentage points"})
"""Units that only quantities have, printed in per cent, and other words for that."""
COSTS = frozenset({"loss", "error", "errors", "seconds", "latency", "runtime", "perplexity"})
"""Words in the name of a measure of which a higher value is not better."""


@dataclass(frozen=True)
class Measure:
    """A metric: its name, its unit, which direction is better, and how small a difference does not matter.

    `unit="%"` is for shares, which are stored as fractions from 0 to 1 and printed in per cent; differences
    are percentage points, and `margin=0.2` is 0.2 of them. `scale="ratio"` compares positive values by how
    many times one is the other; `margin=1.02` is then within 2 %. `because` gives the reason of the margin.
    `more` and `less` say how something with a higher and with a lower value is called, as `"slower"` and
    `"faster"`.

    `value(run, epoch)` reads the number off a run, by default the metric of that name; `right(run, epoch)`
    gives an array of booleans, which items are right, with which an accuracy is known item by item.

    Raises `UsageError` for values that do not fit together.
    """

    name: str
    unit: str
    better: Literal["higher", "lower", ""] = "higher"
    scale: Literal["difference", "ratio"] = "difference"
    margin: float | None = None
    because: str = ""
    value: Callable[[Result, int | None], float] | None = field(default=None, compare=False, repr=False)
    right: Callable[[Result, int | None], Any] | None = field(default=None, compare=False, repr=False)
    more: str = ""
    less: str = ""
    place: Place = field(default=(), compare=False, repr=False, metadata=HIDDEN)

    def __post_init__(self) -> None:
        object.__setattr__(self, "place", called_from(self.place))
        check_values(self, self.place)
        if self.unit in RESERVED:
            told = f'unit is {self.unit!r}; write "%" for shares, which are stored as fractions from 0 to 1'
            self._refuse("unit", f"{told}, and the name of what is counted for others, such as 'marks'")
        least = 1 if self.scale == "ratio" else 0
        if self.margin is not None and not self.margin > least:
            self._refuse("margin", f"margin is {self.margin!r}; it must be greater than {least}")
        if self.better == "higher" and (costs := COSTS.intersection(self.name.lower().split())):
            self._refuse("better", f'higher {min(costs)} is not better; write better="lower"')
        slow, fast = ({"slower"}, {"faster", "quicker"}) if self.unit in TIMES else (set(), set())
        for field_, word, wrong in (("more", self.more, LOWER | fast), ("less", self.less, HIGHER | slow)):
            if word in wrong:
                what = "higher" if field_ == "more" else "lower"
                self._refuse(
                    field_, f"{field_}={word!r} is to name what has a {what} value; exchange more and less"
                )

    def _refuse(self, field: str, text: str) -> NoReturn:
        told = f"measure {self.name!r}: {text}"
        refuse(self.place, told, field, getattr(self, field), Measure)

    @property
    def share(self) -> bool:
        """Whether its values are fractions that are printed in per cent."""
        return self.unit == "%"

    @property
    def quantity_unit(self) -> Unit:
        """The unit of a value as quantities have it."""
        return "fraction" if self.share else self.unit

    @property
    def difference_unit(self) -> Unit:
        """The unit of a difference, or of a ratio."""
        return "times" if self.scale == "ratio" else "points" if self.share else self.unit

    @property
    def bound(self) -> float | None:
        """The margin in the unit of differences as they are stored: a fraction, a ratio, a number."""
        return self.margin / 100 if self.margin is not None and self.share else self.margin

    def to_plain(self) -> dict[str, Any]:
        """Write it as JSON has it."""
        names = ("unit", "better", "scale", "margin", "because", "more", "less")
        return {name: getattr(self, name) for name in names}

    def of(self, run: Result, epoch: int | None) -> float:
        """Read the value of one run. Raises `UsageError` for a share that is none."""
        if self.value is not None:
            found = float(self.value(run, epoch))
        elif self.right is not None:
            found = float(np.mean(self.right(run, epoch)))
        else:
            try:
                found = number(run.at(epoch).metrics, self.name, run.name)
            except UnknownMetric as error:
                source = run.specification.get("source")  # of recorded runs, a file
                self._refuse("name", f"{source}: {error}" if source else str(error))
        if self.share and math.isfinite(found) and not 0 <= found <= 1:
            self._refuse(
                "unit",
                f"{run.name!r}, seed {run.seed} has the value {found:g}; a measure in % is stored as a "
                "fraction from 0 to 1: return the fraction, or declare another unit",
            )
        return found


def measured(measure: Any) -> Measure:
    """Check that a measure is one. Raises `UsageError` that shows what to write in place of a text."""
    if isinstance(measure, Measure):
        return measure
    shown = (
        f'Measure("{measure}", unit="%")'
        if isinstance(measure, str)
        else 'Measure("seconds", unit="s", better="lower")'
    )
    raise UsageError(
        at(called_from(), f"the measure is {measure!r}; write {shown}, with the unit of its values")
    )


@dataclass(frozen=True)
class Sample:
    """A measure of one experiment: for each unit its repetitions, in most cases one.

    `right`, where it is known, has for each unit which items are right; samples whose `items` are equal have
    the same items, by place. `failed` are the runs without a finite number, `diverged` those whose training
    diverged and still gave one, `partial` the recorded ones of which another number is not finite, each as a
    share of all `runs`. `shared` says that other runs of the build may have been carried out meanwhile, and
    the measure is a time.
    """

    name: str
    values: Mapping[Any, tuple[float, ...]]
    right: Mapping[Any, NDArray[np.bool_]] | None = None
    paired: bool = True
    unit: str = "seed"
    title: str = ""
    epoch: int | None = None
    test_fraction: float | None = None
    items: str = ""
    diverged: int = 0
    partial: int = 0
    shared: bool = False

    @property
    def rights(self) -> list[NDArray[np.bool_]]:
        """Which items are right, for each unit; empty where that is not known."""
        return list((self.right or {}).values())

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return sum(len(values) for values in self.values.values())

    @property
    def failed(self) -> int:
        """How many of them gave no finite number."""
        return sum(not math.isfinite(value) for values in self.values.values() for value in values)

    def only(self, units: tuple[int | str, ...]) -> Sample:
        """The same, of these units in this order."""
        right = None if self.right is None else {unit: self.right[unit] for unit in units}
        return replace(self, values={unit: self.values[unit] for unit in units}, right=right)


def sample(runs: Runs, measure: Measure, epoch: int | None = None) -> Sample:
    """Make the sample of a measure from the runs of an experiment; its design says what its units are."""
    measure = measured(measure)
    design: Design = runs.experiment.design
    block = dict(design.blocks)
    values: dict[int | str, list[float]] = {}
    right: dict[int | str, NDArray[np.bool_]] = {}
    experiment, diverged = runs.experiment, 0
    last = epoch or max(experiment.snapshots)
    for run in runs:
        if block and run.seed not in block:
            raise UsageError(
                f"{run.name!r}, run {run.seed} is in no {design.unit}; name the {design.unit} of every run"
            )
        unit: int | str = block.get(run.seed, run.seed)
        values.setdefault(unit, []).append(value := measure.of(run, epoch))
        diverged += math.isfinite(value) and (at := run.diverged_at) is not None and at <= last
        if measure.right is not None and not block:
            right[unit] = np.asarray(measure.right(run, epoch), dtype=bool)
    row = experiment.recorded is not None and experiment.epochs == 1  # which need not be a training
    return Sample(
        experiment.name,
        {unit: tuple(found) for unit, found in values.items()},
        right or None,
        design.paired or bool(block),
        design.unit,
        experiment.title,
        last if experiment.epochs > 1 else None,
        design.test_fraction,
        diverged=0 if row else diverged,
        partial=diverged if row else 0,
        shared=measured_varies_with(measure.quantity_unit) == "machine"
        and not (experiment.recorded or experiment.exclusive),
    )


def samples(
    results: Results | Mapping[str, Sample],
    measure: Measure,
    epoch: int | None = None,
    names: tuple[str, ...] = (),
) -> dict[str, Sample]:
    """Make the samples of several experiments, by default of all that are read by their own names.

    Raises `UsageError` where their last epochs differ and none is given.
    """
    if not isinstance(results, Results):
        return {name: _given(results, name, epoch) for name in names or tuple(results)}
    found = {name: sample(results[name], measure, epoch) for name in names or results.experiments}
    epochs = {one.epoch for one in found.values()}
    if epoch is None and len(epochs) > 1:
        words = ", ".join(f"{name}: {one.epoch or 1}" for name, one in found.items())
        problem = f"{measure.name!r} would be compared after unequal epochs ({words}); give epoch="
        raise UsageError(at(called_from(), problem))
    return found


def _given(of: Mapping[str, Sample], name: str, epoch: int | None) -> Sample:
    """A sample that an author made, which is of one epoch only."""
    if name not in of:
        raise UsageError(at(called_from(), f"there is no sample {name!r}{did_you_mean(name, of)}"))
    if epoch not in (None, of[name].epoch):
        made = (
            f"the sample {name!r} is of epoch {of[name].epoch}" if of[name].epoch else f"{name!r} is a sample"
        )
        problem = f"{made}, from which epoch {epoch} cannot be read; give sample() the epoch"
        raise UsageError(at(called_from(), problem))
    return of[name]
