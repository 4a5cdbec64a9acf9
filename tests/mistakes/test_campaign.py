"""The campaign of mistakes: a handful of its cases; `python tests/mistakes/campaign.py` tries 500."""

from __future__ import annotations

import pytest
from mistakes import campaign


def test_mistakes_are_named_by_their_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """With a word of each and what to do, in one project."""
    assert campaign.main(["--count", "10", "--seed", "1", "--jobs", "1", "--only", "benchmark"]) == 0
    printed = capsys.readouterr().out
    assert "good: 100.0%" in printed, printed
