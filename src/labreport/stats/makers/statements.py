"""Numbers and truths that the author computed, as quantities and facts of a report."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, SupportsFloat

from labreport.errors import refuse
from labreport.project.measure import mistake_of_margin
from labreport.stats.conditions import as_condition
from labreport.stats.finding import Fact
from labreport.stats.quantity import Comparison, Counted, Quantity, Source, as_quantity
from labreport.stats.scalars import plain_number


def number(
    value: SupportsFloat,
    ci: object = None,
    unit: str = "",
    n: int | None = None,
    method: str = "",
    source: Source | str | None = None,
    exact: bool | None = None,
    values: Mapping[int, SupportsFloat] | Mapping[str, SupportsFloat] | None = None,
    null: float | None = None,
    margin: float | None = None,
    p: SupportsFloat | None = None,
    out_of: int | None = None,
) -> Quantity:
    """Make a quantity from a number that the author computed, with the ends of its 95 % interval.

    `value` may be a number of Python, NumPy, pandas or SciPy. `ci` is a pair, the result of SciPy's
    `confidence_interval()`, or a result that has one. The number is printed as written, followed by `unit`;
    with the unit "fraction", 0.973 is printed as 97.3 %. Whole numbers without an interval are exact. A
    reader who clicks the number sees `values`, a number for each replicate by name. `source` says where the
    number comes from, as a text or a `Source`.

    With `null=0` for a difference, or `null=1` for a ratio, the number has the conditions of a comparison:
    more, less, same (within `margin`, in the printed unit), unclear and clear. `p` is the p value of its
    test. `out_of` is the number of cases of a count.

    NaN and infinity are a missing number, which is printed as `–`; what is asked of it is unknown.

    Raises `UsageError` for an end of the interval that is not finite, a value outside its interval, any other
    null, and a margin that is not above 0 or, for a ratio, not above 1 and at most 2.
    """
    plain = plain_number(value)
    stated = plain if math.isfinite(plain) else None
    if exact is None:
        exact = isinstance(stated, int) and ci is None
    by_replicate = []
    for replicate, number_of_replicate in (values or {}).items():
        by_replicate.append((replicate, _float_or_none(number_of_replicate)))
    n = n or len(by_replicate)
    if not isinstance(source, Source):
        source = Source(n=n, unit_name="value", kind="computed", method=method, note=source or method)
    quantity = Quantity(stated, unit, n=n or 1, source=source, values=tuple(by_replicate), exact=exact)
    if ci is not None and stated is not None:
        quantity = _with_ends(quantity, float(stated), ci)
    counted = None if out_of is None else Counted(out_of)
    quantity = replace(quantity, counted=counted, p=None if p is None else _float_or_none(p))
    return quantity if null is None else _as_comparison(quantity, null, margin)


def _float_or_none(value: SupportsFloat) -> float | None:
    """A float; None for NaN and infinity, which are missing numbers."""
    number = float(plain_number(value))
    return number if math.isfinite(number) else None


def _with_ends(quantity: Quantity, value: float, ci: object) -> Quantity:
    """The quantity with its interval. Raises `UsageError` if an end is not finite or the value is outside.

    The interval counts as made on logarithms if it is symmetric on them: high / value = value / low.
    """
    low, high = _ends(ci)
    if not math.isfinite(low) or not math.isfinite(high):
        refuse(f"number({value!r}) has the ends {low!r} and {high!r}; allowed are finite ends, or no ci=")
    if not low <= value <= high:
        refuse(f"number({value!r}) is not between its ends, {low!r} and {high!r}")
    on_logarithms = low > 0 and math.isclose(high / value, value / low, rel_tol=1e-6)
    return replace(quantity, value=value, low=low, high=high, on_logarithms=on_logarithms)


def _ends(ci: object) -> tuple[float, float]:
    """The ends of an interval: of a pair, or of a SciPy object with a confidence interval."""
    interval: Any = getattr(ci, "confidence_interval", ci)
    low, high = interval() if callable(interval) else interval
    return float(plain_number(low)), float(plain_number(high))


def _as_comparison(quantity: Quantity, null: float, margin: float | None) -> Quantity:
    """The quantity as a comparison, judged by its own interval: a difference (`null` 0) or ratio (1)."""
    if null not in (0, 1):
        refuse(f"null={null!r}; allowed are 0, of a difference, and 1, of a ratio")
    if margin is not None:
        margin = plain_number(margin)
        mistake = mistake_of_margin(margin, "ratio" if null == 1 else "difference")
        if mistake:
            refuse(f"number({quantity.value!r}, null={null!r}): {mistake}")
        if null == 0:
            margin = margin / quantity.factor
    compared = Comparison(float(null), quantity.low, quantity.high)
    return replace(quantity, compared=compared, margin=margin)


def fact(truth: object, sentence: str, otherwise: str = "") -> Fact:
    """Make a fact from a truth that the author counted or computed.

    `sentence` is its sentence if it is true, `otherwise` if it is false.
    """
    return Fact(sentence=sentence, truth=as_condition(truth).holds, otherwise=otherwise)


def ratio(first: Quantity, second: Quantity) -> Quantity:
    """The ratio of two quantities; exact if both are exact.

    The interval is that of Donner and Zou (2012, Closed-form confidence intervals for functions of the normal
    mean and standard deviation, Statistical Methods in Medical Research 21), computed from both intervals as
    if they were independent; for pairs, a measure with `scale="ratio"` gives a narrower one. If an interval
    reaches below 0, there is none, and the method says so.
    """
    first, second = as_quantity(first), as_quantity(second)
    source = _ratio_source(first, second)
    n = source.n or 1
    if first.value is None or not second.value:
        return Quantity(None, "times", source=source)
    value = first.value / second.value
    if first.exact and second.exact:
        return Quantity(value, "times", n=n, source=source, exact=True)
    ends = _donner_and_zou(first, second)
    if ends is None:
        without = replace(source, method="no interval, as one of both may be 0 or has none")
        return Quantity(value, "times", n=n, source=without)
    source = replace(source, method="Donner and Zou, from both intervals")
    return Quantity(value, "times", *ends, n=n, source=source)


def _ratio_source(first: Quantity, second: Quantity) -> Source:
    """The source of a ratio: the experiments, the number of replicates, and the two measures."""
    over, under = first.source, second.source
    names = [source.measure or source.note or "a number" for source in (over, under)]
    experiments = tuple(dict.fromkeys(over.experiments + under.experiments))
    n = min(over.n, under.n)
    source = Source(experiments, n=n, unit_name=over.unit_name, kind="computed", relation="over")
    return replace(source, note=" over ".join(names))


def _donner_and_zou(first: Quantity, second: Quantity) -> tuple[float, float] | None:
    """The ends of the interval of a / b; None if a may be below 0, or b may be 0 or twice its value."""
    a, b = float(first.value or 0), float(second.value or 0)
    ends_of_a = (a, a) if first.exact else first.interval
    ends_of_b = (b, b) if second.exact else second.interval
    if ends_of_a is None or ends_of_b is None:
        return None
    low_a, high_a = ends_of_a
    low_b, high_b = ends_of_b
    if low_a < 0 or low_b <= 0 or high_b >= 2 * b:
        return None
    product = a * b

    def end(end_of_a: float, end_of_b: float, sign: int) -> float:
        divisor = end_of_b * (2 * b - end_of_b)
        square = product**2 - end_of_a * divisor * (2 * a - end_of_a)
        return (product + sign * math.sqrt(max(0.0, square))) / divisor

    return end(low_a, high_b, -1), end(high_a, low_b, 1)
