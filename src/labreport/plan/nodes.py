"""Nodes of the plan: what each is made of, whether it must be made, and how; and all of them by name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from labreport.errors import UnknownName
from labreport.experiment import Experiment
from labreport.fingerprint.canonical import digest
from labreport.plan.reasons import Reason
from labreport.project import Project

if TYPE_CHECKING:
    from labreport.plan.planner import Planner


class State(StrEnum):
    """Whether a node must be made: `pending` is decided once what it reads has been rebuilt."""

    FRESH = "fresh"
    STALE = "stale"
    PENDING = "pending"


class Node(ABC):
    """Something that can be made. Subclasses say of what, and how."""

    kind: ClassVar[str]
    cached: ClassVar[bool] = False
    """Whether what it puts out is kept in the cache, and made one node at a time by `make`."""

    def __init__(self, slug: str, reads: tuple[str, ...] = (), needs: tuple[str, ...] = ()) -> None:
        self.slug = slug
        self.reads = reads
        """Names of the nodes that it reads."""
        self.needs = needs
        """Names of the experiments and studies whose results it reads."""
        self.name = f"{self.kind}/{slug}"
        self.work, self.repeated = "training", "seed"
        """What making a result is called, and what there is one result for, in the singular."""

    @property
    def label(self) -> str:
        """What it is called for people: its slug, or the file that is published."""
        return self.slug

    @abstractmethod
    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """All that it is made of, as plain values. What it reads has its status already."""

    def key(self, planner: Planner, made_of: Mapping[str, Any]) -> str:
        """The digest of its ingredients, which are `made_of`."""
        return digest(made_of)

    def status(self, planner: Planner) -> Status:
        """Whether it must be made: by default, when an ingredient or one of its files is not as it was."""
        return planner.judge(self)

    def make(self, workshop: Any) -> Any:
        """What it puts out, as plain JSON values, with the means of a `labreport.nodes.workshop.Workshop`."""
        raise NotImplementedError(f"{self.name} is made together with others")

    def flaws(self, made: Any) -> str:
        """What a reader should know of what it put out, in a line; empty where there is nothing."""
        return ""


@dataclass(frozen=True)
class Status:
    """A node with its verdict. `key` identifies what it would be made of, as far as that is known."""

    node: Node
    state: State
    reasons: tuple[Reason, ...] = ()
    ingredients: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    output: str = ""

    @property
    def name(self) -> str:
        """The node's name."""
        return self.node.name

    @property
    def fresh(self) -> bool:
        """Whether nothing is to be done."""
        return self.state is State.FRESH


@dataclass(frozen=True)
class Plan:
    """Every node that was asked for, in an order in which it can be made."""

    statuses: tuple[Status, ...]

    def stale(self, kind: str | None = None) -> tuple[Status, ...]:
        """What is not fresh, of one kind or of all."""
        return tuple(
            status for status in self.statuses if not status.fresh and kind in (None, status.node.kind)
        )


_KINDS = ("section", "answer", "figure", "document", "result", "recording")
"""Where a slug is looked for, in this order."""


class Graph:
    """The nodes of `project`, the experiments behind every name that a question may need, and the names of
    the `results` of each experiment."""

    def __init__(
        self,
        project: Project,
        nodes: Mapping[str, Node],
        cells: Mapping[str, tuple[Experiment, ...]],
        results: Mapping[str, tuple[str, ...]],
    ) -> None:
        self.project = project
        self.nodes = nodes
        self._cells = cells
        self._results = results

    def of_kind(self, kind: str) -> tuple[Node, ...]:
        """The nodes of one kind."""
        return tuple(node for node in self.nodes.values() if node.kind == kind)

    def results_of(self, need: str) -> tuple[Node, ...]:
        """The result nodes behind a need: an experiment's seeds, or all cells of a study."""
        return tuple(self.nodes[name] for cell in self.cells(need) for name in self._results[cell.name])

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
