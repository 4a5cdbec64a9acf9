"""The nodes of the dependency graph of a project, and the closures that are collected from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import CodeType
from typing import TypeAlias

FunctionKey: TypeAlias = tuple[str, int, str]
"""A function, identified by file, first line and name; `<module>` is the top level of a module."""


def function_key(code: CodeType) -> FunctionKey:
    """The identity of a function, from the code object that a running frame has."""
    line = 1 if code.co_name == "<module>" else code.co_firstlineno
    return code.co_filename, line, code.co_name


@dataclass
class Footprint:
    """The dependencies that have no node: libraries, files, functions that may cache file contents."""

    libraries: set[str] = field(default_factory=set)
    """The libraries that are used, by top-level name."""
    caching_functions: set[FunctionKey] = field(default_factory=set)
    """Functions that may cache what they read from a file, so that the next caller does not open it."""
    files: set[str] = field(default_factory=set)
    """Files that were opened when a module was imported, for values that cannot be hashed themselves."""
    reaches_any_code: bool = False
    """Whether it uses `eval`, `importlib` or similar: then all modules of the project count."""

    def add(self, other: Footprint) -> None:
        """Add the dependencies of another footprint."""
        self.libraries |= other.libraries
        self.caching_functions |= other.caching_functions
        self.files |= other.files
        self.reaches_any_code |= other.reaches_any_code

    def add_caching_function(self, function: object) -> None:
        """Note a function that may cache files; one that is not written in Python is skipped."""
        code = getattr(function, "__code__", None)
        if isinstance(code, CodeType):
            self.caching_functions.add(function_key(code))


@dataclass
class Node(Footprint):
    """A function, class, value, module or declaration with its label and hash; see `programgraph`."""

    label: str = ""
    hash: str = ""
    references: dict[str, None] = field(default_factory=dict)
    """The labels of the nodes on which it depends directly, in order."""
    may_vary: bool = False
    """Whether it contains values, which may differ from process to process, and not only code."""


@dataclass
class Closure(Footprint):
    """Everything on which a function depends, directly and indirectly."""

    inputs: dict[str, str] = field(default_factory=dict)
    """Label to hash of each node."""
    parents: dict[str, str] = field(default_factory=dict)
    """Label of a node to that of the node which first led to it; empty for a direct dependency."""
