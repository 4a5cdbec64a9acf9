"""Measures for comparisons: what is read of two experiments' results, and which test is made of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from labreport.claims.comparison import against, paired, paired_items, separate_items
from labreport.claims.estimate import Estimate, without_test
from labreport.claims.families import Comparison
from labreport.claims.quantity import Unit
from labreport.claims.resolve import Measure, common
from labreport.errors import UsageError
from labreport.later import later
from labreport.results import Result, Runs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = later("numpy")

Value = Callable[[Result, int], float]
"""A number of one run at an epoch."""
Rights = Callable[[Result, int], "NDArray[np.bool_]"]
"""Which test items the model of a run got right at an epoch; shape (items,)."""


def accuracy_on_items(
    value: Value, items: int, rights: Rights | None = None, *, cover_items: bool = True
) -> Measure:
    """Accuracy on test items, two experiments or one against a threshold.

    Intervals cover seeds and items: with `rights` two experiments are compared item by item, without as
    if on separate items, which is cautious. `cover_items=False` asks about these very items only, as is
    enough to choose between experiments; where the seeds do not vary, the items are covered all the same.
    """

    def measure(comparison: Comparison, first: Runs, second: Runs | None) -> Estimate:
        epochs, source = _epochs(comparison, first, second), comparison.name
        if second is None:
            values = [value(run, epochs[0]) for run in first]
            return against(values, float(comparison.second), items, _traced(source, first))
        pairs = list(common(first, second))
        source = _traced(source, first, pairs)
        if not pairs:
            return without_test(None, "points", source, 0, "no seed in common")
        if rights is not None and cover_items:
            right_a = np.array([rights(run, epochs[0]) for run, _ in pairs])
            return paired_items(right_a, np.array([rights(run, epochs[1]) for _, run in pairs]), source)
        values = [value(run, epochs[0]) for run, _ in pairs]
        others = [value(run, epochs[1]) for _, run in pairs]
        found = separate_items(values, items, others, items, source)
        if found.over_seeds is None or cover_items:
            return found
        return paired(values, others, "points", source)

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
