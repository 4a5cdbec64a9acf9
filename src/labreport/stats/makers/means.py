"""The mean of a measure of each of several."""

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
    data: Observations | Runs,
    measure: Measure | str,
    by: By = BY_EXPERIMENT,
    epoch: Epoch = None,
    name: str = "mean",
    within: str | None = None,
) -> Answer:
    """Give the mean of a measure of each experiment, cell of a study, or value of a column, by its name.

    It is one quantity, not one by name, of the runs of one experiment, `mean(results[WIDE], ACCURACY)`, and
    of a table without such a column. With `within` it is by group, then by name. Means of a measure of ratios
    are geometric.
    """
    from labreport.results import Runs  # here, as results import statistics

    measure = as_measure(measure, data)
    if isinstance(data, Runs):
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
    """The mean of each sample, by its name."""
    return {name: mean_of(sample, measure) for name, sample in samples.items()}
