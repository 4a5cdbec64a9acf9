"""What a function rests on: its code, followed through the modules of a project, and the libraries used."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from labreport.errors import UsageError, shown
from labreport.stale.loader import Sources
from labreport.stale.syntax import ENGINE, SUBCLASSES, TEXT, Statement, Target, statements

_ANY_CODE = frozenset({"importlib", "inspect", "runpy", "pkgutil", "imp"})
_NO_CODE = frozenset({"metadata", "resources"})
_DRAWS_WITH = {"seaborn": "matplotlib"}
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
            (*self.values, *other.values),
            self.special | other.special,
        )

    @property
    def found(self) -> bool:
        """Whether there is anything."""
        return bool(self.statements or self.libraries or self.values or self.special)


NOTHING = Meaning()


@dataclass
class Closure:
    """All that a function rests on; each statement with the one that led to it."""

    statements: dict[Statement, Statement | None] = field(default_factory=dict)
    libraries: set[str] = field(default_factory=set)
    """Top-level names of modules outside the project."""
    values: list[Any] = field(default_factory=list)
    """Experiments, studies and tables that the code names; they count by what they are."""
    modules: set[str] = field(default_factory=set)
    """All modules that are loaded for it."""
    special: set[str] = field(default_factory=set)

    @property
    def everything(self) -> bool:
        """Whether it may read any code of the project."""
        return TEXT in self.special


class Code:
    """The code below one folder. `declared(value)` says whether a value of a module counts by itself."""

    def __init__(self, sources: Sources, declared: Callable[[Any], bool] = lambda value: False) -> None:
        self.sources = sources
        self._declared = declared
        self.statements = cache(self._read)
        self._bound = cache(self._bindings)
        self._meant = cache(self._meaning)
        self._named = cache(self._name)
        self._uses = cache(self._used)
        self._touch = cache(self._touches)

    def _read(self, module: str) -> tuple[Statement, ...]:
        path = self.sources.path(module)
        if path is None:
            return ()
        return tuple(statements(module, self.sources.read(path), shown(path)))

    def _bindings(self, module: str) -> dict[str, list[Statement]]:
        found: dict[str, list[Statement]] = {}
        for one in self.statements(module):
            for name in one.binds:
                found.setdefault(name, []).append(one)
        return found

    def closure(self, entries: Iterable[Target], loaded: Iterable[str] = ()) -> Closure:
        """All that these names of modules rest on, where the modules `loaded` have been loaded before.

        Raises `UsageError` for a name that is not there, or is not bound in a way that can be followed.
        """
        found, pending = Closure(), list[Statement]()
        waiting: list[tuple[Statement, Statement | None]] = []
        for module, name in entries:
            bound = self._bound(module).get(name)
            if not bound:
                path = self.sources.path(module)
                where = shown(path) if path else module
                raise UsageError(
                    f"{where}: no {name!r} at the top of the module; write a function or class there"
                )
            waiting += [(one, None) for one in bound]
        for module in (*(module for module, _ in entries), *loaded):
            self._load(module, found, pending)
        while waiting:
            while waiting:
                one, parent = waiting.pop()
                if one in found.statements:
                    continue
                found.statements[one] = parent
                self._load(one.module, found, pending)
                for target in one.later:
                    self._load_target(one.module, target, found, pending)
                meant = self._uses(one)
                found.libraries |= meant.libraries
                found.values += meant.values
                found.special |= meant.special
                waiting += [(each, one) for each in meant.statements if each not in found.statements]
            still = []
            for one in pending:
                if one in found.statements:
                    continue
                touched = self._touched(one, found)
                if touched is not False:
                    waiting.append((one, touched))
                else:
                    still.append(one)
            pending = still
        if found.everything:
            for module in self.sources.modules():
                for one in self.statements(module):
                    found.libraries |= self._uses(one).libraries
                    for target in (*one.loads, *one.later):
                        found.libraries |= self._walk(self._absolute(module, target[0]), []).libraries
        return found

    def _load(self, module: str, found: Closure, pending: list[Statement]) -> None:
        waiting = [module]
        while waiting:
            one = waiting.pop()
            if one in found.modules or self.sources.path(one) is None:
                continue
            found.modules.add(one)
            parts = one.split(".")
            waiting += [".".join(parts[:count]) for count in range(1, len(parts))]
            for each in self.statements(one):
                pending += [each] if each.acts or each.effect else []
                for target in each.loads:
                    waiting += self._modules(one, target)

    def _load_target(self, module: str, target: Target, found: Closure, pending: list[Statement]) -> None:
        for one in self._modules(module, target):
            self._load(one, found, pending)

    def _modules(self, module: str, target: Target) -> list[str]:
        source = self._absolute(module, target[0])
        return [source, f"{source}.{target[1]}"] if target[1] else [source]

    def _touched(self, one: Statement, found: Closure) -> Statement | None | bool:
        """What of a closure a statement of a loaded module may change; False where it changes nothing."""
        holders, changed, libraries, based = self._touch(one)
        for each in holders | changed:
            if each in found.statements:
                return each
        if SUBCLASSES in found.special:
            for each in based:
                if each in found.statements:
                    return each
        used = found.libraries | {_DRAWS_WITH[name] for name in found.libraries & _DRAWS_WITH.keys()}
        return None if libraries & (used | _ALWAYS) else False

    def _touches(
        self, one: Statement
    ) -> tuple[frozenset[Statement], frozenset[Statement], frozenset[str], frozenset[Statement]]:
        """What a statement may change when it is loaded: holders of state, what is assigned to, libraries,
        and the classes it derives from."""
        direct = self._meant(one, frozenset(one.loading))
        passed = {
            each
            for each in self._meant(one, frozenset(one.passed)).statements
            if each.kind in ("function", "class")
        }
        reached, libraries = {one}, set(direct.libraries)
        changed, called = set[Statement](), set[Statement]()
        waiting = [one]
        while waiting:
            each = waiting.pop()
            changed |= self._stored(each)
            called |= self._meant(each, frozenset(each.calls)).statements
            inside = direct if each is one else self._meant(each, frozenset(each.uses - each.declared))
            libraries |= inside.libraries - sys.stdlib_module_names
            for more in inside.statements - reached:
                reached.add(more)
                if more not in passed:
                    waiting.append(more)
        reached.discard(one)
        holders = {each for each in reached if each.holds}
        if not one.effect:
            definitions = {each for each in holders if each.kind in ("function", "class")}
            holders = definitions | (holders & (changed | called))
            libraries = set()
        libraries |= {_DRAWS_WITH[name] for name in libraries & _DRAWS_WITH.keys()}
        based = direct.statements if one.kind == "class" else frozenset()
        return frozenset(holders), frozenset(changed & reached), frozenset(libraries), based

    def _stored(self, one: Statement) -> set[Statement]:
        """The statements whose names a statement changes in place."""
        return {each for each in self._meant(one, frozenset(one.changes)).statements if not each.alias} - {
            one
        }

    def _used(self, one: Statement) -> Meaning:
        found = self._meant(one, frozenset(one.uses))
        special = one.special | found.special
        return Meaning(found.statements - {one}, found.libraries, found.values, frozenset(special))

    def _meaning(self, one: Statement, chains: frozenset[str]) -> Meaning:
        """What dotted names in a statement lead to."""
        found = NOTHING
        for chain in sorted(chains):
            head, *rest = chain.split(".")
            for target, name in one.imports.get(head, ()):
                found |= self._walk(self._absolute(one.module, target), [name, *rest] if name else rest)
            found |= self._named(one.module, head, tuple(rest))
        return found

    def _name(
        self, module: str, name: str, rest: tuple[str, ...], seen: frozenset[str] = frozenset()
    ) -> Meaning:
        """What a name of a module leads to; nothing for one that it does not have."""
        label = f"{module}:{name}"
        if label in seen:
            return NOTHING
        loaded = sys.modules.get(module)
        value = getattr(loaded, "__dict__", {}).get(name)
        if value is not None and self._declared(value):
            return Meaning(values=(value,))
        found = NOTHING
        for one in self._bound(module).get(name, ()):
            found |= Meaning(frozenset({one}))
            for target, inner in one.imports.get(name, ()):
                parts = [inner, *rest] if inner else list(rest)
                found |= self._walk(self._absolute(module, target), parts, seen | {label})
        for star in self._bound(module).get("*", ()):
            source = self._absolute(module, star.imports["*"][0][0])
            if self.sources.path(source) is None:
                known = found.found or hasattr(builtins, name)
                found |= NOTHING if known else self._outside(source, [])
                continue
            inner = self._walk(source, [name, *rest], seen | {label}, whole=False)
            if inner.found:
                found |= inner | Meaning(frozenset({star, *self._bound(source).get("__all__", ())}))
        return found

    def _walk(
        self, module: str, parts: list[str], seen: frozenset[str] = frozenset(), whole: bool = True
    ) -> Meaning:
        """What attributes of attributes lead to, from a module on; with none, all of the module."""
        found = NOTHING
        while parts and self.sources.known(f"{module}.{parts[0]}"):
            found |= Meaning(frozenset(self._bound(module).get(parts[0], ())))
            module, parts = f"{module}.{parts[0]}", parts[1:]
        if self.sources.path(module) is None:
            return found | self._outside(module, parts)
        if parts:
            inner = self._name(module, parts[0], tuple(parts[1:]), seen)
            if not inner.found:
                inner = Meaning(frozenset(self._bound(module).get("__getattr__", ())))
            if inner.found or not whole:
                return found | inner
            if parts[0].startswith("__") and parts[0] != "__dict__":
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
        top = module.partition(".")[0]
        if top == ENGINE or not top:
            return NOTHING
        inner = [*module.split(".")[1:], *parts]
        reads = top in _ANY_CODE and not (inner and inner[0] in _NO_CODE)
        return Meaning(libraries=frozenset({top}), special=frozenset({TEXT} if reads else ()))

    def _absolute(self, module: str, target: str) -> str:
        """The full name of a module that `module` calls `target`, perhaps with dots in front."""
        level = len(target) - len(target.lstrip("."))
        if not level:
            return target
        path, parts = self.sources.path(module), module.split(".")
        if path is not None and path.name == "__init__.py":
            level -= 1
        base = parts[: len(parts) - level]
        return ".".join(filter(None, (*base, target.lstrip("."))))
