"""The parts from which each node of a program's graph is hashed: of a function, a class, a value, a module.

Where a part is a node of its own, `resolver` puts its label in its place, and it is hashed separately.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, TypeAlias

from labreport.errors import UsageError, display_path
from labreport.project.checks import Declared
from labreport.stale.effects import changed_values
from labreport.stale.labels import Label
from labreport.stale.members import MUTABLE, caches_in_class, class_parts, enclosed_parts, enclosed_values
from labreport.stale.node import Node
from labreport.stale.references import REACHING_NAMES, Reference, Uses
from labreport.stale.resolver import Resolver
from labreport.stale.statements import FunctionSource, Statement, code_meaning, codes_within
from labreport.stale.values import ValueHasher
from labreport.threads import limits_threads

if TYPE_CHECKING:
    from labreport.stale.programgraph import ProgramGraph

PartsMaker: TypeAlias = "Callable[[NodeParts], object]"
"""Gives the parts of a node: one of the methods `..._parts`, with its argument bound."""


def compute_node(graph: ProgramGraph, node: Node, make_parts: PartsMaker) -> None:
    """Fill in the hash and the dependencies of a node.

    A value that differs from process to process is hashed by the statements that mention it; one that cannot
    be hashed completely, by these, too. Raises `UsageError` if there are none.
    """
    parts = NodeParts(graph, node)
    hasher = ValueHasher(parts.resolver)
    node.hash = hasher.hash_of(make_parts(parts))
    is_unstable = node.label in graph.unstable
    if is_unstable:
        node.hash = ""
    if is_unstable or hasher.opaque:
        parts = NodeParts(graph, node)
        statements_parts = parts.mention_parts()
        if statements_parts:
            node.hash = ValueHasher(parts.resolver).hash_of([node.hash, statements_parts])


class NodeParts:
    """Gives the parts of one node, and notes its dependencies."""

    def __init__(self, graph: ProgramGraph, node: Node) -> None:
        self._graph = graph
        self._program = graph.program
        self._node = node
        self.resolver = Resolver(graph, node, self.definition_parts)

    # Parts of nodes

    def mention_parts(self) -> list[object]:
        """The parts of the statements that mention a value; files that its module opened are added.

        Empty for an object that an experiment was given directly, without a global name. Raises `UsageError`
        for any other value that no statement mentions.
        """
        module, _, qualified_name = Label.parse(self._node.label).name.partition(":")
        name = qualified_name.partition(".")[0]
        statements = list(self._statements_about(module, name))
        if not statements:
            if self._node.label not in self._graph.nodes:
                return []
            text = "it cannot be told whether it changes, and no statement of its module makes it"
            location = display_path(self._program.project_modules.path(module) or module)
            raise UsageError(f"{qualified_name}: {text}; make it inside the function that uses it", location)
        for statement in self._program.loaded_statements():
            if statement.module != module and (module, name) in changed_values(self._program, statement):
                statements.append(statement)
        self._node.files.update(self._graph.recorder.opened_by(module))
        return self.statements_parts(statements)

    def _statements_about(self, module: str, name: str) -> Iterator[Statement]:
        """The top-level statements of a module that bind or use a name.

        A statement that only uses it to declare an experiment or a question is left out.
        """
        space = self._program.modules.get(module, {})
        for statement in self._program.syntax(module).statements:
            bound = [space.get(other) for other in statement.binds]
            only_declares = bool(bound) and all(isinstance(value, Declared) for value in bound)
            mentions = name in statement.code.co_names or "*" in statement.binds
            if mentions and (name in statement.binds or not only_declares):
                yield statement

    def root_parts(self, function: object, classes: Sequence[type]) -> list[object]:
        """The parts of a root: a function, or None for a section, and classes of specifications."""
        stand_in = None if function is None else self.resolver.resolve_callable(function)
        return [stand_in, list(classes)]

    def value_parts(self, value: object) -> object:
        """The part of a global value: the value itself, which `ValueHasher` takes apart."""
        self._node.may_vary = True
        return value

    def module_parts(self, module: str) -> list[object]:
        """The parts of a whole module: each global name with its stand-in."""
        parts = list[object]()
        for name in self._program.modules[module]:
            if not name.startswith("__") or name == "__getattr__":
                parts.append((name, self.resolver.resolve_name(module, Reference("", (name,)))))
        return parts

    def import_parts(self, module: str) -> list[object]:
        """The parts of an import inside a function: the module's statements that do more than bind names.

        Modules that it imports, and the packages around it, are included.
        """
        self._node.caching_functions.add((str(self._program.project_modules.path(module)), 1, "<module>"))
        parts: list[object] = [self.resolver.resolve_late_import(module.rpartition(".")[0])]
        for statement in self._program.syntax(module).statements:
            if not statement.only_binds:
                parts.append(self._code_parts(statement.module, statement))
                continue
            for reference in statement.imported.values():
                imported = self._program.absolute(reference.module, module)
                parts.append(self.resolver.resolve_late_import(imported))
        return parts

    def statements_parts(self, statements: Sequence[Statement]) -> list[object]:
        """The parts of statements: their code, and stand-ins for the names in it."""
        return [self._code_parts(statement.module, statement) for statement in statements]

    def acting_parts(self, statements: Sequence[Statement]) -> list[object]:
        """The parts of statements that change a library; the files that they opened are added to the node."""
        for statement in statements:
            self._node.files.update(self._graph.recorder.opened_by(statement.module, statement.lines))
        return self.statements_parts(statements)

    # Functions and classes

    def definition_parts(self, value: type | FunctionType) -> list[object]:
        """The parts of a function or a class."""
        if isinstance(value, FunctionType):
            return self._function_parts(value)
        self._node.may_vary = True
        if caches_in_class(value):
            self.resolver.use_methods(value)
        return class_parts(value)

    def _function_parts(self, function: FunctionType) -> list[object]:
        """The parts of a function: defaults and enclosed values, code, stand-ins for the names in it."""
        code = function.__code__
        parts = enclosed_parts(function)
        self._node.may_vary |= any(parts)
        if self._program.is_library_code(code):
            return [code.co_name, *parts]
        for source in self._program.function_sources(code) or [_source_of_text(function)]:
            if self._may_cache(function, source.uses):
                self._node.add_caching_function(function)
            if self._program.modules.get(function.__module__) is function.__globals__:
                parts += self._code_parts(function.__module__, source)
            else:  # made by `exec`, with globals of its own
                parts.append(code_meaning(source.code))
                parts += _used_globals(function, source.uses)
        return parts

    def _code_parts(self, module: str, source: Statement | FunctionSource) -> list[object]:
        """The parts of code in a module: what it does, and stand-ins for the names in it."""
        uses = source.uses
        self._node.reaches_any_code |= uses.reaches_any_code
        stand_ins = list[object]()
        asks_for_variables = False
        for reference in uses.references:
            stand_ins.append(self.resolver.resolve_name(module, reference))
            owner, names = self._program.lookup(module, reference)
            asks_for_variables |= owner == "os" and names[:1] in (("environ",), ("getenv",))
        for name in uses.imports:
            stand_ins.append(self.resolver.resolve_late_import(self._program.absolute(name, module)))
        parts: list[object] = [code_meaning(source.code), stand_ins]
        if asks_for_variables:
            parts += self._variables(source.code)
        return parts

    def _variables(self, code: CodeType) -> list[str]:
        """The labels of the environment variables that are set and whose names are texts in the code."""
        labels = []
        for text in chain.from_iterable(inner.co_consts for inner in codes_within(code)):
            if isinstance(text, str) and not limits_threads(text):
                self._graph.variables.add(text)
                if text in os.environ:
                    labels.append(self.resolver.resolve_variable(text))
        return labels

    def _may_cache(self, function: FunctionType, uses: Uses) -> bool:
        """Whether a function may cache a value between calls: in a global, a default or an enclosed value."""
        values = enclosed_values(function) + _used_globals(function, uses)
        return uses.stores or any(self._can_cache(value) for value in values)

    def _can_cache(self, value: object) -> bool:
        """Whether a function could cache something in a value: a list, say, or an object of the project."""
        is_object = self._program.is_own(type(value).__module__) and not isinstance(value, (type, Declared))
        return isinstance(value, MUTABLE) or is_object


def _used_globals(function: FunctionType, uses: Uses) -> list[object]:
    """The values of the global names that a function uses; None for a name that is not defined."""
    names = [reference.names[0] for reference in uses.references if reference.names]
    return [function.__globals__.get(name) for name in names]


def _source_of_text(function: FunctionType) -> FunctionSource:
    """The source of a function that `exec` made at run time; the names it uses are taken from its code."""
    uses = Uses()
    for code in codes_within(function.__code__):
        for name in code.co_names:
            uses.reaches_any_code |= name in REACHING_NAMES
            if name in function.__globals__:
                uses.references[Reference("", (name,))] = None
    return FunctionSource(function.__code__, uses)
