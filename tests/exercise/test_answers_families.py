"""A comparison that two questions mention has one interval, one p-value and one verdict."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from answering import answer
from made import made_results

from exercise.appendix.families import FAMILIES as LISTED
from exercise.catalogue import DEEP, EXPERIMENTS, STUDIES, TIMES, names
from exercise.measuring.comparing import comparisons
from exercise.measuring.families import TEST
from exercise.part_one.comparison import PART_ONE
from exercise.project import PROJECT
from labreport.claims.families import Family
from labreport.errors import UndeclaredRead
from labreport.results import Results

FAMILIES = list(
    dict.fromkeys(
        family
        for question in PROJECT.outline.questions
        for value in vars(sys.modules[question.answer.partition(":")[0]]).values()
        for family in (value if isinstance(value, tuple) else (value,))
        if isinstance(family, Family)
    )
)
"""Every family that a question's file declares or imports."""
SHARED = (
    ("part-three.epochs", "difference", "part-two.correlation", "pair.wide.complex", -1),
    ("bonus.worth", "final_gain", "bonus.complex", "at-50.test_difference", 1),
    ("part-three.best", "small.difference", "bonus.complex", "at-50.test_difference", 1),
)
"""Two questions, the names that they give to one difference, and whether it has the same sign."""


def test_the_appendix_lists_every_family() -> None:
    """Each that a question's file declares or imports, and each once."""
    assert sorted(family.name for family in FAMILIES) == sorted(family.name for family in LISTED)
    found = answer("appendix.families")
    assert [row["name"] for row in found.facts["rows"]] == [family.name for family in LISTED]
    assert found.quantities["comparisons"].value == sum(len(family.members) for family in LISTED)


@pytest.mark.parametrize("noise", [0.001, 0.004, 0.02])
@pytest.mark.parametrize(("first", "name", "second", "other", "sign"), SHARED)
def test_two_questions_agree_on_one_comparison(
    first: str, name: str, second: str, other: str, sign: int, noise: float
) -> None:
    """Value, both ends of the interval and p-value, however sure or unsure they are."""
    made: dict[str, Any] = {each: {"noise": noise} for each in ("wide", "small", "complex")}
    one, two = answer(first, **made).quantities, answer(second, **made).quantities
    a, b = one[name], two[other]
    assert a.value == pytest.approx(sign * (b.value or 0))
    assert a.interval is not None
    assert b.interval is not None
    ends = sorted((sign * b.interval.low, sign * b.interval.high))
    assert [a.interval.low, a.interval.high] == pytest.approx(ends)
    assert one[f"{name}.p"].value == two[f"{other}.p"].value


def test_a_deep_network_is_stuck_where_it_is_below_the_threshold() -> None:
    """The hypothesis and the question before it read the same comparison."""
    cases: list[dict[str, Any]] = [
        {},
        {"deep-32": {"collapsed": False, "validation": 0.2, "test": 0.2, "noise": 0.05}},
    ]
    for made in cases:
        above = answer("part-two.above-20", **made).claims
        stuck = answer("part-two.hypothesis", **made).claims["stuck"]
        assert stuck.supported == all(above[f"{name}.test"].refuted for name in names(DEEP))


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_family_can_be_resolved_from_its_needs_and_from_nothing_less(family: Family) -> None:
    """All experiments are in the catalogue; without one of them the error names it."""
    studies = {cell.name: grid.name for grid in STUDIES for cell in grid.experiments()}
    assert set(family.needs) <= {*names(EXPERIMENTS), *names(TIMES.values()), *studies}
    needs = list(dict.fromkeys(studies.get(need, need) for need in family.needs))
    assert len(comparisons(made_results(needs, 2), family).family(family)) == len(family.members)
    if len(needs) > 1:
        with pytest.raises(UndeclaredRead, match=needs[-1]):
            comparisons(made_results(needs[:-1], 2), family).family(family)


def test_margins_are_declared_for_every_comparison_of_two_accuracies_that_is_confirmatory() -> None:
    """So that "the same" can be said; thresholds and seconds have none."""
    without = [
        member.name
        for family in FAMILIES
        for member in family.members
        if family.confirmatory
        and isinstance(member.second, str)
        and "accuracy" in member.metric
        and "seconds until" not in member.metric
        and member.margin is None
    ]
    assert without == []


def test_networks_with_different_numbers_of_seeds_are_compared_on_the_common_ones() -> None:
    """Five seeds of one and three of the other give three pairs."""
    few, many = made_results(("small",), 3), made_results(("wide",), 5)
    results = Results("made", {"wide": many["wide"], "small": few["small"]})
    found = comparisons(results, PART_ONE)("wide", "small", TEST, 10)
    assert found.difference.n == 3
