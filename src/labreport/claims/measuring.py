"""Measures for comparisons: what is read of two networks' results, and which test is made of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from labreport.claims.comparison import against, independent, paired, paired_items
from labreport.claims.estimate import Estimate, without_test
from labreport.claims.families import Comparison
from labreport.claims.quantity import Unit
from labreport.claims.resolve import Measure, common
from labreport.errors import UsageError
from labreport.results import Result, Runs

Value = Callable[[Result, int], float]
"""A number of one run at an epoch."""
Rights = Callable[[Result, int], NDArray[np.bool_]]
"""Which test items the model of a run got right at an epoch; shape (items,)."""


def accuracy_on_items(value: Value, items: int, rights: Rights | None = None) -> Measure:
    """Accuracy on items that the network has not seen: intervals cover seeds and items.

    With `rights` two networks are compared item by item; without, accuracies of the same seed are
    paired, with one seed they are compared as if on separate items, which is cautious.
    """

    def measure(comparison: Comparison, first: Runs, second: Runs | None) -> Estimate:
        epochs, source = _epochs(comparison, first, second), comparison.name
        if second is None:
            values = [value(run, epochs[0]) for run in first]
            right = np.array([rights(run, epochs[0]) for run in first]) if rights and len(values) else None
            return against(values, float(comparison.second), items, _traced(source, first), rights=right)
        pairs = list(common(first, second))
        source = _traced(source, first, pairs)
        if not pairs:
            return without_test(None, "points", source, 0, "no seed in common")
        if rights is not None:
            right_a = np.array([rights(run, epochs[0]) for run, _ in pairs])
            return paired_items(right_a, np.array([rights(run, epochs[1]) for _, run in pairs]), source)
        values = [value(run, epochs[0]) for run, _ in pairs]
        others = [value(run, epochs[1]) for _, run in pairs]
        found = paired(values, others, "points", source)
        if found.intervals is None and not found.reason.endswith("finite number"):  # only items are left
            a, b = round(values[0] * items), round(others[0] * items)
            return independent(a, items, b, items, source)
        return found

    return measure


def by_seed(value: Value, unit: Unit, *, test_fraction: float | None = None) -> Measure:
    """A number per run, compared seed by seed: intervals cover the seeds only.

    `test_fraction` is for seeds that are random splits of one data set, see `paired`.
    """

    def measure(comparison: Comparison, first: Runs, second: Runs | None) -> Estimate:
        epochs = _epochs(comparison, first, second)
        if second is None:
            values = [value(run, epochs[0]) for run in first]
            bars = [float(comparison.second)] * len(values)
            return paired(values, bars, unit, _traced(comparison.name, first), test_fraction=test_fraction)
        pairs = list(common(first, second))
        return paired(
            [value(run, epochs[0]) for run, _ in pairs],
            [value(run, epochs[1]) for _, run in pairs],
            unit,
            _traced(comparison.name, first, pairs),
            test_fraction=test_fraction,
        )

    return measure


def _epochs(comparison: Comparison, first: Runs, second: Runs | None) -> tuple[int, int]:
    """The epochs compared; where none is declared, the last of each."""
    at, after = comparison.epochs
    other = first if second is None else second
    found = (at or first.experiment.epochs, after or other.experiment.epochs)
    for runs, epoch in zip((first, other), found, strict=True):
        if not 1 <= epoch <= runs.experiment.epochs:
            raise UsageError(
                f"comparison {comparison.name!r}: {runs.experiment.name!r} has no epoch {epoch}; "
                f"compare at one of 1 to {runs.experiment.epochs}"
            )
    return found


def _traced(name: str, runs: Runs, pairs: list[tuple[Result, Result]] | None = None) -> str:
    seeds = [run.seed for run in runs] if pairs is None else [run.seed for run, _ in pairs]
    words = ", ".join(str(seed) for seed in seeds) or "none"
    return f"{name}; {'seed' if len(seeds) == 1 else 'seeds'} {words}"
