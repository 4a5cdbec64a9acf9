"""All nodes of a project by name, in an order in which they can be made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from labreport.errors import UnknownName
from labreport.experiment import Experiment
from labreport.plan.nodes import Node
from labreport.project import Project

_KINDS = ("section", "answer", "figure", "document", "result", "recording")
"""Where a slug is looked for, in this order."""


class Graph:
    """The nodes of `project`, and the experiments behind every name that a question may need."""

    def __init__(
        self, project: Project, nodes: Mapping[str, Node], cells: Mapping[str, tuple[Experiment, ...]]
    ) -> None:
        self.project = project
        self.nodes = nodes
        self._cells = cells
        self._results: dict[str, list[Node]] = {}
        for node in nodes.values():
            if node.kind in ("result", "recording"):
                name = node.slug if node.kind == "recording" else node.slug.rpartition("#")[0]
                self._results.setdefault(name, []).append(node)

    def of_kind(self, kind: str) -> tuple[Node, ...]:
        """The nodes of one kind."""
        return tuple(node for node in self.nodes.values() if node.kind == kind)

    def results_of(self, need: str) -> tuple[Node, ...]:
        """The result nodes behind a need: an experiment's seeds, or all cells of a study."""
        return tuple(node for cell in self.cells(need) for node in self._results.get(cell.name, ()))

    def cells(self, need: str) -> tuple[Experiment, ...]:
        """The experiments behind a need."""
        return self._cells[need]

    def closure(self, names: Iterable[str]) -> tuple[Node, ...]:
        """The nodes `names` and all that they read, in order."""
        wanted: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in wanted:
                wanted.add(name)
                waiting.extend(self.nodes[name].reads)
        return tuple(node for name, node in self.nodes.items() if name in wanted)

    def resolve(self, word: str) -> tuple[str, ...]:
        """The nodes that a user means by `word`: a full name, a slug, or an experiment or study."""
        if word in self.nodes:
            return (word,)
        if word in self._cells:
            return tuple(node.name for node in self.results_of(word))
        for kind in _KINDS:
            if f"{kind}/{word}" in self.nodes:
                return (f"{kind}/{word}",)
        if called := next((node.name for node in self.of_kind("document") if node.label == word), ""):
            return (called,)
        slugs = [node.label for node in self.nodes.values()]
        raise UnknownName("item", word, [*slugs, *self.nodes, *self._cells])
