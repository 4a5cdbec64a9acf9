"""Stored results as answers and figures read them: what was declared, and not an epoch more."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from labreport.errors import StoreError
from labreport.experiment import Experiment
from labreport.outline import Question
from labreport.plan.graph import Graph
from labreport.plan.planner import Planner
from labreport.results import Result, Results, Runs, Snapshot
from labreport.store import Store
from labreport.store.entry import Entry


class Reader:
    """Builds `Results`; entries and arrays are read once and shared between readers."""

    def __init__(self, graph: Graph, planner: Planner, store: Store) -> None:
        self._graph = graph
        self._planner = planner
        self._store = store
        self._entries: dict[str, Entry] = {}
        self._arrays: dict[tuple[str, int], Mapping[str, Any]] = {}

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
        """All seeds of one experiment."""
        nodes = self._graph.results_of(experiment.name)
        return Runs(
            experiment,
            tuple(self.result(experiment, node.seed, self._planner.key(node)[1]) for node in nodes),
        )

    def result(self, experiment: Experiment, seed: int, key: str) -> Result:
        """One run, cut to what `experiment` asks for."""
        entry = self._entry(key, experiment.name)
        segments = [part for part in entry.provenance["segments"] if part["first"] <= experiment.epochs]
        return Result(
            name=experiment.name,
            seed=seed,
            specification=entry.ingredients["specification"],
            records=tuple(entry.records[: experiment.epochs]),
            snapshots={
                epoch: Snapshot(epoch, entry.snapshots[epoch], partial(self._load, entry, epoch))
                for epoch in experiment.snapshots
            },
            provenance={**segments[0], "libraries": _libraries(entry)},
        )

    def _entry(self, key: str, name: str) -> Entry:
        if key not in self._entries:
            entry = self._store.entry(key)
            if entry is None:
                raise StoreError(
                    f"result {name!r}: its stored entry {key[:12]} cannot be read; run again to make it anew"
                )
            self._entries[key] = entry
        return self._entries[key]

    def _load(self, entry: Entry, epoch: int) -> Mapping[str, Any]:
        place = (entry.key, epoch)
        if place not in self._arrays:
            self._arrays[place] = self._store.arrays(entry, epoch)
        return self._arrays[place]


def _libraries(entry: Entry) -> dict[str, str]:
    prefix = "library "
    return {
        name[len(prefix) :]: value for name, value in entry.ingredients.items() if name.startswith(prefix)
    }
