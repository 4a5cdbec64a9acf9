"""What a function rests on: its code, followed through a project, and the libraries that this uses."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from labreport.errors import UsageError, shown
from labreport.stale.loader import Sources
from labreport.stale.syntax import ENGINE, SUBCLASSES, TEXT, Statement, Target, statements

_ANY_CODE = frozenset({"importlib", "inspect", "runpy", "pkgutil"})
_DRAWS_WITH = {"seaborn": frozenset({"matplotlib"})}
"""Libraries that change another when they are called."""
_ALWAYS = frozenset({"os", "sys"})
"""What is done to these when a module is loaded counts for everything."""


@dataclass(frozen=True)
class Meaning:
    """What names lead to."""

    statements: frozenset[Statement] = frozenset()
    libraries: frozenset[str] = frozenset()
    values: tuple[Any, ...] = ()
    special: frozenset[str] = frozenset()

    def __or__(self, other: Meaning) -> Meaning:
        return Meaning(
            self.statements | other.statements,
            self.libraries | other.libraries,
            self.values + other.values,
            self.special | other.special,
        )


NOTHING = Meaning()


@dataclass
class Closure:
    """All that a function rests on: each statement with the one that led to it, top-level names of modules
    outside the project, the experiments, studies and tables that are named, and all modules loaded for it."""

    statements: dict[Statement, Statement | None] = field(default_factory=dict)
    libraries: set[str] = field(default_factory=set)
    values: list[Any] = field(default_factory=list)
    modules: set[str] = field(default_factory=set)
    special: set[str] = field(default_factory=set)
    pending: list[Statement] = field(default_factory=list)
    """Statements of these modules that do something when they are loaded, perhaps to what is here."""

    @property
    def everything(self) -> bool:
        """Whether any code of the project may be reached."""
        return TEXT in self.special


class Code:
    """The code below one folder. `declared(value)` says whether a value of a module counts by itself."""

    def __init__(self, sources: Sources, declared: Callable[[Any], bool] = lambda value: False) -> None:
        self.sources = sources
        self._declared = declared
        self.statements = cache(self._statements)
        self._bound = cache(self._bindings)
        self._meant = cache(self._meaning)
        self._touch = cache(self._touches)

    def _statements(self, module: str) -> tuple[Statement, ...]:
        path = self.sources.path(module)
        return tuple(statements(module, self.sources.read(path), shown(path))) if path else ()

    def _bindings(self, module: str) -> dict[str, list[Statement]]:
        found: dict[str, list[Statement]] = {}
        for one in self.statements(module):
            for name in one.binds:
                found.setdefault(name, []).append(one)
        return found

    def closure(self, entries: Iterable[Target], loaded: Iterable[str] = ()) -> Closure:
        """All that these names of modules rest on, where the modules `loaded` are loaded before.

        Raises `UsageError` for a name that is not there.
        """
        found = Closure()
        waiting: list[tuple[Statement, Statement | None]] = []
        for module, name in entries:
            if name not in self._bound(module):
                path = self.sources.path(module)
                text = f"no {name!r} at the top of the module; write a function or a class there"
                raise UsageError(f"{shown(path) if path else module}: {text}")
            waiting += [(one, None) for one in self._bound(module)[name]]
        for module in loaded:
            self._load(module, found)
        while waiting:
            while waiting:
                one, parent = waiting.pop()
                if one not in found.statements:
                    found.statements[one] = parent
                    waiting += [(each, one) for each in self._reach(one, found)]
            for one in found.pending:
                if one not in found.statements and (touched := self._touched(one, found)):
                    waiting.append((one, touched if isinstance(touched, Statement) else None))
        if found.everything:
            for one in [each for name in self.sources.modules() for each in self.statements(name)]:
                targets = [self._absolute(one.module, target[0]) for _, target in one.loads]
                found.libraries.update(*(self._walk(target, []).libraries for target in targets))
        return found

    def _reach(self, one: Statement, found: Closure) -> frozenset[Statement]:
        """The statements that one leads to; the rest of what it uses is noted."""
        self._load(one.module, found)
        for early, (target, name) in one.loads:
            for module in () if early else (target, f"{target}.{name}"):
                self._load(self._absolute(one.module, module), found)
        meant = self._meant(one, frozenset(name for name, _, _ in one.uses))
        found.libraries |= meant.libraries
        found.values += meant.values
        found.special |= meant.special | one.special
        return meant.statements

    def _load(self, module: str, found: Closure) -> None:
        waiting = [module]
        while waiting:
            module = waiting.pop()
            if module in found.modules or self.sources.path(module) is None:
                continue
            found.modules.add(module)
            parts = module.split(".")
            waiting += [".".join(parts[:count]) for count in range(1, len(parts))]
            for one in self.statements(module):
                found.pending += [one] if one.acts or one.effect else []
                for _, (target, name) in [load for load in one.loads if load[0]]:
                    target = self._absolute(module, target)
                    waiting += [target, f"{target}.{name}"]

    def _touched(self, one: Statement, found: Closure) -> Statement | bool:
        """What of a closure a statement of a loaded module may change; whether it changes anything."""
        changed, libraries, bases = self._touch(one)
        for each in changed | (bases if SUBCLASSES in found.special else frozenset()):
            if each in found.statements:
                return each
        return not libraries.isdisjoint(_ALWAYS | _with_drawing(found.libraries))

    def _touches(self, one: Statement) -> tuple[frozenset[Statement], frozenset[str], frozenset[Statement]]:
        """What a statement may change when it is loaded, the libraries that it calls, and its bases.

        What only binds a name counts for what others change by their own doing: it calls a definition that
        holds something, or what changes a value.
        """
        direct = self._meant(one, one.names(loading=True))
        passed = self._meant(one, one.names("passed", loading=True)).statements
        called = self._meant(one, one.names("called", loading=True)).statements
        alone = {each for each in passed - called if each.kind in ("function", "class")}
        reached, libraries, changed, waiting = {one}, set(direct.libraries), set[Statement](), [one]
        while waiting:
            each = waiting.pop()
            changed |= self._meant(each, each.names("changed")).statements
            values = self._meant(each, each.names("called")).statements
            changed |= {value for value in values if value.kind == "value" and value.holds}
            meant = direct if each is one else self._meant(each, each.names())
            libraries |= meant.libraries - sys.stdlib_module_names
            waiting += meant.statements - reached - alone
            reached |= meant.statements
        touched = {each for each in reached if each in changed and not each.alias}
        touched |= {
            each for each in reached if each.holds and (one.effect or each.kind in ("function", "class"))
        }
        bases = direct.statements if one.kind == "class" else frozenset()
        return frozenset(touched - {one}), _with_drawing(libraries if one.effect else ()), bases

    def _meaning(self, one: Statement, names: frozenset[str]) -> Meaning:
        """What names in a statement lead to."""
        found = NOTHING
        for head, *rest in (name.split(".") for name in sorted(names)):
            for target, name in one.imports.get(head, ()):
                found |= self._walk(self._absolute(one.module, target), [name, *rest] if name else rest)
            found |= self._named(one.module, head, rest)
        return replace(found, statements=found.statements - {one})

    def _named(self, module: str, name: str, rest: list[str], seen: frozenset[str] = frozenset()) -> Meaning:
        """What a name of a module leads to; nothing for one that it does not have."""
        label = f"{module}:{name}"
        if label in seen:
            return NOTHING
        value = getattr(sys.modules.get(module), "__dict__", {}).get(name)
        if value is not None and self._declared(value):
            return Meaning(values=(value,))
        found = NOTHING
        for one in self._bound(module).get(name, ()):
            found |= Meaning(frozenset({one}))
            for target, inner in one.imports.get(name, ()):
                parts = [inner, *rest] if inner else rest
                found |= self._walk(self._absolute(module, target), parts, seen | {label})
        for star in self._bound(module).get("*", ()):
            source = self._absolute(module, star.imports["*"][0][0])
            if self.sources.path(source) is None:
                found |= NOTHING if found != NOTHING or hasattr(builtins, name) else self._outside(source, [])
            elif (more := self._walk(source, [name, *rest], seen | {label}, whole=False)) != NOTHING:
                found |= more | Meaning(frozenset({star, *self._bound(source).get("__all__", ())}))
        return found

    def _walk(
        self, module: str, parts: list[str], seen: frozenset[str] = frozenset(), whole: bool = True
    ) -> Meaning:
        """What attributes of a module lead to; with none, or an unknown one, all of the module."""
        found = NOTHING
        while parts and self.sources.known(f"{module}.{parts[0]}"):
            found |= Meaning(frozenset(self._bound(module).get(parts[0], ())))
            module, parts = f"{module}.{parts[0]}", parts[1:]
        if self.sources.path(module) is None:
            return found | self._outside(module, parts)
        if parts:
            inner = self._named(module, parts[0], parts[1:], seen)
            found |= (
                inner if inner != NOTHING else Meaning(frozenset(self._bound(module).get("__getattr__", ())))
            )
            if found != NOTHING or not whole or (parts[0].startswith("__") and parts[0] != "__dict__"):
                return found
        if f"{module}:" in seen:
            return found
        for one in self.statements(module):
            found |= Meaning(frozenset({one}))
            for target, name in next(iter(one.imports.values())) if one.alias else ():
                if name:
                    found |= self._walk(self._absolute(module, target), [name], seen | {f"{module}:"})
        return found

    def _outside(self, module: str, parts: list[str]) -> Meaning:
        top, *inner = [*module.split("."), *parts]
        if top in (ENGINE, ""):
            return NOTHING
        any_code = top in _ANY_CODE and inner[:1] not in (["metadata"], ["resources"])
        return Meaning(libraries=frozenset({top}), special=frozenset({TEXT} if any_code else ()))

    def _absolute(self, module: str, target: str) -> str:
        """The full name of a module that `module` calls `target`, perhaps with dots in front."""
        level = len(target) - len(target.lstrip("."))
        if not level:
            return target
        path, parts = self.sources.path(module), module.split(".")
        level -= path is not None and path.name == "__init__.py"
        return ".".join(filter(None, (*parts[: len(parts) - level], target.lstrip("."))))


def _with_drawing(libraries: Iterable[str]) -> frozenset[str]:
    return frozenset(libraries).union(*(_DRAWS_WITH.get(name, frozenset()) for name in libraries))
