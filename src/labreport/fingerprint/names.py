"""What a name means: the definitions of the project's modules behind it, through imports of every kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from labreport.fingerprint.modules import ENGINE, Modules
from labreport.fingerprint.syntax import Summary

Name = tuple[str, str]
"""A module, and what it defines there; empty for its statements that bind no name."""
_ROOMS = (
    *("audit", "bootstrap", "checks", "command", "commands", "console", "execute", "fingerprint", "front"),
    *("grading", "guard", "installed", "locate", "nodes.calls", "nodes.result", "nodes.unfold"),
    *("nodes.workshop", "plan", "processes", "program", "rubric", "sources", "store"),
    *("suggest", "trajectory.document", "trajectory.store", "verification", "warm", "witness", "__main__"),
)
COMPUTING = f"{ENGINE}.execute.one_step"
"""The module of these rooms that makes the records of a fit, which a report says."""
CARRYING_OUT = tuple(f"{ENGINE}.{room}" for room in _ROOMS)
"""Modules of the engine that plan, carry out, keep, check and print. They compute nothing that a report says:
they are not followed, and nothing is rebuilt for them. A change of what they keep raises a format."""
_CARRYING_OUT = tuple(f"{room}." for room in CARRYING_OUT)
_NOTHING: Summary = {"definitions": {}, "imports": {}, "loads": {}}


class Names:
    """The modules below the top-level ones `roots`, read through `summary(path)`."""

    def __init__(self, roots: Sequence[str], summary: Callable[[Path], Summary]) -> None:
        self._modules = Modules(roots)
        self._read = summary
        self.path = cache(self._path)
        self.summary = cache(self._summary)
        self.find = cache(self._find)
        self.lookup = cache(self._lookup)
        self.targets = cache(self._targets)
        self.loaded = cache(self._loaded)

    def _path(self, module: str) -> Path | None:
        """The file of a module that is followed; None for any other."""
        return None if carries_out(module) else self._modules.path(module)

    def _summary(self, module: str) -> Summary:
        path = self.path(module)
        return self._read(path) if path is not None else _NOTHING

    def _targets(self, module: str, name: str) -> frozenset[Name]:
        """Definitions that a definition uses directly."""
        found: set[Name] = set()
        for use in self.summary(module)["definitions"][name][1]:
            kind, special, rest = use.partition(" ")
            if use == "*":
                found.update((module, other) for other in self.summary(module)["definitions"])
            elif use == "**":
                found.update(self.find(module, ""))
            elif not special:
                found.update(self.lookup(module, use))
            elif kind == "any":
                for other in self._every(module, rest):
                    found.update(self.find(other, ""))
            elif kind == "import":
                target, _, inner = rest.partition(":")
                found.update(self._walk(self.absolute(module, target), inner.split(".") if inner else []))
        return frozenset(found)

    def _loaded(self, module: str, name: str) -> tuple[str, ...]:
        """The modules that a definition imports itself."""
        uses = self.summary(module)["definitions"][name][1]
        kept = [use.removeprefix("load ") for use in uses if use.startswith("load ")]
        return tuple(self.absolute(module, target) for target in kept)

    def _lookup(self, module: str, name: str) -> frozenset[Name]:
        """What a dotted name means in `module`; nothing for locals and other libraries."""
        summary, (head, _, inner) = self.summary(module), name.partition(".")
        imports = summary["imports"]
        found = {(module, head)} if head in summary["definitions"] else set[Name]()
        if head in imports:
            rest = inner.split(".") if inner else []
            for target, attribute in imports[head]:
                found |= self._walk(self.absolute(module, target), [attribute, *rest] if attribute else rest)
        if "*" in imports:
            found |= self._starred(module, head, frozenset({module}))
        return frozenset(found)

    def _walk(self, module: str, parts: list[str]) -> set[Name]:
        """What `parts`, attributes of attributes, mean from `module` on."""
        found: set[Name] = set()
        while parts and self.path(f"{module}.{parts[0]}") is not None:
            if parts[0] in self.summary(module)["definitions"]:
                found.add((module, parts[0]))
            module, parts = f"{module}.{parts[0]}", parts[1:]
        # A name that is bound in no way that is known may come from anything in the module
        return found | (self.find(module, parts[0] if parts else "") or self.find(module, ""))

    def _find(self, module: str, name: str, seen: frozenset[str] = frozenset()) -> frozenset[Name]:
        """Where `name` of `module` is defined, through re-exports; without a name, all that it can give."""
        if self.path(module) is None or f"{module}:{name}" in seen:
            return frozenset()
        seen |= {f"{module}:{name}"}
        summary, found = self.summary(module), set[Name]()
        if not name:
            found.update((module, defined) for defined in summary["definitions"])
        elif name in summary["definitions"]:
            found.add((module, name))
        elif "__getattr__" in summary["definitions"] and module != ENGINE:
            found.add((module, "__getattr__"))
        if name and self.path(f"{module}.{name}") is not None:
            found |= self._find(f"{module}.{name}", "", seen)
        for local, targets in summary["imports"].items():
            if local == name or (not name and local != "*"):
                for target, attribute in targets:
                    found |= self._find(self.absolute(module, target), attribute, seen)
        return frozenset(found | self._starred(module, name, seen))

    def _starred(self, module: str, name: str, seen: frozenset[str]) -> set[Name]:
        """What `name` may be by a star import of `module`, and the list that decides it."""
        found: set[Name] = set()
        for target, _ in self.summary(module)["imports"].get("*", ()):
            source = self.absolute(module, target)
            if more := self._find(source, name, seen):
                found |= more
                found |= {(source, "__all__")} if "__all__" in self.summary(source)["definitions"] else set()
        return found

    def _every(self, module: str, start: str) -> Iterator[str]:
        """All modules of the project whose names begin with `start`; for the engine's, of its own room."""
        if is_engine(module):
            start = ".".join(module.split(".")[:2])
        for other in self._modules.every():
            if other.startswith(start) and is_engine(other) == is_engine(module):
                yield other

    def absolute(self, module: str, target: str) -> str:
        """The full name of a module that `module` calls `target`, perhaps with dots in front."""
        if not target.startswith("."):
            return target
        level = len(target) - len(target.lstrip("."))
        path = self.path(module)
        parts = module.split(".")
        if path is not None and path.name == "__init__.py":
            level -= 1
        base = parts[: len(parts) - level] if level else parts
        return ".".join(filter(None, (*base, target.lstrip("."))))


def carries_out(module: str) -> bool:
    """Whether a module is one of `CARRYING_OUT`."""
    return f"{module}.".startswith(_CARRYING_OUT) and module != COMPUTING


def is_engine(module: str) -> bool:
    """Whether a module is the engine's."""
    return module.partition(".")[0] == ENGINE
