"""Holm's correction of p-values for making several comparisons at once."""

from __future__ import annotations

from collections.abc import Sequence

EQUAL = 1e-6
"""p-values that differ by less, relative to their size, are equal."""


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values adjusted for making several comparisons at once (Holm 1979), in the given order."""
    order = by_size(p_values)
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - rank) * p_values[index]))
        adjusted[index] = largest
    return adjusted


def by_size(p_values: Sequence[float]) -> list[int]:
    """Indices from the least p-value to the greatest, in the given order where values are equal.

    Those that differ by less than `EQUAL` are equal: p-values are read off intervals by bisection.
    """
    groups: list[list[int]] = []
    for index in sorted(range(len(p_values)), key=lambda index: p_values[index]):
        if groups and p_values[index] <= p_values[groups[-1][0]] * (1 + EQUAL):
            groups[-1].append(index)
        else:
            groups.append([index])
    return [index for group in groups for index in sorted(group)]
