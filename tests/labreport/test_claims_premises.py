"""Premises: exact claims about specifications, which name what differs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from labreport.claims.premises import (
    Change,
    changes,
    only_difference,
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


def test_what_cannot_be_compared_is_one_clear_line() -> None:
    """An unknown field, and specifications of two kinds."""
    with pytest.raises(UsageError, match="base has no field 'width'; there are epochs, legs, step_width"):
        only_difference("x", BASE, WIDER, "width")
    with pytest.raises(UsageError, match="cannot be compared: their specifications are Walk and Flight"):
        only_difference("x", BASE, replace(BASE, name="bird", specification=Flight()), "legs")
