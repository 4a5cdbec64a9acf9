"""Computes one node of the graph: its digest, and all that it names."""

from __future__ import annotations

import builtins
import os
import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from labreport.errors import UsageError, display_path
from labreport.project import Data, Experiment, Study
from labreport.project.checks import Declared
from labreport.stale.canonical import declaration_hash, reading_hash
from labreport.stale.effects import changed_values, top_module
from labreport.stale.members import (
    MUTABLE,
    class_parts,
    enclosed_parts,
    enclosed_values,
    keeps_in_class,
    method_functions,
)
from labreport.stale.node import Node, Parts, function_key
from labreport.stale.references import REACHING_NAMES, Path, Reference, Uses
from labreport.stale.sources import ENGINE_NAME
from labreport.stale.statements import FunctionSource, Statement, code_meaning, codes_within
from labreport.stale.values import ValueHash

if TYPE_CHECKING:
    from labreport.stale.graph import Graph

_REACHING_LIBRARIES = frozenset({"importlib", "inspect", "runpy", "pkgutil"})
"""Libraries by which code can reach any other."""
_HARMLESS_MEMBERS = frozenset({"metadata", "resources"})
"""What of `importlib` reaches no code."""


class NodeBuilder:
    """Computes a node. Its methods give what stands for a name or a value in the digest that is made."""

    def __init__(self, graph: Graph, node: Node) -> None:
        self.graph = graph
        self.node = node
        self._values = ValueHash(self)
        self._looked_up = set[tuple[str, str]]()

    def compute(self, parts: Parts) -> None:
        """Fill in the node's digest and what it names.

        What cannot be told, or is another in every process, counts by the statements about it. Raises
        `UsageError` where there are none.
        """
        digest = self._values.sha256(parts(self))
        unstable = self.node.label in self.graph.unstable
        if self._values.opaque or unstable:
            digest = self._by_statements("" if unstable else digest)
        self.node.digest = digest

    def _by_statements(self, digest: str) -> str:
        """The digest of a value by the statements about it, and by what its module read at import."""
        module, _, qualified_name = self.node.label.partition(" ")[2].partition(":")
        name = qualified_name.partition(".")[0]
        statements = list(self._statements_about(module, name))
        if not statements:
            if self.node.label not in self.graph.nodes:  # a value that an experiment was given
                return digest
            text = "it cannot be told whether it changes, and no statement of its module makes it"
            location = display_path(self.graph.sources.path(module) or module)
            raise UsageError(f"{qualified_name}: {text}; make it inside the function that uses it", location)
        statements.extend(self._statements_elsewhere(module, name))
        self.node.files.update(self.graph.opened_by(module, None))
        written = [self.statement_parts(statement) for statement in statements]
        return ValueHash(self).sha256([digest, written])

    def _statements_about(self, module: str, name: str) -> Iterator[Statement]:
        """The statements that mention a name when its module is loaded, but not mere declarations."""
        space = self.graph.modules.get(module, {})
        for statement in self.graph.syntax(module).statements if space else ():
            bound = [space.get(other) for other in statement.binds]
            only_declares = bool(bound) and all(isinstance(value, Declared) for value in bound)
            mentions = name in statement.code.co_names or "*" in statement.binds
            if mentions and (name in statement.binds or not only_declares):
                yield statement

    def _statements_elsewhere(self, module: str, name: str) -> Iterator[Statement]:
        """The statements of other modules that act on a value when they are loaded."""
        for other in self.graph.modules:
            for statement in self.graph.syntax(other).statements if other != module else ():
                if (module, name) in changed_values(self.graph, statement):
                    yield statement

    def add(self, label: str, parts: Parts) -> str:
        """Note that the node rests on another, which may be new; its label."""
        label = self.graph.add(label, parts)
        self.node.references[label] = None
        return label

    # Statements and what code uses

    def statement_parts(self, statement: Statement) -> list[Any]:
        """What a statement says, and what its names stand for."""
        return self.code_parts(statement.module, statement.code, statement.uses)

    def code_parts(self, module: str, code: CodeType, uses: Uses) -> list[Any]:
        """What code of a module does, and what its names stand for."""
        parts: list[Any] = [code_meaning(code), self.uses_parts(module, uses)]
        if any(_is_environment(self.graph.lookup(module, reference)) for reference in uses.references):
            self.graph.variables.update(_texts_within(code))
            for name in _texts_within(code):
                set_by_engine = name.endswith("_THREADS")  # in workers; these count as `threads`
                if name in os.environ and not set_by_engine:
                    parts.append(self._variable(name))
        return parts

    def _variable(self, name: str) -> str:
        """The label of a variable of the environment."""
        return self.add(f"environment {name}", lambda builder: os.environ.get(name))

    def acting_parts(self, statements: Iterable[Statement]) -> list[Any]:
        """Statements that act on a library, with the files that they read."""
        parts = []
        for statement in statements:
            self.node.files.update(self.graph.opened_by(statement.module, statement.lines))
            parts.append(self.statement_parts(statement))
        return parts

    def uses_parts(self, module: str, uses: Uses) -> list[Any]:
        """What stands for the names that code of a module uses."""
        self.node.reaches_any_code |= uses.reaches_any_code
        parts = [self.reference(module, reference) for reference in uses.references]
        for imported in uses.imports:
            parts.append(self.imported(self.graph.absolute(imported, module)))
        return parts

    def callable_parts(self, value: Any) -> Any:
        """What stands for what runs an experiment or answers a question: a method with its object."""
        if isinstance(value, str):
            module, _, name = value.partition(":")
            return self.reference(module, Reference("", tuple(name.split("."))))
        if isinstance(value, (type, FunctionType)):
            return self.definition(value, self._values)
        self.node.may_vary = True
        place = self.graph.name_of(value)
        if place is not None:
            return self._global_value(*place)
        if isinstance(value, MethodType):
            return [self.callable_parts(value.__self__), value.__func__]
        return value

    # Names

    def reference(self, module: str, reference: Reference) -> Any:
        """What stands for a name that code of a module uses; for a module, if it leads to one."""
        owner, path = self.graph.lookup(module, reference)
        if not self.graph.is_own(owner):
            self._use_library(owner, path)
            return f"library {owner}"
        if owner not in self.graph.modules:
            return self._unloaded_name(owner, path[0]) if path else self._unloaded_module(owner)
        if path:
            return self._global_value(owner, path[0])
        return self.add(f"module {owner}", lambda builder: builder.module_parts(owner))

    def _global_value(self, module: str, name: str) -> Any:
        """What stands for the value of a global name."""
        space = self.graph.modules[module]
        if name not in space:
            is_made = "__getattr__" in space and not hasattr(builtins, name)
            return self._global_value(module, "__getattr__") if is_made else None
        value = space[name]
        if isinstance(value, (Experiment, Study, Data)):
            return self.declared(value)
        is_definition = isinstance(value, (type, FunctionType))
        if is_definition and (self.graph.defined_at(value) or not self.graph.is_own(value.__module__ or "")):
            return self.definition(value, self._values)
        return self.add(f"value {module}:{name}", lambda builder: builder.value_parts(value))

    def value_parts(self, value: Any) -> Any:
        """What a global value consists of."""
        self.node.may_vary = True
        return value

    def module_parts(self, module: str) -> list[Any]:
        """All names of a module."""
        parts = []
        for name in self.graph.modules[module]:
            if not name.startswith("__") or name == "__getattr__":
                parts.append((name, self.reference(module, Reference("", (name,)))))
        return parts

    def _use_library(self, module: str, path: Path = ()) -> None:
        """Note the use of a member of a library, by which code may reach any other."""
        names = (*module.split("."), *path)
        reaches = names[0] in _REACHING_LIBRARIES and not _HARMLESS_MEMBERS.intersection(names[1:2])
        self.node.reaches_any_code |= reaches or names[:2] == ("sys", "modules")
        library = top_module(module)
        counts = library not in ("", "builtins", ENGINE_NAME) and not self.graph.is_own(library)
        if counts and (library in sys.modules or _is_installed(library)):
            self.node.libraries.add(library)

    # Modules that are imported inside functions only

    def imported(self, module: str) -> Any:
        """What stands for what happens when a module is imported inside a function."""
        if not self.graph.is_own(module):
            self._use_library(module)
            return None
        if module in self.graph.modules:
            return None
        label = f"code {module}:<import>"
        return self.add(label, lambda builder: builder.import_parts(module))

    def import_parts(self, module: str) -> list[Any]:
        """What a module does when it is imported, beside binding names, with the packages around it."""
        self.node.keepers.add((str(self.graph.sources.path(module)), 1, "<module>"))
        parts = [self.imported(module.rpartition(".")[0])]
        for statement in self.graph.syntax(module).statements:
            if not statement.only_binds:
                parts.append(self.statement_parts(statement))
                continue
            for reference in statement.imported.values():
                parts.append(self.imported(self.graph.absolute(reference.module, module)))
        return parts

    def _unloaded_module(self, module: str) -> Any:
        """What stands for all of a module that is not loaded yet."""
        names = set[str]()
        for statement in self.graph.syntax(module).statements:
            names |= statement.binds
        return [self.imported(module), [self._unloaded_name(module, name) for name in sorted(names)]]

    def _unloaded_name(self, module: str, name: str) -> Any:
        """What stands for a name of a module that is not loaded yet: the statements that bind it.

        A name that none binds may come by `from … import *`, or be one of Python's.
        """
        syntax = self.graph.syntax(module)
        binding = syntax.binding(name) or syntax.binding("__getattr__")
        if binding:
            return self.add(f"code {module}:{name}", lambda builder: builder.binding_parts(binding))
        if (module, name) in self._looked_up:  # modules may import everything of each other
            return None
        self._looked_up.add((module, name))
        parts = []
        for statement in syntax.binding("*"):
            parts.append(self.reference(module, Reference(statement.imported["*"].module, (name,))))
        return parts

    def binding_parts(self, statements: Iterable[Statement]) -> list[Any]:
        """Statements that bind a name."""
        return [self.statement_parts(statement) for statement in statements]

    # Values: what `ValueHash` asks

    def module(self, value: ModuleType) -> Any:
        """What stands for a module among values."""
        return "module", value.__name__, self.reference(value.__name__, Reference("", ()))

    def declared(self, value: Experiment | Study | Data) -> Any:
        """What stands for an experiment, a study or a table: how it is declared, whoever made it."""
        if isinstance(value, Data):
            return self.add(self.graph.label_of(value), lambda builder: reading_hash(value))
        label = f"experiment {value.name}"
        self.graph.declared[label] = value
        return self.add(label, lambda builder: declaration_hash(value))

    def instance(self, value: Any) -> None:
        """Note an object of a class, whose methods may keep what they read in it."""
        kind = type(value)
        self._use_library(kind.__module__)
        for base in kind.__mro__ if self.graph.is_own(kind.__module__) else ():
            self._keep_by_methods(base)

    def _keep_by_methods(self, kind: type) -> None:
        for function in method_functions(kind):
            self.keep(function)

    def keep(self, function: Any) -> None:
        """Note a function that may keep what it reads, or whose results an object of a library may keep."""
        code = getattr(function, "__code__", None)
        if isinstance(code, CodeType):
            self.node.keepers.add(function_key(code))

    def definition(self, value: type | FunctionType, values: ValueHash) -> Any:
        """What stands for a function or a class: its label, or its parts where no name leads to it.

        Of a library it is its name, since that counts by its version, and what a function of it encloses.
        """
        module, name = value.__module__ or "", value.__qualname__
        has_name = self.graph.defined_at(value)
        encloses = False
        if isinstance(value, FunctionType):
            is_text = value.__code__.co_filename.startswith("<")  # as methods of a dataclass are
            has_name = has_name and not is_text
            encloses = bool(value.__closure__ or vars(value)) or is_text
        if self.graph.is_own(module):
            if has_name:
                return self.add(f"code {module}:{name}", lambda builder: builder.parts(value))
        else:
            self._use_library(module, (name,))
            is_told = has_name or isinstance(value, FunctionType)
            if top_module(module) == ENGINE_NAME or (is_told and not encloses):
                return f"library {module}:{name}"
        self.node.may_vary = True
        return values.number(value) or [name, self.parts(value)]

    def parts(self, value: type | FunctionType) -> list[Any]:
        """What a function or a class consists of."""
        if isinstance(value, FunctionType):
            return self._function_parts(value)
        self.node.may_vary = True
        if keeps_in_class(value):
            self._keep_by_methods(value)
        return class_parts(value)

    def _function_parts(self, function: FunctionType) -> list[Any]:
        code = function.__code__
        parts = enclosed_parts(function)
        self.node.may_vary |= any(parts)
        if self.graph.is_library_code(code):
            return [code.co_name, *parts]
        for source in self.graph.function_sources(code) or [_source_of_text(function)]:
            if self._may_keep(function, source.uses):
                self.keep(function)
            if self.graph.modules.get(function.__module__) is function.__globals__:
                parts.extend(self.code_parts(function.__module__, source.code, source.uses))
            else:  # made by `exec`, with globals of its own
                parts.append(code_meaning(source.code))
                parts.extend(function.__globals__.get(used.path[0]) for used in source.uses.references)
        return parts

    def _may_keep(self, function: FunctionType, uses: Uses) -> bool:
        """Whether a function may keep a value for its next call: in a global, a default, what it encloses."""
        values = enclosed_values(function)
        for reference in uses.references:
            if not reference.module and reference.path:
                values.append(function.__globals__.get(reference.path[0]))
        return uses.stores or any(self._can_hold(value) for value in values)

    def _can_hold(self, value: Any) -> bool:
        """Whether something can be kept in a value: a list, or an object of the project."""
        is_object = self.graph.is_own(type(value).__module__) and not isinstance(value, (type, Declared))
        return isinstance(value, MUTABLE) or is_object


def _is_environment(place: tuple[str, Path]) -> bool:
    """Whether a name leads to the variables of the environment."""
    module, path = place
    return module == "os" and path[:1] in (("environ",), ("getenv",))


def _texts_within(code: CodeType) -> Iterator[str]:
    for inner in codes_within(code):
        for constant in inner.co_consts:
            if isinstance(constant, str):
                yield constant


def _is_installed(library: str) -> bool:
    """Whether a library that is not loaded could be."""
    try:
        return find_spec(library) is not None
    except (ImportError, ValueError):
        return False


def _source_of_text(function: FunctionType) -> FunctionSource:
    """A function made of a text at run time, as `exec` does: its names are those of its code."""
    uses = Uses()
    for code in codes_within(function.__code__):
        for name in code.co_names:
            uses.reaches_any_code |= name in REACHING_NAMES
            if name in function.__globals__:
                uses.references[Reference("", (name,))] = None
    return FunctionSource(function.__code__, uses)
