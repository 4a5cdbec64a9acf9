"""A project's seeds: a number, or a range that begins where the author says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from labreport.errors import UsageError
from labreport.experiment import Experiment
from labreport.nodes.unfold import unfold
from labreport.project import Project


@dataclass(frozen=True)
class Walk:
    """A specification."""

    steps: int = 3


def results(seeds: Any, asked: int) -> list[str]:
    """The results of a project with one experiment whose seeds are not bounded and one with two at most."""
    experiments = tuple(
        Experiment(name, Walk(), start="project:start", seeds=most) for name, most in (("a", None), ("b", 2))
    )
    graph = unfold(Project("Walks", experiments=experiments, seeds=seeds), asked)
    return [name for name in graph.nodes if name.startswith("result/")]


def test_seeds_begin_where_the_range_begins_whatever_number_is_asked_for() -> None:
    """`range(5, 8)` means seeds 5, 6 and 7; a build with one seed takes the first, one with four adds 8."""
    assert results(range(5, 8), 1) == ["result/a#5", "result/b#5"]
    assert results(range(5, 8), 4) == [
        *(f"result/a#{seed}" for seed in (5, 6, 7, 8)),
        "result/b#5",
        "result/b#6",
    ]
    assert results(3, 1) == ["result/a#0", "result/b#0"]


@pytest.mark.parametrize("seeds", [0, -1, True, "5", range(0), range(-2, 3), range(0, 10, 2), (1, 2)])
def test_seeds_that_cannot_be_used_are_refused(seeds: Any) -> None:
    """The value is named, and what is allowed."""
    allowed = r"(write (a number from 1, or a range|5, without quotes)|allowed is a whole number or)"
    with pytest.raises(UsageError, match=rf"seeds is .*; {allowed}"):
        Project("Walks", seeds=seeds)
