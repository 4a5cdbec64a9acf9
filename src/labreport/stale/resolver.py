"""What stands in the digest of a node for a name: mostly a label, of a node on which it rests."""

from __future__ import annotations

import builtins
import os
import sys
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import TYPE_CHECKING

from labreport.project import Data, Experiment, Study
from labreport.stale.declarations import declaration_hash
from labreport.stale.effects import top_module
from labreport.stale.members import method_functions
from labreport.stale.node import Node
from labreport.stale.references import DottedName, Reference
from labreport.stale.sources import ENGINE_NAME
from labreport.stale.versions import is_installed

if TYPE_CHECKING:
    from labreport.stale.hasher import PartsMaker
    from labreport.stale.programgraph import ProgramGraph

_REACHING_LIBRARIES = frozenset({"importlib", "inspect", "runpy", "pkgutil"})
"""Libraries by which code can reach any other."""
_HARMLESS_MEMBERS = frozenset({"metadata", "resources"})
"""What of `importlib` reaches no code."""


class Resolver:
    """Finds what stands for something in the digest of one node, and notes that the node rests on it.

    That is the label of another node, which is computed later; `library numpy` for what is no code of the
    project; the parts of what has no label; None for what does not count. `parts_of` gives the parts of a
    function or a class without a label.
    """

    def __init__(
        self, graph: ProgramGraph, node: Node, parts_of: Callable[[type | FunctionType], object]
    ) -> None:
        self.program = graph.program
        self._graph = graph
        self.node = node
        self._parts_of = parts_of
        self._star_lookups = set[tuple[str, str]]()

    def _rest_on(self, label: str, make_parts: PartsMaker) -> str:
        """Note that the node rests on another, which is computed later. Returns the label of that."""
        label = self._graph.add(label, make_parts)
        self.node.references[label] = None
        return label

    # Names

    def resolve_name(self, module: str, reference: Reference) -> object:
        """What stands for a name that code of a module uses; for a module, if it leads to one."""
        owner, names = self.program.lookup(module, reference)
        if not self.program.is_own(owner):
            self.use_library(owner, names)
            return f"library {owner}"
        if owner not in self.program.modules:
            return self._unloaded_name(owner, names[0]) if names else self._unloaded_module(owner)
        if names:
            return self._global_name(owner, names[0])
        return self._rest_on(f"module {owner}", lambda hasher: hasher.module_parts(owner))

    def _global_name(self, module: str, name: str) -> object:
        """What stands for a global name of a module that is loaded."""
        space = self.program.modules[module]
        if name in space:
            return self._global_value(module, name, space[name])
        if "__getattr__" in space and not hasattr(builtins, name):
            return self._global_value(module, "__getattr__", space["__getattr__"])
        return None

    def _global_value(self, module: str, name: str, value: object) -> object:
        """What stands for the value of a global name."""
        if isinstance(value, (Experiment, Study, Data)):
            return self.resolve_declaration(value)
        if isinstance(value, (type, FunctionType)):
            is_of_library = not self.program.is_own(value.__module__)
            if is_of_library or self.program.defined_at(value):
                return self.resolve_definition(value)
        return self._rest_on(f"value {module}:{name}", lambda hasher: hasher.value_parts(value))

    def resolve_variable(self, name: str) -> str:
        """What stands for a variable of the environment."""
        return self._rest_on(f"environment {name}", lambda _: os.environ.get(name))

    # Modules that are imported inside functions only

    def resolve_late_import(self, module: str) -> str | None:
        """What stands for what happens when a module is imported inside a function."""
        if not self.program.is_own(module):
            self.use_library(module)
            return None
        if module in self.program.modules:
            return None
        return self._rest_on(f"code {module}:<import>", lambda hasher: hasher.import_parts(module))

    def _unloaded_module(self, module: str) -> list[object]:
        """What stands for all of a module that is not loaded yet."""
        bound = set[str]()
        for statement in self.program.syntax(module).statements:
            bound |= statement.binds
        imported = self.resolve_late_import(module)
        return [imported, [self._unloaded_name(module, name) for name in sorted(bound)]]

    def _unloaded_name(self, module: str, name: str) -> object:
        """What stands for a name of a module that is not loaded yet: the statements that bind it.

        A name that none binds may come by `from … import *`, or be one of Python's.
        """
        syntax = self.program.syntax(module)
        binding = syntax.binding(name) or syntax.binding("__getattr__")
        if binding:
            return self._rest_on(f"code {module}:{name}", lambda hasher: hasher.statements_parts(binding))
        if (module, name) in self._star_lookups:  # modules may import everything of each other
            return None
        self._star_lookups.add((module, name))
        stand_ins = []
        for statement in syntax.binding("*"):
            source = statement.imported["*"].module
            stand_ins.append(self.resolve_name(module, Reference(source, (name,))))
        return stand_ins

    # Functions, classes and what is declared

    def resolve_callable(self, value: object) -> object:
        """What stands for what runs an experiment or answers a question: a method with its object.

        A text is `"module:function"`.
        """
        if isinstance(value, str):
            module, _, name = value.partition(":")
            return self.resolve_name(module, Reference("", tuple(name.split("."))))
        if isinstance(value, (type, FunctionType)):
            return self.resolve_definition(value)
        self.node.may_vary = True
        module_and_name = self.program.name_of(value)
        if module_and_name is not None:
            return self._global_value(*module_and_name, value)
        if isinstance(value, MethodType):
            return [self.resolve_callable(value.__self__), value.__func__]
        return value

    def resolve_declaration(self, value: Experiment | Study | Data) -> str:
        """What stands for an experiment, a study or a table: how it is declared, whoever made it."""
        label = self._graph.label_of(value)
        return self._rest_on(label, lambda _: declaration_hash(value))

    def resolve_definition(self, value: type | FunctionType) -> object:
        """What stands for a function or a class: its label, or its parts where no name leads to it."""
        module, name = value.__module__ or "", value.__qualname__
        if not self.program.is_own(module):
            self.use_library(module, (name,))
            if self._counts_by_version(value):
                return f"library {module}:{name}"
        elif self.program.defined_at(value) and not is_made_of_text(value):
            return self._rest_on(f"code {module}:{name}", lambda hasher: hasher.definition_parts(value))
        return self._parts_of(value)

    def _counts_by_version(self, value: type | FunctionType) -> bool:
        """Whether all that a definition of a library does is known by its name and the library's version."""
        if top_module(value.__module__ or "") == ENGINE_NAME:
            return True
        if isinstance(value, type):
            return self.program.defined_at(value)
        return not (value.__closure__ or vars(value) or is_made_of_text(value))

    # What is noted without a label

    def use_library(self, module: str, member: DottedName = ()) -> None:
        """Note the use of a member of a library, by which code may reach any other."""
        names = tuple(module.split(".")) + member
        reaches = names[0] in _REACHING_LIBRARIES and not _HARMLESS_MEMBERS.intersection(names[1:2])
        self.node.reaches_any_code |= reaches or names[:2] == ("sys", "modules")
        library = top_module(module)
        counts = library not in ("", "builtins", ENGINE_NAME) and not self.program.is_own(library)
        if counts and (library in sys.modules or is_installed(library)):
            self.node.libraries.add(library)

    def use_object(self, value: object) -> None:
        """Note an object: the library of its class, and own methods, which may keep in it what they read."""
        kind = type(value)
        self.use_library(kind.__module__)
        if self.program.is_own(kind.__module__):
            for base in kind.__mro__:
                self.use_methods(base)

    def use_methods(self, kind: type) -> None:
        """Note the methods of a class, each of which may keep what it reads."""
        for function in method_functions(kind):
            self.node.add_keeper(function)


def is_made_of_text(value: type | FunctionType) -> bool:
    """Whether a function was made of a text at run time, as methods of a dataclass are."""
    return isinstance(value, FunctionType) and value.__code__.co_filename.startswith("<")
