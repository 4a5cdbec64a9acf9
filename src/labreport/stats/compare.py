"""How two samples differ, or one and a number, and the judgement of it; the mean of one; ratios."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from labreport.project.measure import Measure
from labreport.stats.crossed import crossed
from labreport.stats.intervals import ALPHA, Computed, difference, mean
from labreport.stats.quantity import Quantity, Source, reversed_quantity
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
        ends = reversed_quantity(replace(self.quantity, low=self.low, high=self.high))
        turned: dict[str, Judgement] = {"more": "less", "less": "more"}
        judgement = turned.get(self.judgement, self.judgement)
        quantity = reversed_quantity(self.quantity)
        return Part(quantity, self.subjects[::-1], judgement, self.alike, ends.low, ends.high)


def mean_of(one: Sample, measure: Measure) -> Quantity:
    """The mean of a sample: over units, and over items where they are known."""
    if _terms_known(one, measure):
        return compare(one, 0.0, measure).quantity
    source = source_of(measure, one)
    if _known(one, measure):
        found = crossed([*(one.right or {}).values()], None, ALPHA)
    else:
        bounds = (0.0, 1.0) if measure.share and measure.bounded else None
        values = [*one.values.values()]
        found = mean(values, ALPHA, measure.scale, one.design.test_fraction, bounds)
    return _quantity(found, measure.quantity_unit, source, tuple(one.values))


def compare(first: Sample, second: Sample | float, measure: Measure, family: int = 1) -> Part:
    """Compare two samples, or one and a number (less which it is), as one of a `family` of comparisons.

    Paired where both are and units are shared, else by Welch; over items and units where both are known item
    by item. A measure that is a difference is compared with 0 by its two terms. The quantity has a 95 %
    interval, the judgement the level 1 − 0.05 / `family`.
    """
    names: tuple[str, ...] = (first.name,)
    if second == 0.0 and isinstance(second, float) and _terms_known(first, measure):
        minuend = replace(measure.terms[0], margin=measure.margin)
        part = compare(first.terms[0], first.terms[1], minuend, family)
        source = replace(part.quantity.source, experiments=names, measure=measure.label)
        return replace(part, quantity=replace(part.quantity, source=source), subjects=names)
    if isinstance(second, Sample):
        names = (first.name, second.name)
        first, second, paired = _paired(first, second)
        source = source_of(measure, first, second)
    else:
        paired, source = True, source_of(measure, first)
        note = f"less {second * measure.stored:g}{' %' if measure.share else ''}" if second else first.note
        source = replace(source, note=note)
    at = _method(first, second, measure, paired)
    units = tuple(first.values) if paired else ()
    quantity = _quantity(at(ALPHA), measure.difference_unit, source, units)
    found = at(ALPHA / family)
    judgement, alike = _judged(found, measure)
    return Part(quantity, names, judgement, alike, found.low, found.high)


def _method(
    first: Sample, second: Sample | float, measure: Measure, paired: bool
) -> Callable[[float], Computed]:
    """The difference at any level, by what is known of both."""
    of = [first, second] if isinstance(second, Sample) else [first]
    if all(_known(one, measure) for one in of):
        rights = [list((one.right or {}).values()) for one in of]
        less = 0.0 if isinstance(second, Sample) else float(second)
        same = (
            len({(one.items, len(rows[0]) if rows else 0) for one, rows in zip(of, rights, strict=True)}) == 1
        )
        other = rights[1] if len(of) > 1 else None
        return lambda alpha: crossed(rights[0], other, alpha, paired=paired, same=same, less=less)
    a, b = [*first.values.values()], [*second.values.values()] if isinstance(second, Sample) else second
    fractions = [one.design.test_fraction for one in of if one.design.test_fraction is not None]
    fraction = max(fractions, default=None)
    return lambda alpha: difference(a, b, alpha, paired, measure.scale, fraction)


def _judged(found: Computed, measure: Measure) -> tuple[Judgement, bool]:
    """Judge what was computed: more, less, the same or unclear, and whether it lies inside the margin."""
    if found.reason == "equal":
        return "same", True
    if found.low is None or found.high is None:
        return "unknown", False
    ratio = measure.scale == "ratio"
    null = 1.0 if ratio else 0.0
    bound = null if measure.bound is None else measure.bound
    alike = (1 / bound if ratio else -bound) < found.low and found.high < bound
    if not found.low <= null <= found.high:
        return "more" if found.low > null else "less", alike
    return "same" if alike else "unclear", alike


def _quantity(found: Computed, unit: str, source: Source, units: tuple[Any, ...]) -> Quantity:
    values = tuple(
        (name, None if value is None or not math.isfinite(value) else value)
        for name, value in zip(units, found.values, strict=False)
    )
    low, high = found.low, found.high
    if found.value is None or low is None or high is None or not math.isfinite(high):
        low = high = None
    source = replace(source, n=found.n, method=found.how)
    return Quantity(found.value, unit, low, high, found.n, source, found.spread, values)


def source_of(measure: Measure, *of: Sample) -> Source:
    """Trace a number to samples."""
    epochs = tuple(dict.fromkeys(one.epoch for one in of if one.epoch is not None))
    names = tuple(one.name for one in of)
    return Source(names, measure.label, epochs, unit=of[0].design.unit, note=of[0].note)


def _paired(first: Sample, second: Sample) -> tuple[Sample, Sample, bool]:
    """Two samples of the units that they share, or as they are where nothing pairs them.

    Replicates of a table that share fewer than two are taken as independent.
    """
    units = [unit for unit in first.values if unit in second.values]
    if not (first.design.paired and second.design.paired) or (len(units) < 2 and first.note):
        return first, second, False
    return first.only(units), second.only(units), True


def _known(one: Sample, measure: Measure) -> bool:
    """Whether a sample is known item by item, and every run gave a number."""
    whole = measure.share and measure.scale == "difference" and one.finite
    return whole and bool(one.right) and one.design.test_fraction is None  # each split has other items


def _terms_known(one: Sample, measure: Measure) -> bool:
    """Whether the sample of a difference of two measures knows the items of both."""
    return len(one.terms) == 2 and all(map(_known, one.terms, measure.terms))


def ratio(one: Quantity, other: Quantity) -> Quantity:
    """How many times the other the one is; of exact numbers exactly.

    The interval is that of Donner and Zou (2012), from the intervals of both, as if they were independent;
    for pairs a measure with `scale="ratio"` is sharper. There is none where one of them reaches below 0.
    """
    names = tuple(dict.fromkeys((*one.source.experiments, *other.source.experiments)))
    note = " over ".join(each.source.measure or each.source.note or "a number" for each in (one, other))
    n = min(one.source.n, other.source.n)
    source = Source(names, n=n, unit=one.source.unit, kind="computed", note=note)
    if one.value is None or not other.value:
        return Quantity(None, "times", source=source)
    a, b = one.value, other.value
    la, ua = (a, a) if one.exact else (one.low, one.high)
    lb, ub = (b, b) if other.exact else (other.low, other.high)
    value, exact = a / b, one.exact and other.exact
    if exact or la is None or ua is None or lb is None or ub is None or la < 0 or lb <= 0 or ub >= 2 * b:
        return Quantity(value, "times", n=source.n or 1, source=source, exact=exact)
    below, above = lb * (2 * b - lb), ub * (2 * b - ub)
    low = (a * b - math.sqrt(max(0.0, (a * b) ** 2 - la * above * (2 * a - la)))) / above
    high = (a * b + math.sqrt(max(0.0, (a * b) ** 2 - ua * below * (2 * a - ua)))) / below
    source = replace(source, method="Donner and Zou, from both intervals")
    return Quantity(value, "times", low, high, source.n or 1, source)
