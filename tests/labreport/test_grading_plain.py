"""What travels to a grading process and back arrives as it was sent."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest

from labreport.grading.expected import Decision, Expected, Number, Question
from labreport.grading.plain import from_plain
from labreport.grading.score import Graded, Scored

QUESTION = Question(
    "which",
    "Which is better?",
    1.5,
    {"accuracy": Number(0.98, 0.97, 0.99, "share", True)},
    {"better": Decision("supported", True, ("accuracy",))},
    ("accuracy",),
    (),
)


@pytest.mark.parametrize(
    "value",
    [
        Expected(2, (QUESTION,), 0.5, 0.25, "project:recompute"),
        Graded((Scored("which", 1.0, 1.5, ("one", "two"), "A sentence."),), "a problem", "c", "n"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_comes_back_from_json_equal(value: Any) -> None:
    """With its tuples, mappings and inner values."""
    assert from_plain(type(value), json.loads(json.dumps(asdict(value)))) == value


def test_a_field_that_the_type_does_not_have_is_refused() -> None:
    """Instead of being dropped."""
    with pytest.raises(TypeError, match="unknown"):
        from_plain(Scored, {"slug": "s", "points": 1.0, "most": 1.0, "reasons": [], "unknown": 1})
