"""The mean of a sample, and how two samples differ, or one and zero, with the interval that judges it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from labreport.project.measure import Measure
from labreport.stats import cells, t_intervals
from labreport.stats.estimate import ALPHA, Estimate
from labreport.stats.judgement import Outcome
from labreport.stats.quantity import Condition, Quantity, Source, reversed_quantity
from labreport.stats.sample import Sample
from labreport.stats.shares import (
    paired_share_difference,
    share_estimate,
    unpaired_share_difference,
    with_exact_test,
)
from labreport.stats.two_way import two_way_interval
from labreport.stats.wording import plural


@dataclass(frozen=True, eq=False)
class Comparison:
    """One comparison of a finding: its first subject minus the second, or over it, or one and zero."""

    quantity: Quantity
    subjects: tuple[str, ...]
    outcome: Outcome = "unknown"

    @classmethod
    def of(cls, quantity: Quantity, subjects: tuple[str, ...]) -> Comparison:
        """The comparison that a quantity is of, with its outcome."""
        return cls(quantity, subjects, quantity.outcome)

    def reversed(self) -> Comparison:
        """The same comparison, seen from the second."""
        return Comparison.of(reversed_quantity(self.quantity), self.subjects[::-1])

    @property
    def is_clear(self) -> bool:
        """Whether it is more or less."""
        return self.outcome in ("more", "less")

    def ask(self, word: str, about: Any) -> Condition:
        """Ask whether it is `more`, `less`, `same`, `unclear` or `clear`, as a condition about a finding."""
        return replace(self.quantity.ask(word), about=(about,))


def mean_of(sample: Sample, measure: Measure) -> Quantity:
    """The mean of a sample: over units, and over items where they are known.

    Of a measure of ratios it is the geometric mean. One of a measure that is a difference has its interval
    from both terms.
    """
    if _terms_have_items(sample, measure):
        compared = compare(measure, 1, sample).quantity
        return replace(compared, null=None, judged_low=None, judged_high=None, margin=None, groups=(), p=None)
    estimate = _mean_estimate(sample, measure, ALPHA)
    if measure.share and measure.bounded and estimate.low is not None and estimate.high is not None:
        estimate = replace(estimate, low=max(0.0, estimate.low), high=min(1.0, estimate.high))
    return _quantity(estimate, measure.quantity_unit, _source([sample], measure, estimate), sample)


def compare(
    measure: Measure, family: int, first: Sample, second: Sample | None = None, paired: bool | None = None
) -> Comparison:
    """Compare two samples, or one with zero, as one of `family` comparisons that are judged together.

    Paired where all units are shared (of a table, or `paired` says so), else by Welch or Newcombe; over items
    and units where both are known item by item. A measure that is a difference is compared with zero by its
    two terms. The quantity has its own 95 % interval, and the one at level 1 − 0.05 / `family` by which it is
    judged: none of one unit, whatever is known of its items.
    """
    if second is None:
        return _compare_with_zero(measure, family, first)
    together = _is_paired(first, second, paired)
    used = _of_shared_units(first, second) if together else (first, second)

    def estimate_at(alpha: float) -> Estimate:
        return _difference_estimate(*used, measure, together, alpha)

    levels = _Levels.of(estimate_at, family)
    source = _source(used, measure, levels.own, paired=together, read=(first, second))
    return Comparison.of(_compared_quantity(levels, measure, source, used), (first.name, second.name))


def _compare_with_zero(measure: Measure, family: int, sample: Sample) -> Comparison:
    """Compare a measure that is a difference itself, by its two terms where both are known by items."""
    if _terms_have_items(sample, measure):
        minuend, subtrahend = sample.terms
        of_terms = replace(measure.terms[0], margin=measure.margin)
        quantity = compare(of_terms, family, minuend, subtrahend).quantity
        source = replace(quantity.source, experiments=(sample.name,), measure=measure.label)
        groups = ((sample.name, quantity.n),)
        return Comparison.of(replace(quantity, source=source, groups=groups), (sample.name,))
    if measure.scale == "ratio":
        measure.refuse("a ratio is of two; name both")

    def estimate_at(alpha: float) -> Estimate:
        return t_intervals.mean_against_zero([*sample.values.values()], alpha, sample.design.test_fraction)

    levels = _Levels.of(estimate_at, family)
    source = _source([sample], measure, levels.own)
    return Comparison.of(_compared_quantity(levels, measure, source, [sample]), (sample.name,))


# What pairs the units


def _is_paired(first: Sample, second: Sample, paired: bool | None) -> bool:
    if first.cell is not None and second.cell is not None:
        return cells.is_paired(first.cell, second.cell, paired)
    return first.design.paired and second.design.paired


def _of_shared_units(first: Sample, second: Sample) -> tuple[Sample, Sample]:
    units = [unit for unit in first.values if unit in second.values]
    return first.only(units), second.only(units)


# Which interval


def _mean_estimate(sample: Sample, measure: Measure, alpha: float) -> Estimate:
    values = [*sample.values.values()]
    if _has_items(sample, measure):
        return two_way_interval(_correct_by_unit(sample), None, alpha)
    if values and (sample.yes_no or _is_constant_share(sample, measure)):
        estimate = share_estimate(values, alpha)
        return (
            estimate
            if sample.yes_no
            else replace(estimate, method=f"Wilson, over {plural(sample.design.unit)}")
        )
    fraction = sample.design.test_fraction
    if measure.scale == "ratio":
        return t_intervals.geometric(t_intervals.mean_estimate, values, alpha=alpha, test_fraction=fraction)
    return t_intervals.mean_estimate(values, alpha, fraction)


def _difference_estimate(
    first: Sample, second: Sample, measure: Measure, paired: bool, alpha: float
) -> Estimate:
    """How two samples differ, by what is known of both: items, yes and no, or numbers."""
    if _has_items(first, measure) and _has_items(second, measure):
        return _difference_over_items(first, second, paired, alpha)
    ours, theirs = [*first.values.values()], [*second.values.values()]
    are_shares = first.yes_no or (_is_constant_share(first, measure) and _is_constant_share(second, measure))
    if ours and theirs and are_shares:
        estimate_of = paired_share_difference if paired else unpaired_share_difference
        return estimate_of(ours, theirs, alpha)
    fractions = [each.design.test_fraction for each in (first, second) if each.design.test_fraction]
    fraction = max(fractions, default=None)
    difference = t_intervals.paired_difference if paired else t_intervals.welch_difference
    if measure.scale == "ratio":
        return t_intervals.geometric(difference, ours, theirs, alpha=alpha, test_fraction=fraction)
    return difference(ours, theirs, alpha, fraction)


def _difference_over_items(first: Sample, second: Sample, paired: bool, alpha: float) -> Estimate:
    ours, theirs = _correct_by_unit(first), _correct_by_unit(second)
    same_items = first.items == second.items and bool(ours and theirs) and len(ours[0]) == len(theirs[0])
    return two_way_interval(ours, theirs, alpha, paired=paired, same_items=same_items)


def _correct_by_unit(sample: Sample) -> list[Any]:
    """Which items are right, shape (units, items)."""
    return [] if sample.correct is None else [*sample.correct.values()]


def _has_items(sample: Sample, measure: Measure) -> bool:
    """Whether a sample is known item by item, the same items in each unit, and every unit gave a number."""
    is_accuracy = measure.share and measure.scale == "difference"
    if not sample.correct or not is_accuracy or sample.design.test_fraction is not None:
        return False
    return all(map(math.isfinite, sample.values.values()))


def _terms_have_items(sample: Sample, measure: Measure) -> bool:
    """Whether a difference of two measures is known item by item of both."""
    if not sample.terms:
        return False
    pairs = zip(sample.terms, measure.terms, strict=True)
    return all(_has_items(term, term_measure) for term, term_measure in pairs)


def _is_constant_share(sample: Sample, measure: Measure) -> bool:
    """Whether all replicates of a table with several rows each are at 0, or all at 1."""
    if sample.cell is None or sample.cell.fewest_rows < 2 or not (measure.share and measure.bounded):
        return False
    return set(sample.values.values()) in ({0.0}, {1.0})


# Quantities


@dataclass(frozen=True)
class _Levels:
    """An estimate with its own 95 % interval, and with that at the level of all that are judged together."""

    own: Estimate
    of_family: Estimate
    family: int

    @classmethod
    def of(cls, estimate_at: Callable[[float], Estimate], family: int) -> _Levels:
        own = estimate_at(ALPHA)
        of_family = own if family == 1 else estimate_at(ALPHA / family)
        return cls(own, with_exact_test(of_family, ALPHA / family), family)


def _compared_quantity(
    levels: _Levels, measure: Measure, source: Source, samples: Sequence[Sample]
) -> Quantity:
    """The quantity of a comparison, with its own interval and that of the family."""
    null = 1.0 if measure.scale == "ratio" else 0.0
    judged_low, judged_high = _judged_ends(levels.of_family, null, measure)
    quantity = _quantity(levels.own, measure.difference_unit, source, samples[0])
    return replace(
        quantity,
        null=null,
        judged_low=judged_low,
        judged_high=judged_high,
        family=levels.family,
        margin=measure.bound,
        p=levels.own.p if quantity.n > 1 else None,
        groups=tuple((sample.name, len(sample.values)) for sample in samples),
    )


def _judged_ends(estimate: Estimate, null: float, measure: Measure) -> tuple[float | None, float | None]:
    """The ends by which a comparison is judged: none of one unit, or where there is no interval.

    What is equal in every unit and item of several is the same, if there is a margin: its ends are the null.
    """
    if estimate.n < 2:
        return None, None
    if estimate.all_equal:
        return (None, None) if measure.bound is None else (null, null)
    return _finite_ends(estimate)


def _finite_ends(estimate: Estimate) -> tuple[float | None, float | None]:
    if estimate.low is None or estimate.high is None or not math.isfinite(estimate.high):
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
    first = samples[0]
    epochs = tuple(dict.fromkeys(sample.epoch for sample in samples if sample.epoch is not None))
    sizes = tuple(len(sample.values) for sample in samples)
    of_table = [sample.cell for sample in read or samples if sample.cell is not None]
    return Source(
        tuple(sample.name for sample in samples),
        measure.label,
        epochs,
        estimate.n,
        first.design.unit,
        method=estimate.method,
        note=of_table[0].table.name if of_table else "",
        sizes=() if paired or len(sizes) == 1 else sizes,
        expected=cells.count_expected(of_table),
        left_out=cells.left_out(of_table),
        averaged=_averaged(measure, of_table),
        relation="over" if measure.scale == "ratio" else "minus",
    )


def _averaged(measure: Measure, of_table: Sequence[cells.Cell]) -> str:
    """What a number averages: `mean of 4 rows a patient`, `geometric mean of the median of 9 rows a host`."""
    rows = cells.averaged(of_table)
    if measure.scale != "ratio":
        return rows
    return f"geometric mean of the {rows}" if rows else "geometric mean"
