"""Stored trajectories as answers and figures read them: what was declared, and not an epoch more."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from labreport.errors import StoreError
from labreport.experiment import Experiment
from labreport.nodes.result import ResultNode
from labreport.outline import Question
from labreport.plan.graph import Graph
from labreport.plan.planner import Planner
from labreport.results import Result, Results, Runs, Snapshot
from labreport.trajectory import Arrays, Store, Trajectory


class Reader:
    """Builds `Results`; documents and arrays are read once and shared between readers."""

    def __init__(self, graph: Graph, planner: Planner, store: Store) -> None:
        self._graph = graph
        self._planner = planner
        self._store = store
        self._trajectories: dict[str, Trajectory] = {}

    def of_question(self, question: Question) -> Results:
        """What a question's answer may read."""
        results = self.results(f"answer {question.slug!r}", question.needs)
        if question.reads_verification:
            planner = self._planner
            node = self._graph.nodes[f"answer/{question.slug}"]
            results.verification = planner.verification.found(node, planner.put_out)
        return results

    def results(self, reader: str, needs: tuple[str, ...]) -> Results:
        """What `reader` declared."""
        runs = {cell.name: self.runs(cell) for need in needs for cell in self._graph.cells(need)}
        studies = {grid.name: grid for grid in self._graph.project.studies if grid.name in needs}
        return Results(reader, runs, studies)

    def runs(self, experiment: Experiment) -> Runs:
        """All runs of one experiment."""
        if experiment.recorded:
            return Runs(experiment, experiment.recorded.results())
        nodes = self._graph.results_of(experiment.name)
        wishes = ((node, node.experiment) for node in nodes if isinstance(node, ResultNode))
        return Runs(experiment, tuple(self.result(own, self._planner.key(node)[1]) for node, own in wishes))

    def result(self, experiment: Experiment, key: str) -> Result:
        """One run, cut to what `experiment` asks for."""
        trajectory = self._trajectory(key, experiment.name).cut(experiment.epochs)
        return Result(
            name=experiment.name,
            seed=trajectory.seed,
            specification=trajectory.ingredients["specification"],
            records=trajectory.records,
            snapshots={
                epoch: Snapshot(epoch, kept.metrics, partial(_arrays, kept.arrays))
                for epoch, kept in trajectory.snapshots.items()
                if epoch in experiment.snapshots
            },
            provenance={**trajectory.segments[0], "libraries": _libraries(trajectory)},
        )

    def _trajectory(self, key: str, name: str) -> Trajectory:
        if key not in self._trajectories:
            found = self._store.get(key)
            if found is None:
                raise StoreError(
                    f"result {name!r}: its stored document {key[:12]} cannot be read; run again to rebuild it"
                )
            self._trajectories[key] = found
        return self._trajectories[key]


def _arrays(arrays: Arrays) -> Arrays:
    return arrays


def _libraries(trajectory: Trajectory) -> Mapping[str, Any]:
    prefix = "library "
    return {
        name[len(prefix) :]: value
        for name, value in trajectory.ingredients.items()
        if name.startswith(prefix)
    }
