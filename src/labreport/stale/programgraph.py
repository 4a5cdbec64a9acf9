"""What each function, class and value of a loaded project rests on: a graph of labels, each with a digest.

The labels are `code project:fit` of a function or a class, `value project:LIMIT` of any other global value,
`module parts` of a whole module, `code parts:<numpy>` of statements that act on a library when their module
is loaded, `experiment small`, `table wells.csv` and `values external.json` of what is declared.
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
from labreport.stale.hasher import NodeHasher, PartsMaker
from labreport.stale.node import Closure, Node
from labreport.stale.program import Program
from labreport.stale.recorder import Recorder
from labreport.stale.statements import Statement

_ALWAYS_USED = ("os", "sys")
"""Libraries on whose state anything may rest, such as variables of the environment."""


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
        """Texts in code that asks for variables of the environment, which may be the names of some."""
        self._waiting: dict[str, PartsMaker] = {}
        """What gives the parts of nodes that are not computed yet."""

    def label_of(self, declaration: Declaration) -> str:
        """The label of what is declared, as `experiment small`, `table wells.csv`, `values external.json`.

        Another table of the same name has a number: it may be read in another way, or be in another folder.
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
        """Add a node, unless there is one of this label; it is computed later. Returns the label.

        That is always the same object, for pickle writes a text once in a digest and then refers to it.
        """
        label = sys.intern(label)
        if label not in self.nodes:
            self.nodes[label] = Node(label=label)
            self._waiting[label] = make_parts
        return label

    def compute_root(self, label: str, function: object, classes: Sequence[type]) -> Node:
        """A node by itself: what somebody rests on directly, a function or None, and classes."""
        root = Node(label=label)
        NodeHasher(self, root).compute(lambda hasher: hasher.root_parts(function, classes))
        return root

    def closure(self, root: Node) -> Closure:
        """All that a node rests on, and what acts on the libraries that these use."""
        closure = Closure(libraries=set(_ALWAYS_USED))
        closure.add(root)
        label = root.label if root.may_vary else ""  # where a name leads to the function
        if label:
            closure.inputs[label] = root.digest
            closure.parents[label] = ""
        self._extend(closure, root.references, label)
        acted_on = set[str]()
        while closure.libraries - acted_on:
            library = min(closure.libraries - acted_on)
            acted_on.add(library)
            self._extend(closure, self._acting_on(library), "")
        if closure.reaches_any_code:
            sources = self.program.sources
            for module in sources.modules():  # by its text, as code that reads code may see it
                closure.inputs[f"code {module}"] = sha256(sources.source_of(module)).hexdigest()[:HASH_DIGITS]
        return closure

    def _extend(self, closure: Closure, labels: Iterable[str], parent: str) -> None:
        """Add nodes to a closure, and all on which they rest; the `parent` led to them."""
        pending = deque((label, parent) for label in labels)
        while pending:
            label, parent = pending.popleft()
            if label not in closure.inputs:
                node = self.nodes[label]
                if label in self._waiting:
                    NodeHasher(self, node).compute(self._waiting.pop(label))
                closure.add(node)
                closure.inputs[label] = node.digest
                closure.parents[label] = parent
                pending.extend((reference, label) for reference in node.references)

    # Statements that act on libraries

    @cached_property
    def _acting(self) -> dict[str, dict[str, list[Statement]]]:
        """The statements that act on each library when they are loaded, by module."""
        acting = defaultdict[str, dict[str, list[Statement]]](dict)
        for statement in self.program.loaded_statements():
            for library in changed_libraries(self.program, statement):
                acting[library].setdefault(statement.module, []).append(statement)
        return acting

    def _acting_on(self, library: str) -> list[str]:
        """The labels of statements that act on a library: one for each module."""
        labels = list[str]()
        for module, statements in self._acting.get(library, {}).items():
            make_parts = partial(NodeHasher.acting_parts, statements=statements)
            labels.append(self.add(f"code {module}:<{library}>", make_parts))
        return labels

    def statement_of(self, module: str, qualified_name: str) -> Statement | None:
        """The statement that makes `name` or `name.member`, or acts on `<library>`; None for none."""
        name = qualified_name.partition(".")[0]
        acting = self._acting.get(name.strip("<>"), {}).get(module)
        statements = self.program.syntax(module).binding(name) or acting
        return statements[-1] if statements else None
