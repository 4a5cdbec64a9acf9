"""Intervals hold what they say, in simulated data: a short run of benchmarks/intervals.py."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import intervals
else:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
    import intervals

    sys.path.pop(0)

DRAWS = 400
"""With so many, three standard errors of a share of 95 % are 3.3 points."""
TOO_NARROW = {
    "mean,": "a mean of skewed or bimodal values, as the sentence about a mean says",
    "duplicated": "copies of a seed, which a finding says that there may be",
    "uncorrected": "shown beside the corrected one",
    "clusters": "items are taken as independent, as the sentence says",
    "seeds, 1 ×": "one seed says nothing of others, as a finding says",
    "accuracy of 92 %, 1 ×": "the same",
}
"""Kinds of data for which the interval is too narrow, and what is said of it."""


HELD = [case for case in intervals.cases() if not any(part in case.name for part in TOO_NARROW)]


@pytest.mark.parametrize("case", HELD, ids=lambda case: case.name)
def test_an_interval_covers_the_truth(case: intervals.Case) -> None:
    """At least 95 % less three standard errors, and so at most as many false "clear"."""
    found = intervals.tried(case, DRAWS)
    assert found.covers >= 0.917 or found.without == 1
    assert found.false_clear <= 0.083


def test_identical_values_are_never_clear() -> None:
    """They have no interval."""
    (case,) = (case for case in intervals.cases() if "identical" in case.name)
    assert intervals.tried(case, 10) == intervals.Found(0.0, 0.0, 1.0)


def test_one_of_all_pairs_is_rarely_clear_by_chance() -> None:
    """Fifteen pairs of equal things, each judged as one of them."""
    assert intervals.any_clear(6, 5, 400, 15) <= 0.09
