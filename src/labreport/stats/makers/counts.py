"""Counts of the runs or replicates in which a value is above or below a threshold."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from typing import Literal

from labreport.errors import refuse
from labreport.project.measure import Measure
from labreport.stats.answers import Answer
from labreport.stats.cells import NO_GROUP
from labreport.stats.formats import as_prose
from labreport.stats.makers.shared import finding_of, means_of
from labreport.stats.quantity import Counted, Quantity, Source
from labreport.stats.samples import (
    BY_EXPERIMENT,
    By,
    Epoch,
    Observations,
    Sample,
    Samples,
    Subject,
    as_measure,
    axis_of,
    listed_subjects,
    samples,
)
from labreport.stats.scalars import plain_number
from labreport.stats.words import Count


def count(
    data: Observations | Samples,
    experiments: Subject | Iterable[Subject] | None,
    measure: Measure | str,
    *,
    above: float | None = None,
    below: float | None = None,
    by: By = BY_EXPERIMENT,
    epoch: Epoch = None,
    name: str = "count",
) -> Answer:
    """Count the runs or replicates of each subject whose value is above, or below, a threshold.

    The threshold is in the printed unit of the measure: 92 for 92 %. A run without a value is not counted,
    neither above nor below, and what it would decide is unknown. `experiments` is one subject, several, or
    None for all. Returns an answer with the finding `count`, whose numbers are exact.
    """
    measure = as_measure(measure, data)
    if (above is None) == (below is None):
        refuse("count: give either above= or below=, the threshold in the unit of the measure")
    side: Literal["above", "below"] = "above" if below is None else "below"
    stored = plain_number(below if above is None else above) / measure.factor
    threshold = Quantity(stored, measure.quantity_unit, exact=True)
    groups = samples(data, measure, by, None, epoch, listed_subjects(experiments))
    by_subject = groups[NO_GROUP]
    if not by_subject:
        refuse("count: nothing is named in which to count; name experiments, or give None for all")
    label = f"{measure.label} {side} {as_prose(threshold)}"
    rows = means_of(by_subject, measure)
    for subject, sample in by_subject.items():
        counted = Counted(len(sample.values), side, stored)
        rows.append(_count_of(sample, subject, counted, stored, label))
    return Answer(**{name: finding_of(Count, groups, measure, rows, axis_of(by))})


def _count_of(sample: Sample, subject: str, counted: Counted, threshold: float, label: str) -> Quantity:
    """The number of replicates of a sample with a value on the side of `threshold` that is counted."""
    is_beyond = operator.gt if counted.side == "above" else operator.lt
    number = 0
    by_replicate = []
    for replicate, value in sample.values.items():
        number += is_beyond(value, threshold)
        by_replicate.append((replicate, None if math.isnan(value) else value))
    n = counted.out_of
    source = Source((sample.name,), label, n=n, unit_name=sample.design.unit, kind="counted")
    values = tuple(by_replicate)
    return Quantity(
        number, n=n, source=source, values=values, exact=True, subjects=(subject,), counted=counted
    )
