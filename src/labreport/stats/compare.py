"""The mean of a sample, and how two samples differ, or one and zero, with the interval that judges it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from labreport.errors import refuse
from labreport.project.measure import Measure
from labreport.stats import cells, t_intervals
from labreport.stats.estimate import ALPHA, Estimate
from labreport.stats.quantity import Quantity, Source
from labreport.stats.sample import Sample
from labreport.stats.shares import (
    paired_share_difference,
    share_estimate,
    unpaired_share_difference,
    with_exact_test,
)
from labreport.stats.two_way import two_way_interval
from labreport.stats.wording import plural


def mean_of(sample: Sample, measure: Measure) -> Quantity:
    """The mean of a sample: over units, and over items where they are known.

    Of a measure of ratios it is the geometric mean. One of a measure that is a difference has its interval
    from both terms.
    """
    if _terms_have_items(sample, measure):
        compared = compare(measure, 1, sample)
        return replace(compared, null=None, judged_low=None, judged_high=None, margin=None, groups=(), p=None)
    estimate = _mean_estimate(sample, measure, ALPHA)
    if measure.share and measure.bounded and estimate.low is not None and estimate.high is not None:
        estimate = replace(estimate, low=max(0.0, estimate.low), high=min(1.0, estimate.high))
    mean = _quantity(estimate, measure.quantity_unit, _source([sample], measure, estimate), sample)
    if mean.is_of_one_run and measure.scale == "difference":
        return replace(mean, margin=measure.bound)  # to whose decimals it is printed
    return mean


def compare(
    measure: Measure, family: int, first: Sample, second: Sample | None = None, paired: bool | None = None
) -> Quantity:
    """Compare two samples, or one with zero, as one of `family` comparisons that are judged together.

    Paired where all units are shared (of a table, or `paired` says so), else by Welch or Newcombe; over items
    and units where both are known item by item. A measure that is a difference is compared with zero by its
    two terms. The quantity has its own 95 % interval, and the one at level 1 − 0.05 / `family` by which it is
    judged: none of one unit, whatever is known of its items.
    """
    if second is None:
        return _compare_with_zero(measure, family, first)
    together = _is_paired(first, second, paired)
    used = (first, second)
    if together:
        units = [unit for unit in first.values if unit in second.values]
        used = (first.only(units), second.only(units))

    def estimate_at(alpha: float) -> Estimate:
        return _difference_estimate(*used, measure, together, alpha)

    source = _source(used, measure, estimate_at(ALPHA), paired=together, read=(first, second))
    return _compared_quantity(estimate_at, family, measure, source, used)


def _compare_with_zero(measure: Measure, family: int, sample: Sample) -> Quantity:
    """Compare a measure that is a difference itself, by its two terms where both are known by items."""
    if _terms_have_items(sample, measure):
        of_terms = replace(measure.terms[0], margin=measure.margin)
        minuend, subtrahend = sample.terms
        quantity = compare(of_terms, family, minuend, subtrahend)
        source = replace(quantity.source, experiments=(sample.name,), measure=measure.label)
        return replace(quantity, source=source, groups=((sample.name, quantity.n),))
    if measure.scale == "ratio":
        measure.refuse("a ratio is of two; name both")

    def estimate_at(alpha: float) -> Estimate:
        return t_intervals.mean_estimate(sample.numbers, alpha, sample.design.test_fraction)

    source = _source([sample], measure, estimate_at(ALPHA))
    return _compared_quantity(estimate_at, family, measure, source, [sample])


def _is_paired(first: Sample, second: Sample, paired: bool | None) -> bool:
    if first.cell is not None and second.cell is not None:
        return cells.is_paired(first.cell, second.cell, paired)
    if paired is not None:
        refuse(
            f"paired={paired} is of tables; runs are paired by their seeds, or not by Design(paired=False)"
        )
    return first.design.paired and second.design.paired


# Which interval


def _mean_estimate(sample: Sample, measure: Measure, alpha: float) -> Estimate:
    if _has_items(sample, measure):
        return two_way_interval(sample.correct_by_unit, None, alpha)
    if sample.yes_no and sample.values:
        return share_estimate(sample.numbers, alpha)
    if _is_constant_share(sample, measure):
        method = f"Wilson, over {plural(sample.design.unit)}"
        return replace(share_estimate(sample.numbers, alpha), method=method)
    fraction = sample.design.test_fraction
    if measure.scale == "ratio":
        return t_intervals.geometric(t_intervals.mean_estimate, [sample.numbers], alpha, fraction)
    return t_intervals.mean_estimate(sample.numbers, alpha, fraction)


def _difference_estimate(
    first: Sample, second: Sample, measure: Measure, paired: bool, alpha: float
) -> Estimate:
    """How two samples differ, by what is known of both: items, yes and no, or numbers."""
    samples = (first, second)
    if all(_has_items(sample, measure) for sample in samples):
        ours, theirs = first.correct_by_unit, second.correct_by_unit
        numbers_of_items = {len(correct) for correct in (*ours, *theirs)}
        same_items = first.items == second.items and len(numbers_of_items) == 1
        return two_way_interval(ours, theirs, alpha, paired=paired, same_items=same_items)
    are_shares = first.yes_no or all(_is_constant_share(sample, measure) for sample in samples)
    if are_shares and first.values and second.values:
        share_difference = paired_share_difference if paired else unpaired_share_difference
        return share_difference(first.numbers, second.numbers, alpha)
    difference = t_intervals.paired_difference if paired else t_intervals.welch_difference
    fractions = [sample.design.test_fraction for sample in samples if sample.design.test_fraction]
    fraction = max(fractions, default=None)
    if measure.scale == "ratio":
        return t_intervals.geometric(difference, [first.numbers, second.numbers], alpha, fraction)
    return difference(first.numbers, second.numbers, alpha, fraction)


def _has_items(sample: Sample, measure: Measure) -> bool:
    """Whether a sample is known item by item, the same items in each unit, and every unit gave a number."""
    is_accuracy = measure.share and measure.scale == "difference" and sample.design.test_fraction is None
    return bool(sample.correct) and is_accuracy and all(map(math.isfinite, sample.numbers))


def _terms_have_items(sample: Sample, measure: Measure) -> bool:
    """Whether a difference of two measures is known item by item of both."""
    return bool(sample.terms) and all(map(_has_items, sample.terms, measure.terms))


def _is_constant_share(sample: Sample, measure: Measure) -> bool:
    """Whether all replicates of a table with several rows each are at 0, or all at 1."""
    if sample.cell is None or sample.cell.fewest_rows < 2 or not (measure.share and measure.bounded):
        return False
    return set(sample.numbers) in ({0.0}, {1.0})


# Quantities


def _compared_quantity(
    estimate_at: Callable[[float], Estimate],
    family: int,
    measure: Measure,
    source: Source,
    samples: Sequence[Sample],
) -> Quantity:
    """The quantity of a comparison, with its own interval and that of the family.

    Nothing judges one unit, or what has no interval. What is equal in every unit and item of several is the
    same, if there is a margin: its ends are the null.
    """
    alone = estimate_at(ALPHA)
    of_family = with_exact_test(estimate_at(ALPHA / family), ALPHA / family)
    null = 1.0 if measure.scale == "ratio" else 0.0
    judged_low, judged_high = _finite_ends(of_family)
    if alone.n < 2:
        judged_low = judged_high = None
    elif alone.all_equal and measure.bound is not None:
        judged_low = judged_high = null
    return replace(
        _quantity(alone, measure.difference_unit, source, samples[0]),
        null=null,
        judged_low=judged_low,
        judged_high=judged_high,
        family=family,
        margin=measure.bound,
        p=alone.p if alone.n > 1 else None,
        groups=tuple((sample.name, len(sample.values)) for sample in samples),
    )


def _finite_ends(estimate: Estimate) -> tuple[float | None, float | None]:
    if estimate.high is None or not math.isfinite(estimate.high):
        return None, None
    return estimate.low, estimate.high


def _quantity(estimate: Estimate, unit: str, source: Source, sample: Sample) -> Quantity:
    """What was estimated, with its source and the values of its units; an interval without an end is none."""
    low, high = _finite_ends(estimate)
    by_unit = zip(sample.values, estimate.values, strict=False)  # none where nothing pairs the units
    values = tuple((name, value if math.isfinite(value) else None) for name, value in by_unit)
    return Quantity(estimate.value, unit, low, high, estimate.n, source, estimate.spread, values)


def _source(
    samples: Sequence[Sample],
    measure: Measure,
    estimate: Estimate,
    paired: bool = True,
    read: Sequence[Sample] = (),
) -> Source:
    """Where a number comes from: of which samples it is, how many units were used, and which were not.

    `read` are the samples as they were read, before units that only one of them has were left out.
    """
    epochs = [sample.epoch for sample in samples if sample.epoch is not None]
    of_table = [sample.cell for sample in read or samples if sample.cell is not None]
    is_ratio = measure.scale == "ratio"
    averaged = ["geometric mean" if is_ratio else "", cells.averaged(of_table)]
    described: dict[str, Any] = {}
    if of_table:
        described = {"note": of_table[0].table.name, "left_out": cells.left_out(of_table)}
        described["expected"] = cells.count_expected(of_table)
    return Source(
        tuple(sample.name for sample in samples),
        measure.label,
        tuple(dict.fromkeys(epochs)),
        estimate.n,
        samples[0].design.unit,
        method=estimate.method,
        sizes=() if paired else tuple(len(sample.values) for sample in samples),
        averaged=" of the ".join(text for text in averaged if text),
        relation="over" if is_ratio else "minus",
        **described,
    )
