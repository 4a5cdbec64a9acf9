"""One part of a project on which others rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import CodeType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labreport.stale.builder import NodeBuilder

FunctionKey = tuple[str, int, str]
"""A function by its file, its first line and its name; `<module>` is the code of a module itself."""


def function_key(code: CodeType) -> FunctionKey:
    """How a function is called when it is seen running."""
    line = 1 if code.co_name == "<module>" else code.co_firstlineno
    return code.co_filename, line, code.co_name


Parts = Callable[["NodeBuilder"], Any]
"""What the digest of a node is made of; called when the node is computed."""


@dataclass
class Node:
    """A function, a class, a value, a module or a declaration, by its label; see `graph`."""

    label: str
    digest: str = ""
    references: dict[str, None] = field(default_factory=dict)
    """The labels on which it rests directly, in order."""
    libraries: set[str] = field(default_factory=set)
    """The libraries that it uses, by their top-level names."""
    keepers: set[FunctionKey] = field(default_factory=set)
    """Functions that may keep what they read from a file for whoever calls them next."""
    files: set[str] = field(default_factory=set)
    """Files that stand for a value which cannot be told: those that its module opened at import."""
    reaches_any_code: bool = False
    may_vary: bool = False
    """Whether it has values, which may differ from process to process, and not only code."""
