"""What builders draw, from results and tables alike: groups by two names, each with its mean and runs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from labreport.project import Data, Measure, Study, flat, table
from labreport.stats import Sample, mean_of, sample
from labreport.stats.sample import grouped, label_of, measured


@dataclass(frozen=True)
class Group:
    """What one row, bar or point shows, in the printed unit: each run, their mean, and its interval.

    Where no interval is known, its ends are the mean.
    """

    label: str
    runs: Mapping[Any, float]
    mean: float
    low: float
    high: float


Grid = dict[str, dict[str, Group]]
"""Groups by two names: of a line and a place along it, of a row and a column."""


def read(source: Any, measure: Measure | str) -> tuple[Any, Measure]:
    """Give the source as results or a table, and the measure, which may be the name of a column."""
    data = source if isinstance(source, (Data, Mapping)) else table(source)
    return data, measured(measure, data)


def unit_of(data: Any) -> str:
    """Say what one run is called."""
    named = [data] if isinstance(data, Data) else [runs.experiment.design for runs in data.values()]
    return str(named[0].unit) if named else "seed"


def of_sample(one: Sample, measure: Measure) -> Group:
    """Give the group of one sample."""
    found, times = mean_of(one, measure), measure.stored
    ends = (found.value, found.low, found.high)
    middle, low, high = (math.nan if end is None else times * float(end) for end in ends)
    known = math.isfinite(low + high)
    runs = {run: times * sum(values) / len(values) for run, values in one.values.items()}
    return Group(one.label or one.name, runs, middle, low if known else middle, high if known else middle)


def of_values(
    data: Any, measure: Measure, by: Any, within: str | None = None, epoch: int | None = None
) -> Grid:
    """Give the groups of each experiment, cell of a study or value of a column, by the values of `within`."""
    found = grouped(data, measure, "experiment" if by is None else by, within, epoch)
    return {name: {key: of_sample(one, measure) for key, one in of.items()} for name, of in found.items()}


def of_study(
    results: Any, study: Study | str, measure: Measure, epoch: int | None = None
) -> tuple[Grid, tuple[str, str]]:
    """Give the groups of a study by its first axis and by all others, and what these are called."""
    grid: Grid = {}
    titles = ("", "")
    for point, runs in results.study(study):
        (first, value), *others = point.items()
        titles = first, ", ".join(axis for axis, _ in others)
        place = ", ".join(label_of(other) for _, other in others)
        grid.setdefault(label_of(value), {})[place] = of_sample(sample(runs, measure, epoch), measure)
    return grid, titles


def of_epochs(results: Any, what: Measure | str) -> tuple[Grid, Measure]:
    """Give the groups of each experiment by epoch: where it has a record of the measure, or was kept.

    What is a text is the name of a record; raises `UsageError` for one that there is not.
    """
    measure = what if isinstance(what, Measure) else Measure(what, better="", value=_record(what))
    grid: Grid = {}
    for name in results.experiments:
        runs = results[name]
        recorded = any(measure.name in flat(run.records[0]) for run in runs if run.records)
        if isinstance(what, str) and not recorded:
            runs.curve(what)  # its error names the records that there are
        last = max(len(run.records) for run in runs)
        epochs = range(1, last + 1) if recorded else sorted({epoch for run in runs for epoch in run.kept})
        grid[runs.label] = {str(epoch): of_sample(sample(runs, measure, epoch), measure) for epoch in epochs}
    return grid, measure


def _record(name: str) -> Any:
    """Read a record; not a number in an epoch that a run did not reach."""
    return lambda run, epoch: flat(run.records[epoch - 1])[name] if epoch <= len(run.records) else math.nan


def flipped(grid: Grid) -> Grid:
    """Exchange the two names."""
    found: Grid = {}
    for place, line in grid.items():
        for name, group in line.items():
            found.setdefault(name, {})[place] = group
    return found


def every(grid: Grid) -> list[Group]:
    """List all groups."""
    return [group for line in grid.values() for group in line.values()]


def numbers(groups: Iterable[Group]) -> list[float]:
    """List all that is drawn of some groups: their runs, means and ends."""
    found = (one for group in groups for one in (*group.runs.values(), group.mean, group.low, group.high))
    return list(filter(math.isfinite, found))
