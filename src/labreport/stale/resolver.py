"""Replace names and objects in the parts of a node by stand-ins: mostly labels of nodes it depends on."""

from __future__ import annotations

import builtins
import os
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import TYPE_CHECKING

from labreport.project import Data, Experiment, Study
from labreport.stale.declarations import declaration_hash
from labreport.stale.effects import top_module
from labreport.stale.members import method_functions
from labreport.stale.modules import ENGINE_NAME
from labreport.stale.node import Node
from labreport.stale.references import DottedName, Reference
from labreport.stale.versions import is_installed

if TYPE_CHECKING:
    from labreport.stale.parts import PartsMaker
    from labreport.stale.programgraph import ProgramGraph

_REACHING_LIBRARIES = frozenset({"importlib", "inspect", "runpy", "pkgutil"})
"""Libraries by which code can import or read any other code."""
_HARMLESS_MEMBERS = frozenset({"metadata", "resources"})
"""Members of `importlib` that cannot."""


class Resolver:
    """Finds the stand-in for a name or object in the hash of one node, and notes that the node depends on it.

    A stand-in is the label of another node, which is computed later; or `library numpy` for code that is not
    the project's; or the parts of something without a label; or None if it does not count. `parts_of` gives
    the parts of a function or class without a label.
    """

    def __init__(
        self, graph: ProgramGraph, node: Node, parts_of: Callable[[type | FunctionType], object]
    ) -> None:
        self.program = graph.program
        self._graph = graph
        self.node = node
        self._parts_of = parts_of
        self.numbers: dict[int, tuple[int, object]] = {}
        """The number of each function and class that is a part of the node itself, by its `id`."""
        self._star_lookups = set[tuple[str, str]]()

    def _depend_on(self, label: str, make_parts: PartsMaker) -> str:
        """Note that the node depends on another, which is computed later, and give the label of that."""
        label = self._graph.add(label, make_parts)
        self.node.references[label] = None
        return label

    # Names

    def resolve_name(self, module: str, reference: Reference) -> object:
        """The stand-in for a name that code of a module uses, or for a module if the name leads to one."""
        owner, names = self.program.lookup(module, reference)
        if not self.program.is_own(owner):
            self.use_library(owner, names)
            return f"library {owner}"
        if owner not in self.program.modules:
            return self._unloaded_name(owner, names[0]) if names else self._unloaded_module(owner)
        if names:
            return self._global_name(owner, names[0])
        return self._depend_on(f"module {owner}", lambda parts: parts.module_parts(owner))

    def _global_name(self, module: str, name: str) -> object:
        """The stand-in for a global name of a loaded module; None if it is a builtin, or not defined."""
        space = self.program.modules[module]
        if name in space:
            return self._global_value(module, name, space[name])
        if "__getattr__" in space and not hasattr(builtins, name):
            return self._global_value(module, "__getattr__", space["__getattr__"])
        return None

    def _global_value(self, module: str, name: str, value: object) -> object:
        """The stand-in for the value of a global name."""
        if isinstance(value, (Experiment, Study, Data)):
            return self.resolve_declaration(value)
        if isinstance(value, (type, FunctionType)):
            is_of_library = not self.program.is_own(value.__module__)
            if is_of_library or self.program.defined_at(value):
                return self.resolve_definition(value)
        return self._depend_on(f"value {module}:{name}", lambda parts: parts.value_parts(value))

    def resolve_variable(self, name: str) -> str:
        """The stand-in for an environment variable: the label of its value."""
        return self._depend_on(f"environment {name}", lambda _: os.environ.get(name))

    # Modules that only functions import

    def resolve_late_import(self, module: str) -> str | None:
        """The stand-in for the import of a module inside a function; None if the module is loaded already."""
        if not self.program.is_own(module):
            self.use_library(module)
            return None
        if module in self.program.modules:
            return None
        return self._depend_on(f"code {module}:<import>", lambda parts: parts.import_parts(module))

    def _unloaded_module(self, module: str) -> list[object]:
        """The stand-in for a whole module that is not loaded yet."""
        bound = set[str]()
        for statement in self.program.syntax(module).statements:
            bound |= statement.binds
        imported = self.resolve_late_import(module)
        return [imported, [self._unloaded_name(module, name) for name in sorted(bound)]]

    def _unloaded_name(self, module: str, name: str) -> object:
        """The stand-in for a name of a module that is not loaded yet: the statements that bind it.

        If none does, the name is looked up in modules from which it imports `*`; else it is a builtin.
        """
        syntax = self.program.syntax(module)
        binding = syntax.binding(name) or syntax.binding("__getattr__")
        if binding:
            return self._depend_on(f"code {module}:{name}", lambda parts: parts.statements_parts(binding))
        if (module, name) in self._star_lookups:  # modules may import everything of each other
            return None
        self._star_lookups.add((module, name))
        stand_ins = []
        for statement in syntax.binding("*"):
            source = statement.imported["*"].module
            stand_ins.append(self.resolve_name(module, Reference(source, (name,))))
        return stand_ins

    # Functions, classes and declarations

    def resolve_callable(self, value: object) -> object:
        """The stand-in for the function of an experiment or a question.

        `value` is a function, a class, a text `"module:function"`, a method (its object counts, too), or an
        object that can be called.
        """
        if isinstance(value, str):
            module, _, name = value.partition(":")
            return self.resolve_name(module, Reference("", tuple(name.split("."))))
        if isinstance(value, (type, FunctionType)):
            return self.resolve_definition(value)
        self.node.may_vary = True
        module_and_name = self.program.global_name_of(value)
        if module_and_name is not None:
            return self._global_value(*module_and_name, value)
        if isinstance(value, MethodType):
            return [self.resolve_callable(value.__self__), value.__func__]
        return value

    def resolve_declaration(self, value: Experiment | Study | Data) -> str:
        """The stand-in for an experiment, a study or a table: the label of its declaration."""
        label = self._graph.label_of_declaration(value)
        return self._depend_on(label, lambda _: declaration_hash(value))

    def resolve_definition(self, value: type | FunctionType) -> object:
        """The stand-in for a function or class: its label, or its parts if no global name leads to it."""
        module, name = value.__module__ or "", value.__qualname__
        if not self.program.is_own(module):
            self.use_library(module, (name,))
            if self._counts_by_version(value):
                return f"library {module}:{name}"
        elif self.program.defined_at(value) and not is_made_of_text(value):
            return self._depend_on(f"code {module}:{name}", lambda parts: parts.definition_parts(value))
        return self._in_place(value)

    def _in_place(self, value: type | FunctionType) -> object:
        """The stand-in for a function or class without a label: its parts the first time, then its number."""
        self.node.may_vary = True
        if id(value) in self.numbers:
            number, _ = self.numbers[id(value)]
            return "again", number
        self.numbers[id(value)] = len(self.numbers), value
        return [value.__qualname__, self._parts_of(value)]

    def _counts_by_version(self, value: type | FunctionType) -> bool:
        """Whether name and version of the library determine what a definition in it does.

        They do not if a function of a library encloses values of the project.
        """
        if top_module(value.__module__ or "") == ENGINE_NAME:
            return True
        if isinstance(value, type):
            return self.program.defined_at(value)
        return not (value.__closure__ or vars(value) or is_made_of_text(value))

    # Dependencies without a label

    def use_library(self, module: str, member: DottedName = ()) -> None:
        """Note that the node uses a library; with `importlib` and similar, it may reach any code."""
        names = tuple(module.split(".")) + member
        reaches = names[0] in _REACHING_LIBRARIES and not _HARMLESS_MEMBERS.intersection(names[1:2])
        self.node.reaches_any_code |= reaches or names[:2] == ("sys", "modules")
        library = top_module(module)
        counts = library not in ("", "__main__", "builtins", ENGINE_NAME) and not self.program.is_own(library)
        if counts and is_installed(library):
            self.node.libraries.add(library)

    def use_object(self, value: object) -> None:
        """Note that the node uses an object: its library, and its methods, which may cache files."""
        kind = type(value)
        self.use_library(kind.__module__)
        if self.program.is_own(kind.__module__):
            for base in kind.__mro__:
                self.use_methods(base)

    def use_methods(self, kind: type) -> None:
        """Note the methods of a class as functions that may cache what they read."""
        for function in method_functions(kind):
            self.node.add_caching_function(function)


def is_made_of_text(value: type | FunctionType) -> bool:
    """Whether a function was compiled from a text at run time, as the methods of dataclasses are."""
    return isinstance(value, FunctionType) and value.__code__.co_filename.startswith("<")
