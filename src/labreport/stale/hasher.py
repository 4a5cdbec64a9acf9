"""Computes one node of the graph of a program: its digest, and all that it names."""

from __future__ import annotations

import builtins
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from types import CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from labreport.errors import UsageError, display_path
from labreport.project import Data, Experiment, Study
from labreport.project.checks import Declared
from labreport.stale.canonical import declaration_hash, reading_hash
from labreport.stale.effects import changed_values, top_module
from labreport.stale.labels import Label
from labreport.stale.members import (
    MUTABLE,
    class_parts,
    enclosed_parts,
    enclosed_values,
    keeps_in_class,
    method_functions,
)
from labreport.stale.node import Node, StandIn, Step, function_key
from labreport.stale.references import REACHING_NAMES, DottedName, Reference, Uses
from labreport.stale.sources import ENGINE_NAME
from labreport.stale.statements import FunctionSource, Statement, code_meaning, codes_within
from labreport.stale.values import ValueHash
from labreport.stale.versions import is_installed
from labreport.threads import limits_threads

if TYPE_CHECKING:
    from labreport.stale.programgraph import ProgramGraph

_REACHING_LIBRARIES = frozenset({"importlib", "inspect", "runpy", "pkgutil"})
"""Libraries by which code can reach any other."""
_HARMLESS_MEMBERS = frozenset({"metadata", "resources"})
"""What of `importlib` reaches no code."""


class NodeHasher:
    """Computes a node.

    The methods `..._parts` give what a digest is made of. Those that `resolve` something give what stands
    for it in the digest, and note that the node rests on it.
    """

    def __init__(self, graph: ProgramGraph, node: Node) -> None:
        self.graph = graph
        self.program = graph.program
        self.node = node
        self._values = ValueHash(self)
        self._star_lookups = set[tuple[str, str]]()

    def compute(self, step: Step, content: Any) -> None:
        """Fill in the node's digest and what it names, by the step for what the node stands for.

        What cannot be told, or is another in every process, counts by the statements about it. Raises
        `UsageError` where there are none.
        """
        parts_by_step: dict[Step, Callable[[Any], Any]] = {
            "root": self._root_parts,
            "definition": self._definition_parts,
            "value": self._value_parts,
            "declaration": self._declaration_parts,
            "module": self._module_parts,
            "import": self._import_parts,
            "statements": self._statements_parts,
            "acting": self._acting_parts,
            "variable": self._variable_parts,
        }
        parts = parts_by_step[step](content)
        digest = self._values.sha256(parts)
        is_unstable = self.node.label in self.graph.unstable
        if self._values.opaque or is_unstable:
            digest = self._by_statements("" if is_unstable else digest)
        self.node.digest = digest

    def _by_statements(self, digest: str) -> str:
        """The digest of a value by the statements about it, and by what its module read at import.

        `digest` is that of what can be told of the value itself, empty where that is nothing.
        """
        module, _, qualified_name = Label.parse(self.node.label).name.partition(":")
        name = qualified_name.partition(".")[0]
        statements = list(self._statements_about(module, name))
        if not statements:
            if self.node.label not in self.graph.nodes:  # a value that an experiment was given
                return digest
            text = "it cannot be told whether it changes, and no statement of its module makes it"
            location = display_path(self.program.sources.path(module) or module)
            raise UsageError(f"{qualified_name}: {text}; make it inside the function that uses it", location)
        for statement in self.program.loaded_statements():
            if statement.module != module and (module, name) in changed_values(self.program, statement):
                statements.append(statement)
        self.node.files.update(self.graph.recorder.opened_by(module))
        self._values = ValueHash(self)
        return self._values.sha256([digest, self._statements_parts(statements)])

    def _statements_about(self, module: str, name: str) -> Iterator[Statement]:
        """The statements that mention a name when its module is loaded, but not mere declarations."""
        space = self.program.modules.get(module, {})
        for statement in self.program.syntax(module).statements:
            bound = [space.get(other) for other in statement.binds]
            only_declares = bool(bound) and all(isinstance(value, Declared) for value in bound)
            mentions = name in statement.code.co_names or "*" in statement.binds
            if mentions and (name in statement.binds or not only_declares):
                yield statement

    def _add(self, label: str, step: Step, content: Any) -> StandIn:
        """Note that the node rests on another, which may be new and is computed later by the `step`."""
        label = self.graph.add(label, step, content)
        self.node.references[label] = None
        return StandIn(label)

    # Statements and what code uses

    def _statements_parts(self, statements: Sequence[Statement]) -> list[Any]:
        """What statements say, and what their names stand for."""
        return [
            self._code_parts(statement.module, statement.code, statement.uses) for statement in statements
        ]

    def _acting_parts(self, statements: Sequence[Statement]) -> list[Any]:
        """Statements that act on a library, with the files that they read."""
        for statement in statements:
            self.node.files.update(self.graph.recorder.opened_by(statement.module, statement.lines))
        return self._statements_parts(statements)

    def _code_parts(self, module: str, code: CodeType, uses: Uses) -> list[Any]:
        """What code of a module does, and what its names stand for."""
        self.node.reaches_any_code |= uses.reaches_any_code
        stand_ins = [self._resolve(module, reference).content for reference in uses.references]
        for name in uses.imports:
            stand_ins.append(self._resolve_import(self.program.absolute(name, module)).content)
        parts: list[Any] = [code_meaning(code), stand_ins]
        if any(_is_environment(*self.program.lookup(module, reference)) for reference in uses.references):
            parts += self._variables(code)
        return parts

    def _variables(self, code: CodeType) -> list[str]:
        """The labels of variables of the environment whose names are in code, as far as they are set."""
        labels = []
        for text in _texts_within(code):
            if not limits_threads(text):
                self.graph.variables.add(text)
                if text in os.environ:
                    labels.append(self._add(f"environment {text}", "variable", text).label)
        return labels

    def _variable_parts(self, name: str) -> str | None:
        """The value of a variable of the environment."""
        return os.environ.get(name)

    def _root_parts(self, root: tuple[Any, Sequence[type]]) -> list[Any]:
        """What somebody rests on directly: a function, None of a section, and classes of specifications."""
        function, classes = root
        stand_in = StandIn() if function is None else self._resolve_callable(function)
        return [stand_in.content, list(classes)]

    def _resolve_callable(self, value: Any) -> StandIn:
        """What stands for what runs an experiment or answers a question: a method with its object."""
        if isinstance(value, str):
            module, _, name = value.partition(":")
            return self._resolve(module, Reference("", tuple(name.split("."))))
        if isinstance(value, (type, FunctionType)):
            return self.resolve_definition(value)
        self.node.may_vary = True
        module_and_name = self.program.name_of(value)
        if module_and_name is not None:
            return self._resolve_global(*module_and_name)
        if isinstance(value, MethodType):
            owner = self._resolve_callable(value.__self__)
            return StandIn(parts=[owner.content, value.__func__])
        return StandIn(parts=value)

    # Names

    def _resolve(self, module: str, reference: Reference) -> StandIn:
        """What stands for a name that code of a module uses; for a module, if it leads to one."""
        owner, names = self.program.lookup(module, reference)
        if not self.program.is_own(owner):
            self._use_library(owner, names)
            return StandIn(f"library {owner}")
        if owner not in self.program.modules:
            return self._resolve_unloaded(owner, names)
        if names:
            return self._resolve_global(owner, names[0])
        return self._add(f"module {owner}", "module", owner)

    def _resolve_global(self, module: str, name: str) -> StandIn:
        """What stands for the value of a global name."""
        space = self.program.modules[module]
        if name not in space:
            is_made = "__getattr__" in space and not hasattr(builtins, name)
            return self._resolve_global(module, "__getattr__") if is_made else StandIn()
        value = space[name]
        if isinstance(value, (Experiment, Study, Data)):
            return self.resolve_declaration(value)
        is_definition = isinstance(value, (type, FunctionType))
        if is_definition and (self.program.defined_at(value) or not self.program.is_own(value.__module__)):
            return self.resolve_definition(value)
        return self._add(f"value {module}:{name}", "value", value)

    def _value_parts(self, value: Any) -> Any:
        """What a global value consists of."""
        self.node.may_vary = True
        return value

    def resolve_module(self, name: str) -> StandIn:
        """What stands for a module as a whole."""
        return self._resolve(name, Reference("", ()))

    def _module_parts(self, module: str) -> list[Any]:
        """All names of a module."""
        parts = []
        for name in self.program.modules[module]:
            if not name.startswith("__") or name == "__getattr__":
                stand_in = self._resolve(module, Reference("", (name,)))
                parts.append((name, stand_in.content))
        return parts

    def _use_library(self, module: str, member: DottedName = ()) -> None:
        """Note the use of a member of a library, by which code may reach any other."""
        names = tuple(module.split(".")) + member
        reaches = names[0] in _REACHING_LIBRARIES and not _HARMLESS_MEMBERS.intersection(names[1:2])
        self.node.reaches_any_code |= reaches or names[:2] == ("sys", "modules")
        library = top_module(module)
        counts = library not in ("", "builtins", ENGINE_NAME) and not self.program.is_own(library)
        if counts and (library in sys.modules or is_installed(library)):
            self.node.libraries.add(library)

    # Modules that are imported inside functions only

    def _resolve_import(self, module: str) -> StandIn:
        """What stands for what happens when a module is imported inside a function."""
        if not self.program.is_own(module):
            self._use_library(module)
            return StandIn()
        if module in self.program.modules:
            return StandIn()
        return self._add(f"code {module}:<import>", "import", module)

    def _import_parts(self, module: str) -> list[Any]:
        """What a module does when it is imported, beside binding names, with the packages around it."""
        self.node.keepers.add((str(self.program.sources.path(module)), 1, "<module>"))
        parts = [self._resolve_import(module.rpartition(".")[0]).content]
        for statement in self.program.syntax(module).statements:
            if not statement.only_binds:
                parts += self._statements_parts([statement])
                continue
            for reference in statement.imported.values():
                stand_in = self._resolve_import(self.program.absolute(reference.module, module))
                parts.append(stand_in.content)
        return parts

    def _resolve_unloaded(self, module: str, names: DottedName) -> StandIn:
        """What stands for a name of a module that is not loaded yet; without names, for all of the module."""
        if names:
            return self._resolve_unloaded_name(module, names[0])
        bound = set[str]()
        for statement in self.program.syntax(module).statements:
            bound |= statement.binds
        imported = self._resolve_import(module)
        stand_ins = [self._resolve_unloaded_name(module, name).content for name in sorted(bound)]
        return StandIn(parts=[imported.content, stand_ins])

    def _resolve_unloaded_name(self, module: str, name: str) -> StandIn:
        """What stands for a name of a module that is not loaded yet: the statements that bind it.

        A name that none binds may come by `from … import *`, or be one of Python's.
        """
        syntax = self.program.syntax(module)
        binding = syntax.binding(name) or syntax.binding("__getattr__")
        if binding:
            return self._add(f"code {module}:{name}", "statements", binding)
        if (module, name) in self._star_lookups:  # modules may import everything of each other
            return StandIn()
        self._star_lookups.add((module, name))
        parts = []
        for statement in syntax.binding("*"):
            stand_in = self._resolve(module, Reference(statement.imported["*"].module, (name,)))
            parts.append(stand_in.content)
        return StandIn(parts=parts)

    # Values: what `ValueHash` asks

    def resolve_declaration(self, value: Experiment | Study | Data) -> StandIn:
        """What stands for an experiment, a study or a table: how it is declared, whoever made it."""
        return self._add(self.graph.label_of(value), "declaration", value)

    def _declaration_parts(self, value: Experiment | Study | Data) -> str:
        """How something is declared."""
        return reading_hash(value) if isinstance(value, Data) else declaration_hash(value)

    def note_instance(self, value: Any) -> None:
        """Note an object: the library of its class, and own methods, which may keep in it what they read."""
        kind = type(value)
        self._use_library(kind.__module__)
        if self.program.is_own(kind.__module__):
            for base in kind.__mro__:
                self._note_methods(base)

    def _note_methods(self, kind: type) -> None:
        """Note the methods of a class, each of which may keep what it reads."""
        for function in method_functions(kind):
            self.note_keeper(function)

    def note_keeper(self, function: Any) -> None:
        """Note a function that may keep what it reads, or whose results an object of a library may keep."""
        code = getattr(function, "__code__", None)
        if isinstance(code, CodeType):
            self.node.keepers.add(function_key(code))

    def resolve_definition(self, value: type | FunctionType) -> StandIn:
        """What stands for a function or a class: its label, or its parts where no name leads to it."""
        module, name = value.__module__ or "", value.__qualname__
        if not self.program.is_own(module):
            self._use_library(module, (name,))
            if self._counts_by_version(value):
                return StandIn(f"library {module}:{name}")
        elif self.program.defined_at(value) and not _is_made_of_text(value):
            return self._add(f"code {module}:{name}", "definition", value)
        self.node.may_vary = True
        parts = self._values.back_reference(value) or [name, self._definition_parts(value)]
        return StandIn(parts=parts)

    def _counts_by_version(self, value: type | FunctionType) -> bool:
        """Whether all that a definition of a library does is known by its name and the library's version."""
        if top_module(value.__module__ or "") == ENGINE_NAME:
            return True
        if isinstance(value, type):
            return self.program.defined_at(value)
        return not (value.__closure__ or vars(value) or _is_made_of_text(value))

    def _definition_parts(self, value: type | FunctionType) -> list[Any]:
        """What a function or a class consists of."""
        if isinstance(value, FunctionType):
            return self._function_parts(value)
        self.node.may_vary = True
        if keeps_in_class(value):
            self._note_methods(value)
        return class_parts(value)

    def _function_parts(self, function: FunctionType) -> list[Any]:
        """What a function consists of: what it encloses, its code, and what the names in it stand for."""
        code = function.__code__
        parts = enclosed_parts(function)
        self.node.may_vary |= any(parts)
        if self.program.is_library_code(code):
            return [code.co_name, *parts]
        for source in self.program.function_sources(code) or [_source_of_text(function)]:
            if self._may_keep(function, source.uses):
                self.note_keeper(function)
            if self.program.modules.get(function.__module__) is function.__globals__:
                parts += self._code_parts(function.__module__, source.code, source.uses)
            else:  # made by `exec`, with globals of its own
                parts.append(code_meaning(source.code))
                parts += _used_globals(function, source.uses)
        return parts

    def _may_keep(self, function: FunctionType, uses: Uses) -> bool:
        """Whether a function may keep a value for its next call: in a global, a default, what it encloses."""
        values = enclosed_values(function) + _used_globals(function, uses)
        return uses.stores or any(self._can_hold(value) for value in values)

    def _can_hold(self, value: Any) -> bool:
        """Whether something can be kept in a value: a list, or an object of the project."""
        is_object = self.program.is_own(type(value).__module__) and not isinstance(value, (type, Declared))
        return isinstance(value, MUTABLE) or is_object


def _used_globals(function: FunctionType, uses: Uses) -> list[Any]:
    """The values of the global names that a function uses; None for one that is not there."""
    names = [reference.names[0] for reference in uses.references if reference.names]
    return [function.__globals__.get(name) for name in names]


def _is_environment(module: str, names: DottedName) -> bool:
    """Whether a name leads to the variables of the environment."""
    return module == "os" and names[:1] in (("environ",), ("getenv",))


def _texts_within(code: CodeType) -> Iterator[str]:
    for inner in codes_within(code):
        for constant in inner.co_consts:
            if isinstance(constant, str):
                yield constant


def _is_made_of_text(value: type | FunctionType) -> bool:
    """Whether a function was made of a text at run time, as methods of a dataclass are."""
    return isinstance(value, FunctionType) and value.__code__.co_filename.startswith("<")


def _source_of_text(function: FunctionType) -> FunctionSource:
    """A function made of a text at run time, as `exec` does: its names are those of its code."""
    uses = Uses()
    for code in codes_within(function.__code__):
        for name in code.co_names:
            uses.reaches_any_code |= name in REACHING_NAMES
            if name in function.__globals__:
                uses.references[Reference("", (name,))] = None
    return FunctionSource(function.__code__, uses)
