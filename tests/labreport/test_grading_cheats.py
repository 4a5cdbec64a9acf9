"""What a submitter says of the own numbers gains nothing, and made-up or exchanged numbers little."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from graded import Plain, each_quantity, exchanged, expected, grade_plain, graded, lost, reference


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


@pytest.mark.parametrize("cheat", [nonsense, huge_spread, one_seed, timings, no_values, no_quantities])
def test_nonsense_gets_no_points(tmp_path: Path, cheat: Callable[[Plain], None]) -> None:
    """Whatever spread, number of seeds or unit is said of it, and with every right outcome."""
    result = graded(tmp_path, cheat)
    assert (result.problem, result.points) == ("", 0.0)


SHARES = ("fraction", "points", "points, unsigned", "nat", "times")


def one_value(value: float, shape: str) -> Callable[[Plain], None]:
    """One value for all that was measured (`shares`), for shares beside differences of none (`level`), with
    unequal last digits (`blurred`), or for every number, counts too (`all`).
    """

    def change(plain: Plain) -> None:
        for place, quantity in enumerate(each_quantity(plain)):
            if shape == "all" or quantity["unit"] in SHARES:
                quantity["value"] = value + (shape == "blurred") * (place % 7 - 3) / 2000
                if shape in ("level", "blurred") and quantity["unit"] in SHARES[1:]:
                    quantity["value"] = 1.0 if quantity["unit"] == "times" else 0.0

    return change


VALUES = (0.0, 0.1, 0.5, 0.9, 0.95, 0.96, 0.9745, 0.98, 0.99, 1.0)


@pytest.mark.parametrize("seeds", [5, 10])
@pytest.mark.parametrize("shape", ["shares", "level", "blurred", "all"])
def test_one_value_for_everything_gets_little(tmp_path: Path, shape: str, seeds: int) -> None:
    """With every right outcome and count: of forty submissions, each gets at most 30 % of the points."""
    for value in VALUES:
        plain = reference(seeds)
        one_value(value, shape)(plain)
        assert grade_plain(tmp_path, plain, expected(seeds)).points <= 0.3 * expected(seeds).points, value


@pytest.mark.parametrize("seeds", [5, 10])
def test_results_under_each_others_names_get_little(tmp_path: Path, seeds: int) -> None:
    """Honest results of other seeds, with the networks exchanged, lose what rests on their difference."""
    for number in range(5):
        result = grade_plain(tmp_path, exchanged(5, number), expected(seeds))
        assert result.points <= 0.3 * expected(seeds).points
        lost_in = {question.slug for question in result.questions if question.points < 0.2}
        assert lost_in >= {"accuracy", "better", "loss", "depth", "above", "digits", "parameters"}


def test_two_means_exchanged_take_their_outcome_with_them(tmp_path: Path) -> None:
    """The judgement was copied; the numbers beside it say the opposite."""

    def change(plain: Plain) -> None:
        quantities = plain["questions"]["better"]["quantities"]
        small, wide = quantities["small.mean"], quantities["wide.mean"]
        small["value"], wide["value"] = wide["value"], small["value"]

    result = {question.slug: question for question in graded(tmp_path, change).questions}["better"]
    assert result.points < 0.2
    assert "rests on wrong numbers" in " ".join(result.reasons)


def test_an_outcome_must_agree_with_the_own_numbers(tmp_path: Path) -> None:
    """Two equal means inside both ranges do not show that one is greater."""

    def change(plain: Plain) -> None:
        quantities = plain["questions"]["better"]["quantities"]
        middle = (quantities["small.mean"]["value"] + quantities["wide.mean"]["value"]) / 2
        quantities["small.mean"]["value"] = quantities["wide.mean"]["value"] = middle

    question = {each.slug: each for each in graded(tmp_path, change).questions}["better"]
    assert "the submitted wide.mean is not greater than small.mean" in " ".join(question.reasons)


def test_what_is_said_of_the_own_spread_changes_no_point(tmp_path: Path) -> None:
    """A number that is off gets the same, with any spread and number of seeds."""

    def points_with(**said: object) -> float:
        def off(plain: Plain) -> None:
            for quantity in each_quantity(plain):
                if quantity["value"] is not None:
                    quantity["value"] *= 1.01
                quantity |= said

        return graded(tmp_path, off).points

    honest = points_with()
    assert honest < expected().points
    for said in ({"n": 1}, {"n": 10**9}, {"spread": 1e9}, {"spread": 0.0, "n": 2}):
        assert points_with(**said) == honest


@pytest.mark.parametrize("word", ["unclear", "the same", "clear"])
def test_one_judgement_for_everything_is_not_right_everywhere(tmp_path: Path, word: str) -> None:
    """Neither with right numbers nor, all the less, with nonsense: there it gets nothing."""

    def change(plain: Plain) -> None:
        for question in plain["questions"].values():
            for finding in question["findings"].values():
                for one in (finding, *finding["parts"]):
                    one["judgement"] |= {"word": word, "sign": 1, "same": word == "the same"}

    def both(plain: Plain) -> None:
        change(plain)
        nonsense(plain)

    assert graded(tmp_path, change).points < 0.9 * expected().points
    assert graded(tmp_path, both).points == 0.0


def test_an_open_outcome_gets_a_part_and_a_reason(tmp_path: Path) -> None:
    """Fewer seeds leave open what more seeds decide."""

    def change(plain: Plain) -> None:
        finding = plain["questions"]["better"]["findings"]["small minus wide"]
        finding["judgement"]["word"] = "unclear"

    question = {each.slug: each for each in graded(tmp_path, change).questions}["better"]
    assert question.points == pytest.approx(0.75)
    assert question.reasons == (
        "After 10 epochs: Is small more accurate than wide? unclear, as with few seeds; expected no",
    )


def test_an_exact_count_must_be_equal(tmp_path: Path) -> None:
    """One parameter too many is wrong."""

    def change(plain: Plain) -> None:
        plain["questions"]["parameters"]["quantities"]["wide.parameters"]["value"] += 1

    assert lost(graded(tmp_path, change)) == ["parameters: wide.parameters is 318011, expected 318010"]
