"""What builders draw: means with their intervals and single runs, read from results or from a table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from labreport.project import Data, Measure, Study, flatten_metrics, table
from labreport.stats import Sample, mean_of, sample
from labreport.stats.sample import as_measure, label_of, samples_by_group


@dataclass(frozen=True)
class Group:
    """What one row, bar or point shows, in the printed unit; ends that are not known are the mean."""

    label: str
    unit: str
    """What one run is called: a seed, a plate."""
    runs: Mapping[Any, float]
    mean: float
    low: float
    high: float

    @property
    def has_interval(self) -> bool:
        """Whether its ends are known."""
        return self.low < self.high


Grid = dict[tuple[str, str], Group]
"""Groups by line and place along it, or by row and column."""


@dataclass(frozen=True)
class Groups:
    """Groups with what they are of; `heads` are what the two names of the grid's keys are called."""

    grid: Grid
    measure: Measure
    heads: tuple[str, str]

    @property
    def unit(self) -> str:
        """What one run is called."""
        for group in self.grid.values():
            return group.unit
        return "seed"

    @property
    def any_interval(self) -> bool:
        """Whether an interval is known of any group."""
        return any(group.has_interval for group in self.grid.values())

    def names(self, side: int) -> list[str]:
        """The first names of the grid (`side` 0), or the second (1), each once."""
        return list(dict.fromkeys(key[side] for key in self.grid))

    def along(self, first: str) -> dict[str, Group]:
        """The groups of one first name by their second."""
        return {second: group for (name, second), group in self.grid.items() if name == first}

    def numbers(self) -> list[float]:
        """All finite numbers that are drawn: runs, means and ends."""
        return list(_finite_numbers(self.grid.values()))

    def flipped(self) -> Groups:
        """The same with the two names exchanged, in the order of the second."""
        grid: Grid = {}
        for second in self.names(1):
            for first in self.names(0):
                if (first, second) in self.grid:
                    grid[second, first] = self.grid[first, second]
        return Groups(grid, self.measure, self.heads[::-1])


def _finite_numbers(groups: Iterable[Group]) -> Iterator[float]:
    for group in groups:
        for number in (*group.runs.values(), group.mean, group.low, group.high):
            if math.isfinite(number):
                yield number


def groups_of_values(
    source: Any, measure: Measure | str, by: Any, within: str | None = None, epoch: int | None = None
) -> Groups:
    """Groups by the values of `within` and of `by`, else of each experiment (or of all rows of a table)."""
    data = source if isinstance(source, (Data, Mapping)) else table(source)
    measure = as_measure(measure, data)
    grid: Grid = {}
    for outer, samples in samples_by_group(
        data, measure, "experiment" if by is None else by, within, epoch
    ).items():
        for name, one_sample in samples.items():
            grid[outer, name] = group_of(one_sample, measure)
    default = "experiment" if isinstance(data, Mapping) else "table"
    head = by if isinstance(by, str) else str(getattr(by, "name", default))
    return Groups(grid, measure, (within or "", head))


def groups_of_study(results: Any, study: Study | str, measure: Measure, epoch: int | None = None) -> Groups:
    """The groups of a study by its first axis and by all others."""
    grid: Grid = {}
    points = results.study(study)
    for point, runs in points:
        first, *others = (label_of(value) for value in point.values())
        grid[first, ", ".join(others)] = group_of(sample(runs, measure, epoch), measure)
    first_axis, *other_axes = points[0][0]
    return Groups(grid, measure, (first_axis, ", ".join(other_axes)))


def groups_of_epochs(results: Any, what: Measure | str) -> Groups:
    """The groups of each experiment by epoch: where it has a record (`what` may name one), or was kept."""
    measure = what if isinstance(what, Measure) else record_measure(what)
    grid: Grid = {}
    for name in results.experiments:
        runs = results[name]
        recorded = any(measure.name in flatten_metrics(run.records[0]) for run in runs if run.records)
        if isinstance(what, str) and not recorded:
            runs.curve(what)  # its error names the records that there are
        for epoch in _epochs_of(runs, recorded=recorded):
            grid[runs.label, str(epoch)] = group_of(sample(runs, measure, epoch), measure)
    return Groups(grid, measure, ("experiment", "epoch"))


def record_measure(name: str) -> Measure:
    """The measure of a record; a run that ended before an epoch has no number there."""

    def value(run: Any, epoch: Any) -> Any:
        if epoch > len(run.records):
            return math.nan
        return flatten_metrics(run.records[epoch - 1])[name]

    return Measure(name, better="", value=value)


def _epochs_of(runs: Any, *, recorded: bool) -> Iterable[int]:
    if recorded:
        return range(1, max(len(run.records) for run in runs) + 1)
    return sorted({epoch for run in runs for epoch in run.checkpoints})


def group_of(one_sample: Sample, measure: Measure) -> Group:
    """The mean of a sample with its interval, and the mean of each run."""
    quantity = mean_of(one_sample, measure)
    mean = math.nan if quantity.value is None else measure.stored * float(quantity.value)
    low = high = mean
    if quantity.low is not None and quantity.high is not None:
        low, high = measure.stored * quantity.low, measure.stored * quantity.high
    if not math.isfinite(low + high):
        low = high = mean
    runs = {unit: measure.stored * value for unit, value in one_sample.values.items()}
    return Group(one_sample.label, one_sample.design.unit, runs, mean, low, high)
