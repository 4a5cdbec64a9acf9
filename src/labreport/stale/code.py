"""What a function rests on: its code, followed through a project, and the libraries that this uses."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

from labreport.errors import UsageError, shown
from labreport.stale.loader import Sources
from labreport.stale.syntax import ENGINE, Statement, Target, statements

LIBRARY, VALUE, ANY_CODE = "library", "value", ("any code", "")
Item: TypeAlias = Statement | tuple[str, Any]
"""What a name leads to: a statement; `(LIBRARY, "numpy")`; `(VALUE, id)` of an experiment, a study or a table
that counts by what it is; `ANY_CODE` where any code of the project may be reached."""
Items: TypeAlias = frozenset[Item]
NOTHING: Items = frozenset()
_REACHING = frozenset({"importlib", "inspect", "runpy", "pkgutil"})
_DRAWS_WITH = {"seaborn": "matplotlib"}
"""A library that changes another when it is called."""
_ALWAYS = frozenset({"os", "sys"})
"""What is done to these when a module is loaded counts for everything."""


@dataclass
class Closure:
    """All that a function rests on, each with the statement that led to it, and all modules loaded for it."""

    items: dict[Item, Statement | None] = field(default_factory=dict)
    modules: set[str] = field(default_factory=set)
    pending: list[Statement] = field(default_factory=list)
    """Statements of these modules that do something when they are loaded, perhaps to what is here."""

    @property
    def statements(self) -> list[Statement]:
        """The statements."""
        return [one for one in self.items if isinstance(one, Statement)]

    def of(self, kind: str) -> set[Any]:
        """The libraries, or the ids of values."""
        return {one[1] for one in self.items if isinstance(one, tuple) and one[0] == kind}

    @property
    def everything(self) -> bool:
        """Whether any code of the project may be reached."""
        return ANY_CODE in self.items


class Code:
    """The code below one folder. `declared(value)` says whether a value of a module counts by itself; such
    are in `values`, by their ids."""

    def __init__(self, sources: Sources, declared: Callable[[Any], bool] = lambda value: False) -> None:
        self.sources = sources
        self.values: dict[int, Any] = {}
        self._declared = declared
        self.statements = cache(self._statements)
        self._bound = cache(self._bindings)
        self._meant = cache(self._meaning)
        self._touch = cache(self._touches)

    def _statements(self, module: str) -> tuple[Statement, ...]:
        if (path := self.sources.path(module)) is None:
            return ()
        package = module if path.name == "__init__.py" else module.rpartition(".")[0]
        return tuple(statements(module, package, self.sources.read(path), shown(path)))

    def _bindings(self, module: str) -> dict[str, list[Statement]]:
        found: dict[str, list[Statement]] = {}
        for one in self.statements(module):
            for name in one.binds:
                found.setdefault(name, []).append(one)
        return found

    def closure(self, entries: Sequence[Target], loaded: Iterable[str] = ()) -> Closure:
        """All that these names of modules rest on, where the modules `loaded` are loaded before.

        Raises `UsageError` for a name that is not there.
        """
        found = Closure()
        waiting: list[tuple[Item, Statement | None]] = []
        for module, name in entries:
            if name not in self._bound(module):
                path = self.sources.path(module)
                text = f"no {name!r} at the top of the module; write a function or a class there"
                raise UsageError(f"{shown(path) if path else module}: {text}")
            waiting += [(one, None) for one in self._named(module, name, [])]
        self._load((*loaded, *(module for module, _ in entries)), found)
        while waiting:
            one, parent = waiting.pop(0)
            if one not in found.items:
                found.items[one] = parent
                if isinstance(one, Statement):
                    late = [each for early, target in one.loads if not early for each in _modules(target)]
                    self._load([*late, one.module], found)
                    used = self._meant(one, frozenset(name for name, _, _ in one.uses))
                    used |= {ANY_CODE} if one.reaches else NOTHING
                    waiting += [(each, one) for each in sorted(used, key=_label)]
            for each in found.pending if not waiting else ():
                if each not in found.items and (touched := self._touched(each, found)):
                    waiting.append((each, touched if isinstance(touched, Statement) else None))
        if found.everything:
            every = [one for name in self.sources.modules() for one in self.statements(name)]
            targets = [target for one in every for _, (target, _) in one.loads]
            found.items |= {item: None for target in targets for item in self._outside(target, [])}
        return found

    def _load(self, modules: Iterable[str], found: Closure) -> None:
        waiting = list(modules)
        while waiting:
            module = waiting.pop()
            if module in found.modules or self.sources.path(module) is None:
                continue
            found.modules.add(module)
            parts = module.split(".")
            waiting += [".".join(parts[:count]) for count in range(1, len(parts))]
            for one in self.statements(module):
                found.pending += [one] if one.acts or one.effect else []
                for early, target in one.loads:
                    waiting += _modules(target) if early else ()

    def _touched(self, one: Statement, found: Closure) -> Statement | bool:
        """What of a closure a statement of a loaded module may change; whether it changes anything."""
        changed, libraries = self._touch(one)
        own = min((each for each in changed if each in found.items), key=_label, default=None)
        return own or not libraries.isdisjoint(_ALWAYS | found.of(LIBRARY))

    def _touches(self, one: Statement) -> tuple[list[Statement], frozenset[str]]:
        """What a statement may change when it is loaded, and the libraries that it calls.

        What only binds a name counts for what others change by their own doing: it calls a definition that
        holds something, or what changes a value.
        """
        direct = self._meant(one, one.names(loading=True))
        called = self._meant(one, one.names("called", loading=True))
        passed = self._meant(one, one.names("passed", loading=True)) - called
        alone = {each for each in _own(passed) if each.kind in _DEFINITIONS}
        reached, changed, waiting = set[Item](), set[Item](), [one]
        while waiting:
            each = waiting.pop()
            called = self._meant(each, each.names("called"))
            changed |= self._meant(each, each.names("changed"))
            changed |= {value for value in _own(called) if value.kind == "value" and value.holds}
            meant = direct if each is one else self._meant(each, each.names()) - _PYTHON
            waiting += _own(meant - reached - alone)
            reached |= meant
        touched = [
            each
            for each in _own(reached - {one})
            if each in changed or (each.holds and (one.effect or each.kind in _DEFINITIONS))
        ]
        others = [each for each in reached if one.effect and isinstance(each, tuple)]
        return touched, frozenset(name for kind, name in others if kind == LIBRARY)

    def _meaning(self, one: Statement, names: frozenset[str]) -> Items:
        """What names in a statement lead to."""
        found: Items = NOTHING
        for head, *rest in (name.split(".") for name in names):
            for target, name in one.imports.get(head, ()):
                found |= self._walk(target, [name, *rest] if name else rest)
            found |= self._named(one.module, head, rest)
        return found - {one}

    def _named(self, module: str, name: str, rest: list[str], seen: frozenset[str] = frozenset()) -> Items:
        """What a name of a module leads to; nothing for one that it does not have."""
        label = f"{module}:{name}"
        if label in seen:
            return NOTHING
        value = getattr(sys.modules.get(module), "__dict__", {}).get(name)
        if value is not None and self._declared(value):
            self.values[id(value)] = value
            return frozenset({(VALUE, id(value))})
        found: Items = frozenset(self._bound(module).get(name, ()))
        for target, inner in [
            each for one in self._bound(module).get(name, ()) for each in one.imports.get(name, ())
        ]:
            found |= self._walk(target, [inner, *rest] if inner else rest, seen | {label})
        stars = [
            (star, source) for star in self._bound(module).get("*", ()) for source, _ in star.imports["*"]
        ]
        for star, source in stars:
            if self.sources.path(source) is None:
                found |= NOTHING if found or hasattr(builtins, name) else self._outside(source, [])
            elif more := self._walk(source, [name, *rest], seen | {label}, whole=False):
                found |= more | {star, *self._bound(source).get("__all__", ())}
        return found

    def _walk(
        self, module: str, parts: list[str], seen: frozenset[str] = frozenset(), whole: bool = True
    ) -> Items:
        """What attributes of a module lead to; with none, or an unknown one, all of the module."""
        found: Items = NOTHING
        while parts and self.sources.known(f"{module}.{parts[0]}"):
            found |= {*self._bound(module).get(parts[0], ())}
            module, parts = f"{module}.{parts[0]}", parts[1:]
        if self.sources.path(module) is None:
            return found | self._outside(module, parts)
        if parts:
            found |= self._named(module, parts[0], parts[1:], seen) or {
                *self._bound(module).get("__getattr__", ())
            }
            if found or not whole or (parts[0].startswith("__") and parts[0] != "__dict__"):
                return found
        for one in self.statements(module) if f"{module}:" not in seen else ():
            found |= {one}
            for target, name in next(iter(one.imports.values())) if one.alias else ():
                found |= self._walk(target, [name], seen | {f"{module}:"}) if name else NOTHING
        return found

    def _outside(self, module: str, parts: list[str]) -> Items:
        top, *inner = [*module.split("."), *parts]
        if top in (ENGINE, "") or self.sources.path(top):
            return NOTHING
        reaches = top in _REACHING and inner[:1] not in (["metadata"], ["resources"])
        libraries = {(LIBRARY, top), (LIBRARY, _DRAWS_WITH.get(top, top))}
        return frozenset(libraries | {ANY_CODE} if reaches else libraries)


_DEFINITIONS = ("function", "class")
_PYTHON: Items = frozenset((LIBRARY, name) for name in sys.stdlib_module_names)


def _own(items: Iterable[Item]) -> list[Statement]:
    return [one for one in items if isinstance(one, Statement) and not one.alias]


def _label(item: Item) -> str:
    return item.label if isinstance(item, Statement) else str(item)


def _modules(target: Target) -> tuple[str, str]:
    """The modules that an import may load."""
    return target[0], f"{target[0]}.{target[1]}"
