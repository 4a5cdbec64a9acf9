"""Nodes of the plan: what each is made of, whether it must be made, and how; and all of them by name."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from labreport.errors import UnknownName
from labreport.experiment import Experiment
from labreport.fingerprint.canonical import canonical, digest
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


SPECIFICATION = "specification."
FOLLOWING = frozenset({"results", "trainings", "experiments", "code of the answers"})
"""Ingredients that stand for trainings and answers: where one of those changes, that is the cause."""


@dataclass(frozen=True)
class _Said:
    """A reason that one sentence says, with the `name` of what it is about where there is such."""

    name: str = ""
    says: ClassVar[str]

    def __str__(self) -> str:
        return self.says.format(self.name)


class NeverMade(_Said):
    """There is no trace of it."""

    says = "never made"


class Missing(_Said):
    """Its output, a file, is not there."""

    says = "{} is missing"


class Altered(_Said):
    """Its output, a file, is not what was written."""

    says = "{} was altered"


class Unkept(_Said):
    """It was kept by decision."""

    says = "it was kept by a decision in kept.json, which is gone, or what was kept is"


class Upstream(_Said):
    """Something that it reads is to be rebuilt."""

    says = "{} is rebuilt"


class Forced(_Said):
    """The user asked for it."""

    says = "forced"


class SharesForced(_Said):
    """It is a part of a training that the user asked for by another name."""

    says = "is one with {} and must be rebuilt, too"


@dataclass(frozen=True)
class Changed:
    """An ingredient is another than when it was made; `old` or `new` is None where there is none.

    An empty text stands for a value that would tell a reader nothing, such as a hash. Of a definition, `kind`
    is what it is called, `place` the first line that changed, `about` the experiment or study that it
    declares, and `was` its hash before.
    """

    what: str
    old: Any = None
    new: Any = None
    about: str = ""
    kind: str = ""
    place: str = ""
    was: str = field(default="", compare=False)

    def __str__(self) -> str:
        what = f"{self.kind} {self.what.partition(' ')[2].rstrip(':')}" if self.kind else self.what
        if self.old is None and self.new is None:
            module = re.fullmatch(r"function (\S+):#text", self.what)  # comments and docstrings are read, too
            at = f" at {self.place}" if self.place else ""
            return f"{f'the text of {module[1]}' if module else what} changed{at}"
        if self.old is None:
            return f"{what} is new" + (f": {short(self.new)}" if self.new != "" else "")
        if self.new is None:
            return f"{what} is gone" + (f" (was {short(self.old)})" if self.old != "" else "")
        return f"{what} {short(self.old)} → {short(self.new)}"


@dataclass(frozen=True)
class Extended:
    """It was trained for fewer epochs, or without a snapshot that is now asked for."""

    have: int
    want: int

    def __str__(self) -> str:
        if self.have >= self.want:
            return f"a snapshot at epoch {self.want} is asked for"
        return f"epochs {self.have} → {self.want}"


Reason = NeverMade | Unkept | Changed | Missing | Altered | Extended | Upstream | Forced | SharesForced


ORDER = "order of what is read"


def differences(
    old: Mapping[str, Any], new: Mapping[str, Any], groups: Mapping[str, Mapping[str, str]]
) -> tuple[Changed, ...]:
    """How two sets of ingredients differ, nested values by dotted name, groups by their members.

    `groups` maps the digest that stands for a group (functions, templates) to its members' hashes.
    """
    before, after = dict(_flat(old)), dict(_flat(new))
    told = [canonical(made_of.get("specification")) for made_of in (old, new)]
    if told[0] != told[1] or "identity" not in before or "identity" not in after:
        for each in (before, after):
            each.pop("identity", None)  # which has all fields once more
    found: list[Changed] = []
    for name in sorted({*before, *after}):
        if canonical(before.get(name)) == canonical(after.get(name)):
            continue
        members = _members(groups.get(str(before.get(name))), groups.get(str(after.get(name))))
        if members:
            found.extend(members)
        elif _is_digest(before.get(name)) or _is_digest(after.get(name)):
            found.append(Changed(name))
        else:
            found.append(Changed(name, before.get(name), after.get(name)))
    return tuple(found)


def _members(old: Mapping[str, str] | None, new: Mapping[str, str] | None) -> list[Changed]:
    """What differs between two groups: changed members first, since others come and go by what those name."""
    if old is None or new is None:
        return []
    moved = old.keys() == new.keys()  # the order is another, too, where something is new or gone
    return [
        Changed(
            name,
            "" if name in old and name not in new else None,
            "" if name in new and name not in old else None,
            was=old.get(name, ""),
        )
        for name in sorted({*old, *new}, key=lambda name: ((name in old) != (name in new), name))
        if old.get(name) != new.get(name) and (moved or name != ORDER)
    ]


def _flat(value: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for name, item in value.items():
        plain = prefix in ("libraries.", "data.", "outline.")
        label = name if plain else f"{prefix.removeprefix(SPECIFICATION)}{name}"
        if isinstance(item, Mapping):
            pairs.extend(_flat(item, f"{name}." if not prefix else f"{prefix}{name}."))
        else:
            pairs.append((label, item))
    return pairs


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and len(value) in (16, 64) and all(c in "0123456789abcdef" for c in value)


def short(value: Any) -> str:
    """A value as it is written in Python, where that is short."""
    if isinstance(value, list) and len(value) > 2 and len({json.dumps(item) for item in value}) == 1:
        return f"({short(value[0])},) × {len(value)}"
    if isinstance(value, list):
        return f"({', '.join(map(short, value))}{',' if len(value) == 1 else ''})"
    return value if isinstance(value, str) else repr(value) if _plain(value) else json.dumps(value)


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float)
