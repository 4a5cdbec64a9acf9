"""The numbers that builders draw: means, intervals and single runs, from results or a table."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from labreport.errors import did_you_mean, refuse
from labreport.project import Measure, Study, flatten_metrics
from labreport.results import Results
from labreport.stats import Sample, mean_of
from labreport.stats.samples import (
    BY_EPOCH,
    BY_EXPERIMENT,
    Keys,
    Observations,
    as_measure,
    as_table,
    block_at,
    samples,
    samples_of_blocks,
)

if TYPE_CHECKING:
    import pandas

    from labreport.results import Run, Runs

NamedSamples: TypeAlias = Iterable[tuple[str, str, Sample]]
"""Samples with their outer and inner names; see `Means`."""


@dataclass(frozen=True)
class Means:
    """Means and the single runs behind them, as data frames, in the printed unit.

    Each mean has two names, in the columns `outer` and `inner` of both frames: the name of a line and the
    place on it, or a row and a column. `outer` is empty if one name is enough. `frame` also has the columns
    `mean`, `low` and `high`; without an interval, `low` and `high` equal the mean. `runs` has a row for each
    run of each mean, with the columns `run` and `value`.
    """

    frame: pandas.DataFrame
    runs: pandas.DataFrame
    measure: Measure
    heads: tuple[str, str]
    """The titles of the outer and the inner names, such as `network` and `epoch`."""
    unit_name: str
    """What a run or replicate is called: seed, plate."""

    @property
    def any_interval(self) -> bool:
        """Whether any mean has an interval."""
        return bool((self.frame.low < self.frame.high).any())

    @property
    def title(self) -> str:
        """A title: `accuracy by network and epoch`."""
        heads = [head for head in self.heads if head]
        return f"{self.measure.label} by {' and '.join(heads)}"

    def numbers(self) -> list[float]:
        """All finite numbers that are drawn: means, ends of intervals, values of runs."""
        numbers = self.frame[["mean", "low", "high"]].stack().tolist() + self.runs.value.tolist()
        return [number for number in numbers if math.isfinite(number)]

    def select_outer(self, outer: str) -> Means:
        """The means with this outer name, and their runs."""
        frame = self.frame[self.frame.outer == outer]
        runs = self.runs[self.runs.outer == outer]
        return replace(self, frame=frame, runs=runs)

    def swap_names(self) -> Means:
        """The same means, with outer and inner names exchanged."""
        exchange = {"outer": "inner", "inner": "outer"}
        frame = self.frame.rename(columns=exchange)
        runs = self.runs.rename(columns=exchange)
        outer_head, inner_head = self.heads
        return replace(self, frame=frame, runs=runs, heads=(inner_head, outer_head))


def means_of_values(
    source: Observations,
    measure: Measure | str,
    by: Study | str | None,
    within: str | None = None,
    epoch: int | None = None,
) -> Means:
    """Means for each value of `within` (outer) and `by` (inner).

    Without `by`, the inner names are experiments; for a table, there is one mean of all rows.
    """
    data = source if isinstance(source, Results) else as_table(source)
    checked_measure = as_measure(measure, data)
    compared_by = by or BY_EXPERIMENT
    groups = samples(data, checked_measure, compared_by, within, epoch)
    named = []
    for outer, by_name in groups.items():
        labels = _distinct_labels({name: sample.label for name, sample in by_name.items()})
        for name, inner_sample in by_name.items():
            named.append((outer, labels[name], inner_sample))
    if by is None:
        inner_head = "experiment" if isinstance(source, Results) else "table"
    else:
        inner_head = by if isinstance(by, str) else by.name
    return _means(named, checked_measure, (within or "", inner_head))


def _distinct_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """The label of each name; a label that several names share is replaced by the name."""
    counts = Counter(labels.values())
    return {name: label if counts[label] == 1 else name for name, label in labels.items()}


def means_of_study(results: Results, study: Study | str, measure: Measure, epoch: int | None = None) -> Means:
    """The means of a study: its first axis gives the outer names, the others the inner ones."""
    first_axis, *other_axes = results.study(study)[0][0]
    groups = samples(results, measure, study, first_axis, epoch)
    named = []
    for outer, by_name in groups.items():
        for name, inner_sample in by_name.items():
            named.append((outer, name, inner_sample))
    return _means(named, measure, (first_axis, ", ".join(other_axes)))


def means_by_epoch(results: Results, record: Measure | str) -> Means:
    """The means of each experiment (outer) at each epoch (inner).

    `record` is the name of a record, or a measure. The epochs are those of the record, or, if there is no
    such record, those with checkpoints. Raises `UsageError` if no run has either.
    """
    measure = record if isinstance(record, Measure) else _record_measure(record)
    labels = _distinct_labels({name: results[name].label for name in results.experiments})
    named = []
    for name, label in labels.items():
        runs = results[name]
        epochs = _recorded_epochs(runs, measure.name)
        if not epochs:
            if isinstance(record, str):
                runs.curve(record)  # raises an error that lists the existing records
            epochs = sorted({epoch for run in runs for epoch in run.checkpoints})
        blocks = [block_at(runs, epoch) for epoch in epochs]
        for by_epoch in samples_of_blocks(blocks, measure, Keys((BY_EPOCH,))).values():
            for epoch_name, inner_sample in by_epoch.items():
                named.append((label, epoch_name, inner_sample))
    if not named:
        experiments = ", ".join(labels) or "none"
        refuse(f"no epoch has a record or checkpoint with {measure.label!r}; experiments read: {experiments}")
    return _means(named, measure, ("experiment", "epoch"))


def _recorded_epochs(runs: Runs, record: str) -> Sequence[int]:
    """The epochs of an experiment that have a record with this name; empty if there is no such record."""
    records_of_first_epoch = [flatten_metrics(run.records[0]) for run in runs if run.records]
    if not any(record in records for records in records_of_first_epoch):
        return []
    last = max(len(run.records) for run in runs)
    return range(1, last + 1)


def _record_measure(name: str) -> Measure:
    """The measure that reads a record; NaN for epochs after the end of a run."""

    def value(run: Run, epoch: int | None) -> Any:
        if epoch is None or epoch > len(run.records):
            return math.nan
        record = flatten_metrics(run.records[epoch - 1])
        if name not in record:
            near = did_you_mean(name, record, "it has")
            refuse(f"{run.name!r} with seed {run.seed} has no record {name!r} of epoch {epoch}{near}")
        return record[name]

    return Measure(name, better="", value=value)


def _means(named: NamedSamples, measure: Measure, heads: tuple[str, str]) -> Means:
    """Compute the mean and interval of each sample, and list the values of its runs."""
    import numpy as np
    import pandas

    unit_name = "seed"
    rows = []
    run_rows = []
    for outer, inner, inner_sample in named:
        unit_name = inner_sample.design.unit
        quantity = mean_of(inner_sample, measure)
        rows.append((outer, inner, quantity.value, quantity.low, quantity.high))
        for run, value in inner_sample.values.items():
            run_rows.append((outer, inner, run, value * measure.factor))
    frame = pandas.DataFrame(rows, columns=["outer", "inner", "mean", "low", "high"])
    printed = frame[["mean", "low", "high"]].astype(float) * measure.factor
    has_interval = np.isfinite(printed.low + printed.high)
    printed = printed.where(has_interval, printed["mean"], axis=0)
    frame = frame.assign(**printed)
    runs = pandas.DataFrame(run_rows, columns=["outer", "inner", "run", "value"])
    return Means(frame, runs, measure, heads, unit_name)
