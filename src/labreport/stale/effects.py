"""Side effects of top-level statements: which libraries and global values they change when they are loaded.

`numpy.random.seed(1)` changes numpy, so every function that uses numpy depends on this statement.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from types import FunctionType

from labreport.stale.members import method_functions
from labreport.stale.modules import ENGINE_NAME
from labreport.stale.program import Program
from labreport.stale.references import DefinitionNode, DottedName, Reference, Uses, dotted_name
from labreport.stale.statements import Statement

_CONSTRUCTION = frozenset({"__init__", "__new__", "__post_init__"})
_WITHOUT_EFFECT = frozenset(
    {ENGINE_NAME, "builtins", "logging", "dataclasses", "functools", "typing", "enum"}
)
"""Libraries whose state, if changed, changes no result."""
_ALSO_CHANGES = {"seaborn": "matplotlib"}
"""Library to another one that it changes when it is called."""


def changed_values(program: Program, statement: Statement) -> set[tuple[str, str]]:
    """The global values of the project that a statement may change, as pairs of module and name.

    `SCALE.set(3)` may change `("project", "SCALE")`.
    """
    if isinstance(statement.node, DefinitionNode):
        return set()
    acted_on = _values_acted_on(program, statement.module, statement.uses)
    return {(owner, names[0]) for owner, names in acted_on}


def _values_acted_on(program: Program, module: str, uses: Uses) -> Iterator[tuple[str, DottedName]]:
    """The global values of the project that code calls or may change: module, and name with attributes."""
    for reference in uses.acts_on | uses.calls:
        owner, names = program.lookup(module, reference)
        if names and owner in program.modules:
            yield owner, names


def changed_libraries(program: Program, statement: Statement) -> set[str]:
    """The top-level names of the libraries that a statement may change.

    `numpy.random.seed(1)` may change numpy, and so may `READY = setup()` if `setup` calls it.
    """
    search = _Search(program)
    if isinstance(statement.node, DefinitionNode):
        search.add_decorators(statement.module, statement.node)
    else:
        search.add_uses(statement.module, statement.uses)
    for library in search.libraries & _ALSO_CHANGES.keys():
        search.libraries.add(_ALSO_CHANGES[library])
    return search.libraries - _WITHOUT_EFFECT


class _Search:
    """Collects in `libraries` what code may change, following each function that it calls once."""

    def __init__(self, program: Program) -> None:
        self.libraries = set[str]()
        self._program = program
        self._followed = set[FunctionType]()

    def add_uses(self, module: str, uses: Uses) -> None:
        """Add the libraries that a piece of code changes, directly or by the functions that it calls."""
        for reference in uses.acts_on:
            self._add_library(module, reference)
        for owner, names in _values_acted_on(self._program, module, uses):
            self._follow_value(self._program.modules[owner].get(names[0]), names[1:])

    def _add_library(self, module: str, reference: Reference) -> None:
        owner, _ = self._program.lookup(module, reference)
        if not self._program.is_own(owner):
            self.libraries.add(top_module(owner))

    def add_decorators(self, module: str, definition: DefinitionNode) -> None:
        """Add the libraries of decorators that return the definition unchanged: they must have a side effect.

        An example is a decorator that registers a function with its library.
        """
        value = self._program.modules[module].get(definition.name)
        is_unchanged = isinstance(value, (type, FunctionType)) and self._program.defined_at(value)
        is_of_library = isinstance(value, FunctionType) and self._program.is_library_code(value.__code__)
        if not is_unchanged or is_of_library:
            return
        for decorator in definition.decorator_list:
            names = dotted_name(decorator.func if isinstance(decorator, ast.Call) else decorator)
            if names:
                self._add_library(module, Reference("", names))

    def _follow_value(self, value: object, attributes: DottedName) -> None:
        """Follow a call of a global value: a function, a class (its constructor), a method of an object."""
        if isinstance(value, FunctionType):
            self._follow_function(value)
            return
        kind = value if isinstance(value, type) else type(value)
        if not self._program.is_own(kind.__module__):
            return
        wanted = {attributes[0]} if attributes else set(_CONSTRUCTION)
        for base in kind.__mro__:
            for method in method_functions(base):
                if method.__name__ in wanted:
                    wanted.update(method.__code__.co_names)
                    self._follow_function(method)

    def _follow_function(self, function: FunctionType) -> None:
        if function not in self._followed:
            self._followed.add(function)
            for source in self._program.function_sources(function.__code__):
                self.add_uses(function.__module__, source.uses)


def top_module(module: str) -> str:
    """The library of a module: `numpy` for `numpy.random`, `decimal` for its C part `_decimal`."""
    library = module.partition(".")[0]
    return library.lstrip("_") if library in sys.stdlib_module_names else library
