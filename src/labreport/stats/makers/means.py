"""The mean of a measure of each of several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from labreport.project.measure import Measure
from labreport.stats.answers import Answer
from labreport.stats.inference import mean_of
from labreport.stats.samples import (
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
    from labreport.results import Runs


def mean(
    data: AnyData | Runs,
    measure: Measure | str,
    by: By = "experiment",
    epoch: Epoch = None,
    name: str = "mean",
    within: str | None = None,
) -> Answer:
    """Give the mean of a measure of each experiment, cell of a study, or value of a column, by its name.

    It is one quantity, not one by name, of the runs of one experiment, `mean(results[WIDE], ACCURACY)`, and
    of a table without such a column. Means of a measure of ratios are geometric.
    """
    measure = as_measure(measure, data)
    if not is_table(data) and not isinstance(data, Mapping):  # runs of one experiment
        return Answer(**{name: mean_of(sample(data, measure, epoch), measure)})
    means: dict[str, Any] = {}
    for group, samples in samples_by_group(data, measure, by, within, epoch).items():
        means[group] = {key: mean_of(group_sample, measure) for key, group_sample in samples.items()}
    if within is not None:
        return Answer(**{name: means})
    by_name = means[""]
    if is_table(data) and by == "experiment" and by not in as_table(data).frame.columns:
        (only,) = by_name.values()
        return Answer(**{name: only})
    return Answer(**{name: by_name})
