"""Computes one node of the graph: its digest, and all that it names."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterable, Iterator
from logging import Logger
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from labreport.errors import UsageError, display_path
from labreport.project import Data, Experiment, Study
from labreport.project.checks import Declared
from labreport.stale.canonical import declaration_hash, short_hash
from labreport.stale.effects import top_module
from labreport.stale.members import MUTABLE, class_parts, enclosed_parts, keeps_in_class, method_functions
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
        self.root = str(graph.sources.folder)
        self._values = ValueHash(self)

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
        statements = list(self._statements_about(module, qualified_name.partition(".")[0]))
        if not statements:
            if self.node.label not in self.graph.nodes:  # a value that an experiment was given
                return digest
            path = display_path(self.graph.sources.path(module) or module)
            text = "it cannot be told whether it changes, and no statement of its module makes it"
            raise UsageError(f"{path}: {qualified_name}: {text}; make it inside the function that uses it")
        self.node.files.update(self.graph.opened_by(module, None))
        written = [self.statement_parts(statement) for statement in statements]
        return ValueHash(self).sha256([digest, written])

    def _statements_about(self, module: str, name: str) -> Iterator[Statement]:
        """The statements that mention a name when its module is loaded, but not mere declarations."""
        if module not in self.graph.modules:
            return
        space = self.graph.modules[module]
        for statement in self.graph.syntax(module).statements:
            bound = [space.get(other) for other in statement.binds if other != name]
            only_declares = bool(bound) and name not in statement.binds
            only_declares = only_declares and all(isinstance(value, Declared) for value in bound)
            if (name in statement.mentions or statement.imports_all) and not only_declares:
                yield statement

    # Labels of others

    def refer(self, label: str) -> str:
        """Note that the node rests on another."""
        self.node.references[label] = None
        return label

    def add(self, label: str, parts: Parts) -> str:
        """Note that the node rests on one that may be new."""
        return self.refer(self.graph.add(label, parts))

    def keep(self, code: CodeType) -> None:
        """Note that a function may keep what it reads."""
        self.node.keepers.add(function_key(code))

    # Statements and what code uses

    def statement_parts(self, statement: Statement) -> list[Any]:
        """What a statement says, and what its names stand for."""
        return [code_meaning(statement.code), self.uses_parts(statement.module, statement.uses)]

    def acting_parts(self, statements: Iterable[Statement]) -> list[Any]:
        """Statements that act on a library, with the files that they read."""
        parts = []
        for statement in statements:
            lines = range(statement.line, statement.last_line + 1)
            self.node.files.update(self.graph.opened_by(statement.module, lines))
            parts.append(self.statement_parts(statement))
        return parts

    def uses_parts(self, module: str, uses: Uses) -> list[Any]:
        """What stands for the names that code of a module uses."""
        self.node.reaches_any_code |= uses.reaches_any_code
        parts = []
        for reference in uses.references:
            if reference.module:
                parts.append(self.member(self.graph.absolute(reference.module, module), reference.path))
            else:
                parts.append(self.global_name(module, reference.path))
        for imported in uses.imports:
            parts.append(self.imported(self.graph.absolute(imported, module)))
        return parts

    def callable_parts(self, value: Any) -> Any:
        """What stands for what runs an experiment or answers a question: a method with its object."""
        if isinstance(value, str):
            module, _, name = value.partition(":")
            return self.member(module, tuple(name.split(".")))
        if isinstance(value, (type, FunctionType)):
            return self.definition(value, self._values)
        self.node.may_vary = True
        name_of_value = self.graph.name_of(value)
        if name_of_value:
            return self.global_name(*name_of_value)
        if isinstance(value, MethodType):
            return [self.callable_parts(value.__self__), value.__func__]
        return value

    # Names

    def global_name(self, module: str, path: Path) -> Any:
        """What stands for a global name of a module, or for an attribute of it, if it is a module."""
        if module not in self.graph.modules:
            return self._unloaded_name(module, path)
        name, rest = path[0], path[1:]
        space = self.graph.modules[module]
        if name in space:
            return self._global_value(module, name, space[name], rest)
        if self.graph.is_own(f"{module}.{name}"):
            return self.member(f"{module}.{name}", rest)
        if "__getattr__" in space and not hasattr(builtins, name):
            return self.global_name(module, ("__getattr__",))
        return None

    def _global_value(self, module: str, name: str, value: Any, rest: Path) -> Any:
        if isinstance(value, ModuleType):
            return self.member(value.__name__, rest)
        if isinstance(value, (Experiment, Study, Data)):
            return self.declared(value)
        if isinstance(value, (type, FunctionType)):
            is_library = not self.graph.is_own(value.__module__ or "")
            if is_library or self.graph.defined_at(value):
                return self.definition(value, self._values)
        imported = self.graph.syntax(module).imported.get(name)
        if imported is not None and not self.graph.is_own(self.graph.absolute(imported.module, module)):
            self._library_member(imported.module, imported.path)  # it counts by the version of the library
            return f"library {imported.module}:{name}"
        module, name = self.graph.origin(module, name)
        label = f"value {module}:{name}"
        binding = self.graph.syntax(module).binding(name)
        self.graph.locations.setdefault(label, (module, binding[-1].line if binding else 1))
        return self.add(label, lambda builder: builder.value_parts(value))

    def value_parts(self, value: Any) -> Any:
        """What a global value consists of."""
        self.node.may_vary = True
        return value

    def member(self, module: str, path: Path) -> Any:
        """What stands for an attribute of a module; without one, for all of it."""
        if not self.graph.is_own(module):
            inner = f"{module}.{path[0]}" if path else ""
            if inner and self.graph.sources.known(inner):  # in a folder without __init__.py
                return self.member(inner, path[1:])
            self._library_member(module, path)
            return None
        if path:
            return self.global_name(module, path)
        if module not in self.graph.modules:
            return self._unloaded_module(module)
        self.graph.locations.setdefault(f"module {module}", (module, 1))
        return self.add(f"module {module}", lambda builder: builder.module_parts(module))

    def module_parts(self, module: str) -> list[Any]:
        """All names of a module."""
        parts = []
        for name in self.graph.modules[module]:
            if not name.startswith("__") or name == "__getattr__":
                parts.append((name, self.global_name(module, (name,))))
        return parts

    def imported(self, module: str) -> Any:
        """What stands for what happens when a module is imported inside a function."""
        if not self.graph.is_own(module):
            self._library_member(module, ())
            return None
        if module in self.graph.modules:
            return None
        return self._unloaded_import(module)

    def _library_member(self, module: str, path: Path) -> None:
        """Note the use of a library, by which code may reach any other."""
        names = (*module.split("."), *path)
        self.library(module)
        reaches = names[0] in _REACHING_LIBRARIES and not _HARMLESS_MEMBERS.intersection(names[1:2])
        self.node.reaches_any_code |= reaches or names[:2] == ("sys", "modules")

    def library(self, module: str) -> None:
        """Note the use of a library by the name of one of its modules."""
        name = top_module(module)
        if name in ("", "builtins", ENGINE_NAME) or self.graph.is_own(name):
            return
        if name in sys.modules or self.graph.is_installed(name):
            self.node.libraries.add(name)

    # Modules that are imported inside functions only

    def _unloaded_module(self, module: str) -> Any:
        """What stands for all of a module that is not loaded yet."""
        syntax = self.graph.syntax(module)
        names = sorted({name for statement in syntax.statements for name in statement.binds})
        parts = [self._unloaded_import(module)]
        for name in names:
            parts.append(self._unloaded_name(module, (name,)))
        return parts

    def _unloaded_name(self, module: str, path: Path) -> Any:
        """What stands for a name of a module that is not loaded yet: the statements that bind it."""
        name, rest = path[0], path[1:]
        syntax = self.graph.syntax(module)
        imported = syntax.imported.get(name)
        if imported is not None:
            return self.member(self.graph.absolute(imported.module, module), (*imported.path, *rest))
        binding = syntax.binding(name)
        if binding:
            label = f"code {module}:{name}"
            self.graph.locations.setdefault(label, (module, binding[-1].line))
            return self.add(label, lambda builder: [builder.statement_parts(found) for found in binding])
        if self.graph.is_own(f"{module}.{name}"):
            return self.member(f"{module}.{name}", rest)
        return self._unloaded_star(module, path)

    def _unloaded_star(self, module: str, path: Path) -> Any:
        """What stands for a name that no statement binds: of `from … import *`, or one of Python's."""
        syntax = self.graph.syntax(module)
        if syntax.binding("__getattr__"):
            return self._unloaded_name(module, ("__getattr__",))
        parts = []
        for statement in syntax.statements:
            if statement.imports_all:
                source = self.graph.absolute(syntax.imported["*"].module, module)
                if self.graph.is_own(source):
                    parts.append(self.global_name(source, path))
        return parts

    def _unloaded_import(self, module: str) -> Any:
        """What stands for what a module does when it is imported later, with the packages around it."""
        label = f"code {module}:<import>"
        self.graph.locations.setdefault(label, (module, 1))
        return self.add(label, lambda builder: builder.import_parts(module))

    def import_parts(self, module: str) -> list[Any]:
        """What an unloaded module does to others when it is imported."""
        parts = list[Any]()
        path = self.graph.sources.path(module)
        self.node.keepers.add((str(path), 1, "<module>"))
        around = module.rpartition(".")[0]
        if around and self.graph.is_own(around):
            parts.append(self.imported(around))
        for statement in self.graph.syntax(module).statements:
            if statement.only_binds:
                for imported in statement.uses.imports:
                    name = self.graph.absolute(imported, module)
                    if self.graph.is_own(name):
                        parts.append(self.imported(name))
            else:
                parts.append(self.statement_parts(statement))
        return parts

    # Values: what `ValueHash` asks

    def is_own(self, module: str) -> bool:
        """Whether a module is the project's."""
        return self.graph.is_own(module)

    def module(self, value: ModuleType) -> Any:
        """What stands for a module among values."""
        return "module", value.__name__, self.member(value.__name__, ())

    def declared(self, value: Experiment | Study | Data) -> Any:
        """What stands for an experiment, a study or a table: how it is declared, whoever made it."""
        if isinstance(value, Data):
            label = f"table {value.name}"
            self.graph.declared[label] = value
            return self.add(label, lambda builder: short_hash([value.replicate, value.where, value.missing]))
        label = f"experiment {value.name}"
        self.graph.declared[label] = value
        return self.add(label, lambda builder: declaration_hash(value))

    def instance(self, value: Any) -> None:
        """Note an object of a class, whose methods may keep what they read in it."""
        kind = type(value)
        self.library(kind.__module__)
        if not self.graph.is_own(kind.__module__):
            return
        for base in kind.__mro__:
            for function in method_functions(base):
                self.keep(function.__code__)

    def wrapped(self, function: Any) -> None:
        """Note a function whose results an object of a library may keep."""
        code = getattr(function, "__code__", None)
        if isinstance(code, CodeType):
            self.keep(code)

    def definition(self, value: type | FunctionType, values: ValueHash) -> Any:
        """What stands for a function or a class: its label, or its parts where no name leads to it.

        Of a library it is its name, since that counts by its version, and what a function of it encloses.
        """
        module, name = value.__module__ or "", value.__qualname__
        is_own, is_defined = self.graph.is_own(module), self.graph.defined_at(value)
        if is_own and is_defined and not _is_made_of_text(value):
            label = f"code {module}:{name}"
            self.graph.locations.setdefault(label, (module, self._line_of(value)))
            return self.add(label, lambda builder: builder.definition_parts(value))
        if not is_own:
            self._library_member(module, (name,))
            has_parts = _has_parts(value) if isinstance(value, FunctionType) else not is_defined
            if not has_parts or top_module(module) == ENGINE_NAME:
                return f"library {module}:{name}"
        self.node.may_vary = True
        return values.number(value) or [name, self.definition_parts(value)]

    def _line_of(self, value: type | FunctionType) -> int:
        if isinstance(value, FunctionType):
            return value.__code__.co_firstlineno
        binding = self.graph.syntax(value.__module__).binding(value.__qualname__.partition(".")[0])
        return binding[-1].line if binding else 1

    def definition_parts(self, value: type | FunctionType) -> list[Any]:
        """What a function or a class consists of."""
        return self._class_parts(value) if isinstance(value, type) else self._function_parts(value)

    def _class_parts(self, kind: type) -> list[Any]:
        if keeps_in_class(kind):
            for function in method_functions(kind):
                self.keep(function.__code__)
        self.node.may_vary = True
        return class_parts(kind)

    def _function_parts(self, function: FunctionType) -> list[Any]:
        code = function.__code__
        enclosed = enclosed_parts(function)
        self.node.may_vary |= any(enclosed)
        if self.graph.is_library_code(code):
            return [code.co_name, enclosed]
        sources = self.graph.function_sources(code) or [_source_of_text(function)]
        module = self.graph.module_of(function.__globals__)
        parts = [enclosed]
        for source in sources:
            if self._may_keep(function, source.uses):
                self.keep(code)
            parts.append(code_meaning(source.code))
            if module:
                parts.append(self.uses_parts(module, source.uses))
            else:
                parts.append(self._names_in(function.__globals__, source.uses))
        return parts

    def _names_in(self, space: dict[str, Any], uses: Uses) -> list[Any]:
        """What stands for the names of a function that was made of a text, with globals of its own."""
        self.node.reaches_any_code |= uses.reaches_any_code
        return [(reference.path, space.get(reference.path[0])) for reference in uses.references]

    def _may_keep(self, function: FunctionType, uses: Uses) -> bool:
        """Whether a function may keep a value for its next call: in a global, a default, what it encloses."""
        enclosed = list[Any](function.__defaults__ or ())
        enclosed.extend((function.__kwdefaults__ or {}).values())
        for cell in function.__closure__ or ():
            enclosed.append(getattr(cell, "cell_contents", None) if _is_full(cell) else None)
        if uses.stores or any(isinstance(value, MUTABLE) for value in enclosed):
            return True
        space = function.__globals__
        for reference in uses.references:
            value = space.get(reference.path[0]) if not reference.module else None
            is_own_object = self.graph.is_own(type(value).__module__) and not isinstance(
                value, (type, Declared)
            )
            if isinstance(value, MUTABLE) or is_own_object:
                return True
        for path in uses.acts_on:
            value = space.get(path[0])
            if value is not None and not isinstance(value, (ModuleType, type, FunctionType, Logger)):
                return not callable(value)
        return False


def _is_full(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def _has_parts(function: FunctionType) -> bool:
    """Whether a library's function has more than its version tells: enclosed values, code made of a text."""
    return bool(function.__closure__ or vars(function)) or _is_made_of_text(function)


def _is_made_of_text(value: type | FunctionType) -> bool:
    """Whether a function was made at run time, as the methods of a dataclass are."""
    return isinstance(value, FunctionType) and value.__code__.co_filename.startswith("<")


def _source_of_text(function: FunctionType) -> FunctionSource:
    """A function made of a text at run time, as `exec` does: its names are those of its code."""
    names = dict[str, None]()
    for code in codes_within(function.__code__):
        names.update(dict.fromkeys(code.co_names))
    references = tuple(Reference("", (name,)) for name in names if name in function.__globals__)
    reaches = not REACHING_NAMES.isdisjoint(names)
    return FunctionSource(function.__code__, Uses(references, reaches_any_code=reaches))
