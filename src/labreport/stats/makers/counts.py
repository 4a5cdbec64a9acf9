"""Counts of the runs or replicates in which a value is above or below a threshold."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable

from labreport.errors import refuse
from labreport.project.measure import Measure
from labreport.stats.answers import Answer
from labreport.stats.finding import Count
from labreport.stats.formats import as_prose
from labreport.stats.makers.shared import subjects_with_means
from labreport.stats.quantity import Quantity, Source
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
    samples_by_name,
)
from labreport.stats.scalars import plain_number


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
    side = "above" if below is None else "below"
    stored = plain_number(below if above is None else above) / measure.factor
    threshold = Quantity(stored, measure.quantity_unit, source=Source(kind="declared"), exact=True)
    samples = samples_by_name(data, measure, by, epoch, listed_subjects(experiments))
    if not samples:
        refuse("count: nothing is named in which to count; name experiments, or give None for all")
    label = f"{measure.label} {side} {as_prose(threshold)}"
    counts = []
    for subject, sample in samples.items():
        counts.append((subject, _count_of(sample, stored, side, label)))
    n = sum(count.n for _, count in counts)
    of = Quantity(n, source=Source(tuple(samples), measure.label, kind="counted"), exact=True)
    subjects = subjects_with_means(samples, measure, axis_of(by))
    finding = Count(**vars(subjects), counts=tuple(counts), of=of, threshold=threshold, side=side)
    return Answer(**{name: finding})


def _count_of(sample: Sample, threshold: float, side: str, label: str) -> Quantity:
    """The number of replicates of a sample with a value on this side of a threshold."""
    is_beyond = operator.gt if side == "above" else operator.lt
    number = 0
    by_replicate = []
    for replicate, value in sample.values.items():
        number += is_beyond(value, threshold)
        by_replicate.append((replicate, None if math.isnan(value) else value))
    n = len(by_replicate)
    source = Source((sample.name,), label, n=n, unit_name=sample.design.unit, kind="counted")
    return Quantity(number, n=n, source=source, values=tuple(by_replicate), exact=True, out_of=n)
