"""How two samples differ, or one and a number, and the judgement of it."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from labreport.project.measure import Measure
from labreport.stats.crossed import Counts, crossed, share, table, unpaired
from labreport.stats.intervals import ALPHA, Computed, difference, mean
from labreport.stats.quantity import Quantity, Source, known, reversed_quantity
from labreport.stats.sample import Sample

Judgement = Literal["more", "less", "same", "unclear", "unknown"]
"""Whether the first is clearly more or less, within the margin, neither; or could not be judged."""


@dataclass(frozen=True, eq=False)
class Part:
    """One comparison of a finding: first minus second, or over it, and its own judgement.

    `low` and `high` are the ends of the interval at the level of all comparisons made together, by which it
    is judged. `alike` says that this lies inside the margin: that of a clear one too, which is then smaller
    than what matters.
    """

    quantity: Quantity
    subjects: tuple[str, ...]
    judgement: Judgement = "unknown"
    alike: bool = False
    low: float | None = None
    high: float | None = None

    def reversed(self) -> Part:
        """The same comparison, seen from the second."""
        turned = reversed_quantity(replace(self.quantity, low=self.low, high=self.high))
        judgement: Judgement = {"more": "less", "less": "more"}.get(self.judgement, self.judgement)  # type: ignore[assignment]
        return Part(
            reversed_quantity(self.quantity),
            self.subjects[::-1],
            judgement,
            self.alike,
            turned.low,
            turned.high,
        )


@dataclass(frozen=True)
class Comparison:
    """An estimate that can be computed at any level: `at(alpha)` has an interval of level 1 − alpha."""

    at: Callable[[float], Computed]
    unit: str
    source: Source

    def quantity(self) -> Quantity:
        """The estimate with its 95 % interval."""
        return printed(self.at(ALPHA), self.unit, self.source)

    def part(self, subjects: tuple[str, ...], measure: Measure, family: int = 1) -> Part:
        """Judge it as one of `family` comparisons, at the level 1 − 0.05 / `family`."""
        found = self.at(ALPHA / family)
        judgement, alike = judged(found, measure)
        return Part(self.quantity(), subjects, judgement, alike, found.low, found.high)


def judged(found: Computed, measure: Measure) -> tuple[Judgement, bool]:
    """Judge what was computed: more, less, the same or unclear, and whether it lies inside the margin."""
    if found.reason == "equal":
        return "same", True
    if found.low is None or found.high is None:
        return "unknown", False
    ratio = measure.scale == "ratio"
    null = 1.0 if ratio else 0.0
    bound = null if measure.bound is None else measure.bound
    least = 1 / bound if ratio else -bound
    alike = least < found.low and found.high < bound
    if not found.low <= null <= found.high:
        return "more" if found.low > null else "less", alike
    return "same" if alike else "unclear", alike


def mean_of(one: Sample, measure: Measure) -> Quantity:
    """The mean of a sample: over units, and over items where they are known."""
    if _both_known(one, measure):
        return compare(one, 0.0, measure).quantity()
    source = source_of(measure, one)
    if _known(one, measure):
        counts: Counts = {"first": share(one.rights)}
        return printed(crossed(counts, ALPHA), measure.quantity_unit, source, tuple(one.values))
    bounds = (0.0, 1.0) if measure.share and measure.bounded else None
    fraction = one.design.test_fraction
    found = mean([*one.values.values()], ALPHA, scale=measure.scale, fraction=fraction, bounds=bounds)
    return printed(found, measure.quantity_unit, source, tuple(one.values))


def compare(first: Sample, second: Sample | float, measure: Measure) -> Comparison:
    """Compare two samples, or one and a number (less which it is), by what is known of them.

    Paired where both are and units are shared, else by Welch; over items and units where both are known item
    by item. A measure that is a difference is compared with 0 by its two parts.
    """
    if second == 0.0 and isinstance(second, float) and _both_known(first, measure):
        one, other = measure.terms
        found = compare(first.parts[0], first.parts[1], replace(one, margin=measure.margin))
        return replace(found, source=replace(found.source, experiments=(first.name,), measure=measure.label))
    if not isinstance(second, Sample):
        note = "" if not second else f"less {second * measure.stored:g}{' %' if measure.share else ''}"
        source, paired = replace(source_of(measure, first), note=note or first.note), True
    else:
        first, second, paired = _paired(first, second)
        source = source_of(measure, first, second)
    counts = _items(first, second, measure, paired)
    if counts is not None:
        return _comparison(lambda alpha: crossed(counts, alpha), measure, source, first, paired)
    a = [*first.values.values()]
    b = [*second.values.values()] if isinstance(second, Sample) else second
    of = [first, second] if isinstance(second, Sample) else [first]
    fractions = [one.design.test_fraction for one in of if one.design.test_fraction is not None]
    fraction, scale = max(fractions, default=None), measure.scale

    def at(alpha: float) -> Computed:
        return difference(a, b, alpha, paired=paired, scale=scale, fraction=fraction)

    return _comparison(at, measure, source, first, paired)


def _comparison(
    at: Callable[[float], Computed], measure: Measure, source: Source, first: Sample, paired: bool
) -> Comparison:
    """With the names of the units that are paired, so that each can be shown."""
    units = tuple(first.values) if paired else ()

    def named(alpha: float) -> Computed:
        found = at(alpha)
        return replace(found, values=tuple(zip(units, found.values, strict=False)))

    return Comparison(named, measure.difference_unit, source)


def printed(
    found: Computed, unit: str, source: Source, units: tuple[int | str, ...] | None = None
) -> Quantity:
    """A quantity of what was computed; `units` name its values, unless they are pairs already."""
    values = found.values if units is None else tuple(zip(units, found.values, strict=False))
    named = tuple((name, None if value is None else known(value)) for name, value in values)
    low, high = found.low, found.high
    if found.value is None or low is None or high is None or not math.isfinite(high):
        low = high = None
    source = replace(source, n=found.n, method=found.how if found.how != "equal" else "")
    return Quantity(found.value, unit, low, high, found.n, source, found.spread, named)


def source_of(measure: Measure, *of: Sample) -> Source:
    """Trace a number to samples."""
    epochs = tuple(dict.fromkeys(one.epoch for one in of if one.epoch is not None))
    names = tuple(one.name for one in of)
    return Source(names, measure.label, epochs, unit=of[0].design.unit, note=of[0].note)


def _paired(first: Sample, second: Sample) -> tuple[Sample, Sample, bool]:
    """Two samples of the units that they share, or as they are where nothing pairs them.

    Replicates of a table that share fewer than two are taken as independent.
    """
    if not (first.design.paired and second.design.paired):
        return first, second, False
    units = [unit for unit in first.values if unit in second.values]
    if len(units) < 2 and first.note:
        return first, second, False
    return first.only(units), second.only(units), True


def _known(one: Sample, measure: Measure) -> bool:
    """Whether a sample is known item by item, and every run gave a number."""
    whole = measure.share and measure.scale == "difference" and one.finite
    return whole and bool(one.right) and one.design.test_fraction is None  # each split has other items


def _both_known(one: Sample, measure: Measure) -> bool:
    """Whether the sample of a difference of two measures knows the items of both."""
    return len(one.parts) == 2 and all(map(_known, one.parts, measure.terms))


def _items(first: Sample, second: Sample | float, measure: Measure, paired: bool) -> Counts | None:
    """Counts of items, where both are known item by item; None where they are not."""
    if not _known(first, measure):
        return None
    if not isinstance(second, Sample):
        return {"first": share(first.rights), "threshold": float(second)}
    if not _known(second, measure):
        return None
    a, b = first.rights, second.rights
    same = bool(a and b) and first.items == second.items and len(a[0]) == len(b[0])
    if same and len(a) == len(b) and (paired or len(a) == 1):
        return table(a, b)
    return {"first": share(a), "second": share(b)} if paired else unpaired(a, b, same)


def ratio(one: Quantity, other: Quantity) -> Quantity:
    """How many times the other the one is, with an interval where both have one.

    Of means over the same units Fieller's (1954), of others that of Donner and Zou (2012) from the intervals
    of both. Exact numbers have an exact ratio.
    """
    names = tuple(dict.fromkeys((*one.source.experiments, *other.source.experiments)))
    told = f"{_subject(one)} over {_subject(other)}"
    source = Source(names, n=min(one.n, other.n), unit=one.source.unit, kind="computed", note=told)
    if one.value is None or not other.value:
        return Quantity(None, "times", source=source)
    value, exact = one.value / other.value, one.exact and other.exact
    if exact:
        return Quantity(value, "times", source=replace(source, n=0), exact=True)
    ends, how, values = _fieller(one, other), "Fieller, paired", ()
    pairs = _pairs(one, other)
    if pairs:
        values = tuple((unit, a / b if b else None) for unit, a, b in pairs)
    if ends is None:
        ends, how = _mover(one, other), "Donner and Zou, from both intervals"
    low, high = ends or (None, None)
    source = replace(source, method=how if ends else "")
    return Quantity(value, "times", low, high, source.n, source, None, values)


def _subject(one: Quantity) -> str:
    return (
        " ".join(filter(None, (", ".join(one.source.experiments), one.source.measure))) or one.source.text()
    )


def _pairs(one: Quantity, other: Quantity) -> list[tuple[int | str, float, float]]:
    """The values of both in the units that they share, where these are all units of both."""
    second = dict(other.values)
    found = [(unit, a, b) for unit, a in one.values if a is not None and (b := second.get(unit)) is not None]
    return found if found and len(found) == len(one.values) == len(second) else []


def _fieller(one: Quantity, other: Quantity) -> tuple[float, float] | None:
    """The ratios r for which the mean of first − r · second is not clearly different from 0."""
    from labreport.stats.intervals import quantile

    pairs = _pairs(one, other)
    plain = all(
        "Student" in each.source.method and "items" not in each.source.method for each in (one, other)
    )
    if len(pairs) < 2 or not plain or "logarithms" in one.source.method:
        return None
    a, b = ([pair[place] for pair in pairs] for place in (1, 2))
    t = quantile(ALPHA, len(pairs) - 1) ** 2 / len(pairs)
    mean_a, mean_b, cov = statistics.fmean(a), statistics.fmean(b), statistics.covariance(a, b)
    square = mean_b**2 - t * statistics.variance(b)
    middle = mean_a * mean_b - t * cov
    rest = middle**2 - square * (mean_a**2 - t * statistics.variance(a))
    if square <= 0 or rest < 0:  # the second is not clearly different from 0
        return None
    return (middle - math.sqrt(rest)) / square, (middle + math.sqrt(rest)) / square


def _mover(one: Quantity, other: Quantity) -> tuple[float, float] | None:
    a, b = one.value, other.value
    (low_a, high_a), (low_b, high_b) = (
        each.interval or ((each.value, each.value) if each.exact else (None, None)) for each in (one, other)
    )
    if None in (low_a, low_b, a, b) or low_b <= 0 or low_a < 0:  # type: ignore[operator]
        return None
    cross, lows, highs = a * b, low_a * (2 * a - low_a), high_a * (2 * a - high_a)  # type: ignore[operator]
    below, above = low_b * (2 * b - low_b), high_b * (2 * b - high_b)  # type: ignore[operator]
    if below <= 0 or above <= 0:
        return None
    low = (cross - math.sqrt(max(0.0, cross**2 - lows * above))) / above
    high = (cross + math.sqrt(max(0.0, cross**2 - highs * below))) / below
    return low, high
