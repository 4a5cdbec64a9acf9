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

    `unit` is what a run is called. Where no interval is known, its ends are the mean.
    """

    label: str
    unit: str
    runs: Mapping[Any, float]
    mean: float
    low: float
    high: float


Grid = dict[tuple[str, str], Group]
"""Groups by two names: of a line and a place along it, of a row and a column."""


def read(source: Any, measure: Measure | str) -> tuple[Any, Measure]:
    """Give the source as results or a table, and the measure, which may be the name of a column."""
    data = source if isinstance(source, (Data, Mapping)) else table(source)
    return data, measured(measure, data)


def of_values(
    data: Any, measure: Measure, by: Any, within: str | None = None, epoch: int | None = None
) -> Grid:
    """Give the groups of each experiment, cell of a study or value of a column, by the values of `within`."""
    found = grouped(data, measure, "experiment" if by is None else by, within, epoch)
    return {(of, name): _group(one, measure) for of, line in found.items() for name, one in line.items()}


def of_study(
    results: Any, study: Study | str, measure: Measure, epoch: int | None = None
) -> tuple[Grid, tuple[str, str]]:
    """Give the groups of a study by its first axis and by all others, and what these are called."""
    grid: Grid = {}
    for point, runs in results.study(study):
        first, *others = map(label_of, point.values())
        grid[first, ", ".join(others)] = _group(sample(runs, measure, epoch), measure)
    axis, *more = point
    return grid, (axis, ", ".join(more))


def of_epochs(results: Any, what: Measure | str) -> tuple[Grid, Measure]:
    """Give the groups of each experiment by epoch: where it has a record of the measure, or was kept.

    What is a text is the name of a record; raises `UsageError` for one that there is not.
    """

    def value(run: Any, epoch: Any) -> Any:
        return flat(run.records[epoch - 1])[str(what)] if epoch <= len(run.records) else math.nan

    measure = what if isinstance(what, Measure) else Measure(what, better="", value=value)
    grid: Grid = {}
    for name in results.experiments:
        runs = results[name]
        recorded = any(measure.name in flat(run.records[0]) for run in runs if run.records)
        if isinstance(what, str) and not recorded:
            runs.curve(what)  # its error names the records that there are
        last = max(len(run.records) for run in runs)
        for epoch in range(1, last + 1) if recorded else sorted({at for run in runs for at in run.kept}):
            grid[runs.label, str(epoch)] = _group(sample(runs, measure, epoch), measure)
    return grid, measure


def _group(one: Sample, measure: Measure) -> Group:
    found, times = mean_of(one, measure), measure.stored
    ends = (found.value, found.low, found.high)
    mean, *interval = (math.nan if end is None else times * float(end) for end in ends)
    low, high = interval if math.isfinite(sum(interval)) else (mean, mean)
    runs = {run: times * sum(values) / len(values) for run, values in one.values.items()}
    return Group(one.label, one.design.unit, runs, mean, low, high)


def names(grid: Grid, side: int) -> list[str]:
    """List the first names of a grid (`side` 0), or the second (1)."""
    return list(dict.fromkeys(key[side] for key in grid))


def flipped(grid: Grid) -> Grid:
    """Exchange the two names."""
    first, second = names(grid, 0), names(grid, 1)
    return {(name, of): grid[of, name] for name in second for of in first if (of, name) in grid}


def known(groups: Iterable[Group]) -> bool:
    """Whether any of the groups has an interval."""
    return any(one.low < one.high for one in groups)


def numbers(groups: Iterable[Group]) -> list[float]:
    """List all that is drawn of some groups: their runs, means and ends."""
    found = (one for group in groups for one in (*group.runs.values(), group.mean, group.low, group.high))
    return list(filter(math.isfinite, found))
