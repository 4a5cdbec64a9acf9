"""One part of a project on which others rest, and all that somebody rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import CodeType
from typing import TypeAlias

FunctionKey: TypeAlias = tuple[str, int, str]
"""A function by its file, its first line and its name; `<module>` is the code of a module itself."""


def function_key(code: CodeType) -> FunctionKey:
    """How a function is called when it is seen running."""
    line = 1 if code.co_name == "<module>" else code.co_firstlineno
    return code.co_filename, line, code.co_name


@dataclass
class Footprint:
    """What something uses beside what has labels."""

    libraries: set[str] = field(default_factory=set)
    """The libraries that it uses, by their top-level names."""
    keepers: set[FunctionKey] = field(default_factory=set)
    """Functions that may keep what they read from a file for whoever calls them next."""
    files: set[str] = field(default_factory=set)
    """Files that stand for a value which cannot be told: those that its module opened at import."""
    reaches_any_code: bool = False

    def add(self, other: Footprint) -> None:
        """Add what another uses."""
        self.libraries |= other.libraries
        self.keepers |= other.keepers
        self.files |= other.files
        self.reaches_any_code |= other.reaches_any_code

    def add_keeper(self, function: object) -> None:
        """Add a function that may keep what it reads; what is not written in Python does not count."""
        code = getattr(function, "__code__", None)
        if isinstance(code, CodeType):
            self.keepers.add(function_key(code))


@dataclass
class Node(Footprint):
    """A function, a class, a value, a module or a declaration, by its label; see `programgraph`."""

    label: str = ""
    digest: str = ""
    references: dict[str, None] = field(default_factory=dict)
    """The labels on which it rests directly, in order."""
    may_vary: bool = False
    """Whether it has values, which may differ from process to process, and not only code."""


@dataclass
class Closure(Footprint):
    """All that somebody rests on."""

    inputs: dict[str, str] = field(default_factory=dict)
    """The digest of each label."""
    parents: dict[str, str] = field(default_factory=dict)
    """The label that led to each; empty for what is rested on directly."""
