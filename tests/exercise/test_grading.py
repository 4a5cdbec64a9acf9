"""What the rubric of the exercise leaves to a submission that measured nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import drawn
import pytest
from graded import document, each_quantity, grade_plain

from exercise.project import PROJECT
from labreport.grading.reference import expect
from labreport.grading.score import Expected


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    """The answers of made results."""
    return document({slug: drawn.answer(slug, "five seeds") for slug in drawn.QUESTIONS})


@pytest.fixture(scope="module")
def expected(reference: dict[str, Any]) -> Expected:
    """What they expect."""
    return expect(reference, PROJECT.rubric, PROJECT.recompute)


@pytest.mark.parametrize("value", [0.0, 0.1, 0.9, 0.96, 0.965, 0.97, 0.98, 1.0])
@pytest.mark.parametrize("level", [False, True])
def test_one_value_for_everything_measured_gets_little(
    tmp_path: Path, reference: dict[str, Any], expected: Expected, value: float, level: bool
) -> None:
    """With every count, every outcome and, where they are `level`, differences of none: at most 30 %."""
    plain = json.loads(json.dumps(reference))
    for quantity in each_quantity(plain):
        if quantity["unit"] in ("fraction", "points", "points, unsigned", "nat", "times"):
            quantity["value"] = 0.0 if level and quantity["unit"] != "fraction" else value
    assert grade_plain(tmp_path, reference, expected).points == pytest.approx(expected.points)
    assert grade_plain(tmp_path, plain, expected).points <= 0.3 * expected.points


def test_how_many_epochs_were_timed_is_no_answer(expected: Expected) -> None:
    """Seconds are those of a machine: nothing is left of that question to compare."""
    assert "part-one.time" not in {question.slug for question in expected.questions}
