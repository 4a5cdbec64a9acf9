"""The names by which users select targets: `best`, `part-two`, `2.2`, `page`, `report.html`."""

from __future__ import annotations

from collections.abc import Iterable

from labreport.errors import UsageError, did_you_mean
from labreport.plan.documents import DocumentTarget
from labreport.plan.graph import TargetGraph
from labreport.plan.targets import Target
from labreport.project import Question


class UnknownName(UsageError):
    """No target has this name; `names` are the names of all targets."""

    def __init__(self, name: str, names: Iterable[str]) -> None:
        self.name, self.names = name, list(names)
        super().__init__(f"nothing is called {name!r}{did_you_mean(name, self.names)}")


def targets_named(graph: TargetGraph, name: str) -> list[Target]:
    """The targets with a name, or with a number such as `2.2`; for an experiment or a study, its runs.

    Raises `UnknownName` if there are none.
    """
    project = graph.project
    targets: list[Target] = []
    for target in graph.targets:
        is_file = isinstance(target, DocumentTarget) and target.file_name == name
        if is_file or target.name == name:
            targets.append(target)
    if name in project.studies:
        for experiment in project.studies[name].experiments():
            targets += graph.runs_of[experiment.name]
    if targets:
        return targets
    if name not in project.numbered:
        names = {target.name for target in graph.targets}
        raise UnknownName(name, names.union(project.studies))
    declaration = project.numbered[name]
    group = graph.answers if isinstance(declaration, Question) else graph.sections
    return [group[declaration.name]]


def wanted_targets(graph: TargetGraph, names: Iterable[str]) -> list[Target]:
    """The targets with these names and all that they read, in order of making; without names, all targets."""
    waiting: list[Target] = []
    for name in names:
        waiting += targets_named(graph, name)
    if not waiting:
        return graph.targets
    wanted: set[Target] = set()
    while waiting:
        target = waiting.pop()
        if target not in wanted:
            wanted.add(target)
            waiting += target.prerequisites(graph)
    return [target for target in graph.targets if target in wanted]
