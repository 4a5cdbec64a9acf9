"""Means of a measure, for each subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labreport.project.measure import Measure
from labreport.stats.answers import Answer
from labreport.stats.inference import mean_of
from labreport.stats.quantity import Quantity
from labreport.stats.samples import (
    BY_EXPERIMENT,
    By,
    Epoch,
    Observations,
    Samples,
    are_runs,
    as_measure,
    as_table,
    column_of,
    is_table,
    sample_of_runs,
    samples_by_group,
    samples_by_name,
)

if TYPE_CHECKING:
    from labreport.results import Runs


def mean(
    data: Observations | Samples | Runs,
    measure: Measure | str,
    by: By = BY_EXPERIMENT,
    epoch: Epoch = None,
    name: str = "mean",
    within: str | None = None,
) -> Answer:
    """The mean of a measure for each experiment, point of a study, or value of a column, by name.

    For the runs of one experiment, `mean(results[WIDE], ACCURACY)`, and for a table without `by`, it is a
    single quantity. With `within`, means are by group and then by name. For a measure of ratios, they are
    geometric.
    """
    measure = as_measure(measure, data)
    if are_runs(data):
        return Answer(**{name: mean_of(sample_of_runs(data, measure, epoch), measure)})
    if within is not None:
        groups = samples_by_group(data, measure, by, within, epoch)
        return Answer(**{name: {group: _means(samples, measure) for group, samples in groups.items()}})
    means = _means(samples_by_name(data, measure, by, epoch), measure)
    if is_table(data) and column_of(as_table(data), by) is None:
        (mean_of_all_rows,) = means.values()
        return Answer(**{name: mean_of_all_rows})
    return Answer(**{name: means})


def _means(samples: Samples, measure: Measure) -> dict[str, Quantity]:
    """The mean of each sample."""
    return {name: mean_of(sample, measure) for name, sample in samples.items()}
