"""What builders draw: means with their intervals and single runs, read from results or from a table."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from labreport.project import Data, Measure, Study, flatten_metrics, table
from labreport.stats import Sample, mean_of, sample
from labreport.stats.sample import as_measure, label_of, samples_by_group

if TYPE_CHECKING:
    import pandas

    from labreport.results import Results


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


Observations: TypeAlias = "Results | Data | pandas.DataFrame"
"""What builders draw."""
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
        line = {}
        for (name, second), group in self.grid.items():
            if name == first:
                line[second] = group
        return line

    def numbers(self) -> list[float]:
        """All finite numbers that are drawn: runs, means and ends."""
        numbers: list[float] = []
        for group in self.grid.values():
            numbers += group.runs.values()
            numbers += (group.mean, group.low, group.high)
        return [number for number in numbers if math.isfinite(number)]

    def renamed(self, new_names: Callable[[str, str], tuple[str, str]], heads: tuple[str, str]) -> Groups:
        """The same by other names, which a function makes of both of a group's."""
        grid = {}
        for names, group in self.grid.items():
            grid[new_names(*names)] = group
        return Groups(grid, self.measure, heads)


def groups_of_values(
    source: Observations,
    measure: Measure | str,
    by: Study | str | None,
    within: str | None = None,
    epoch: int | None = None,
) -> Groups:
    """Groups by the values of `within` and of `by`, else of each experiment (or of all rows of a table)."""
    data = source if isinstance(source, (Data, Mapping)) else table(source)
    checked_measure = as_measure(measure, data)
    grid: Grid = {}
    samples_by_name = samples_by_group(data, checked_measure, by or "experiment", within, epoch)
    for outer, samples in samples_by_name.items():
        for name, name_sample in samples.items():
            grid[outer, name] = group_of(name_sample, checked_measure)
    return Groups(grid, checked_measure, (within or "", _head(data, by)))


def _head(data: Any, by: Study | str | None) -> str:
    """What the groups are values of."""
    if by is None:
        return "experiment" if isinstance(data, Mapping) else "table"
    return by if isinstance(by, str) else by.name


def groups_of_study(results: Any, study: Study | str, measure: Measure, epoch: int | None = None) -> Groups:
    """The groups of a study by its first axis and by all others."""
    grid: Grid = {}
    points = results.study(study)
    for point, runs in points:
        first, *others = map(label_of, point.values())
        cell = sample(runs, measure, epoch)
        grid[first, ", ".join(others)] = group_of(cell, measure)
    first_axis, *other_axes = points[0][0]
    return Groups(grid, measure, (first_axis, ", ".join(other_axes)))


def groups_of_epochs(results: Any, what: Measure | str) -> Groups:
    """The groups of each experiment by epoch: where it has a record (`what` may name one), or was kept."""
    measure = what if isinstance(what, Measure) else record_measure(what)
    grid: Grid = {}
    for name in results.experiments:
        runs = results[name]
        recorded = _is_recorded(measure.name, runs)
        if isinstance(what, str) and not recorded:
            runs.curve(what)  # its error names the records that there are
        for epoch in _epochs_of(runs, recorded=recorded):
            at_epoch = sample(runs, measure, epoch)
            grid[runs.label, str(epoch)] = group_of(at_epoch, measure)
    return Groups(grid, measure, ("experiment", "epoch"))


def record_measure(name: str) -> Measure:
    """The measure of a record; a run that ended before an epoch has no number there."""

    def value(run: Any, epoch: Any) -> Any:
        if epoch > len(run.records):
            return math.nan
        return flatten_metrics(run.records[epoch - 1])[name]

    return Measure(name, better="", value=value)


def _is_recorded(name: str, runs: Any) -> bool:
    """Whether any of the runs has a record of this name."""
    first_records = [run.records[0] for run in runs if run.records]
    return any(name in flatten_metrics(record) for record in first_records)


def _epochs_of(runs: Any, *, recorded: bool) -> Iterable[int]:
    """The epochs that were recorded, else those that were kept."""
    if recorded:
        last = max(len(run.records) for run in runs)
        return range(1, last + 1)
    return sorted({epoch for run in runs for epoch in run.checkpoints})


def group_of(values: Sample, measure: Measure) -> Group:
    """The mean of a sample with its interval, and the value of each run."""
    factor = measure.stored
    quantity = mean_of(values, measure)
    mean = math.nan
    if quantity.value is not None:
        mean = factor * quantity.value
    low = high = mean
    if quantity.low is not None and quantity.high is not None and math.isfinite(quantity.low + quantity.high):
        low = factor * quantity.low
        high = factor * quantity.high
    runs = {unit: factor * value for unit, value in values.values.items()}
    return Group(values.label, values.design.unit, runs, mean, low, high)
