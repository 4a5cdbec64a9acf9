"""How two samples differ, or one and a number, and the judgement of it; the mean of one; ratios."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from labreport.project.measure import Measure
from labreport.stats.intervals import ALPHA, Estimate, t_interval, two_way_interval
from labreport.stats.quantity import Quantity, Source, reversed_quantity
from labreport.stats.sample import Sample
from labreport.stats.wording import plural


@dataclass(frozen=True, eq=False)
class Comparison:
    """One comparison of a finding: first minus second, or over it, and its own judgement.

    That is "more" or "less" where it is clear, "same" within the margin, else "unclear", or "unknown".
    `low` and `high` are the ends of the interval at the level of all comparisons made together, by which it
    is judged. `alike` says that this lies inside the margin, of one that is clear, too.
    """

    quantity: Quantity
    subjects: tuple[str, ...]
    judgement: str = "unknown"
    alike: bool = False
    low: float | None = None
    high: float | None = None

    def reversed(self) -> Comparison:
        """The same comparison, seen from the second."""
        ends = reversed_quantity(replace(self.quantity, low=self.low, high=self.high))
        turned = {"more": "less", "less": "more"}.get(self.judgement, self.judgement)
        own = reversed_quantity(self.quantity)
        return Comparison(own, self.subjects[::-1], turned, self.alike, ends.low, ends.high)


def mean_of(one: Sample, measure: Measure) -> Quantity:
    """The mean of a sample: over units, and over items where they are known."""
    if one.terms and all(map(_known, one.terms, measure.terms)):
        return compare(measure, 1, one).quantity
    found = _estimate([one], None, measure, True, ALPHA)
    if measure.share and measure.bounded and found.low is not None and found.high is not None:
        found = replace(found, low=max(0.0, found.low), high=min(1.0, found.high))
    return _quantity(found, measure, measure.quantity_unit, one)


def compare(measure: Measure, family: int, first: Any, second: Sample | None = None) -> Comparison:
    """Compare two samples, or one and zero, as one of a `family` of comparisons.

    Paired where both are and units are shared, else by Welch; over items and units where both are known item
    by item. A measure that is a difference is compared with 0 by its two terms. The quantity has a 95 %
    interval, the judgement the level 1 − 0.05 / `family`.
    """
    if second is None and first.terms and all(map(_known, first.terms, measure.terms)):
        minuend, subtrahend = first.terms
        part = compare(replace(measure.terms[0], margin=measure.margin), family, minuend, subtrahend)
        source = replace(part.quantity.source, experiments=(first.name,), measure=measure.label)
        return replace(part, quantity=replace(part.quantity, source=source), subjects=(first.name,))
    of, paired = [first], True
    if second is not None:
        *of, paired = _paired(first, second)
    usual, strict = (_estimate(of, 0.0, measure, paired, ALPHA / each) for each in (1, family))
    quantity = _quantity(usual, measure, measure.difference_unit, *of)
    return Comparison(
        quantity, tuple(one.name for one in of), *_judge(strict, measure), strict.low, strict.high
    )


def _estimate(of: Any, null: float | None, measure: Measure, paired: bool, alpha: float) -> Estimate:
    """The mean of one sample, or how it differs from a second or else from a number, by what is known."""
    if all(_known(one, measure) for one in of):
        rights = [[*one.right.values()] for one in of]
        same = len({(one.items, len(each[0])) for one, each in zip(of, rights, strict=True)}) == 1
        mine, others = [*rights, None][:2]
        return two_way_interval(mine, others, alpha, paired=paired, same=same)
    fraction = max((one.design.test_fraction for one in of if one.design.test_fraction), default=None)
    first, second = [*([*one.values.values()] for one in of), null][:2]
    return t_interval(first, second, alpha, paired, measure.scale, fraction)


def _judge(found: Estimate, measure: Measure) -> tuple[str, bool]:
    """Judge what was computed: more, less, the same or unclear, and whether it lies inside the margin."""
    if found.equal or found.low is None or found.high is None:
        return "same" if found.equal else "unknown", found.equal
    ratio = measure.scale == "ratio"
    null = 1.0 if ratio else 0.0
    bound = null if measure.bound is None else measure.bound
    alike = (1 / bound if ratio else -bound) < found.low and found.high < bound
    if not found.low <= null <= found.high:
        return "more" if found.low > null else "less", alike
    return "same" if alike else "unclear", alike


def _quantity(found: Estimate, measure: Measure, unit: str, *of: Sample) -> Quantity:
    """What was computed of samples, with its source; an interval that has no end is none."""
    own = zip(of[0].values, found.values, strict=False)  # without values where nothing pairs the units
    values = tuple((name, value if math.isfinite(value) else None) for name, value in own)
    low, high = found.low, found.high
    if high is None or not math.isfinite(high):
        low = high = None
    epochs = tuple(dict.fromkeys(one.epoch for one in of if one.epoch is not None))
    names, unit_of, note = tuple(one.name for one in of), of[0].design.unit, of[0].note
    source = Source(names, measure.label, epochs, found.n, unit_of, method=found.how, note=note)
    return Quantity(found.value, unit, low, high, found.n, source, found.spread, values)


def _paired(first: Sample, second: Sample) -> tuple[Sample, Sample, bool]:
    """Two samples of the units that they share, or as they are where nothing pairs them."""
    units, data = [unit for unit in first.values if unit in second.values], first.table
    # replicates of a table of which none is shared are independent
    if not (first.design.paired and second.design.paired) or not (units or data is None):
        return first, second, False
    note, every = first.note, {*first.values, *second.values}
    if data and (alone := len(every) - len(units)):
        for one, other in ((first, second), (second, first)) if data.missing == "error" else ():
            if lost := ", ".join(repr(unit) for unit in other.values if unit not in one.values):
                text = f"{data.unit} {lost} has no {one.called}; complete it, or"
                data.refuse(f'{text} missing="drop" leaves it out of comparisons and says so')
        note += f", {alone} of {len(every)} {plural(data.unit)} left out"
    return replace(first.only(units), note=note), second.only(units), True


def _known(one: Sample, measure: Measure) -> bool:
    """Whether a sample is known item by item, and every run gave a number."""
    split, accuracy = one.design.test_fraction, measure.share and measure.scale == "difference"
    finite = all(math.isfinite(value) for values in one.values.values() for value in values)
    return bool(one.right) and split is None and accuracy and finite  # each split has other items


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
    a, b, exact = one.value, other.value, one.exact and other.exact
    found = Quantity(a / b, "times", n=n or 1, source=source, exact=exact)
    la, ua = (a, a) if one.exact else (one.low, one.high)
    lb, ub = (b, b) if other.exact else (other.low, other.high)
    if exact or la is None or ua is None or lb is None or ub is None or la < 0 or lb <= 0 or ub >= 2 * b:
        return found
    below, above = lb * (2 * b - lb), ub * (2 * b - ub)
    low = (a * b - math.sqrt(max(0.0, (a * b) ** 2 - la * above * (2 * a - la)))) / above
    high = (a * b + math.sqrt(max(0.0, (a * b) ** 2 - ua * below * (2 * a - ua)))) / below
    source = replace(source, method="Donner and Zou, from both intervals")
    return replace(found, low=low, high=high, source=source)
