"""Operations that give one number, without a test against another: means, medians, ratios, arithmetic."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean, median, median_low
from typing import Any

from labreport.checking.correlations import mantel, spearman
from labreport.checking.distributions import chi_square_tail, student_quantile
from labreport.checking.operations import (
    EQUAL,
    ESTIMATES,
    Found,
    Operation,
    mean_over_seeds,
    variance,
    wilson,
)

Inputs = Mapping[str, Any]


def geometric_mean(given: Inputs, unit: str) -> Found:
    """Of positive values, with the interval of the mean logarithm."""
    values = given["values"]
    n = len(values)
    if not n or any(value is None or value <= 0 for value in values):
        return Found(None, n)
    logarithms = [math.log(value) for value in values]
    mean = fmean(logarithms)
    if n < 2 or math.sqrt(variance(logarithms)) <= EQUAL * max(map(abs, logarithms)):
        return Found(math.exp(mean), n)
    half = student_quantile(0.05, n - 1.0) * math.sqrt(variance(logarithms) / n)
    return Found(math.exp(mean), n, interval=(math.exp(mean - half), math.exp(mean + half), 0.95))


def middle(given: Inputs, unit: str) -> Found:
    """Median and the range of the middle half, by linear interpolation."""
    values = given["values"]
    n = len(values)
    if not n or any(value is None for value in values):
        return Found(None, n)
    if n == 1:
        return Found(values[0], 1)
    low, high = _quantile(values, 0.25), _quantile(values, 0.75)
    return Found(_quantile(values, 0.5), n, math.sqrt(variance(values)), interval=(low, high, 0.5))


def _quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def ratio_of_means(given: Inputs, unit: str) -> Found:
    """Mean of one over mean of the other, paired, with Fieller's interval."""
    above, below = given["above"], given["below"]
    n = len(above)
    if not n or any(value is None for value in (*above, *below)) or fmean(below) == 0:
        return Found(None, n)
    a, b = fmean(above), fmean(below)
    return Found(a / b, n, interval=_fieller(above, below, a, b) if n > 1 else None)


def _fieller(
    above: Sequence[float], below: Sequence[float], a: float, b: float
) -> tuple[float, float, float] | None:
    n = len(above)
    t = student_quantile(0.05, n - 1.0)
    var_a, var_b = variance(above) / n, variance(below) / n
    both = sum((x - a) * (y - b) for x, y in zip(above, below, strict=True)) / (n - 1) / n
    square = b * b - t * t * var_b
    half = a * b - t * t * both
    root = half * half - square * (a * a - t * t * var_a)
    if square <= 0 or root < 0 or (var_a == 0 and var_b == 0):
        return None
    return (half - math.sqrt(root)) / square, (half + math.sqrt(root)) / square, 0.95


def chi_square(given: Inputs, unit: str) -> Found:
    """The median, over seeds, of the p-values of chi-square tests against equal counts."""
    found = []
    for counts in given["counts"]:
        expected = sum(counts) / len(counts)
        squares = sum((count - expected) ** 2 for count in counts)
        found.append(chi_square_tail(squares / expected, len(counts) - 1.0) if expected else 1.0)
    return Found(median(found))


def fisher(given: Inputs, unit: str) -> Found:
    """Fisher's exact test, one-sided: that the first row of a table has more of the first column."""
    (a, b), (c, d) = given["table"]
    rows, columns, n = a + b, a + c, a + b + c + d
    whole = math.comb(n, columns)
    as_far = range(a, min(rows, columns) + 1)
    return Found(sum(math.comb(rows, k) * math.comb(n - rows, columns - k) for k in as_far) / whole)


def negation(given: Inputs, unit: str) -> Found:
    """A difference, seen from the other side."""
    of = given["of"]
    interval, value = of["interval"], of["value"]
    turned = None if interval is None else (-interval["high"], -interval["low"], interval["level"])
    return Found(None if value is None else -value, of["n"], of["spread"], interval=turned)


def _plain(compute: Callable[..., float]) -> Operation:
    """Arithmetic on the values of `of`, None where one of them is None."""

    def found(given: Inputs, unit: str) -> Found:
        values = [value_of(item) for item in given["of"]]
        known = [value for value in values if value is not None]
        return Found(compute(known) if len(known) == len(values) else None)

    return found


def _power(given: Inputs, unit: str) -> Found:
    return Found(value_of(given["base"]) ** value_of(given["exponent"]))


def value_of(operand: Any) -> Any:
    """The number that an operand stands for: itself, or the value of a quantity."""
    return operand["value"] if isinstance(operand, Mapping) else operand


def _quotient(values: Sequence[float]) -> float:
    first, *others = values
    return first / math.prod(others)


NUMBERS: Mapping[str, Operation] = {
    "mean over seeds": mean_over_seeds,
    "Wilson": wilson,
    "geometric mean": geometric_mean,
    "median": middle,
    "ratio of means": ratio_of_means,
    "Spearman": spearman,
    "Mantel": mantel,
    "chi-square": chi_square,
    "Fisher": fisher,
    "negation": negation,
    "sum": _plain(sum),
    "mean": _plain(fmean),
    "product": _plain(math.prod),
    "quotient": _plain(_quotient),
    "difference": _plain(lambda values: values[0] - values[1]),
    "greatest": _plain(max),
    "least": _plain(min),
    "count": _plain(len),
    "lower median": _plain(median_low),
    "middle": _plain(median),
    "rounded": _plain(lambda values: round(values[0])),
    "power": _power,
    **ESTIMATES,
}
"""Every operation that makes a number, by its name in `answers.json`."""
