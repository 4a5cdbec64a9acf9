"""How metrics are measured, and the object that answers ask for a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from exercise.measuring.families import AT_SHARE, MATCH, TEST, VALIDATION
from exercise.measuring.measures import right, source, split
from exercise.measuring.seconds import epoch_seconds, epochs_within, first_passages
from labreport.claims import Comparison, Family
from labreport.claims.comparison import paired
from labreport.claims.estimate import Estimate, without_test
from labreport.claims.measuring import accuracy_on_items
from labreport.claims.resolve import Comparisons, Measure, common
from labreport.later import later
from labreport.results import Result, Results, Runs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = later("numpy")


def comparisons(results: Results, *families: Family) -> Comparisons:
    """The comparisons of these families, made from `results`; an answer makes one such object and asks it."""
    return Comparisons(results, families, _measures(results))


def _measures(results: Results) -> Mapping[str, Measure]:
    """Test accuracies cover images that the network has not seen; validation accuracies, which choose
    between networks, are about the seeds, on these very images."""
    return {
        TEST: accuracy_on_items(_test_accuracy, len(split("test")), _right_on_test),
        VALIDATION: accuracy_on_items(_validation_accuracy, len(split("validation")), cover_items=False),
        MATCH: partial(_first_passage, results),
        **{metric: _at_share(results, share) for share, metric in AT_SHARE.items()},
    }


def _test_accuracy(run: Result, epoch: int) -> float:
    return float(run.at(epoch).metrics["test"]["accuracy"])


def _validation_accuracy(run: Result, epoch: int) -> float:
    return float(run.records[epoch - 1]["validation_accuracy"])


def _right_on_test(run: Result, epoch: int) -> NDArray[np.bool_]:
    return right(run, epoch, "test")


def _at_share(results: Results, share: float) -> Measure:
    """Validation accuracies after equally many seconds, by epochs timed with nothing beside them."""

    def measure(comparison: Comparison, first: Runs, second: Runs | None) -> Estimate:
        assert second is not None
        mine, theirs = first.experiment.name, second.experiment.name
        budget = share * epoch_seconds(results, theirs) * second.experiment.epochs
        at, after = (epochs_within(budget, results, name) for name in (mine, theirs))
        origin = source(
            first,
            f"validation accuracy at epoch {at}, minus {theirs} at epoch {after}: "
            f"the last within {budget:.3g} s",
        )
        if min(at, after) < 1:
            pairs = len(list(common(first, second)))
            missing = without_test(None, "points", origin, pairs, "one network finishes no epoch in time")
            return replace(missing, varies_with="machine")
        metric = accuracy_on_items(_validation_accuracy, len(split("validation")), cover_items=False)
        moment = Comparison(comparison.first, comparison.second, comparison.metric, at, after)
        return replace(metric(moment, first, second), source=origin, varies_with="machine")

    return measure


def _first_passage(results: Results, comparison: Comparison, first: Runs, second: Runs | None) -> Estimate:
    """Seconds until each network first reaches the last validation accuracy of `second`, seed by seed."""
    assert second is not None
    reached = first_passages(first, second)
    origin = source(first, f"{comparison.metric} is reached, minus the same of {second.experiment.name}")
    late = sum(one is None for one, _ in reached)
    if late:
        why = f"{late} of {len(reached)} seeds never get there"
        return without_test(None, "s", origin, len(reached), why)
    mine, theirs = (epoch_seconds(results, runs.experiment.name) for runs in (first, second))
    return paired(
        [mine * (one or 0) for one, _ in reached], [theirs * other for _, other in reached], "s", origin
    )
