"""What each function, class and value of a loaded project rests on: a graph of labels, each with a digest.

The labels are `code project:fit` of a function or a class, `value project:LIMIT` of any other global value,
`module parts` of a whole module, `code parts:<numpy>` of statements that act on a library when their module
is loaded, `experiment small` and `table wells.csv` of what is declared.
"""

from __future__ import annotations

import sys
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.util import find_spec, resolve_name
from types import CodeType, FunctionType
from typing import Any

from labreport.project import Reader
from labreport.stale.builder import NodeBuilder
from labreport.stale.effects import changed_libraries
from labreport.stale.fixed import is_fixed_module
from labreport.stale.members import static_member
from labreport.stale.node import FunctionKey, Node, Parts
from labreport.stale.sources import Sources
from labreport.stale.statements import FunctionSource, ModuleSyntax, Statement, read_module

_ALWAYS_USED = ("os", "sys")
"""Libraries on whose state anything may rest, such as variables of the environment."""


@dataclass
class Closure:
    """All that somebody rests on."""

    inputs: dict[str, str] = field(default_factory=dict)
    """The digest of each label."""
    parents: dict[str, str] = field(default_factory=dict)
    """The label that led to each; empty for what is rested on directly."""
    libraries: set[str] = field(default_factory=lambda: set(_ALWAYS_USED))
    keepers: set[FunctionKey] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    reaches_any_code: bool = False


class Graph:
    """The nodes of one loaded project, each computed once.

    `unstable` are the labels of values that differ from process to process. `opened_by(module, lines)` are
    the files that a module opened when it was imported, on these lines or on any.
    """

    def __init__(
        self,
        sources: Sources,
        unstable: Collection[str] = (),
        opened_by: Callable[[str, range | None], Iterable[str]] = lambda module, lines: (),
    ) -> None:
        self.sources = sources
        self.unstable = unstable
        self.opened_by = opened_by
        self.modules: dict[str, dict[str, Any]] = {}
        for name in sources.loaded:
            if name in sys.modules:
                self.modules[name] = vars(sys.modules[name])
        self.nodes: dict[str, Node] = {}
        self.declared: dict[str, Any] = {}
        """Experiments, studies and tables by their labels."""
        self.locations: dict[str, tuple[str, int]] = {}
        """The module and the line of a label."""
        self._waiting: deque[tuple[Node, Parts]] = deque()
        self._syntax: dict[str, ModuleSyntax] = {}
        self._module_of_file = {space.get("__file__"): name for name, space in self.modules.items()}
        self._module_of_space = {id(space): name for name, space in self.modules.items()}
        self._acting: dict[str, dict[str, list[Statement]]] | None = None

    def is_own(self, module: str) -> bool:
        """Whether a module is the project's."""
        return bool(module) and self.sources.path(module) is not None

    def is_installed(self, library: str) -> bool:
        """Whether a library that is not loaded could be."""
        try:
            return find_spec(library) is not None
        except (ImportError, ValueError):
            return False

    def syntax(self, module: str) -> ModuleSyntax:
        """What the file of a module says."""
        if module not in self._syntax:
            path = self.sources.path(module)
            source = self.sources.read(path) if path else b""
            self._syntax[module] = read_module(module, source, str(path))
        return self._syntax[module]

    def module_of(self, space: dict[str, Any]) -> str:
        """The loaded module with these globals; empty for any other globals."""
        return self._module_of_space.get(id(space), "")

    def is_fixed(self) -> bool:
        """Whether all statements of the loaded modules give the same values in every process."""
        return all(is_fixed_module(self.syntax(module)) for module in self.modules)

    def function_sources(self, code: CodeType) -> list[FunctionSource]:
        """How a function is written; several lambdas may stand on its line. Empty where it has no source."""
        module = self._module_of_file.get(code.co_filename)
        if module is None:
            return []
        return self.syntax(module).functions_at(code.co_firstlineno, code.co_name)

    def is_library_code(self, code: CodeType) -> bool:
        """Whether code is in a file of a library, and so counts by its version."""
        return code.co_filename not in self._module_of_file and not code.co_filename.startswith("<")

    def absolute(self, name: str, module: str) -> str:
        """The full name of a module that another imports as `..data`."""
        path = self.sources.path(module)
        is_package = path is not None and path.name == "__init__.py"
        package = module if is_package else module.rpartition(".")[0]
        try:
            return resolve_name(name, package)
        except ImportError:
            return name

    def origin(self, module: str, name: str) -> tuple[str, str]:
        """The loaded module in which a global value is made, and its name there, through imports of it."""
        value = self.modules[module][name]
        seen = set[str]()
        while module not in seen:
            seen.add(module)
            imported = self.syntax(module).imported.get(name)
            if imported is None or not imported.path:
                break
            source = self.absolute(imported.module, module)
            if self.modules.get(source, {}).get(imported.path[0], self) is not value:
                break
            module, name = source, imported.path[0]
        return module, name

    def name_of(self, value: Any) -> tuple[str, tuple[str]] | None:
        """A module and a name in it that stand for this very object; None where there is none."""
        for module, space in self.modules.items():
            for name, other in space.items():
                if other is value:
                    return module, (name,)
        return None

    def defined_at(self, value: type | FunctionType) -> bool:
        """Whether a function or a class is what its module and qualified name lead to."""
        found: Any = sys.modules.get(value.__module__ or "")
        for name in value.__qualname__.split("."):
            found = static_member(found, name)
        if isinstance(found, Reader):
            found = found.function
        return found is value

    def add(self, label: str, parts: Parts) -> str:
        """The label of a node, which is computed later if it is new."""
        label = sys.intern(label)
        if label not in self.nodes:
            self.nodes[label] = Node(label)
            self._waiting.append((self.nodes[label], parts))
        return label

    def root(self, label: str, parts: Parts) -> Node:
        """A node by itself: what somebody rests on directly."""
        node = Node(label)
        NodeBuilder(self, node).compute(parts)
        return node

    def _compute(self) -> None:
        """Compute all nodes that are waiting, and those on which they rest."""
        while self._waiting:
            node, parts = self._waiting.popleft()
            NodeBuilder(self, node).compute(parts)

    def closure(self, root: Node) -> Closure:
        """All that a node rests on, and what acts on the libraries that these use."""
        closure = Closure()
        self._extend(closure, root)
        acted_on = set[str]()
        while closure.libraries - acted_on:
            library = min(closure.libraries - acted_on)
            acted_on.add(library)
            for label in self._acting_on(library):
                self._extend(closure, Node("", references={label: None}))
        if closure.reaches_any_code:
            for module in self.sources.modules():
                self._add_whole_module(closure, module)
        return closure

    def _extend(self, closure: Closure, root: Node) -> None:
        """Add a node, if it has a label, and all on which it rests."""
        waiting = deque([root])
        if root.label:
            closure.inputs[root.label] = root.digest
            closure.parents[root.label] = ""
        while waiting:
            node = waiting.popleft()
            closure.libraries |= node.libraries
            closure.keepers |= node.keepers
            closure.files |= node.files
            closure.reaches_any_code |= node.reaches_any_code
            self._compute()
            for label in node.references:
                if label not in closure.inputs:
                    inner = self.nodes[label]
                    closure.inputs[label] = inner.digest
                    closure.parents[label] = node.label
                    waiting.append(inner)

    def _add_whole_module(self, closure: Closure, module: str) -> None:
        """Add a module by its text, comments too, as code that reads code may see it."""
        path = self.sources.path(module)
        if path is not None:
            text = self.sources.read(path)
            closure.inputs[f"code {module}"] = sha256(text).hexdigest()[:16]
            closure.parents[f"code {module}"] = ""

    def _acting_on(self, library: str) -> list[str]:
        """The labels of statements that act on a library when loaded: one for each module."""
        if self._acting is None:
            self._acting = self._find_acting()
        labels = list[str]()
        for module, statements in self._acting.get(library, {}).items():
            label = f"code {module}:<{library}>"
            self.locations[label] = module, statements[0].line
            labels.append(self.add(label, _acting_parts(statements)))
        self._compute()
        return labels

    def _find_acting(self) -> dict[str, dict[str, list[Statement]]]:
        """The statements that act on each library, by module."""
        acting = defaultdict[str, dict[str, list[Statement]]](dict)
        for module in self.modules:
            for statement in self.syntax(module).statements:
                for library in changed_libraries(self, statement):
                    acting[library].setdefault(module, []).append(statement)
        return acting


def _acting_parts(statements: list[Statement]) -> Parts:
    return lambda builder: builder.acting_parts(statements)
