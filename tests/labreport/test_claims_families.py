"""Comparisons as values: declared once, made once, with one verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from labreport.claims import Comparison, Family, Verdict
from labreport.claims.measuring import accuracy_on_items, by_seed
from labreport.claims.resolve import Comparisons, Measure
from labreport.errors import UndeclaredRead, UsageError
from labreport.experiment import Experiment
from labreport.results import Result, Results, Runs

ITEMS = 1_000
A_B = Comparison("a", "b", "seconds", 1)
A_C = Comparison("a", "c", "seconds", 1)
PAIR = Family("pair", (A_B, A_C))


def _value(run: Result, epoch: int) -> float:
    return float(run.records[epoch - 1]["value"])


def _rights(run: Result, epoch: int) -> NDArray[np.bool_]:
    return np.asarray(np.arange(ITEMS) < round(_value(run, epoch) * ITEMS))


MEASURES: Mapping[str, Measure] = {
    "seconds": by_seed(_value, "s"),
    "accuracy": accuracy_on_items(_value, ITEMS),
    "by item": accuracy_on_items(_value, ITEMS, _rights),
}


@dataclass(frozen=True)
class Nothing:
    """A specification without values."""


def _runs(name: str, values: Mapping[int, float]) -> Runs:
    experiment = Experiment(name, Nothing(), 1, (1,), "made:start")
    return Runs(
        experiment,
        tuple(Result(name, seed, {}, ({"value": value},), {}, {}) for seed, value in values.items()),
    )


def _results(**made: Mapping[int, float]) -> Results:
    return Results("answer 'made'", {name: _runs(name, values) for name, values in made.items()})


THREE = _results(a={0: 1.0, 1: 1.1, 2: 1.3}, b={0: 0.5, 1: 0.65, 2: 0.75}, c={0: 1.0, 1: 1.2, 2: 1.25})


def test_asked_twice_it_is_the_same_object() -> None:
    """One interval, one p-value after the correction of its family, and one verdict."""
    compare = Comparisons(THREE, (PAIR,), MEASURES)
    first, again = compare("a", "b", "seconds", 1), compare("a", "b", "seconds", 1)
    assert first is again
    assert first is compare.family(PAIR)[0]
    assert first.decision.members == 2
    assert first.decision.estimate.p_value is not None
    assert first.p_value == pytest.approx(2 * first.decision.estimate.p_value)
    assert compare.family(PAIR)[1].decision.verdict is Verdict.INCONCLUSIVE


def test_a_family_needs_all_its_members() -> None:
    """One line names the reader, the missing result, and the family."""
    results = _results(a={0: 1.0}, b={0: 0.5})
    with pytest.raises(UndeclaredRead, match=r"answer 'made' reads results\['c'\].*family .*'pair'"):
        Comparisons(results, (PAIR,), MEASURES)("a", "b", "seconds", 1)
    assert PAIR.needs == ("a", "b", "c")


def test_a_comparison_belongs_to_one_family() -> None:
    """In two it could get two verdicts, whatever their margins."""
    other = Family("other", (Comparison("a", "b", "seconds", 1, margin=0.1),))
    with pytest.raises(UsageError, match="in two families, 'pair' and 'other'"):
        Comparisons(THREE, (PAIR, other), MEASURES)


def test_what_no_family_declares_cannot_be_asked() -> None:
    """A comparison is declared before anything runs."""
    with pytest.raises(UsageError, match="'c minus b, seconds, epoch 1' is in no family"):
        Comparisons(THREE, (PAIR,), MEASURES)("c", "b", "seconds", 1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Comparison("a", "b", "seconds", margin=0.0), "must be greater than 0"),
        (lambda: Family("none", ()), "has no members"),
        (lambda: Family("twice", (A_B, A_B)), "twice"),
    ],
)
def test_what_cannot_be_meant_is_refused(make: object, message: str) -> None:
    """A margin of zero, an empty family, a comparison named twice."""
    assert callable(make)
    with pytest.raises(UsageError, match=message):
        make()


def test_an_unknown_measure_and_an_epoch_never_trained_are_named() -> None:
    """The error lists what there is."""
    for comparison, message in (
        (Comparison("a", "b", "speed"), "no measure is called 'speed'; known are accuracy, by item, seconds"),
        (Comparison("a", "b", "seconds", 7), "'a' has no epoch 7; compare at one of 1 to 1"),
    ):
        compare = Comparisons(THREE, (Family("made", (comparison,)),), MEASURES)
        with pytest.raises(UsageError, match=message):
            compare(comparison.first, comparison.second, comparison.metric, comparison.epoch)


@pytest.mark.parametrize("metric", ["seconds", "accuracy", "by item"])
def test_arms_are_paired_by_seed_and_not_by_position(metric: str) -> None:
    """Seeds 1 and 2 are common; the values of the others have no partner and count nowhere."""
    results = _results(a={0: 0.1, 1: 0.8, 2: 0.93}, b={1: 0.7, 2: 0.8, 3: 0.2})
    family = Family("made", (Comparison("a", "b", metric, 1),))
    found = Comparisons(results, (family,), MEASURES)("a", "b", metric, 1)
    assert found.difference.value == pytest.approx(0.115)
    assert found.difference.n == 2
    assert "seeds 1, 2" in found.difference.source


@pytest.mark.parametrize("metric", ["seconds", "accuracy", "by item"])
@pytest.mark.parametrize(
    ("a", "b"),
    [
        ({0: 0.5}, {1: 0.5}),
        ({0: 0.5}, {0: 0.5}),
        ({}, {}),
        ({0: 0.5, 1: 0.5}, {0: 0.5, 1: 0.5}),
        ({0: 1.0, 1: 1.0}, {0: 1.0, 1: 1.0}),
    ],
)
@pytest.mark.filterwarnings("error")
def test_degenerate_results_are_left_open(metric: str, a: dict[int, float], b: dict[int, float]) -> None:
    """No common seed, one seed, none, equal values: no crash, no warning, and nothing claimed."""
    family = Family("made", (Comparison("a", "b", metric, 1, margin=1e-6),))
    found = Comparisons(_results(a=a, b=b), (family,), MEASURES)("a", "b", metric, 1)
    assert found.decision.verdict is Verdict.INCONCLUSIVE
    assert found.quantities("made")["made"].value in (None, 0.0)


def test_constant_accuracies_fall_back_to_the_items() -> None:
    """Five equal pairs of 0.9 and 0.5 differ beyond doubt for a thousand items, and by no zero width."""
    results = _results(a=dict.fromkeys(range(5), 0.9), b=dict.fromkeys(range(5), 0.5))
    family = Family("made", (Comparison("a", "b", "accuracy", 1),))
    found = Comparisons(results, (family,), MEASURES)("a", "b", "accuracy", 1)
    assert found.decision.verdict is Verdict.SUPPORTED
    interval = found.difference.interval
    assert interval is not None
    assert interval.high - interval.low > 0.05
    assert "Newcombe" in interval.kind


def test_a_number_can_be_what_is_compared_with() -> None:
    """Accuracy against a threshold, over seeds and items."""
    family = Family("made", (Comparison("a", 0.2, "accuracy", 1),))
    found = Comparisons(_results(a={0: 0.11, 1: 0.12}), (family,), MEASURES)("a", 0.2, "accuracy", 1)
    assert found.decision.verdict is Verdict.REFUTED
    assert found.claim("made", "a < 0.2", (), less=True).supported
