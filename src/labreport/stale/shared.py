"""What targets change of globals that others use, too.

Globals are looked at before and after each target is made. One that was filled is a cache: the files that
were opened to fill it count for all targets that reach it. Any other change, of a generator, a list or a
counter, is an error if another target reaches it: its number would depend on what is made before it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from labreport.errors import LabReportError
from labreport.project import Experiment, Reader
from labreport.stale.closures import Closures, TargetDeclaration, callable_name
from labreport.stale.labels import Label
from labreport.stale.loader import LoadedProject
from labreport.stale.members import static_member
from labreport.stale.node import Closure, FunctionKey, Node
from labreport.stale.places import UNCHANGED, Difference, Look, Looker, difference

_HINT = "make it inside the function"


@dataclass
class _Global:
    """A node with a value that may change, and the last look at this value."""

    node: Node
    name: str
    """Module and name: `project:rng`."""
    function: object
    """The function of a declaration to which no global name leads; None for a node with a global name."""
    look: Look | None
    """None while its module is not imported."""
    is_filled: bool
    """Whether it may hold what was read from a file and is no part of its hash."""
    error: LabReportError | None = None
    """Why no target may use it any more."""
    error_if_used_again: LabReportError | None = None
    """The same, if the only target that uses it is made a second time, as it is for a preliminary page."""


class SharedGlobals:
    """The globals that the targets of a loaded project use, as they are while targets are made."""

    def __init__(self, loaded: LoadedProject, closures: Closures) -> None:
        self._project = loaded.project
        self._opened_by_function = loaded.recorder.opened_by_function
        self._closures = closures
        self._globals: dict[int, _Global] = {}
        """By the `id` of the node."""

    def look_before(self, declaration: TargetDeclaration) -> None:
        """Look at all globals if no target was made yet, else at those that the next target uses."""
        if not self._globals:
            for closure in self._closures.by_declaration.values():
                self._look_first(closure)
        for used in self._used_by(declaration):
            used.error = used.error or used.error_if_used_again
            if self._look_again(used).is_changed and used.error is None:
                text = f"{_subject(declaration)} uses {used.name}, which has changed since it was loaded"
                used.error = LabReportError(f"{text}; {_HINT}", declaration.location)

    def look_after(self, declaration: TargetDeclaration) -> None:
        """Look at the globals that a target uses, after it was made or in between.

        Raises `LabReportError` if it has changed one that others use, or uses one that another has changed.
        """
        for used in self._used_by(declaration):
            change = self._look_again(used)
            if used.error is None:
                used.error = self._refusal(used, change, declaration)
            if used.error is not None:
                raise used.error

    def filling_functions(self, declaration: TargetDeclaration) -> set[FunctionKey]:
        """The functions that may have opened files, for earlier targets, to fill what a target reaches."""
        closure = self._closures.of(declaration)
        functions = set[FunctionKey]()
        for node in closure.nodes:
            if node.label.endswith(":<import>"):
                functions |= node.functions
        for used in self._used_by(declaration):
            if used.is_filled and used.look is not None:
                owners = used.node.functions | used.look.functions
                opened = owners & self._opened_by_function.keys()
                functions |= opened or _functions_of(_users(closure, used.node.label))
        return functions

    # Looking

    def _look_first(self, closure: Closure) -> None:
        for node in closure.nodes:
            if id(node) in self._globals:
                continue
            is_named = node.label in self._closures.graph.nodes
            has_value = Label.parse(node.label).kind in ("code", "value") if is_named else node.may_vary
            if not has_value:
                continue
            function = None if is_named else closure.function
            name = Label.parse(node.label).name if is_named else callable_name(function)
            shared = _Global(node, name, function, None, is_filled=False)
            shared.look = self._look(shared)
            shared.is_filled = shared.look is not None and shared.look.holds_results
            self._globals[id(node)] = shared

    def _look_again(self, shared: _Global) -> Difference:
        """How a global has changed since the last look."""
        before, shared.look = shared.look, self._look(shared)
        if shared.look is None:
            return UNCHANGED
        if before is None:  # imported meanwhile
            shared.is_filled = shared.look.has_objects
            return UNCHANGED
        change = difference(before, shared.look)
        shared.is_filled |= change.is_filled or change.is_changed
        return change

    def _look(self, shared: _Global) -> Look | None:
        """A look at the present value of a global; None if its module is not imported."""
        if shared.function is not None:
            return Looker(self._closures.graph, shared.function).look
        module, _, qualified_name = shared.name.partition(":")
        if module not in sys.modules:
            return None
        value: object = sys.modules[module]
        for name in qualified_name.split("."):
            value = static_member(value, name)
        value = value.function if isinstance(value, Reader) else value
        return Looker(self._closures.graph, value).look

    def _used_by(self, declaration: TargetDeclaration) -> list[_Global]:
        nodes = self._closures.of(declaration).nodes
        return [self._globals[id(node)] for node in nodes if id(node) in self._globals]

    # Judging

    def _refusal(
        self, used: _Global, change: Difference, declaration: TargetDeclaration
    ) -> LabReportError | None:
        """The error for a change of a global by a target; None if no other target's result depends on it."""
        is_filled_by_users = change.is_filled and not change.by_owners
        if not change.is_changed and not is_filled_by_users:
            return None
        users = set[str]()
        if not change.is_changed:
            users = {user.label for user in _users(self._closures.of(declaration), used.node.label)}
        other = self._other_user(used.node, declaration, users)
        text = f"{_subject(declaration)} changes {used.name}"
        if not other and change.is_changed:
            text = f"{text}, and is made a second time by this build; {_HINT}"
            used.error_if_used_again = LabReportError(text, declaration.location)
        if not other:
            return None
        hint = f"{_HINT}, or let one function fill it that all call" if is_filled_by_users else _HINT
        return LabReportError(f"{text}, which {other} uses; {hint}", declaration.location)

    def _other_user(self, node: Node, declaration: TargetDeclaration, users: set[str]) -> str:
        """Who else uses a global, of the targets that are made in the same process; empty if nobody does.

        Those whose code includes all of the `users`, if there are some, would fill it in the same way.
        """
        project = self._project
        is_experiment = isinstance(declaration, Experiment)
        others = project.all_experiments if is_experiment else self._made_in_build()
        for other in others:
            closure = self._closures.of(other)
            is_reached = any(reached is node for reached in closure.nodes)
            if not is_reached or (users and users <= closure.inputs.keys()):
                continue
            if other is not declaration:
                return other.owner
            if is_experiment:
                return "another run of it"
        return ""

    def _made_in_build(self) -> tuple[TargetDeclaration, ...]:
        """The declarations of all targets that are made in the process of the build."""
        project = self._project
        return (*project.questions, *project.figures, *project.all_sections)


def _subject(declaration: TargetDeclaration) -> str:
    """A declaration as the subject of a message; messages about runs begin with their experiment."""
    return "it" if isinstance(declaration, Experiment) else declaration.owner


def _users(closure: Closure, label: str) -> list[Node]:
    """The nodes of a closure with code that uses a global, directly or by a value that leads to it."""
    users, pending, visited = list[Node](), [label], {label}
    while pending:
        wanted = pending.pop()
        for node in closure.nodes:
            if wanted not in node.references or node.label in visited:
                continue
            visited.add(node.label)
            if node.functions:
                users.append(node)
            else:
                pending.append(node.label)
    return users


def _functions_of(nodes: list[Node]) -> set[FunctionKey]:
    return set[FunctionKey]().union(*(node.functions for node in nodes))
