"""What runs are to a comparison is an ingredient of whatever compares them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from made_results import Made

from labreport.experiment import Design, Experiment
from labreport.plan.planner import Planner


@dataclass(frozen=True)
class _Graph:
    design: Design

    def cells(self, need: str) -> tuple[Experiment, ...]:
        return (Experiment(need, Made(), design=self.design),)


def _ingredients(design: Design) -> dict[str, str]:
    planner: Any = object.__new__(Planner)
    planner.graph = _Graph(design)
    found: dict[str, str] = planner._designs(("a",))
    return found


def test_another_design_makes_an_answer_stale() -> None:
    """Other blocks, and other pairs, are other ingredients; the usual design is none."""
    designs = (Design(paired=False), Design(blocks=((0, "x"),)), Design(blocks=((0, "y"),)), Design("run"))
    found = [_ingredients(design)["design a"] for design in designs]
    assert len(set(found)) == len(found)
    assert _ingredients(Design()) == {}
