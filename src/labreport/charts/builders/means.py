"""What builders draw: means with their intervals and single runs, read from results or from a table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from labreport.errors import did_you_mean, refuse
from labreport.project import Data, Measure, Study, flatten_metrics
from labreport.stats import Sample, mean_of, sample
from labreport.stats.samples import as_measure, as_table, label_of, samples_by_group

if TYPE_CHECKING:
    import pandas

    from labreport.results import Results

Observations: TypeAlias = "Results | Data | pandas.DataFrame"
"""What builders draw."""
NamedSamples: TypeAlias = Iterable[tuple[str, str, Sample]]
"""Samples by two names: of a line and a place along it, of a row and a column."""


@dataclass(frozen=True)
class Means:
    """Means and the runs that they are of, as frames, in the printed unit.

    Both frames have the columns `outer` and `inner`, the two names of a mean, and `label`; `outer` is the
    empty text where one name is enough. `frame` has `mean`, `low` and `high` beside them, which are the mean
    itself where its interval is not known; `runs` has a row for each run of each mean: `run` and `value`.
    """

    frame: pandas.DataFrame
    runs: pandas.DataFrame
    measure: Measure
    heads: tuple[str, str]
    """What outer and inner names are the values of, such as `network` and `epoch`."""
    unit_name: str
    """What one run is called: a seed, a plate."""

    @property
    def any_interval(self) -> bool:
        """Whether an interval is known of any mean."""
        return bool((self.frame.low < self.frame.high).any())

    @property
    def title(self) -> str:
        """What is drawn, by what: `accuracy by network and epoch`."""
        heads = [head for head in self.heads if head]
        return f"{self.measure.label} by {' and '.join(heads)}"

    def numbers(self) -> list[float]:
        """All finite numbers that are drawn: means, ends of intervals, runs."""
        frame = self.frame
        numbers = [*frame["mean"], *frame.low, *frame.high, *self.runs.value]
        return [number for number in numbers if math.isfinite(number)]

    def of(self, outer: str) -> Means:
        """Those of one outer name."""
        frame = self.frame[self.frame.outer == outer]
        runs = self.runs[self.runs.outer == outer]
        return replace(self, frame=frame, runs=runs)

    def swapped(self) -> Means:
        """The same, with inner names as outer and outer as inner."""
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
    """Means by the values of `within` and of `by`, else of each experiment (or of all rows of a table).

    Experiments of the same title have their names as labels.
    """
    data = source if isinstance(source, Mapping) else as_table(source)
    checked_measure = as_measure(measure, data)
    groups = samples_by_group(data, checked_measure, by or "experiment", within, epoch)
    named = []
    for outer, samples in groups.items():
        for inner, inner_sample in samples.items():
            named.append((outer, inner, inner_sample))
    if by is None:
        inner_head = "experiment" if isinstance(data, Mapping) else "table"
    else:
        inner_head = by if isinstance(by, str) else by.name
    means = _means(named, checked_measure, (within or "", inner_head))
    if within is None and not means.frame.label.is_unique:
        frame = means.frame.assign(label=means.frame.inner)
        runs = means.runs.assign(label=means.runs.inner)
        return replace(means, frame=frame, runs=runs)
    return means


def means_of_study(results: Any, study: Study | str, measure: Measure, epoch: int | None = None) -> Means:
    """The means of a study by its first axis and by all others."""
    points = results.study(study)
    named = []
    for point, runs in points:
        first, *others = map(label_of, point.values())
        named.append((first, ", ".join(others), sample(runs, measure, epoch)))
    first_axis, *other_axes = points[0][0]
    return _means(named, measure, (first_axis, ", ".join(other_axes)))


def means_by_epoch(results: Any, what: Measure | str) -> Means:
    """The means of each experiment by epoch: where it has a record (`what` may name one), or was kept."""
    measure = what if isinstance(what, Measure) else _record_measure(what)
    named = []
    labels = [results[name].label for name in results.experiments]
    for name, label in zip(results.experiments, labels, strict=True):
        runs = results[name]
        own_label = label if labels.count(label) == 1 else name
        first_records = [flatten_metrics(run.records[0]) for run in runs if run.records]
        is_recorded = any(measure.name in record for record in first_records)
        if isinstance(what, str) and not is_recorded:
            runs.curve(what)  # its error names the records that there are
        epochs = {epoch for run in runs for epoch in run.checkpoints}
        if is_recorded:
            last = max(len(run.records) for run in runs)
            epochs = set(range(1, last + 1))
        for epoch in sorted(epochs):
            at_epoch = sample(runs, measure, epoch)
            named.append((own_label, str(epoch), at_epoch))
    return _means(named, measure, ("experiment", "epoch"))


def _record_measure(name: str) -> Measure:
    """The measure of a record; a run that ended before an epoch has no number there."""

    def value(run: Any, epoch: Any) -> Any:
        if epoch > len(run.records):
            return math.nan
        record = flatten_metrics(run.records[epoch - 1])
        if name not in record:
            near = did_you_mean(name, record, "it has")
            refuse(f"{run.name!r} with seed {run.seed} has no record {name!r} of epoch {epoch}{near}")
        return record[name]

    return Measure(name, better="", value=value)


def _means(named: NamedSamples, measure: Measure, heads: tuple[str, str]) -> Means:
    """The mean of each sample with its interval, and the value of each run."""
    import pandas

    unit_name = "seed"
    rows = []
    run_rows = []
    for outer, inner, inner_sample in named:
        unit_name = inner_sample.design.unit
        names = (outer, inner, inner_sample.label)
        rows.append((*names, *_mean_and_ends(inner_sample, measure)))
        for run, value in inner_sample.values.items():
            run_rows.append((*names, run, value * measure.factor))
    frame = pandas.DataFrame(rows, columns=["outer", "inner", "label", "mean", "low", "high"])
    runs = pandas.DataFrame(run_rows, columns=["outer", "inner", "label", "run", "value"])
    return Means(frame, runs, measure, heads, unit_name)


def _mean_and_ends(values: Sample, measure: Measure) -> tuple[float, float, float]:
    """The mean of a sample, NaN where there is none, and the ends of its interval, else the mean."""
    quantity = mean_of(values, measure)
    mean, low, high = quantity.value, quantity.low, quantity.high
    if mean is None:
        return math.nan, math.nan, math.nan
    if low is None or high is None or not math.isfinite(low + high):
        low = high = mean
    factor = measure.factor
    return factor * mean, factor * low, factor * high
