"""Nodes of the plan, and what is found out about each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from labreport.experiment import Experiment
from labreport.outline import Figure, Question, Section
from labreport.plan.reasons import Reason


class State(StrEnum):
    """Whether a node must be made: `pending` is decided once what it reads has been made again."""

    FRESH = "fresh"
    STALE = "stale"
    PENDING = "pending"


@dataclass(frozen=True)
class Node:
    """Something that can be made: what it reads by name, and the value that declares it."""

    kind: str
    slug: str
    reads: tuple[str, ...] = ()
    value: Experiment | Question | Figure | Section | None = None
    seed: int = 0

    @property
    def name(self) -> str:
        """`kind/slug`, for a result `result/NAME#SEED`."""
        return f"{self.kind}/{self.slug}"


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


@dataclass(frozen=True)
class Plan:
    """Every node that was asked for, in an order in which it can be made."""

    statuses: tuple[Status, ...]

    def stale(self, kind: str | None = None) -> tuple[Status, ...]:
        """What is not fresh, of one kind or of all."""
        return tuple(
            status
            for status in self.statuses
            if status.state is not State.FRESH and kind in (None, status.node.kind)
        )

    def __getitem__(self, name: str) -> Status:
        for status in self.statuses:
            if status.name == name:
                return status
        raise KeyError(name)
