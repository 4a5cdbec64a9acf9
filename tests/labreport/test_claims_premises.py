"""Premises: exact claims about specifications, which name what differs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from labreport.claims.premises import (
    Change,
    changes,
    each_has,
    one_change,
    only_difference,
    same_number_of_seeds,
)
from labreport.errors import UsageError
from labreport.experiment import Experiment


@dataclass(frozen=True)
class Walk:
    """A specification."""

    step_width: float = 1.0
    legs: int = 2


@dataclass(frozen=True)
class Flight:
    """Another kind of specification."""

    wings: int = 2


BASE = Experiment("base", Walk(), 10, (10,), "m:f")
WIDER = replace(BASE, name="wider", specification=Walk(2.0))
BOTH = replace(BASE, name="both", specification=Walk(2.0, 4))
LONGER = replace(BASE, name="longer", epochs=20)


def test_changes_names_every_field_that_differs_and_the_epochs() -> None:
    """With both values, in the order of the specification."""
    assert changes(BASE, BASE) == ()
    assert changes(BASE, replace(BOTH, epochs=20)) == (
        Change("step_width", 1.0, 2.0),
        Change("legs", 2, 4),
        Change("epochs", 10, 20),
    )


@pytest.mark.parametrize(
    ("second", "verdict", "found"),
    [
        (WIDER, "supported", "step width"),
        (BOTH, "refuted", "step width and legs"),
        (BASE, "refuted", "nothing"),
    ],
)
def test_only_difference_holds_where_nothing_else_differs(
    second: Experiment, verdict: str, found: str
) -> None:
    """And the test says in what they differ."""
    claim = only_difference("width", BASE, second, "step_width")
    assert (claim.verdict.value, claim.test) == (
        verdict,
        f"exact comparison of the specifications: they differ in {found}",
    )


@pytest.mark.parametrize(
    ("trial", "told"),
    [
        (WIDER, "it changes step width"),
        (LONGER, "it changes epochs"),
        (BASE, "not a trial: it changes nothing"),
        (BOTH, "not a trial: it changes step width and legs"),
    ],
)
def test_a_trial_changes_exactly_one_field(trial: Experiment, told: str) -> None:
    """Otherwise the claim says that it is not a trial, and names the fields."""
    claim = one_change("trial", BASE, trial)
    assert claim.test.endswith(told)
    assert claim.supported == ("not a trial" not in told)


def test_each_has_looks_at_every_experiment_and_not_at_the_first() -> None:
    """The one that differs is named with its value."""
    assert each_has("legs", [BASE, WIDER], "legs", 2).supported
    claim = each_has("legs", [BASE, WIDER, BOTH], "legs", 2)
    assert claim.refuted
    assert "both has 4" in claim.test
    assert each_has("legs", [], "legs", 2).refuted


def test_the_number_of_seeds_is_compared_over_all() -> None:
    """With each count in the test."""
    assert same_number_of_seeds("seeds", {"a": 3, "b": 3}).supported
    claim = same_number_of_seeds("seeds", {"a": 3, "b": 3, "c": 1})
    assert claim.refuted
    assert "c: 1" in claim.test


def test_what_cannot_be_compared_is_one_clear_line() -> None:
    """An unknown field, and specifications of two kinds."""
    with pytest.raises(UsageError, match="base has no field 'width'; there are epochs, legs, step_width"):
        only_difference("x", BASE, WIDER, "width")
    with pytest.raises(UsageError, match="cannot be compared: their specifications are Walk and Flight"):
        one_change("x", BASE, replace(BASE, name="bird", specification=Flight()))
