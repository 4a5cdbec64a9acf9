"""Rank correlations with their permutation tests, over every order or over random ones."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import permutations
from statistics import fmean
from typing import Any

from labreport.checking.operations import Found

EVERY_ORDER_UP_TO = 8
RANDOM_ORDERS = 9_999
_ROUNDING = 1e-12


def ranks(values: Sequence[float]) -> list[float]:
    """From 1, the mean rank where values are equal."""
    order = sorted(values)
    first = {value: order.index(value) for value in set(order)}
    return [first[value] + (order.count(value) + 1) / 2 for value in values]


def correlation(x: Sequence[float], y: Sequence[float]) -> float:
    """Pearson's coefficient."""
    a, b = fmean(x), fmean(y)
    above = sum((one - a) * (other - b) for one, other in zip(x, y, strict=True))
    return above / math.sqrt(sum((one - a) ** 2 for one in x) * sum((other - b) ** 2 for other in y))


def spearman(given: Mapping[str, Any], unit: str) -> Found:
    """Spearman's coefficient of few points, its p-value over all orders, or the least one that there is."""
    x, y = given["x"], given["y"]
    n = len(x)
    if given["gives"] == "least_p":
        return Found(min(1.0, 2 / math.factorial(n)))
    known = all(value is not None for value in (*x, *y))
    if not known or len(set(x)) < 2 or len(set(y)) < 2:
        return Found(1.0) if given["gives"] == "p" else Found(None, n)
    x, y = ranks(x), ranks(y)
    observed = correlation(x, y)
    if given["gives"] == "coefficient":
        return Found(max(-1.0, min(1.0, observed)), n)
    if n > EVERY_ORDER_UP_TO:
        return Found(None)  # from random orders; nothing here repeats them
    orders = [correlation(order, y) for order in permutations(x)]
    up = sum(one >= observed - _ROUNDING for one in orders)
    down = sum(one <= observed + _ROUNDING for one in orders)
    return Found(min(1.0, 2 * min(up, down) / len(orders)))


def mantel(given: Mapping[str, Any], unit: str) -> Found:
    """The correlation of ranks of two symmetric tables, and its p-value over the recorded random orders.

    The orders are those of NumPy's default generator started with 0.
    """
    first, second, size = given["first"], given["second"], given["size"]
    n = len(first)
    undefined = Found(1.0) if given["gives"] == "p" else Found(None, n)
    if given["gives"] == "least_p":
        return Found(1 / (RANDOM_ORDERS + 1))
    if not n or any(value is None for value in (*first, *second)):
        return undefined
    if len(set(first)) < 2 or len(set(second)) < 2:
        return undefined
    x, y = ranks(first), ranks(second)
    observed = correlation(x, y)
    if given["gives"] == "coefficient":
        return Found(observed, n)
    import numpy as np

    rows, columns = np.array([(i, j) for i in range(size) for j in range(i + 1, size)]).T
    table = np.zeros((size, size))
    table[rows, columns] = table[columns, rows] = x
    orders = np.random.default_rng(0).permuted(np.tile(np.arange(size), (RANDOM_ORDERS, 1)), axis=1)
    moved = table[orders[:, rows], orders[:, columns]]
    moved -= moved.mean(axis=1, keepdims=True)
    centred = np.array(y) - fmean(y)
    found = moved @ centred / np.sqrt((moved**2).sum(axis=1) * (centred**2).sum())
    as_far = int(np.count_nonzero(np.abs(found) >= abs(observed) - _ROUNDING))
    return Found((as_far + 1) / (RANDOM_ORDERS + 1))
