"""An honest run gets the points, whatever its seeds and its machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from graded import (
    answers,
    document,
    each_quantity,
    expected,
    grade_plain,
    graded,
    lost,
    reference,
    rerun,
    sample,
)

from labreport.errors import UsageError
from labreport.grading.reference import expect, load
from labreport.project import Rubric
from labreport.stats import Answer, Measure, Quantity, Source, difference, exact, ranking
from labreport.stats.operations.arithmetic import calculated
from labreport.stats.operations.condition import compare as condition


def test_the_reference_gets_all_points_by_itself(tmp_path: Path) -> None:
    """Every number lies within its own tolerance."""
    assert lost(graded(tmp_path)) == []
    assert graded(tmp_path).points == pytest.approx(expected().points)


@pytest.mark.parametrize("seeds", [5, 10])
def test_other_seeds_and_another_machine_keep_their_points(tmp_path: Path, seeds: int) -> None:
    """Of twenty runs, each gets at least 95 % of the points, and nothing is missing by its name."""
    for number in range(20):
        result = grade_plain(tmp_path, rerun(seeds, number), expected(seeds))
        assert result.points >= 0.95 * expected(seeds).points
        assert [reason for reason in lost(result) if "missing" in reason or "no answer" in reason] == []


@pytest.mark.parametrize("seeds", [1, 2])
def test_fewer_seeds_lose_what_they_leave_open(tmp_path: Path, seeds: int) -> None:
    """Nearly every reason is an outcome that so few seeds cannot decide."""
    for number in range(10):
        result = grade_plain(tmp_path, rerun(seeds, number), expected())
        numbers = [reason for reason in lost(result) if "as with few seeds" not in reason]
        assert len(numbers) <= 6
        assert result.points >= 2 / 3 * expected().points


def test_names_do_not_depend_on_who_is_first() -> None:
    """Two level classifiers change places with other seeds; what is compared has the same names."""
    orders, names = set(), set()
    for number in range(10):
        answer = answers(10, np.random.default_rng(number))["wine"]
        means = {name: answer.quantities[f"{name}.mean"].value or 0.0 for name in ("forest", "linear")}
        orders.add(means["forest"] > means["linear"])
        names.add(tuple(expect(document({"wine": answer}), Rubric()).questions[0].numbers))
    assert orders == {True, False}
    assert len(names) == 1


def test_a_wrong_number_is_found(tmp_path: Path) -> None:
    """One point off is not chance, and the reason gives the range that is right."""

    def change(plain: Any) -> None:
        plain["questions"]["better"]["quantities"]["wide.mean"]["value"] = 0.99

    (reason,) = lost(graded(tmp_path, change))
    assert "wide.mean is 0.99, expected 0.98" in reason


def test_nothing_of_the_machine_is_compared() -> None:
    """No number and no outcome, though the reference has some; nor what was declared beside results."""
    machine = [each for each in each_quantity(reference()) if each["varies_with"] == "machine"]
    assert len(machine) > 2
    assert "time" not in {question.slug for question in expected().questions}
    names = {name for question in expected().questions for name in question.numbers}
    assert not [name for name in names if name.endswith((".epochs", ".margin", ".among", ".threshold"))]


def test_numbers_made_of_measured_ones_are_not_exact() -> None:
    """A quotient of two measured means has no spread, and differs with other seeds all the same."""
    mean = Quantity(0.5, "fraction", Source(("a",), "share"), n=5, spread=0.01)
    ratio = calculated("quotient", [mean, 2], "times", Source(kind="computed"))
    fixed = calculated("sum", [1, 2], "layers", Source(kind="computed"))
    holds = exact("half", condition(ratio, "<", 1), {"a.mean": mean, "ratio": ratio, "layers": fixed})
    (question,) = expect(document({"one": holds}), Rubric()).questions
    assert (set(question.numbers), dict(question.outcomes)) == ({"a.mean", "layers"}, {})


def test_numbers_made_of_times_are_not_compared() -> None:
    """A quotient of a time and a constant is one of the machine; how many seeds there are is not a result."""
    time = Quantity(3.0, "s", Source(("a",), "seconds"), n=5, spread=0.1)
    rate = calculated("quotient", [1000, time], "images per second", Source(kind="computed"))
    layers = calculated("sum", [1, 2], "layers", Source(kind="computed"))
    seeds = Quantity(5, "seeds", Source(kind="counted"))
    answer = Answer({"seconds": time, "rate": rate, "layers": layers, "seeds": seeds})
    (question,) = expect(document({"one": answer}), Rubric()).questions
    assert set(question.numbers) == {"layers"}


def test_the_ranges_of_two_that_clearly_differ_do_not_meet_the_other() -> None:
    """Each is cut at two thirds of the way to the other, where its spread would let it go farther."""
    spread = [0.0, 0.02, -0.02, 0.01, -0.01]
    shifted = {"a": [0.9 + each for each in spread], "b": [0.86 + each * 0.99 for each in spread]}
    of = {name: sample(name, values) for name, values in shifted.items()}
    (question,) = expect(document({"one": difference(of, "a", "b", MEASURE)}), Rubric()).questions
    assert question.numbers["a.mean"].low == pytest.approx(0.9 - 0.04 * 2 / 3)
    assert question.numbers["b.mean"].high == pytest.approx(0.86 + 0.04 * 2 / 3)
    assert question.numbers["a.mean"].high > 0.97


MEASURE = Measure("accuracy", "%", margin=1)


def outcome(answer: Answer) -> dict[str, tuple[tuple[str, ...], bool]]:
    """Words and firmness of what is compared of an answer."""
    plain = document({"one": answer})
    (question,) = expect(plain, Rubric()).questions
    return {name: (one.words, one.firm) for name, one in question.outcomes.items() if one.compared}


def pair(*values: float) -> Answer:
    """The difference of `a` from 90 % in each seed."""
    second = sample("b", [0.9] * len(values))
    return difference({"a": sample("a", values), "b": second}, "a", "b", MEASURE)


def test_an_outcome_is_firm_where_its_interval_is_far_from_no_difference() -> None:
    """By two half-widths; a difference inside the margin is both, and an open one is not compared."""
    assert outcome(pair(0.95, 0.951, 0.949, 0.95)) == {"a minus b": (("more",), True)}
    assert outcome(pair(0.95, 0.93, 0.92, 0.96)) == {"a minus b": (("more",), False)}
    assert outcome(pair(0.85, 0.851, 0.849, 0.85)) == {"a minus b": (("less",), True)}
    assert outcome(pair(0.901, 0.9011, 0.9012, 0.901)) == {"a minus b": (("more", "same"), True)}
    assert outcome(pair(0.901, 0.899, 0.9, 0.9)) == {"a minus b": (("same",), True)}
    assert outcome(pair(0.95, 0.85, 0.92, 0.9)) == {}


def test_those_that_are_level_are_first_together() -> None:
    """With the rest behind, the group is what is compared, whatever the judgement of the whole."""
    of = {name: sample(name, np.array([0, 1, 2, 1, 0]) / 5000 + mean) for name, mean in
          {"low": 0.90, "one": 0.9500, "two": 0.9502}.items()}  # fmt: skip
    of["two"] = sample("two", np.array([2, 0, 1, 1, 0]) / 5000 + 0.9502)
    assert outcome(ranking(of, MEASURE)) == {"ranking": (("one", "two"), True)}


def test_the_lowest_is_first_where_less_is_better(tmp_path: Path) -> None:
    """For the reference and for a submission, each by its own measure."""
    loss = Measure("loss", "nat", better="lower", margin=0.01)
    values = {"a": [0.5, 0.51, 0.49, 0.5], "b": [0.2, 0.21, 0.2, 0.19]}
    answer = ranking({name: sample(name, each) for name, each in values.items()}, loss)
    assert outcome(answer) == {"ranking": (("b",), True)}
    plain = document({"one": answer})
    assert lost(grade_plain(tmp_path, plain, expect(plain, Rubric()))) == []


def test_more_seeds_in_the_reference_make_the_tolerance_narrower() -> None:
    """The rule knows how well a spread is known."""

    def width(seeds: int) -> float:
        questions = {question.slug: question for question in expected(seeds).questions}
        number = questions["wine"].numbers["forest.mean"]
        return number.high - number.low

    assert width(20) < width(3)


def test_a_reference_of_another_version_is_one_line(tmp_path: Path) -> None:
    """It says which, and what to do."""
    path = tmp_path / "answers.json"
    path.write_text('{"schema": 2, "questions": {"a": {}}}')
    with pytest.raises(UsageError, match="has version 2, this program reads 3; build it again"):
        load(path)
