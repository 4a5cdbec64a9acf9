"""The dependency graph of a loaded project: a labelled, hashed node for each function, class and value.

Labels are `code project:fit` for a function or class, `value project:LIMIT` for any other global value,
`module parts` for a whole module, `code parts:<numpy>` for top-level statements of the module `parts` that
change numpy, and `experiment small`, `table wells.csv`, `values external.json` for declarations.
"""

from __future__ import annotations

import sys
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from functools import cached_property, partial
from hashlib import sha256

from labreport.project import Data, Experiment, Study
from labreport.results.files import HASH_DIGITS
from labreport.stale.declarations import Declaration
from labreport.stale.effects import changed_libraries
from labreport.stale.node import Closure, Node
from labreport.stale.parts import NodeParts, PartsMaker, compute_node
from labreport.stale.program import Program
from labreport.stale.recorder import Recorder
from labreport.stale.statements import Statement

_ALWAYS_USED = ("os", "sys")
"""Libraries on whose state any code may depend, such as environment variables."""


class ProgramGraph:
    """The nodes of one loaded program, each computed once.

    `unstable` are the labels of values that differ from process to process.
    """

    def __init__(self, program: Program, recorder: Recorder, unstable: frozenset[str]) -> None:
        self.program = program
        self.recorder = recorder
        self.unstable = unstable
        self.nodes: dict[str, Node] = {}
        self.declarations: dict[str, Declaration] = {}
        """Experiments, studies, tables and files of values by their labels."""
        self.variables = set[str]()
        """Texts in code that reads environment variables; some of them may be names of variables."""
        self._waiting: dict[str, PartsMaker] = {}
        """The nodes that are not computed yet, with the functions that give their parts."""

    def label_of_declaration(self, declaration: Declaration) -> str:
        """The label of a declaration: `experiment small`, `table wells.csv`, `values external.json`.

        A second table with the same file name, but another folder or other options, gets a number:
        `table wells.csv (2)`.
        """
        if isinstance(declaration, (Experiment, Study)):
            label = f"experiment {declaration.name}"
            self.declarations[label] = declaration
            return label
        kind = "table" if isinstance(declaration, Data) else "values"
        label, count = f"{kind} {declaration.name}", 1
        while self.declarations.setdefault(label, declaration) != declaration:
            count += 1
            label = f"{kind} {declaration.name} ({count})"
        return label

    def add(self, label: str, make_parts: PartsMaker) -> str:
        """Add a node to be computed later, unless there is one with this label. Gives the label.

        Equal labels are returned as one object: pickle writes an object once and then refers to it, so that
        two equal objects would change a hash.
        """
        label = sys.intern(label)
        if label not in self.nodes:
            self.nodes[label] = Node(label=label)
            self._waiting[label] = make_parts
        return label

    def compute_root(self, label: str, function: object, classes: Sequence[type]) -> Node:
        """Compute the node from which a closure starts: a function or None, and classes of specifications."""
        root = Node(label=label)
        compute_node(self, root, lambda parts: parts.root_parts(function, classes))
        return root

    def closure(self, root: Node) -> Closure:
        """Everything on which a node depends, and the statements that change a library which it uses."""
        closure = Closure(libraries=set(_ALWAYS_USED))
        closure.add(root)
        label = root.label if root.may_vary else ""  # else the function has a node
        if label:
            closure.inputs[label] = root.hash
            closure.parents[label] = ""
        self._extend(closure, root.references, label)
        acted_on = set[str]()
        while closure.libraries - acted_on:
            library = min(closure.libraries - acted_on)
            acted_on.add(library)
            self._extend(closure, self._acting_on(library), "")
        if closure.reaches_any_code:
            project_modules = self.program.project_modules
            for module in project_modules.names():  # by its text, which code that reads code can see
                sha256_of_source = sha256(project_modules.source_of(module)).hexdigest()
                closure.inputs[f"code {module}"] = sha256_of_source[:HASH_DIGITS]
        return closure

    def _extend(self, closure: Closure, labels: Iterable[str], parent: str) -> None:
        """Add nodes and all their dependencies to a closure; `parent` is the label of what uses them."""
        pending = deque((label, parent) for label in labels)
        while pending:
            label, parent = pending.popleft()
            if label not in closure.inputs:
                node = self.nodes[label]
                if label in self._waiting:
                    compute_node(self, node, self._waiting.pop(label))
                closure.add(node)
                closure.inputs[label] = node.hash
                closure.parents[label] = parent
                pending.extend((reference, label) for reference in node.references)

    # Statements that change libraries

    @cached_property
    def _acting(self) -> dict[tuple[str, str], list[Statement]]:
        """Library and module to the top-level statements of the module that change the library."""
        acting = defaultdict[tuple[str, str], list[Statement]](list)
        for statement in self.program.loaded_statements():
            for library in changed_libraries(self.program, statement):
                acting[library, statement.module].append(statement)
        return acting

    def _acting_on(self, library: str) -> list[str]:
        """The labels of the nodes for statements that change a library: one for each module with some."""
        labels = list[str]()
        for (changed, module), statements in self._acting.items():
            if changed == library:
                make_parts = partial(NodeParts.acting_parts, statements=statements)
                labels.append(self.add(f"code {module}:<{library}>", make_parts))
        return labels

    def statement_of(self, module: str, qualified_name: str) -> Statement | None:
        """The last statement that binds a name, or that changes numpy for `<numpy>`; None if none does."""
        name = qualified_name.partition(".")[0]
        acting = self._acting.get((name.strip("<>"), module))
        statements = self.program.syntax(module).binding(name) or acting
        return statements[-1] if statements else None
