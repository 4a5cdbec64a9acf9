"""The mean of a sample, and the difference of two samples or of one and zero: choice of the interval."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from labreport.errors import refuse
from labreport.project.measure import Measure
from labreport.stats import cells, pairing, t_intervals
from labreport.stats.estimate import ALPHA, Estimate
from labreport.stats.quantity import Comparison, Quantity, Source
from labreport.stats.samples import Sample
from labreport.stats.shares import (
    paired_share_difference,
    share_estimate,
    unpaired_share_difference,
    with_exact_test,
)
from labreport.stats.two_way import accuracy_difference, accuracy_estimate
from labreport.stats.wording import plural


def mean_of(sample: Sample, measure: Measure, subject: str = "", group: str = "") -> Quantity:
    """The mean of a sample with its 95 % interval: over replicates, and over items where these are known.

    For a measure of ratios it is the geometric mean. For a measure that is a difference of two, the interval
    is computed from both. `subject` and `group` are its names in the answer.
    """
    estimate = _mean_estimate(sample, measure)
    if measure.is_share and measure.bounded and estimate.low is not None and estimate.high is not None:
        estimate = replace(estimate, low=max(0.0, estimate.low), high=min(1.0, estimate.high))
    mean = _quantity(estimate, measure.quantity_unit, measure, [sample])
    mean = replace(mean, subjects=(subject or sample.name,), group=group)
    if mean.is_of_one_run and measure.scale == "difference":
        return replace(mean, margin=measure.stored_margin)  # it is printed with the decimals of the margin
    return mean


def compare_with_zero(measure: Measure, family: int, sample: Sample) -> Quantity:
    """Compare the mean of a sample with zero, as one of `family` comparisons; see `compare`.

    If the measure is a difference of two measures, the interval is computed from both. Raises `UsageError`
    for a measure of ratios.
    """
    if measure.scale == "ratio":
        measure.refuse_declaration("a ratio is of two; name both")
    compared = Comparison(0.0, family=family)
    return _judged_quantity(measure, compared, [sample], partial(_numbers_estimate, sample, measure))


def compare(
    measure: Measure, family: int, first: Sample, second: Sample, paired: bool | None = None
) -> Quantity:
    """Compare two samples, as one of `family` comparisons that are judged together.

    Samples are paired if all their replicates are shared (for tables, `paired` may decide otherwise); else
    the method is that of Welch or Newcombe. Where the items of both are known, the interval covers items and
    replicates.

    The quantity has its own 95 % interval, and the interval at level 1 − 0.05 / `family` by which it is
    judged. A comparison of single replicates is not judged, even if their items are known. Samples of several
    replicates that are equal in each replicate and item are judged "same" if the measure has a margin: both
    ends of the interval are then the null value.
    """
    is_paired = _is_paired(first, second, paired)
    if is_paired:
        shared = [replicate for replicate in first.values if replicate in second.values]
        first, second = first.only(shared), second.only(shared)
    estimate_at = partial(_difference_estimate, first, second, measure, is_paired)
    null = 1.0 if measure.scale == "ratio" else 0.0
    compared = Comparison(null, family=family, pairing="paired" if is_paired else "independent")
    quantity = _judged_quantity(measure, compared, [first, second], estimate_at)
    if is_paired:
        return quantity
    sizes = (len(first.values), len(second.values))
    return replace(quantity, source=replace(quantity.source, sizes=sizes))


def _judged_quantity(
    measure: Measure,
    compared: Comparison,
    samples: Sequence[Sample],
    estimate_at: Callable[[float], Estimate],
) -> Quantity:
    """The quantity of a comparison, with its own interval and the one by which it is judged.

    `estimate_at` returns the estimate with an interval at level 1 − alpha.
    """
    estimate = estimate_at(ALPHA)
    quantity = _quantity(estimate, measure.difference_unit, measure, samples)
    sizes = tuple(len(sample.values) for sample in samples)
    compared = replace(compared, sizes=sizes)
    quantity = replace(quantity, compared=compared, margin=measure.stored_margin)
    if estimate.n < 2:
        return quantity
    low: float | None = compared.null
    high: float | None = compared.null
    if not estimate.all_equal or quantity.margin is None:
        alpha = ALPHA / compared.family
        low, high = with_exact_test(estimate_at(alpha), alpha).finite_ends
    return replace(quantity, p=estimate.p, compared=replace(compared, low=low, high=high))


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
    if measure.scale == "ratio":
        fraction = sample.design.test_fraction
        return t_intervals.geometric_estimate(t_intervals.mean_estimate, [sample.numbers], ALPHA, fraction)
    if _has_items(sample, measure):
        return accuracy_estimate(sample.successes_by_replicate, ALPHA)
    if sample.yes_no and sample.values:
        return share_estimate(sample.numbers, ALPHA)
    if _is_constant_share(sample, measure):
        method = f"Wilson, over {plural(sample.design.unit)}"
        return replace(share_estimate(sample.numbers, ALPHA), method=method)
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
    difference = t_intervals.paired_difference if paired else t_intervals.welch_difference
    fraction = max(first.design.test_fraction or 0.0, second.design.test_fraction or 0.0) or None
    if measure.scale == "ratio":
        return t_intervals.geometric_estimate(difference, [first.numbers, second.numbers], alpha, fraction)
    if _has_items(first, measure) and _has_items(second, measure):
        return _accuracy_difference(first, second, paired, alpha)
    are_constant = _is_constant_share(first, measure) and _is_constant_share(second, measure)
    are_yes_no = first.yes_no and second.yes_no
    if (are_yes_no or are_constant) and first.values and second.values:
        share_difference = paired_share_difference if paired else unpaired_share_difference
        return share_difference(first.numbers, second.numbers, alpha)
    return difference(first.numbers, second.numbers, alpha, fraction)


def _accuracy_difference(first: Sample, second: Sample, paired: bool, alpha: float) -> Estimate:
    """The difference of two accuracies whose items are known.

    The items are the same if both samples say so and have equal numbers of items.
    """
    right, other_right = first.successes_by_replicate, second.successes_by_replicate
    same_items = first.items == second.items and len(right[0]) == len(other_right[0])
    return accuracy_difference(right, other_right, alpha, paired=paired, same_items=same_items)


def _has_items(sample: Sample, measure: Measure) -> bool:
    """Whether it is known for two items or more which are right, and each replicate has a finite value.

    Raises `UsageError` where two replicates have unequal numbers of items.
    """
    is_accuracy = measure.is_share and measure.scale == "difference" and sample.design.test_fraction is None
    if not is_accuracy or not sample.successes or not all(map(math.isfinite, sample.numbers)):
        return False
    replicate_by_length = {len(items): replicate for replicate, items in sample.successes.items()}
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


def _quantity(estimate: Estimate, unit: str, measure: Measure, samples: Sequence[Sample]) -> Quantity:
    """The quantity for an estimate: its source, and the values of replicates unless samples are unpaired."""
    low, high = estimate.finite_ends
    values = []
    for replicate, value in zip(samples[0].values, estimate.values, strict=False):
        values.append((replicate, value if math.isfinite(value) else None))
    return Quantity(
        estimate.value,
        unit,
        low,
        high,
        estimate.n,
        _source(samples, measure, estimate),
        estimate.spread,
        tuple(values),
        on_logarithms=estimate.on_logarithms,
    )


def _source(samples: Sequence[Sample], measure: Measure, estimate: Estimate) -> Source:
    """The source of a number: its samples, how many replicates were used, and why others were not."""
    epochs = dict.fromkeys(sample.epoch for sample in samples if sample.epoch is not None)
    source = Source(
        tuple(sample.name for sample in samples),
        measure.label,
        tuple(epochs),
        estimate.n,
        samples[0].design.unit,
        method=estimate.method,
    )
    cells_read = [sample.cell for sample in samples if sample.cell is not None]
    if cells_read:
        source = replace(
            source,
            note=cells_read[0].data.name,
            expected=cells.count_expected(cells_read),
            left_out=cells.describe_left_out(cells_read),
            averaged=cells.describe_reduction(cells_read),
        )
    if measure.scale == "difference":
        return source
    averaged = f"geometric mean of the {source.averaged}" if source.averaged else "geometric mean"
    return replace(source, relation="over", averaged=averaged)
