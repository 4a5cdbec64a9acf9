"""All families of a report in one table, and what one correction over all of them would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labreport.builders.families import families
from labreport.claims.comparison import paired
from labreport.claims.decision import decide
from labreport.claims.estimate import Estimate

if TYPE_CHECKING:
    from labreport.claims.derivation import Tested

SURE = paired([1.0, 1.1, 1.2, 1.3, 1.15], [0.0, 0.02, 0.01, 0.03, 0.0], "", "sure")
WEAK = paired([1.0, 1.4, 1.2, 1.9, 1.1], [0.9, 1.0, 1.0, 1.2, 0.8], "", "weak")
NONE = [paired([0.1, -0.1, 0.2, -0.2, 0.05], [0.0] * 5, "", f"nothing {number}") for number in range(5)]


def _tested(*estimates: Estimate) -> Tested:
    family = decide(list(estimates))[0].family
    assert family is not None
    return family


def test_a_verdict_that_survives_no_greater_family_is_named() -> None:
    """Decided by itself, left open among six others; the sure one is sure among all."""
    found = families([_tested(SURE), _tested(WEAK), _tested(*NONE)])
    assert found.quantities["comparisons"].value == 7
    assert found.quantities["changed"].value == 1
    assert found.facts["changes"] == [
        {"family": "weak", "comparison": "weak", "before": "supported", "after": "inconclusive"}
    ]
    assert found.claims["one-correction"].refuted


def test_a_family_is_listed_with_what_it_compares_and_how_it_is_corrected() -> None:
    """With its members, and how many of them are decided."""
    found = families([_tested(*NONE), _tested(SURE)], {"sure": "this and that"})
    assert [row["correction"] for row in found.facts["rows"]] == ["Holm", "none"]
    assert [row["compared"] for row in found.facts["rows"]] == ["", "this and that"]
    assert found.quantities["family-1.members"].value == 5
    assert found.quantities["family-1.decided"].value == 0
    assert found.quantities["family-2.decided"].value == 1
    assert found.claims["one-correction"].supported
