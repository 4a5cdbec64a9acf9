"""Planning grows with the number of experiments, and not faster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from labreport.experiment import Experiment, Study, study
from labreport.nodes.unfold import unfold
from labreport.outline import Outline
from labreport.project import Project


@dataclass(frozen=True)
class Walk:
    """A specification with one field to vary."""

    rate: float = 0.5


def test_each_cell_of_a_study_is_made_once_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan of 200 cells makes 200 experiments, not 200 for each of its results."""
    made: list[dict[str, Any]] = []
    cell = Study._cell

    def counted(self: Study, point: dict[str, Any]) -> Experiment:
        made.append(point)
        return cell(self, point)

    monkeypatch.setattr(Study, "_cell", counted)
    base = Experiment("base", Walk(), epochs=1, start="somewhere:start")
    grid = study("grid", base, rate=tuple(n / 1000 for n in range(200)))
    project = Project("title", experiments=(base,), studies=(grid,), outline=Outline("title", "", ()))
    graph = unfold(project, seeds=3)
    assert len(list(graph.of_kind("result"))) == 201 * 3
    assert len(made) == 200
