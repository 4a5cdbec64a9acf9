"""Which libraries a top-level statement acts on when its module is loaded, by itself or by what it calls."""

from __future__ import annotations

import ast
import inspect
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from labreport.stale.members import method_functions, static_member
from labreport.stale.references import DEFINITIONS, Path, Uses, dotted
from labreport.stale.statements import Statement

if TYPE_CHECKING:
    from labreport.stale.graph import Graph

_CONSTRUCTION = frozenset({"__init__", "__new__", "__post_init__"})
_NO_EFFECT = frozenset({"", "labreport", "builtins", "logging"})
"""Modules on which to act changes no result."""
_ALSO_CHANGES = {"seaborn": "matplotlib"}
"""Libraries that set another one when they are called."""


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
    return search.libraries - _NO_EFFECT


class _Search:
    """Follows what is called, each function once."""

    def __init__(self, graph: Graph) -> None:
        self.libraries = set[str]()
        self._graph = graph
        self._seen = set[int]()

    def add_uses(self, module: str, uses: Uses) -> None:
        """Add what a statement or a function of a module acts on, and what its calls act on."""
        for path in uses.acts_on:
            library = self._library(module, path)
            if library:
                self.libraries.add(library)
        for path in (*uses.acts_on, *uses.calls):
            self._follow(*self._lookup(module, path))

    def add_decorators(self, statement: Statement) -> None:
        """Add libraries whose decorator gives back what it was given, so that it must do something else."""
        definition: Any = statement.node
        value = self._graph.modules[statement.module].get(definition.name)
        if not isinstance(value, (type, FunctionType)) or not self._graph.defined_at(value):
            return
        if isinstance(value, FunctionType) and not self._graph.function_sources(value.__code__):
            return
        for decorator in definition.decorator_list:
            path = dotted(decorator.func if isinstance(decorator, ast.Call) else decorator)
            library = self._library(statement.module, path) if path else ""
            if library not in ("dataclasses", "functools", "typing", "enum", "abc"):
                self.libraries.add(library)

    def _library(self, module: str, path: Path) -> str:
        """The library to which a name belongs; empty for what is the project's, and for values made in it."""
        value, _ = self._lookup(module, path)
        first = self._graph.modules[module].get(path[0])
        imported = self._graph.syntax(module).imported.get(path[0])
        if isinstance(first, ModuleType):
            owner = self._owner_of_member(first, path[1:])
        elif imported is not None:
            owner = self._graph.absolute(imported.module, module)
        elif inspect.isroutine(value):
            receiver = getattr(value, "__self__", None)
            owner = (
                (value.__module__ or type(receiver).__module__)
                if receiver is None
                else type(receiver).__module__
            )
        else:
            owner = ""
        if isinstance(value, (FunctionType, type)):
            owner = value.__module__ if self._graph.is_own(value.__module__ or "") else owner
        return "" if self._graph.is_own(owner) else top_module(owner)

    def _owner_of_member(self, module: ModuleType, path: Path) -> str:
        """The module, the first that is none of the project's, through which a path leads."""
        for name in path:
            inner = vars(module).get(name)
            if not self._graph.is_own(module.__name__) or not isinstance(inner, ModuleType):
                break
            module = inner
        return module.__name__

    def _lookup(self, module: str, path: Path) -> tuple[Any, Path]:
        """What a name stands for, through modules, and the attributes that are left."""
        value = self._graph.modules.get(module, {}).get(path[0])
        rest = path[1:]
        while rest and isinstance(value, ModuleType):
            value, rest = vars(value).get(rest[0]), rest[1:]
        return value, rest

    def _follow(self, value: Any, rest: Path) -> None:
        """Follow a function of the project, the construction of a class or a method of an object of it."""
        if isinstance(value, FunctionType) and not rest:
            self._follow_function(value)
            return
        kind = value if isinstance(value, type) else type(value)
        if not self._graph.is_own(kind.__module__):
            return
        wanted = {rest[0]} if rest else set(_CONSTRUCTION)
        for base in kind.__mro__:
            for function in method_functions(base):
                if function.__name__ in wanted:
                    wanted |= {name for name in function.__code__.co_names if static_member(kind, name)}
                    self._follow_function(function)

    def _follow_function(self, function: FunctionType) -> None:
        code = function.__code__
        if id(code) in self._seen or not self._graph.is_own(function.__module__ or ""):
            return
        self._seen.add(id(code))
        for source in self._graph.function_sources(code):
            self.add_uses(function.__module__, source.uses)


def top_module(module: str) -> str:
    """The library of a module: `numpy` of `numpy.random`; `_decimal` is a part of `decimal`."""
    return module.lstrip("_").partition(".")[0]
