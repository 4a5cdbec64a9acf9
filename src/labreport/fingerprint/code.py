"""The hash of a function over everything it calls, followed through modules without importing them.

The rule is in `docs/staleness.md`. What static reading cannot see errs toward rebuilding. Libraries outside
the project are not followed; their versions are ingredients of their own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from labreport.errors import UsageError
from labreport.fingerprint.canonical import digest
from labreport.fingerprint.modules import ENGINE, Modules, is_module
from labreport.fingerprint.syntax import ACTING, LOCALLY, READING, TEXT, Summary

Name = tuple[str, str]
"""A module, and what it defines there; empty for its statements that bind no name."""
_ROOMS = (
    *("audit", "authoring", "commands", "console", "execute", "fingerprint", "forkserver", "front"),
    *("grading", "locate", "nodes.unfold", "nodes.workshop", "plan", "processes", "program", "sources"),
    *("store", "trajectory.store", "verification", "__main__"),
)
COMPUTING = f"{ENGINE}.execute.one_step"
"""The module of these rooms that makes the records of a fit, which a report says."""
CARRYING_OUT = tuple(f"{ENGINE}.{room}" for room in _ROOMS)
"""Modules of the engine that plan, carry out, keep, check and print. They compute nothing that a report says:
they are not followed, and nothing is rebuilt for them. A change of what they keep raises a format."""
_CARRYING_OUT = tuple(f"{room}." for room in CARRYING_OUT)
DEFINED = ("def", "class", "made")
"""Kinds of definitions that may be called."""
_NOTHING: Summary = {"definitions": {}, "imports": {}, "loads": {}, "text": {}}


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
        return self.meant(module, self.summary(module)["definitions"][name][1])

    def meant(self, module: str, uses: Iterable[str]) -> frozenset[Name]:
        """Definitions that these uses in a module mean."""
        found: set[Name] = set()
        for use in uses:
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
            start = room(module)
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


def room(module: str) -> str:
    """The room of a module of the engine: `labreport.stats` of `labreport.stats.words`."""
    return ".".join(module.split(".")[:2])


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
            change.names |= self._touched(module, definition[5])
            change.names.discard((module, name))
            if change.names or change.outside:
                found.append(((module, name), change))
        return tuple(found)

    def _touched(self, module: str, uses: Iterable[str]) -> set[Name]:
        """What an acting statement may change: all that it names, and the objects behind that."""
        named = {one for one in self._names.meant(module, uses) if self._kind(one) != "constant"}
        found, waiting = set(named), list(named)
        functions = {one for one in named if self._kind(one) in ("def", "class")}
        waiting += self._reached(functions, is_engine(module))
        while waiting:
            for one in self._names.targets(*waiting.pop()) - found:
                if self._kind(one) in ("made", "alias"):
                    found.add(one)
                    waiting.append(one)
        return found

    def _called(self, module: str, effect: list[list[str]]) -> set[Name]:
        """The definitions that are called, or may be since they are passed to what is."""
        calls, passed, _, _ = effect
        found = {one for use in calls for one in self._names.lookup(module, use)}
        return found | {
            one for use in passed for one in self._names.lookup(module, use) if self._kind(one) in DEFINED
        }

    def _add(self, module: str, effect: list[list[str]], change: Change, given: bool) -> None:
        """Add the effect of one statement or function."""
        calls, passed, stored, _ = effect
        changed: set[Name] = set()
        for use in calls:
            parts, found = use.split("."), self._meaning(module, use, change)
            method = len(parts) > 1 and parts[-1] not in READING
            changed |= {one for one in found if (method or given) and self._kind(one) in ("made", "alias")}
            # A method of a function's object, or of an attribute, which may belong to a class
            of_class = ("class", "def") if len(parts) > 2 else ("def",)
            changed |= {one for one in found if method and self._kind(one) in of_class}
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


Closure = Mapping[str, str]
"""`module:name` → hash of that definition."""


class Code:
    """The source below the top-level modules `roots`, read through `summary(path)`, which may be cached."""

    def __init__(self, roots: tuple[str, ...], summary: Callable[[Path], Summary]) -> None:
        self._roots = roots
        self._names = Names(roots, summary)
        self._loading = Loading(self._names)
        self._libraries = cache(self._used)
        self._imported = cache(self._imports)
        self._library = cache(self._is_library)
        nothing: tuple[str, ...] = ()
        self._followed = {nothing: _Following(self._names, self._loading)}

    def fingerprint(self, *roots: str) -> str:
        """One hash over the closure of the `roots`."""
        return digest(dict(self.closure(*roots)))

    def closure(self, *roots: str) -> Closure:
        """Every definition that the `roots` can reach, with its hash.

        A root is `"module:function"`, or `"module:"` for what loading a module does to others.
        """
        return self._follow(roots).hashes

    def defines(self, root: str) -> bool:
        """Whether the project or the engine has a definition `"module:name"` at the top of a module."""
        module, _, name = root.partition(":")
        return (module, name) in self._names.find(module, name)

    def written(self, module: str, name: str) -> tuple[Path | None, str, str, list[int]]:
        """The file of a definition, and what `Summary` says of its place there; empty where there is none."""
        path = self._names.path(module)
        places = self._names.summary(module).get("places", {}) if path is not None else {}
        kind, lines, numbers = places.get(name, ("", "", []))
        return path, kind, lines, numbers

    def loaded(self, *roots: str) -> dict[str, Path]:
        """The modules that the `roots` can load, and their files; not the engine's that only carry out."""
        found = ((module, self._names.path(module)) for module in sorted(self._follow(roots).loaded))
        return {module: path for module, path in found if path is not None}

    def libraries(self, *roots: str) -> set[str]:
        """The top-level modules of others that the `roots`, and all that they reach, import and use."""
        return {library for one in self._follow(roots).reached for library in self._libraries(*one)}

    def _used(self, module: str, name: str) -> frozenset[str]:
        """The libraries that one definition uses."""
        imported, found = self._imported(module), set[str]()
        for use in self._names.summary(module)["definitions"][name][1]:
            kind, special, inside = use.partition(" ")
            if not special:
                found |= imported.get(use.partition(".")[0], frozenset())
            elif kind in ("import", "load"):
                found |= self._library(self._names.absolute(module, inside.partition(":")[0]))
        return frozenset(found)

    def _imports(self, module: str) -> Mapping[str, frozenset[str]]:
        """The names that the imports of a module give to libraries, each with the libraries."""
        found = {
            name: frozenset(
                one for target, _ in targets for one in self._library(self._names.absolute(module, target))
            )
            for name, targets in self._names.summary(module)["imports"].items()
        }
        return {name: libraries for name, libraries in found.items() if libraries}

    def _is_library(self, module: str) -> frozenset[str]:
        """The top-level module of `module`; nothing where it is Python's, the engine's or the project's."""
        top = module.partition(".")[0]
        own = top in ("", *self._roots) or top in sys.stdlib_module_names or self._names.path(top) is not None
        return frozenset() if own else frozenset({top})

    def _follow(self, roots: tuple[str, ...]) -> _Following:
        """The closure of `roots`: that of all but the first, which others may share, and what it adds."""
        if roots not in self._followed:
            module, _, name = roots[0].partition(":")
            if self._names.path(module) is None:
                raise UsageError(f"{roots[0]!r}: no module {module!r}; {self._where(module)}")
            found = self._names.find(module, name) if name else frozenset()
            if name and not found:
                raise UsageError(f"{roots[0]!r}: {module!r} defines no {name!r}")
            self._followed[roots] = self._follow(roots[1:]).extended(module, found)
        return self._followed[roots]

    def _where(self, module: str) -> str:
        top = module.partition(".")[0]
        if top not in self._roots and is_module(top):
            return f"the project's source_roots are {', '.join(self._roots)}; add {top!r} to them"
        return f"check its spelling, and that Python can import it; the project has {', '.join(self._roots)}"


class _Following:
    """One closure as it grows: definitions that are reached, modules that are loaded for them."""

    def __init__(self, names: Names, loading: Loading) -> None:
        self._names = names
        self._loading = loading
        self._changed: dict[Name, tuple[Name, ...]] = {}
        self._waiting: list[Name] = []
        self.reached: set[Name] = set()
        self.loaded: set[str] = set()
        self._rooms: set[str] = set()
        """Rooms of the engine in which something is reached."""

    def extended(self, module: str, roots: Iterable[Name]) -> _Following:
        """This closure and that of more `roots`, which `module` gives; this one stays as it is."""
        found = copy(self)
        found.__dict__.pop("hashes", None)
        found._changed, found.reached, found.loaded = dict(self._changed), set(self.reached), set(self.loaded)
        found._rooms, found._waiting = set(self._rooms), list(roots)
        found._load(module)
        found._run()
        return found

    @cached_property
    def hashes(self) -> Closure:
        """Every definition that is reached, with its hash; that of modules, where their text is read."""
        definitions = {module: self._names.summary(module)["definitions"] for module, _ in self.reached}
        found = {f"{module}:{name}": definitions[module][name][0] for module, name in sorted(self.reached)}
        own = sorted(module for module in definitions if not is_engine(module))
        if any(TEXT in definitions[module][name][1] for module, name in self.reached if module in own):
            found |= {f"{module}:{TEXT}": self._names.summary(module)["text"][""][0] for module in own}
        return found

    def _run(self) -> None:
        """Follow all that is waiting."""
        while self._waiting:
            one = self._waiting.pop()
            definition = self._names.summary(one[0])["definitions"].get(one[1])
            if one in self.reached or definition is None:
                continue
            self.reached.add(one)
            self._load(one[0])
            self._enter(one[0])
            for module in self._names.loaded(*one):
                self._load(module)
            self._waiting.extend(self._names.targets(*one) - self.reached)
            self._waiting.extend(self._changed.get(one, ()))

    def _load(self, module: str) -> None:
        """Note that a module is loaded: what it does then to names that are reached, and outside, counts.

        What one of the engine's does outside is for its own room, and counts once something there is reached.
        """
        if module in self.loaded:
            return
        for other in self._loading.loads(module) - self.loaded:
            self.loaded.add(other)
            for statement, change in self._loading.changes(other):
                outside = change.outside and (not is_engine(other) or room(other) in self._rooms)
                if outside or not change.names.isdisjoint(self.reached):
                    self._waiting.append(statement)
                for name in change.names:
                    self._changed[name] = (*self._changed.get(name, ()), statement)

    def _enter(self, module: str) -> None:
        """Note that a module is reached: what its room did outside when it was loaded counts now."""
        if not is_engine(module) or room(module) in self._rooms:
            return
        self._rooms.add(room(module))
        for other in self.loaded:
            if room(other) == room(module):
                changes = self._loading.changes(other)
                self._waiting.extend(statement for statement, change in changes if change.outside)
