"""What each function, class and value of a loaded project rests on: a graph of labels, each with a digest.

The labels are `code project:fit` of a function or a class, `value project:LIMIT` of any other global value,
`module parts` of a whole module, `code parts:<numpy>` of statements that act on a library when their module
is loaded, `experiment small`, `table wells.csv` and `values external.json` of what is declared.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import is_dataclass
from hashlib import sha256
from importlib.util import resolve_name
from types import CodeType, FunctionType, ModuleType
from typing import Any

from labreport.project import Data, JsonValues, Reader
from labreport.stale.builder import NodeBuilder
from labreport.stale.effects import changed_libraries
from labreport.stale.members import static_member
from labreport.stale.node import Closure, Node, Parts
from labreport.stale.references import Path, Reference
from labreport.stale.sources import ENGINE_NAME, Sources
from labreport.stale.statements import FunctionSource, ModuleSyntax, Statement, read_module

_ALWAYS_USED = ("os", "sys")
"""Libraries on whose state anything may rest, such as variables of the environment."""
_DECLARING = frozenset({ENGINE_NAME, "dataclasses"})
"""Libraries that make the same of what they are given in every process."""


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
        """The globals of the project's modules that are loaded."""
        for name in sources.loaded:
            if name in sys.modules:
                self.modules[name] = vars(sys.modules[name])
        self.nodes: dict[str, Node] = {}
        self.declared: dict[str, Any] = {}
        """Experiments, studies, tables and files of values by their labels."""
        self.variables = set[str]()
        """Texts in code that asks for variables of the environment, which may be the names of some."""
        self._waiting: deque[tuple[Node, Parts]] = deque()
        self._syntax: dict[str, ModuleSyntax] = {}
        self._module_of_file = {space.get("__file__"): name for name, space in self.modules.items()}
        self._acting: dict[str, dict[str, list[Statement]]] | None = None

    # Modules and names

    def is_own(self, module: str) -> bool:
        """Whether a module is the project's."""
        return bool(module) and self.sources.path(module) is not None

    def syntax(self, module: str) -> ModuleSyntax:
        """What the file of a module says; nothing of one that is not the project's."""
        if module not in self._syntax:
            path = self.sources.path(module)
            source = self.sources.read(path) if path else b""
            self._syntax[module] = read_module(module, source, str(path))
        return self._syntax[module]

    def absolute(self, name: str, module: str) -> str:
        """The full name of a module that another imports as `..data`."""
        path = self.sources.path(module)
        is_package = path is not None and path.name == "__init__.py"
        try:
            return resolve_name(name, module if is_package else module.rpartition(".")[0])
        except ImportError:
            return name

    def lookup(self, module: str, reference: Reference) -> tuple[str, Path]:
        """Where a name that code of a module uses is made: a module, and the name there with its attributes.

        Without a name, it is the module as a whole.
        """
        found = (self.absolute(reference.module, module) if reference.module else module), reference.path
        seen = set[tuple[str, Path]]()
        while found not in seen:
            seen.add(found)
            if found[1]:
                found = self._next_place(found[0], found[1][0], found[1][1:])
        return found

    def _next_place(self, module: str, name: str, rest: Path) -> tuple[str, Path]:
        """Where a name of a module leads, if it is a module or an import of another's name; else itself."""
        space = self.modules.get(module, {})
        value = space.get(name)
        if isinstance(value, ModuleType):
            return value.__name__, rest
        imported = self.syntax(module).imported.get(name)
        if imported is not None:
            source = self.absolute(imported.module, module)
            is_same = (
                self.modules.get(source, {}).get(imported.path[0], self) is value if imported.path else True
            )
            if source not in self.modules or module not in self.modules or is_same:
                return source, (*imported.path, *rest)
        if name not in space and self.sources.known(f"{module}.{name}"):
            return f"{module}.{name}", rest
        return module, (name, *rest)

    def function_sources(self, code: CodeType) -> list[FunctionSource]:
        """How a function is written; several lambdas may stand on its line. Empty where it has no source."""
        module = self._module_of_file.get(code.co_filename)
        if module is None:
            return []
        return self.syntax(module).functions_at(code.co_firstlineno, code.co_name)

    def is_library_code(self, code: CodeType) -> bool:
        """Whether code is in a file of a library, and so counts by its version."""
        return code.co_filename not in self._module_of_file and not code.co_filename.startswith("<")

    def name_of(self, value: Any) -> tuple[str, str] | None:
        """A module and a name in it that stand for this very object; None where there is none."""
        for module, space in self.modules.items():
            for name, other in space.items():
                if other is value:
                    return module, name
        return None

    def defined_at(self, value: type | FunctionType) -> bool:
        """Whether a function or a class is what its module and qualified name lead to."""
        found: Any = sys.modules.get(value.__module__ or "")
        for name in value.__qualname__.split("."):
            found = static_member(found, name)
        if isinstance(found, Reader):
            found = found.function
        return found is value

    def label_of(self, source: Data | JsonValues) -> str:
        """The label of a table or a file of values, as `table wells.csv`.

        Another of the same name has a number: it may be read in another way, or be in another folder.
        """
        kind = "table" if isinstance(source, Data) else "values"
        label, count = f"{kind} {source.name}", 1
        while self.declared.setdefault(label, source) != source:
            count += 1
            label = f"{kind} {source.name} ({count})"
        return label

    # Nodes

    def add(self, label: str, parts: Parts) -> str:
        """The label of a node, which is computed later if it is new."""
        label = sys.intern(label)
        if label not in self.nodes:
            self.nodes[label] = Node(label=label)
            self._waiting.append((self.nodes[label], parts))
        return label

    def root(self, label: str, parts: Parts) -> Node:
        """A node by itself: what somebody rests on directly."""
        node = Node(label=label)
        NodeBuilder(self, node).compute(parts)
        return node

    def closure(self, root: Node) -> Closure:
        """All that a node rests on, and what acts on the libraries that these use."""
        closure = Closure(libraries=set(_ALWAYS_USED))
        if root.label:
            closure.inputs[root.label] = root.digest
            closure.parents[root.label] = ""
        self._extend(closure, root)
        acted_on = set[str]()
        while closure.libraries - acted_on:
            library = min(closure.libraries - acted_on)
            acted_on.add(library)
            labels = dict.fromkeys(self._acting_on(library))
            self._extend(closure, Node(references=labels))
        if closure.reaches_any_code:
            for module in self.sources.modules():  # by its text, as code that reads code may see it
                path = self.sources.path(module)
                text = self.sources.read(path) if path else b""
                closure.inputs[f"code {module}"] = sha256(text).hexdigest()[:16]
        return closure

    def _extend(self, closure: Closure, root: Node) -> None:
        """Add all on which a node rests."""
        waiting = deque([root])
        while waiting:
            node = waiting.popleft()
            closure.add(node)
            self._compute()
            for label in node.references:
                if label not in closure.inputs:
                    closure.inputs[label] = self.nodes[label].digest
                    closure.parents[label] = node.label
                    waiting.append(self.nodes[label])

    def _compute(self) -> None:
        """Compute all nodes that are waiting, and those on which they rest."""
        while self._waiting:
            node, parts = self._waiting.popleft()
            NodeBuilder(self, node).compute(parts)

    # Statements

    def _acting_on(self, library: str) -> list[str]:
        """The labels of statements that act on a library when loaded: one for each module."""
        if self._acting is None:
            self._acting = defaultdict(dict)
            for module in self.modules:
                for statement in self.syntax(module).statements:
                    for changed in changed_libraries(self, statement):
                        self._acting[changed].setdefault(module, []).append(statement)
        labels = list[str]()
        for module, statements in self._acting.get(library, {}).items():
            labels.append(self.add(f"code {module}:<{library}>", _acting_parts(statements)))
        self._compute()
        return labels

    def statement_of(self, module: str, qualified_name: str) -> Statement | None:
        """The statement that makes `name` or `name.member`, or acts on `<library>`; None for none."""
        name = qualified_name.partition(".")[0]
        acting = self._acting or {}
        statements = self.syntax(module).binding(name) or acting.get(name.strip("<>"), {}).get(module)
        return statements[-1] if statements else None

    def is_fixed(self) -> bool:
        """Whether it is plain from their syntax that all values of the loaded modules are equal everywhere.

        They are where nothing is called but what declares, and no set is written.
        """
        for module in self.modules:
            for statement in self.syntax(module).statements:
                has_set = any(isinstance(part, (ast.Set, ast.SetComp)) for part in ast.walk(statement.node))
                if has_set or not all(self._declares(module, called) for called in statement.uses.calls):
                    return False
        return True

    def _declares(self, module: str, called: Reference) -> bool:
        """Whether a call is one of the engine, or makes an object of a dataclass."""
        owner, path = self.lookup(module, called)
        if not self.is_own(owner):
            return owner.partition(".")[0] in _DECLARING
        value = self.modules[owner].get(path[0]) if path else None
        return is_dataclass(value) and not hasattr(value, "__post_init__")


def _acting_parts(statements: list[Statement]) -> Parts:
    return lambda builder: builder.acting_parts(statements)
