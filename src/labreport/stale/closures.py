"""All that each run, answer, figure and section rests on by its code: of a project as it was loaded."""

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

TargetSubject: TypeAlias = Experiment | Reader | Section
"""What targets are made of."""
Digests: TypeAlias = dict[str, str]
"""The digests of values, by label."""


@dataclass(frozen=True)
class Closures:
    """What the subjects of a project rest on, each by its kind and name; made by `compute_closures`."""

    graph: ProgramGraph
    roots: dict[str, Node]
    """The nodes from which closures begin, for the first subject of each."""
    by_subject: dict[str, Closure]
    """Subjects of the same function and classes share one."""

    def of(self, subject: TargetSubject) -> Closure:
        """All that a subject rests on."""
        return self.by_subject[_full_name(subject)]

    def libraries(self) -> set[str]:
        """The libraries that any subject uses."""
        return set[str]().union(*(closure.libraries for closure in self.by_subject.values()))

    def value_digests(self) -> Digests:
        """The digests of all that has values and not only code."""
        nodes = {**self.graph.nodes, **self.roots}
        return {label: node.digest for label, node in nodes.items() if node.may_vary}


def compute_closures(loaded: LoadedProject, unstable: Iterable[str] = ()) -> Closures:
    """What the subjects of a project rest on, with digests of code and values as they are now.

    `unstable` are the labels of values that differ from process to process: they count by their statements.
    Raises `UsageError` for what cannot be told.
    """
    project = loaded.project
    program = Program(loaded.recorder.sources)
    closures = Closures(ProgramGraph(program, loaded.recorder, frozenset(unstable)), {}, {})
    readers = project.questions + project.figures
    for experiment in project.all_experiments:
        closures.graph.label_of(experiment)
    for reader in readers:  # in this order, so that namesakes have fixed numbers
        for source in reader.sources:
            closures.graph.label_of(source)
    by_root: dict[tuple[int, tuple[type, ...]], Closure] = {}
    for subject in chain[TargetSubject](project.all_experiments, readers, project.chapters):
        name = _full_name(subject)
        function, classes = _root_of(subject, project)
        key = id(function), classes
        if key not in by_root:
            root = closures.graph.compute_root(_label_of_root(function), function, classes)
            closures.roots[name] = root
            by_root[key] = closures.graph.closure(root)
        closures.by_subject[name] = by_root[key]
    return closures


def _full_name(subject: TargetSubject) -> str:
    """The kind and the name of a subject: `experiment small`."""
    return f"{type(subject).__name__.lower()} {subject.name}"


def _root_of(subject: TargetSubject, project: Project) -> tuple[object, tuple[type, ...]]:
    """What a subject rests on directly: its function, or None of a section, and classes of specifications.

    Raises `UsageError` for a specification with what is not allowed.
    """
    if isinstance(subject, Reader):
        return subject.function, ()
    if isinstance(subject, Experiment):
        specification_repr(subject)
        return subject.start or subject.fit, tuple(specification_classes(subject.specification))
    classes = dict[type, None]()  # a section can print all specifications
    for experiment in project.all_experiments:
        classes.update(dict.fromkeys(specification_classes(experiment.specification)))
    return None, tuple(classes)


def _label_of_root(function: object) -> str:
    """The label of what a subject rests on directly, where no name leads to that; a section has none."""
    if function is None:
        return ""
    return f"code {callable_name(function)}" if isinstance(function, FunctionType) else "value fit"


def callable_name(function: object) -> str:
    """How a callable is called: `project:fit`, `project:Trainer.fit` of a method, or the name of its type."""
    if isinstance(function, str):
        return function
    name = getattr(function, "__qualname__", "")
    owner = function if name else type(function)
    return f"{owner.__module__}:{name or type(function).__qualname__}"
