"""Which libraries a top-level statement acts on when its module is loaded, by itself or by what it calls."""

from __future__ import annotations

import ast
from types import FunctionType
from typing import TYPE_CHECKING, Any

from labreport.stale.members import method_functions
from labreport.stale.references import DEFINITIONS, Reference, Uses, dotted
from labreport.stale.statements import Statement

if TYPE_CHECKING:
    from labreport.stale.graph import Graph

_CONSTRUCTION = frozenset({"__init__", "__new__", "__post_init__"})
_WITHOUT_EFFECT = frozenset(
    {"labreport", "builtins", "logging", "dataclasses", "functools", "typing", "enum"}
)
"""Libraries on which to act changes no result."""
_ALSO_CHANGES = {"seaborn": "matplotlib"}
"""Libraries that set another one when they are called."""


def changed_values(graph: Graph, statement: Statement) -> set[tuple[str, str]]:
    """The modules and names of the project's values on which a statement acts: `SCALE.set(3)`."""
    values = set[tuple[str, str]]()
    if not isinstance(statement.node, DEFINITIONS):
        for reference in (*statement.uses.acts_on, *statement.uses.calls):
            owner, path = graph.lookup(statement.module, reference)
            if path and owner in graph.modules:
                values.add((owner, path[0]))
    return values


def changed_libraries(graph: Graph, statement: Statement) -> set[str]:
    """The top-level names of the libraries on which a statement acts.

    `numpy.random.seed(1)` acts on numpy, and so does `READY = setup()` with a function that calls this.
    """
    search = _Search(graph)
    if isinstance(statement.node, DEFINITIONS):
        search.add_decorators(statement)
    else:
        search.add_uses(statement.module, statement.uses)
    for library in search.libraries & _ALSO_CHANGES.keys():
        search.libraries.add(_ALSO_CHANGES[library])
    return search.libraries - _WITHOUT_EFFECT


class _Search:
    """Follows what is called, each function once."""

    def __init__(self, graph: Graph) -> None:
        self.libraries = set[str]()
        self._graph = graph
        self._seen = set[int]()

    def add_uses(self, module: str, uses: Uses) -> None:
        """Add what a statement or a function of a module acts on, and what its calls act on."""
        for reference in uses.acts_on:
            self._add_library(module, reference)
        for reference in (*uses.acts_on, *uses.calls):
            owner, path = self._graph.lookup(module, reference)
            if path and owner in self._graph.modules:
                self._follow(self._graph.modules[owner].get(path[0]), path[1:])

    def _add_library(self, module: str, reference: Reference) -> None:
        owner, path = self._graph.lookup(module, reference)
        is_builtin = owner == module and path[0] not in self._graph.modules.get(module, {})
        if not self._graph.is_own(owner) and not is_builtin:
            self.libraries.add(top_module(owner))

    def add_decorators(self, statement: Statement) -> None:
        """Add libraries whose decorator gives back what it was given, so that it must do something else."""
        definition: Any = statement.node
        value = self._graph.modules[statement.module].get(definition.name)
        is_same = isinstance(value, (type, FunctionType)) and self._graph.defined_at(value)
        if is_same and not (isinstance(value, FunctionType) and self._graph.is_library_code(value.__code__)):
            for decorator in definition.decorator_list:
                path = dotted(decorator.func if isinstance(decorator, ast.Call) else decorator)
                if path:
                    self._add_library(statement.module, Reference("", path))

    def _follow(self, value: Any, path: tuple[str, ...]) -> None:
        """Follow a function of the project, the construction of a class or a method of an object of it."""
        if isinstance(value, FunctionType):
            self._follow_function(value)
            return
        kind = value if isinstance(value, type) else type(value)
        wanted = {path[0]} if path else set(_CONSTRUCTION)
        for base in kind.__mro__ if self._graph.is_own(kind.__module__) else ():
            for function in method_functions(base):
                if function.__name__ in wanted:
                    wanted.update(function.__code__.co_names)
                    self._follow_function(function)

    def _follow_function(self, function: FunctionType) -> None:
        code = function.__code__
        if id(code) not in self._seen:
            self._seen.add(id(code))
            for source in self._graph.function_sources(code):
                self.add_uses(function.__module__, source.uses)


def top_module(module: str) -> str:
    """The library of a module: `numpy` of `numpy.random`; `_decimal` is a part of `decimal`."""
    return module.lstrip("_").partition(".")[0]
