"""What several figures read from results in the same way."""

from __future__ import annotations

from collections.abc import Sequence

PERCENT = 100.0


def mean_by_epoch(curves: Sequence[Sequence[float]]) -> list[float]:
    """The mean over seeds at each epoch; `curves` is (seeds, epochs)."""
    return [sum(values) / len(values) for values in zip(*curves, strict=True)]


def percent(curves: Sequence[Sequence[float]]) -> list[list[float]]:
    """Fractions as per cent."""
    return [[PERCENT * value for value in curve] for curve in curves]


def mean(values: Sequence[float]) -> float:
    """The mean over seeds."""
    return sum(values) / len(values)
