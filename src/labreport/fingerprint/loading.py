"""What loading a module does besides binding its names: to other names of the project, and outside of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from labreport.fingerprint.effects import ACTING, LOCALLY, READING
from labreport.fingerprint.names import Name, Names, is_engine


@dataclass
class Change:
    """What a statement changes: names of the project, and perhaps what is not the project's."""

    names: set[Name] = field(default_factory=set)
    outside: bool = False


class Loading:
    """The statements of modules that change more than the names they bind."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.changes = cache(self._changes)
        self.loads = cache(self._loads)
        self._direct = cache(self._directly)

    def _loads(self, module: str) -> frozenset[str]:
        """The modules that are followed and loaded with `module`: packages around it, imports, and theirs."""
        found: set[str] = set()
        waiting = [module]
        while waiting:
            one = waiting.pop()
            if one not in found and self._names.path(one) is not None:
                found.add(one)
                waiting.extend(self._direct(one))
        return frozenset(found)

    def _directly(self, module: str) -> tuple[str, ...]:
        parts = module.split(".")
        around = [".".join(parts[:count]) for count in range(1, len(parts))]
        imports = self._names.summary(module)["loads"].get("", ())
        return (*around, *(self._names.absolute(module, target) for target in imports))

    def _changes(self, module: str) -> tuple[tuple[Name, Change], ...]:
        """Every statement of a module that changes something, by a name that it defines."""
        found = []
        for name, definition in self._names.summary(module)["definitions"].items():
            change = Change()
            running = [(module, definition[2])]
            running += [
                (inner, self._names.summary(inner)["definitions"][called][3])
                for inner, called in self._reached(self._called(module, definition[2]), is_engine(module))
            ]
            # What is only given to functions can be changed by them, if any changes what it has no name for
            given = any(LOCALLY in stored for _, (_, _, stored, _) in running)
            for inner, effect in running:
                self._add(inner, effect, change, given)
            change.names.discard((module, name))
            if change.names or change.outside:
                found.append(((module, name), change))
        return tuple(found)

    def _called(self, module: str, effect: list[list[str]]) -> set[Name]:
        """The definitions that are called, or may be since they are passed to what is."""
        calls, passed, _, _ = effect
        found = {one for use in calls for one in self._names.lookup(module, use)}
        return found | {
            one for use in passed for one in self._names.lookup(module, use) if self._kind(one) == "def"
        }

    def _add(self, module: str, effect: list[list[str]], change: Change, given: bool) -> None:
        """Add the effect of one statement or function."""
        calls, passed, stored, _ = effect
        changed: set[Name] = set()
        for use in calls:
            parts, found = use.split("."), self._meaning(module, use, change)
            method = len(parts) > 1 and parts[-1] not in READING
            changed |= {one for one in found if (method or given) and self._kind(one) in ("made", "alias")}
            if len(parts) > 2:  # a method of an attribute, which may belong to a class
                changed |= {one for one in found if method and self._kind(one) == "def"}
        for use in stored:
            changed |= self._meaning(module, use, change)
        for one in list(changed):
            if self._kind(one) == "alias":
                changed |= self._names.targets(*one)
                change.outside = True
        if given:
            changed |= {
                one
                for use in passed
                for one in self._names.lookup(module, use)
                if self._kind(one) != "constant"
            }
        change.names |= changed

    def _meaning(self, module: str, use: str, change: Change) -> frozenset[Name]:
        """The project's definitions that a called or changed name means; without any, what it is outside."""
        found = self._names.lookup(module, use)
        if not found and use in ACTING:
            change.outside = True
        elif not found:
            targets = self._names.summary(module)["imports"].get(use.partition(".")[0], ())
            change.outside |= any(not is_engine(self._names.absolute(module, one)) for one, _ in targets)
        return found

    def _kind(self, name: Name) -> str:
        kind: str = self._names.summary(name[0])["definitions"][name[1]][4]
        return kind

    def _reached(self, called: set[Name], engine: bool) -> set[Name]:
        """The definitions that calls may go through; a project's do not go through the engine's."""
        reached: set[Name] = set()
        waiting = list(called)
        while waiting:
            one = waiting.pop()
            if one not in reached and is_engine(one[0]) <= engine:
                reached.add(one)
                waiting.extend(self._names.targets(*one) - self._declared(*one))
        return reached

    def _declared(self, module: str, name: str) -> set[Name]:
        """What a definition only makes questions and figures of, which calls nothing of it."""
        *_, declared = self._names.summary(module)["definitions"][name][3]
        return {one for use in declared for one in self._names.lookup(module, use)}
