"""An estimate of a difference, and the judgement that the engine makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from labreport.stats.measure import Measure, Sample
from labreport.stats.operation import Computed, Operation, Reason
from labreport.stats.operations.crossed import OPERATION as CROSSED
from labreport.stats.operations.crossed import share, table, unpaired
from labreport.stats.operations.difference import OPERATION as DIFFERENCE
from labreport.stats.operations.mean import OPERATION as MEAN
from labreport.stats.quantity import Quantity, Source, known, measured_varies_with

Word = Literal["clear", "the same", "unclear"]
Method = Callable[[Sample, "Sample | float", Measure], "Estimate"]
"""How two samples, or one and a number, become an estimate."""


class Estimate(NamedTuple):
    """First minus second, or first over second, as a report prints it, and the operation that computed it."""

    quantity: Quantity
    operation: Operation

    def at(self, alpha: float) -> Computed:
        """Compute it again with an interval of level 1 − `alpha`."""
        assert self.quantity.derivation is not None
        return self.operation.compute(self.quantity.derivation.data, alpha)


@dataclass(frozen=True)
class Judgement:
    """How sure a difference is: `clear`, `the same`, or `unclear`.

    `sign` is that of the difference that was seen. `same` says that it lies inside the margin: of a clear one
    too, which is then smaller than what matters. `among` is the number of comparisons of which this is one,
    or from which it was chosen: it is judged at the level 1 − 0.05 / `among`.
    """

    word: Word
    sign: int = 0
    same: bool = False
    reason: Reason = Reason.NONE
    among: int = 1

    @property
    def clear(self) -> bool:
        """Whether there is a difference."""
        return self.word == "clear"

    @property
    def unclear(self) -> bool:
        """Whether the results leave it open."""
        return self.word == "unclear"


def judged(found: Computed, measure: Measure, among: int = 1) -> Judgement:
    """Judge a number that was computed at the level 1 − `ALPHA` / `among`."""
    null = 1.0 if measure.scale == "ratio" else 0.0
    sign = 0 if found.value is None else (found.value > null) - (found.value < null)
    if found.reason is Reason.EQUAL:
        return Judgement("the same", 0, True, Reason.EQUAL, among)
    if found.low is None or found.high is None:
        return Judgement("unclear", sign, False, found.reason, among)
    bound = null if measure.bound is None else measure.bound
    least = 1 / bound if measure.scale == "ratio" else -bound
    clear, same = not found.low <= null <= found.high, least < found.low and found.high < bound
    word: Word = "clear" if clear else "the same" if same else "unclear"
    return Judgement(word, sign, same, Reason.NONE, among)


def compare(first: Sample, second: Sample | float, measure: Measure) -> Estimate:
    """Estimate how two samples differ, or one and a number, by the operation that fits what is known."""
    if isinstance(second, Sample) and first.paired and second.paired:
        units = tuple(unit for unit in first.values if unit in second.values)
        first, second = first.only(units), second.only(units)
    data, operation = _items(first, second, measure), CROSSED
    if data is None:
        data, operation = _units(first, second, measure), DIFFERENCE
    return estimated(first, second, measure, data, operation)


def estimated(
    first: Sample, second: Sample | float, measure: Measure, data: Mapping[str, Any], operation: Operation
) -> Estimate:
    """Make an estimate of data by an operation, such as one of an author's own."""
    samples = [one for one in (first, second) if isinstance(one, Sample)]
    ratio, note = measure.scale == "ratio", ""
    if not isinstance(second, Sample):
        note = f"less {100 * second:g} %" if measure.share else f"less {second:g}"
    elif operation not in (CROSSED, DIFFERENCE):  # whose value is another one of the same results
        note = str(data.get("method", operation.name))
    source = replace(source_of(measure, *samples), note=note)
    quantity = operation.quantity(data, measure.difference_unit, source, logarithmic=ratio)
    return Estimate(_measured(quantity, measure), operation)


def mean(one: Sample, measure: Measure) -> Quantity:
    """Compute the mean of a sample as a report prints it: over units, and over items where they are known."""
    data: Mapping[str, Any] = {
        "values": _repetitions(one),
        "scale": measure.scale,
        "test_fraction": one.test_fraction,
        "bounds": [0.0, 1.0] if measure.share else None,
    }
    operation, ratio = MEAN, measure.scale == "ratio"
    if _known(one, measure):
        data, operation = {"first": share(one.rights)}, CROSSED
    source = source_of(measure, one)
    return _measured(operation.quantity(data, measure.quantity_unit, source, logarithmic=ratio), measure)


def _measured(quantity: Quantity, measure: Measure) -> Quantity:
    return replace(quantity, varies_with=measured_varies_with(measure.quantity_unit))


def source_of(measure: Measure, *of: Sample) -> Source:
    """Trace a number to samples."""
    epochs = [one.epoch for one in of if one.epoch is not None]
    names = tuple(one.name for one in of)
    units = tuple(of[0].values) if of[0].paired or len(of) == 1 else ()
    return Source(names, measure.name, tuple(dict.fromkeys(epochs)), units, of[0].unit)


def _repetitions(one: Sample) -> list[list[float | None]]:
    return [known(values) for values in one.values.values()]


def _known(one: Sample, measure: Measure) -> bool:
    """Whether a sample is known item by item, and every run gave a number."""
    whole = measure.share and measure.scale == "difference" and not one.failed
    return whole and bool(one.right) and one.test_fraction is None  # each split has other items


def _units(first: Sample, second: Sample | float, measure: Measure) -> dict[str, Any]:
    fractions = (first.test_fraction, second.test_fraction if isinstance(second, Sample) else None)
    return {
        "first": _repetitions(first),
        "second": _repetitions(second) if isinstance(second, Sample) else float(second),
        "paired": not isinstance(second, Sample) or (first.paired and second.paired),
        "scale": measure.scale,
        "test_fraction": max((one for one in fractions if one is not None), default=None),
    }


def _items(first: Sample, second: Sample | float, measure: Measure) -> Mapping[str, Any] | None:
    """Counts of items, where both are known item by item; None where they are not."""
    if not _known(first, measure):
        return None
    if not isinstance(second, Sample):
        return {"first": share(first.rights), "threshold": float(second)}
    if not _known(second, measure):
        return None
    a, b, paired = first.rights, second.rights, first.paired and second.paired
    same = bool(a and b) and first.items == second.items and len(a[0]) == len(b[0])
    if same and len(a) == len(b) and (paired or len(a) == 1):
        return table(a, b)
    return {"first": share(a), "second": share(b)} if paired else unpaired(a, b, same)
