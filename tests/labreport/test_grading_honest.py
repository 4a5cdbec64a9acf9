"""An honest run gets all points, whatever its seeds, their number, and its machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from answering import QUESTIONS, fresh_answer
from graded import each_quantity, expected, graded, reference, rerun
from made import PROVENANCE

from exercise.catalogue import EXPERIMENTS
from exercise.project import PROJECT
from labreport.grading.score import Graded
from labreport.grading.worker import grade
from labreport.page import answers_json


def lost(result: Graded) -> list[str]:
    """All reasons for lost points."""
    return [f"{question.slug}: {reason}" for question in result.questions for reason in question.reasons]


def test_the_reference_gets_all_points_by_itself(tmp_path: Path) -> None:
    """Every number lies within its own tolerance."""
    assert lost(graded(tmp_path)) == []
    assert graded(tmp_path).points == pytest.approx(expected().points)


@pytest.mark.parametrize("seeds", [1, 2, 5, 20])
def test_other_seeds_cores_and_seconds_lose_nothing(tmp_path: Path, seeds: int) -> None:
    """Ten runs of each number of seeds, drawn from the reference's own distribution."""
    generator = np.random.default_rng(seeds)
    for _ in range(10):
        path = tmp_path / "rerun.json"
        path.write_text(json.dumps(rerun(reference(), seeds, generator)), encoding="utf-8")
        assert lost(grade(path, expected())) == []


def test_made_results_of_another_machine_lose_nothing(tmp_path: Path) -> None:
    """All answers computed from slower epochs on more cores, at equal accuracies."""
    elsewhere: Any = {
        experiment.name.removesuffix("-100"): {
            "seconds": 0.31,
            "provenance": {**PROVENANCE, "processor": "Another", "cores": 64, "threads": 2},
        }
        for experiment in EXPERIMENTS
    }
    answers = {slug: fresh_answer(slug, 5, **elsewhere) for slug in QUESTIONS}
    path = tmp_path / "elsewhere.json"
    path.write_text(answers_json(PROJECT.outline, answers, {}), encoding="utf-8")
    assert lost(grade(path, expected())) == []


def test_fewer_seeds_lose_only_what_they_leave_open(tmp_path: Path) -> None:
    """Made results of two seeds: every reason is a verdict that two seeds cannot decide."""
    path = tmp_path / "two.json"
    path.write_text(json.dumps(reference(2)), encoding="utf-8")
    reasons = lost(grade(path, expected()))
    assert reasons
    assert [reason for reason in reasons if "as with few seeds" not in reason] == []


def test_a_wrong_number_is_found(tmp_path: Path) -> None:
    """Five points off is not chance, and the reason gives the range that is right."""

    def change(plain: Any) -> None:
        plain["questions"]["part-one.wide.accuracy"]["quantities"]["test_accuracy"]["value"] = 0.91

    (reason,) = lost(graded(tmp_path, change))
    assert "test_accuracy is 0.91, expected 0.96" in reason


def test_nothing_of_the_machine_is_compared() -> None:
    """No expected number varies with it, though the reference has many."""
    machine = {
        id(quantity) for quantity in each_quantity(reference()) if quantity["varies_with"] == "machine"
    }
    assert len(machine) > 20
    names = {
        (question.slug, name)
        for question in expected().questions
        for name in question.numbers
        if reference()["questions"][question.slug]["quantities"][name]["varies_with"] == "machine"
    }
    assert set() == names


def test_more_seeds_in_the_reference_make_the_tolerance_narrower() -> None:
    """The rule knows how well a spread is known."""

    def width(seeds: int) -> float:
        questions = {question.slug: question for question in expected(seeds).questions}
        number = questions["part-one.wide.accuracy"].numbers["test_accuracy"]
        return number.high - number.low

    assert width(10) < 0.6 * width(5) < 0.6 * width(2)
