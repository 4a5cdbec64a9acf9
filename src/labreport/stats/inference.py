"""The mean of a sample, and the difference of two samples or of one and zero: choice of the interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from labreport.errors import refuse
from labreport.project.measure import Measure
from labreport.stats import cells, pairing, t_intervals
from labreport.stats.estimate import ALPHA, Ends, Estimate
from labreport.stats.quantity import Quantity, Source
from labreport.stats.samples import Sample
from labreport.stats.shares import (
    paired_share_difference,
    share_estimate,
    unpaired_share_difference,
    with_exact_test,
)
from labreport.stats.two_way import accuracy_difference, accuracy_estimate
from labreport.stats.wording import plural


def mean_of(sample: Sample, measure: Measure) -> Quantity:
    """The mean of a sample with its 95 % interval: over replicates, and over items where these are known.

    For a measure of ratios it is the geometric mean. For a measure that is a difference of two, the interval
    is computed from both.
    """
    estimate = _mean_estimate(sample, measure)
    if measure.is_share and measure.bounded and estimate.low is not None and estimate.high is not None:
        estimate = replace(estimate, low=max(0.0, estimate.low), high=min(1.0, estimate.high))
    mean = _quantity(estimate, measure.quantity_unit, _source([sample], measure, estimate), sample)
    if mean.is_of_one_run and measure.scale == "difference":
        return replace(mean, margin=measure.stored_margin)  # it is printed with the decimals of the margin
    return mean


def compare(
    measure: Measure, family: int, first: Sample, second: Sample | None = None, *, paired: bool | None = None
) -> Quantity:
    """Compare two samples, or one with zero, as one of `family` comparisons that are judged together.

    Samples are paired if all their replicates are shared (for tables, `paired` may decide otherwise); else
    the method is that of Welch or Newcombe. Where the items of both are known, the interval covers items and
    replicates. A measure that is a difference of two measures is compared with zero by its two terms.

    The quantity has its own 95 % interval, and the interval at level 1 − 0.05 / `family` by which it is
    judged. A comparison of single replicates is not judged, whatever is known of its items. Samples of
    several replicates that are equal in each replicate and item are judged "same" if the measure has a
    margin: both ends of the interval are then the null value.
    """
    samples = [first]
    sizes: tuple[int, ...] = ()
    if second is None:
        if measure.scale == "ratio":
            measure.refuse_declaration("a ratio is of two; name both")
        estimate_at = partial(_numbers_estimate, first, measure)
    else:
        is_paired = _is_paired(first, second, paired)
        if is_paired:
            replicates = [replicate for replicate in first.values if replicate in second.values]
            first, second = first.only(replicates), second.only(replicates)
        else:
            sizes = (len(first.values), len(second.values))
        samples = [first, second]
        estimate_at = partial(_difference_estimate, first, second, measure, is_paired)
    own_estimate = estimate_at(ALPHA)
    source = replace(_source(samples, measure, own_estimate), sizes=sizes)
    quantity = _quantity(own_estimate, measure.difference_unit, source, first)
    null = 1.0 if measure.scale == "ratio" else 0.0
    groups = tuple((sample.name, len(sample.values)) for sample in samples)
    quantity = replace(quantity, null=null, family=family, margin=measure.stored_margin, groups=groups)
    if own_estimate.n < 2:
        return quantity
    if own_estimate.all_equal and measure.stored_margin is not None:
        return replace(quantity, p=own_estimate.p, judged_low=null, judged_high=null)
    alpha = ALPHA / family
    low, high = _finite_ends(with_exact_test(estimate_at(alpha), alpha))
    return replace(quantity, p=own_estimate.p, judged_low=low, judged_high=high)


def _is_paired(first: Sample, second: Sample, paired: bool | None) -> bool:
    if first.cell is not None and second.cell is not None:
        return pairing.is_paired(first.cell, second.cell, paired)
    if paired is not None:
        refuse(
            f"paired={paired} is of tables; runs are paired by their seeds, or not by Design(paired=False)"
        )
    return first.design.paired and second.design.paired


# Which interval


def _mean_estimate(sample: Sample, measure: Measure) -> Estimate:
    """Estimate the mean by the method that fits the sample: items, yes and no, equal shares, or numbers."""
    if _has_items(sample, measure):
        return accuracy_estimate(sample.correct_by_replicate, ALPHA)
    if sample.yes_no and sample.values:
        return share_estimate(sample.numbers, ALPHA)
    if _is_constant_share(sample, measure):
        method = f"Wilson, over {plural(sample.design.unit)}"
        return replace(share_estimate(sample.numbers, ALPHA), method=method)
    if measure.scale == "ratio":
        fraction = sample.design.test_fraction
        return t_intervals.geometric_estimate(t_intervals.mean_estimate, [sample.numbers], ALPHA, fraction)
    return _numbers_estimate(sample, measure, ALPHA)


def _numbers_estimate(sample: Sample, measure: Measure, alpha: float) -> Estimate:
    """The mean of numbers; of a difference of two measures, from both where their items are known."""
    if sample.terms and all(map(_has_items, sample.terms, measure.terms)):
        first, second = sample.terms
        return _difference_estimate(first, second, measure.terms[0], first.design.paired, alpha)
    return t_intervals.mean_estimate(sample.numbers, alpha, sample.design.test_fraction)


def _difference_estimate(
    first: Sample, second: Sample, measure: Measure, paired: bool, alpha: float
) -> Estimate:
    """Estimate how two samples differ by the method that fits both: items, yes and no, or numbers."""
    if _has_items(first, measure) and _has_items(second, measure):
        right, other_right = first.correct_by_replicate, second.correct_by_replicate
        numbers_of_items = {len(items) for items in right + other_right}
        same_items = first.items == second.items and len(numbers_of_items) == 1
        return accuracy_difference(right, other_right, alpha, paired=paired, same_items=same_items)
    are_constant = _is_constant_share(first, measure) and _is_constant_share(second, measure)
    are_yes_no = first.yes_no and second.yes_no
    if (are_yes_no or are_constant) and first.values and second.values:
        share_difference = paired_share_difference if paired else unpaired_share_difference
        return share_difference(first.numbers, second.numbers, alpha)
    difference = t_intervals.paired_difference if paired else t_intervals.welch_difference
    fractions = [sample.design.test_fraction or 0.0 for sample in (first, second)]
    fraction = max(fractions) or None
    if measure.scale == "ratio":
        return t_intervals.geometric_estimate(difference, [first.numbers, second.numbers], alpha, fraction)
    return difference(first.numbers, second.numbers, alpha, fraction)


def _has_items(sample: Sample, measure: Measure) -> bool:
    """Whether it is known for two items or more which are right, and each replicate has a finite value.

    Raises `UsageError` where two replicates have unequal numbers of items.
    """
    is_accuracy = measure.is_share and measure.scale == "difference" and sample.design.test_fraction is None
    if not is_accuracy or not sample.correct or not all(map(math.isfinite, sample.numbers)):
        return False
    replicate_by_length = {len(items): replicate for replicate, items in sample.correct.items()}
    if len(replicate_by_length) > 1:
        unit_name = sample.design.unit
        lengths = []
        for length, replicate in replicate_by_length.items():
            lengths.append(f"{length:,} in {unit_name} {replicate!r}")
        measure.refuse_declaration(
            f"right= gives arrays of unequal lengths for {sample.name!r}: {', '.join(lengths)};"
            f" each {unit_name} needs the same items"
        )
    (number_of_items,) = replicate_by_length
    return number_of_items > 1


def _is_constant_share(sample: Sample, measure: Measure) -> bool:
    """Whether all replicates, each with several rows, have the share 0, or all have the share 1."""
    if sample.cell is None or not (measure.is_share and measure.bounded):
        return False
    has_several_rows = min(sample.cell.row_counts, default=1) > 1
    return has_several_rows and set(sample.numbers) in ({0.0}, {1.0})


# Quantities


def _quantity(estimate: Estimate, unit: str, source: Source, sample: Sample) -> Quantity:
    """The quantity for an estimate: with its source, and the value of each replicate unless samples are
    unpaired.
    """
    low, high = _finite_ends(estimate)
    values = []
    for name, value in zip(sample.values, estimate.values, strict=False):
        values.append((name, value if math.isfinite(value) else None))
    return Quantity(
        estimate.value,
        unit,
        low,
        high,
        estimate.n,
        source,
        estimate.spread,
        tuple(values),
        on_logarithms=estimate.on_logarithms,
    )


def _finite_ends(estimate: Estimate) -> Ends | tuple[None, None]:
    """The ends of the interval of an estimate; two None where there is none or it is unbounded."""
    if estimate.low is None or estimate.high is None or not math.isfinite(estimate.high):
        return None, None
    return estimate.low, estimate.high


def _source(samples: Sequence[Sample], measure: Measure, estimate: Estimate) -> Source:
    """The source of a number: its samples, how many replicates were used, and why others were not."""
    first = samples[0]
    epochs = dict.fromkeys(sample.epoch for sample in samples if sample.epoch is not None)
    source = Source(
        tuple(sample.name for sample in samples),
        measure.label,
        tuple(epochs),
        estimate.n,
        first.design.unit,
        method=estimate.method,
    )
    cells_read = [sample.cell for sample in samples if sample.cell is not None]
    averaged = cells.describe_reduction(cells_read)
    if measure.scale == "ratio":
        averaged = f"geometric mean of the {averaged}" if averaged else "geometric mean"
        source = replace(source, relation="over")
    source = replace(source, averaged=averaged)
    if not cells_read:
        return source
    expected = cells.count_expected(cells_read)
    left_out = cells.describe_left_out(cells_read)
    return replace(source, note=cells_read[0].data.name, expected=expected, left_out=left_out)
