"""Distributions from their series, continued fractions and integrals; tails are kept where they are small."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from statistics import NormalDist

LARGE = 1e7
"""From so many degrees of freedom, Student's distribution is the normal one with its first correction."""
FAR = 9.0
"""A normal variable is never, to 19 digits, so far from its mean."""
_TINY = 1e-300


def normal_tail(z: float) -> float:
    """Probability that a standard normal variable exceeds `z`."""
    return 0.5 * math.erfc(z / math.sqrt(2))


def student_tail(t: float, df: float) -> float:
    """Probability that a Student variable lies further from 0 than `t`, on either side."""
    t = abs(t)
    if math.isinf(df) or df > LARGE:
        if math.isfinite(df):
            t = t * (1 - 1 / (4 * df)) / math.sqrt(1 + t * t / (2 * df))
        return 2 * normal_tail(t)
    return beta_cdf(df / (df + t * t), df / 2, 0.5, 1 - df / (df + t * t) if t * t < df else None)


@cache
def student_quantile(alpha: float, df: float) -> float:
    """The distance from 0 beyond which a Student variable lies with probability `alpha`."""
    if alpha >= 1:
        return 0.0
    guess = -NormalDist().inv_cdf(alpha / 2)
    if math.isinf(df):
        return guess
    return decreasing_root(
        lambda t: math.log(max(student_tail(t, df), _TINY)) - math.log(alpha), guess or 1.0
    )


def beta_cdf(x: float, a: float, b: float, complement: float | None = None) -> float:
    """Regularised incomplete beta function, by its continued fraction (Lentz's method)."""
    rest = 1 - x if complement is None else complement
    if x <= 0:
        return 0.0
    if rest <= 0:
        return 1.0
    front = a * math.log(x) + b * math.log(rest) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    if x < (a + 1) / (a + b + 2):
        return math.exp(front) * _fraction(x, a, b) / a
    return 1 - math.exp(front) * _fraction(rest, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > _TINY else _TINY)
    found = d
    for step in range(1, 100_000):
        even = step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step))
        odd = -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1))
        for factor in (even, odd):
            d = 1 + factor * d
            c = 1 + factor / c
            d = 1 / (d if abs(d) > _TINY else _TINY)
            c = c if abs(c) > _TINY else _TINY
            found *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return found


def beta_quantile(share: float, a: float, b: float) -> float:
    """Where the beta distribution function reaches `share`, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if beta_cdf(middle, a, b) < share else (low, middle)
        if high - low < 1e-16 * high:
            break
    return (low + high) / 2


def chi_square_tail(value: float, df: float) -> float:
    """Probability that a chi-square variable exceeds `value`: series or continued fraction of the gamma."""
    a, x = df / 2, value / 2
    if x <= 0:
        return 1.0
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        step = a
        while abs(term) > 1e-17 * abs(total):
            step += 1
            term *= x / step
            total += term
        return 1 - front * total
    found = x + 1 - a
    c, d = 1 / _TINY, 1 / found
    product = d
    for step in range(1, 100_000):
        factor = -step * (step - a)
        found += 2
        d = 1 / (factor * d + found)
        c = found + factor / c
        product *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return front * product


@cache
def _chi_weights(df: float, fineness: int) -> tuple[tuple[float, float], ...]:
    """Points and weights for integrals over the root of a chi-square variable by its degrees of freedom.

    Trapezoids in the logarithm, whose integrand decays on both sides, so that they converge fast;
    `fineness` are steps in a standard deviation.
    """
    step = 1 / math.sqrt(2 * df) / fineness
    points = []
    for sign in (-1, 1):
        place = 0 if sign < 0 else 1
        while True:
            u = sign * place * step
            height = df * (u - (math.expm1(2 * u)) / 2)
            if height < -45:
                break
            points.append((math.exp(u), math.exp(height)))
            place += 1
    total = sum(weight for _, weight in points)
    return tuple((point, weight / total) for point, weight in points)


def noncentral_tail(critical: float, df: float, shift: float) -> float:
    """Probability that a t variable of noncentrality `shift` exceeds `critical`, by integration."""
    if math.isinf(critical):
        return 0.0
    if df > 1e5:
        return normal_tail(critical - shift)
    if shift < -FAR:
        return 0.0
    if shift > FAR:  # the other order of integration: over the normal variable, whose density is smooth
        return sum(weight * _chi_below((z + shift) / critical, df) for z, weight in _normal_weights())
    steep = max(critical, abs(shift)) / math.sqrt(2 * df)  # the normal tail changes within 1 over this
    weights = _chi_weights(df, max(6, 2 ** math.ceil(math.log2(2 * steep))))
    return sum(weight * normal_tail(critical * point - shift) for point, weight in weights)


@cache
def _normal_weights() -> tuple[tuple[float, float], ...]:
    density = [(step / 8, math.exp(-((step / 8) ** 2) / 2)) for step in range(-70, 71)]
    total = sum(weight for _, weight in density)
    return tuple((z, weight / total) for z, weight in density)


def _chi_below(point: float, df: float) -> float:
    """Probability that the root of a chi-square variable by its degrees of freedom is below `point`."""
    return 1 - chi_square_tail(df * point * point, df)


def decreasing_root(value: Callable[[float], float], guess: float) -> float:
    """Where a decreasing function of a positive number is 0: bracketed, then Ridders' method."""
    low, high = 0.0, guess
    while value(high) > 0:
        low, high = high, 2 * high
        if high > 1e300:
            return math.inf
    at_low, at_high = value(low), value(high)
    for _ in range(200):
        middle = (low + high) / 2
        at = value(middle)
        root = math.sqrt(at * at - at_low * at_high)
        if root == 0:
            return middle
        new = middle + (middle - low) * (at if at_low > 0 else -at) / root
        at_new = value(new)
        if at_new == 0 or abs(high - low) <= 1e-15 * abs(high):
            return new
        if at * at_new < 0:
            low, at_low, high, at_high = sorted_ends(middle, at, new, at_new)
        elif at_low * at_new < 0:
            high, at_high = new, at_new
        else:
            low, at_low = new, at_new
    return (low + high) / 2


def sorted_ends(x: float, at_x: float, y: float, at_y: float) -> tuple[float, float, float, float]:
    """Two points with their values, the smaller point first."""
    return (x, at_x, y, at_y) if x < y else (y, at_y, x, at_x)
