"""The closure of each experiment, question, figure and section: all code and values that it depends on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from types import FunctionType
from typing import TypeAlias

from labreport.project import Experiment, Project, Reader, Section
from labreport.stale.canonical import specification_classes, specification_repr
from labreport.stale.loader import LoadedProject
from labreport.stale.node import Closure, Node
from labreport.stale.program import Program
from labreport.stale.programgraph import ProgramGraph

TargetDeclaration: TypeAlias = Experiment | Reader | Section
"""The declarations from which targets are made."""
ValueHashes: TypeAlias = dict[str, str]
"""Label of a node to the short hash of its values."""


@dataclass(frozen=True)
class Closures:
    """The closures of all declarations of a project; made by `compute_closures`.

    Declarations are identified by their `owner`: `experiment 'small'`.
    """

    graph: ProgramGraph
    roots: dict[str, Node]
    """The node from which each closure starts, by the first declaration that has it."""
    by_declaration: dict[str, Closure]
    """The closure of each declaration; those with the same function and classes share one."""

    def of(self, declaration: TargetDeclaration) -> Closure:
        """The closure of a declaration."""
        return self.by_declaration[declaration.owner]

    def libraries(self) -> set[str]:
        """The libraries that any declaration uses."""
        return set[str]().union(*(closure.libraries for closure in self.by_declaration.values()))

    def value_hashes(self) -> ValueHashes:
        """The hashes of all nodes that contain values, which may differ from process to process."""
        nodes = {**self.graph.nodes, **self.roots}
        return {label: node.hash for label, node in nodes.items() if node.may_vary}


def compute_closures(loaded: LoadedProject, unstable: Iterable[str]) -> Closures:
    """Compute the closures of a project from code and values as they are now.

    `unstable` are the labels of values that differ from process to process; these are hashed by the
    statements that make them. Raises `UsageError` for a value that can be hashed in neither way.
    """
    project = loaded.project
    program = Program(loaded.recorder.project_modules)
    closures = Closures(ProgramGraph(program, loaded.recorder, frozenset(unstable)), {}, {})
    readers = project.questions + project.figures
    for experiment in project.all_experiments:
        closures.graph.label_of_declaration(experiment)
    for reader in readers:  # in a fixed order, because labels number declarations of the same name
        for declared in reader.tables_and_values:
            closures.graph.label_of_declaration(declared)
    by_root: dict[tuple[int, tuple[type, ...]], Closure] = {}
    for declaration in chain[TargetDeclaration](project.all_experiments, readers, project.all_sections):
        function, classes = _root_of(declaration, project)
        key = id(function), classes
        if key not in by_root:
            root = closures.graph.compute_root(_label_of_root(function), function, classes)
            closures.roots[declaration.owner] = root
            by_root[key] = closures.graph.closure(root)
        closures.by_declaration[declaration.owner] = by_root[key]
    return closures


def _root_of(declaration: TargetDeclaration, project: Project) -> tuple[object, tuple[type, ...]]:
    """The function of a declaration (None for a section), and the classes of the specifications that it uses.

    Raises `UsageError` if a specification contains a type that is not allowed.
    """
    if isinstance(declaration, Reader):
        return declaration.function, ()
    if isinstance(declaration, Experiment):
        specification_repr(declaration)
        return declaration.start or declaration.fit, tuple(specification_classes(declaration.specification))
    classes = dict[type, None]()  # a section can print all specifications
    for experiment in project.all_experiments:
        classes.update(dict.fromkeys(specification_classes(experiment.specification)))
    return None, tuple(classes)


def _label_of_root(function: object) -> str:
    """The label for a function to which no global name leads; empty for a section."""
    if function is None:
        return ""
    return f"code {callable_name(function)}" if isinstance(function, FunctionType) else "value fit"


def callable_name(function: object) -> str:
    """Module and name of a callable: `project:fit`; for an object that can be called, those of its class."""
    if isinstance(function, str):
        return function
    name = getattr(function, "__qualname__", "")
    owner = function if name else type(function)
    return f"{owner.__module__}:{name or type(function).__qualname__}"
