"""The real program is interrupted a few times; the harness sees what it is there to see."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import pytest
from faults.real import Tally, campaign
from faults.real_answers import comparable, difference


@pytest.mark.faults
def test_the_real_program_loses_nothing_when_it_is_interrupted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Six interruptions of three real networks, two of which share a trajectory."""
    seed = secrets.randbelow(10**6)
    with capsys.disabled():
        print(f"\nseed {seed}", flush=True)
        tally = campaign(6, seed, ("complex", "complex-100", "small"), 3, tmp_path)
        print(tally.table())
    assert tally.broken == []
    assert tally.landed >= 6
    assert tally.equal == tally.to_the_end > 0


def test_times_are_left_out_of_a_comparison_and_nothing_else() -> None:
    """A measured accuracy that differs is seen; a second, and what a headline says of it, is not."""
    first, later = answers(took=1.0), answers(took=2.0)
    assert difference(comparable(first), comparable(later)) == ""
    for changed in (answers(accuracy=0.97), answers(verdict="refuted"), answers(headline="98 %")):
        assert difference(comparable(first), comparable(changed)).startswith("/questions/")


def answers(
    accuracy: float = 0.98, took: float = 1.0, verdict: str = "supported", headline: str = "99 %"
) -> dict[str, Any]:
    """Two questions: one on accuracy, one on time."""
    return {
        "run": {"Trained": f"in {took} s"},
        "questions": {
            "accuracy": {
                "headline": headline,
                "facts": {},
                "findings": {"better": {"numbers": ["accuracy"], "predicate": "a > b", "verdict": verdict}},
                "quantities": {"accuracy": {"value": accuracy, "unit": "fraction", "source": "wide"}},
            },
            "time": {
                "headline": f"It takes {took} s.",
                "facts": {"seconds": [took]},
                "findings": {"slower": {"numbers": ["took"], "predicate": "a > b", "p_value": took}},
                "quantities": {"took": {"value": took, "unit": "s", "source": "wide"}},
            },
        },
    }


def test_the_table_has_every_figure() -> None:
    """One line each."""
    table = Tally(landed=5, to_the_end=2, equal=2).table()
    assert "| interruptions that landed | 5 |" in table
    assert "| builds to the end | 2 |" in table
