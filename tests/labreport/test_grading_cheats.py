"""What a submitter claims about the own numbers gains nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from graded import Plain, each_quantity, expected, graded


def nonsense(plain: Plain) -> None:
    """Every number replaced."""
    for quantity in each_quantity(plain):
        quantity["value"] = 1234.5


def huge_spread(plain: Plain) -> None:
    """Nonsense with a spread that would cover everything."""
    nonsense(plain)
    for quantity in each_quantity(plain):
        quantity |= {"spread": 1e9, "interval": None}


def one_seed(plain: Plain) -> None:
    """Nonsense said to come from a single seed."""
    nonsense(plain)
    for quantity in each_quantity(plain):
        quantity |= {"n": 1, "spread": None}


def many_seeds(plain: Plain) -> None:
    """Nonsense said to come from 10⁹ seeds."""
    nonsense(plain)
    for quantity in each_quantity(plain):
        quantity |= {"n": 10**9, "spread": 1e300}


def timings(plain: Plain) -> None:
    """Nonsense said to vary with the machine."""
    nonsense(plain)
    for quantity in each_quantity(plain):
        quantity |= {"varies_with": "machine", "unit": "s"}


def no_values(plain: Plain) -> None:
    """No value at all."""
    for quantity in each_quantity(plain):
        quantity["value"] = None


def no_quantities(plain: Plain) -> None:
    """Questions without numbers."""
    for question in plain["questions"].values():
        question["quantities"] = {}


@pytest.mark.parametrize(
    "cheat", [nonsense, huge_spread, one_seed, many_seeds, timings, no_values, no_quantities]
)
def test_nonsense_gets_no_points_for_numbers(tmp_path: Path, cheat: Callable[[Plain], None]) -> None:
    """Whatever spread, number of seeds or unit is claimed with it."""
    result = graded(tmp_path, cheat)
    assert result.points == 0.0


def test_claims_about_the_own_spread_change_no_point(tmp_path: Path) -> None:
    """A number that is off gets the same, with any claimed spread and number of seeds."""

    def points_with(**claimed: object) -> float:
        def off(plain: Plain) -> None:
            for quantity in each_quantity(plain):
                if quantity["value"] is not None:
                    quantity["value"] *= 1.01
                quantity |= claimed

        return graded(tmp_path, off).points

    honest = points_with()
    assert honest < expected().points
    for claimed in ({"n": 1}, {"n": 10**9}, {"spread": 1e9}, {"spread": 0.0, "n": 2}):
        assert points_with(**claimed) == honest


@pytest.mark.parametrize("verdict", ["inconclusive", "", "refuted or supported", "yes"])
def test_one_verdict_for_everything_is_not_right_everywhere(tmp_path: Path, verdict: str) -> None:
    """Neither with right numbers nor, all the less, with nonsense: there it gets nothing."""

    def change(plain: Plain) -> None:
        for question in plain["questions"].values():
            for claim in question["claims"].values():
                claim["verdict"] = verdict

    assert graded(tmp_path, change).points < 0.9 * expected().points

    def both(plain: Plain) -> None:
        change(plain)
        nonsense(plain)

    rest = graded(tmp_path, both).points
    # What rests on no compared number keeps a part for "inconclusive"
    assert rest <= (0.03 * expected().points if verdict == "inconclusive" else 0.0)


def test_an_open_verdict_gets_a_part_and_a_reason(tmp_path: Path) -> None:
    """Fewer seeds leave open what more seeds decide."""

    def change(plain: Plain) -> None:
        plain["questions"]["part-one.wide.parameters"]["claims"]["counts-agree"]["verdict"] = "inconclusive"

    result = {question.slug: question for question in graded(tmp_path, change).questions}
    question = result["part-one.wide.parameters"]
    assert question.points == pytest.approx(0.75)
    assert question.reasons == ("claim counts-agree is inconclusive, as with few seeds; expected supported",)


def test_an_exact_count_must_be_equal(tmp_path: Path) -> None:
    """One parameter too many is wrong."""

    def change(plain: Plain) -> None:
        plain["questions"]["part-one.wide.parameters"]["quantities"]["parameters"]["value"] += 1

    result = {question.slug: question for question in graded(tmp_path, change).questions}
    assert result["part-one.wide.parameters"].reasons == ("parameters is 318011, expected 318010",)
