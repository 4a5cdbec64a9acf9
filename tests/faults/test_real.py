"""The real program is interrupted a few times; the harness sees what it is there to see."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from faults.real import Tally, campaign, comparable, difference


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
    """A measured accuracy that differs is seen; a second is not."""
    first = {
        "accuracy": {"value": 0.98, "unit": "fraction", "source": "wide"},
        "took": {"value": 1.0, "unit": "s"},
    }
    later = {**first, "took": {"value": 2.0, "unit": "s"}}
    other = {**first, "accuracy": {"value": 0.97, "unit": "fraction", "source": "wide"}}
    assert difference(comparable(first), comparable(later)) == ""
    assert difference(comparable(first), comparable(other)) == "/accuracy/value: 0.98 and 0.97"


def test_the_table_has_every_figure() -> None:
    """One line each."""
    table = Tally(landed=5, to_the_end=2, equal=2).table()
    assert "| interruptions that landed | 5 |" in table
    assert "| builds to the end | 2 |" in table
