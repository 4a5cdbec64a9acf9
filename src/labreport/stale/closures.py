"""All that each run, answer, figure and section rests on by its code: of a project as it was loaded."""

from __future__ import annotations

from collections.abc import Iterable
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
_Root: TypeAlias = tuple[int, tuple[type, ...]]
"""What a subject rests on directly: the identity of its function, and classes."""


class Closures:
    """What the subjects of a project rest on, with digests as they are when this is made.

    `unstable` are the labels of values that differ from process to process: they count by their statements.
    Raises `UsageError` for what cannot be told.
    """

    def __init__(self, loaded: LoadedProject, unstable: Iterable[str] = ()) -> None:
        self.unstable = frozenset(unstable)
        self.program = Program(loaded.recorder.sources)
        self.graph = ProgramGraph(self.program, loaded.recorder, self.unstable)
        self._project = loaded.project
        self._roots: dict[str, Node] = {}
        """The node from which the closure of a subject begins, by its kind and name."""
        self._closures: dict[_Root, Closure] = {}
        self._label_sources(loaded.project)
        for subject in _subjects_of(loaded.project):
            self._add(subject)

    def _label_sources(self, project: Project) -> None:
        """Give labels to what is declared, in this order, so that namesakes have fixed numbers."""
        for experiment in project.all_experiments:
            self.graph.label_of(experiment)
        for reader in (*project.questions, *project.figures):
            for source in reader.sources:
                self.graph.label_of(source)

    def of(self, subject: TargetSubject) -> Closure:
        """All that a subject rests on; the same for subjects of the same function and classes."""
        function, classes = self._root_of(subject)
        return self._closures[id(function), classes]

    def libraries(self) -> set[str]:
        """The libraries that any subject uses."""
        libraries = set[str]()
        for closure in self._closures.values():
            libraries |= closure.libraries
        return libraries

    def value_digests(self) -> Digests:
        """The digests of all that has values and not only code."""
        nodes = {**self.graph.nodes, **self._roots}
        return {label: node.digest for label, node in nodes.items() if node.may_vary}

    def _add(self, subject: TargetSubject) -> None:
        function, classes = self._root_of(subject)
        key = id(function), classes
        if key in self._closures:
            return
        root = self.graph.root(_label_of_root(function), function, classes)
        if not root.may_vary:  # a name leads to the function
            root.label = ""
        self._roots[f"{type(subject).__name__.lower()} {subject.name}"] = root
        self._closures[key] = self.graph.closure(root)

    def _root_of(self, subject: TargetSubject) -> tuple[object, tuple[type, ...]]:
        """The function of a subject, or None of a section; and classes of specifications."""
        if isinstance(subject, Reader):
            return subject.function, ()
        if isinstance(subject, Experiment):
            specification_repr(subject)  # which refuses what is not allowed
            return subject.start or subject.fit, tuple(specification_classes(subject.specification))
        classes = dict[type, None]()  # a section can print all specifications
        for experiment in self._project.all_experiments:
            classes.update(dict.fromkeys(specification_classes(experiment.specification)))
        return None, tuple(classes)


def _subjects_of(project: Project) -> list[TargetSubject]:
    subjects = list[TargetSubject](project.all_experiments)
    subjects += project.questions
    subjects += project.figures
    subjects += project.chapters
    return subjects


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
