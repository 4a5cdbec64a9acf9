"""Means of a measure, for each subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labreport.project.measure import Measure
from labreport.stats.answers import Answer
from labreport.stats.cells import NO_GROUP
from labreport.stats.inference import mean_of
from labreport.stats.makers.shared import means_of
from labreport.stats.namespace import namespace_of
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
    samples,
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
    single quantity. With `within`, another column or axis, means are by group and then by name. For a measure
    of ratios, they are geometric.
    """
    measure = as_measure(measure, data)
    if are_runs(data):
        return Answer(**{name: mean_of(sample_of_runs(data, measure, epoch), measure)})
    groups = samples(data, measure, by, within, epoch)
    if within is None and is_table(data) and column_of(as_table(data), by) is None:
        (mean_of_all_rows,) = means_of(groups[NO_GROUP], measure)
        return Answer(**{name: mean_of_all_rows})
    named = []
    for group, by_subject in groups.items():
        for row in means_of(by_subject, measure, group):
            names = row.subjects if within is None else (group, *row.subjects)
            named.append((names, row))
    return Answer(**{name: namespace_of(named)})
