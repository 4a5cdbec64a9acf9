"""The mean of a measure of each of several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from labreport.project.measure import Measure
from labreport.stats.answers import Answer
from labreport.stats.compare import mean_of
from labreport.stats.sample import (
    AnyData,
    By,
    Epoch,
    as_measure,
    as_table,
    is_table,
    sample,
    samples_by_group,
)

if TYPE_CHECKING:
    from labreport.project import Experiment
    from labreport.results import Results


def mean(
    data: AnyData,
    measure: Measure | str,
    by: By = "experiment",
    epoch: Epoch = None,
    name: str = "mean",
    within: str | None = None,
) -> Answer:
    """Give the mean of a measure of each experiment, cell of a study, or value of a column, by its name.

    Of a table without such a column it is one quantity. Means of a measure of ratios are geometric.
    """
    measure = as_measure(measure, data)
    means: dict[str, Any] = {}
    for group, samples in samples_by_group(data, measure, by, within, epoch).items():
        means[group] = {key: mean_of(sample, measure) for key, sample in samples.items()}
    if within is not None:
        return Answer(**{name: means})
    by_name = means[""]
    if is_table(data) and by == "experiment" and by not in as_table(data).frame.columns:
        (only,) = by_name.values()
        return Answer(**{name: only})
    return Answer(**{name: by_name})


def average(
    results: Results,
    experiment: Experiment | str,
    measure: Measure,
    *,
    epoch: Epoch = None,
    name: str = "average",
) -> Answer:
    """Give the mean of a measure over the runs of one experiment."""
    runs = results[experiment]
    return Answer(**{name: mean_of(sample(runs, measure, epoch), measure)})
