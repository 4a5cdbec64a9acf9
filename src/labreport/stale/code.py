"""What a function rests on: its code, followed through a project, and the libraries that this uses."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

from labreport.errors import UsageError, display_path
from labreport.stale.loader import Sources
from labreport.stale.syntax import ENGINE, LATER, LOADING, Statement, Target, statements

LIBRARY, VALUE, ANY_CODE = "library", "value", ("any code", "")
Item: TypeAlias = Statement | tuple[str, Any]
"""What a name leads to: a statement; `(LIBRARY, "numpy")`; `(VALUE, id)` of an experiment, a study or a table
that counts by what it is; `ANY_CODE` where any code of the project may be reached."""
Items: TypeAlias = frozenset[Item]
NOTHING: Items = frozenset()
_REACHING = frozenset({"importlib", "inspect", "runpy", "pkgutil"})
_DEFINED = ("function", "class")
_PYTHON: Items = frozenset((LIBRARY, name) for name in sys.stdlib_module_names)


@dataclass
class Closure:
    """All that a function rests on, each with the statement that led to it, and all modules loaded for it."""

    items: dict[Item, Statement | None]
    modules: set[str] = field(default_factory=set)

    @property
    def statements(self) -> list[Statement]:
        """What has code, in the order in which it was found."""
        return [one for one in self.items if isinstance(one, Statement)]

    def of(self, kind: str) -> set[Any]:
        """The libraries, or the ids of values."""
        return {one[1] for one in self.items if isinstance(one, tuple) and one[0] == kind}


class Code:
    """The code below one folder. `declared(value)` are the parts of a module's value, if these count by what
    they are; they are in `values`, by their ids."""

    def __init__(self, sources: Sources, declared: Callable[[Any], list[Any]] = lambda value: []) -> None:
        self.sources = sources
        self.values: dict[int, Any] = {}
        self._declared = declared
        self.statements = cache(self._statements)
        self._bound = cache(self._bindings)
        self._meant = cache(self._meaning)
        self._touched = cache(self._touches)

    def _statements(self, module: str) -> tuple[Statement, ...]:
        if (path := self.sources.path(module)) is None:
            return ()
        package = module if path.name == "__init__.py" else module.rpartition(".")[0]
        return tuple(statements(module, package, self.sources.read(path), display_path(path)))

    def _bindings(self, module: str) -> dict[str, list[Statement]]:
        found: dict[str, list[Statement]] = {}
        for one in self.statements(module):
            for name in one.binds:
                found.setdefault(name, []).append(one)
        return found

    def closure(self, entries: Sequence[Target], loaded: Iterable[str] = ()) -> Closure:
        """All that these names of modules rest on (of a library: its name, and none in it), where the modules
        `loaded` are loaded before.

        Raises `UsageError` for a name that is not there.
        """
        found = Closure({(LIBRARY, "os"): None, (LIBRARY, "sys"): None})  # what is done to them always counts
        waiting: list[tuple[Item, Statement | None]] = []
        for module, name in entries:
            if name and name not in self._bound(module):
                path = self.sources.path(module)
                text = f"no {name!r} at the top of the module; write a function or a class there"
                raise UsageError(f"{display_path(path) if path else module}: {text}")
            waiting += [(one, None) for one in self._leads(module, [name] if name else [], whole=False)]
        acting = self._load((*loaded, *(module for module, _ in entries)), found.modules)
        while waiting:
            one, parent = waiting.pop(0)
            if one not in found.items:
                found.items[one] = parent
                if isinstance(one, Statement):
                    late = [module for when, module in one.loads if when != LOADING]
                    acting += self._load([*late, one.module], found.modules)
                    used = self._meant(one, one.names()) | ({ANY_CODE} if one.reaches else NOTHING)
                    waiting += [(each, one) for each in sorted(used, key=_label)]
            for each in acting if not waiting else ():
                touched = min(self._touched(each) & found.items.keys(), key=_label, default=None)
                if touched and each not in found.items:
                    waiting.append((each, touched if isinstance(touched, Statement) else None))
        if ANY_CODE in found.items:
            every = [one for name in self.sources.modules() for one in self.statements(name)]
            libraries = [self._outside(module, []) for one in every for _, module in one.loads]
            found.items |= dict.fromkeys(NOTHING.union(*libraries))
        return found

    def _load(self, modules: Iterable[str], loaded: set[str]) -> list[Statement]:
        """Add modules and what they import to those loaded; their statements that may do something then."""
        waiting, found = list(modules), list[Statement]()
        while waiting:
            module = waiting.pop()
            if module not in loaded and self.sources.path(module):
                loaded.add(module)
                parts = module.split(".")
                waiting += [".".join(parts[:count]) for count in range(1, len(parts))]
                for one in self.statements(module):
                    found += [one] if one.acts else []
                    waiting += [inner for when, inner in one.loads if when == LOADING]
        return found

    def _touches(self, one: Statement) -> Items:
        """What a statement may change when it is loaded, and the libraries that it calls.

        What only binds a name counts for what others change by their own doing: it calls a definition that
        holds something, or what changes a value. A definition that it only passes on does nothing yet.
        """
        reached, changed, waiting = set[Item](), set[Item](), [one]
        while waiting:
            each = waiting.pop()
            times = (LOADING,) if each is one else (LOADING, LATER)
            meant, called, passed, changing = (
                self._meant(each, each.names(role, *times)) for role in ("", "called", "passed", "changed")
            )
            changed |= changing | {value for value in _own(called) if value.kind == "value" and value.holds}
            idle = {each for each in _own(passed - called) if each.kind in _DEFINED}
            meant -= idle if each is one else _PYTHON
            waiting += _own(meant - reached)
            reached |= meant
        touched: list[Item] = [*_own(changed)]
        touched += [each for each in _own(reached) if each.holds and (one.effect or each.kind in _DEFINED)]
        other = [each for each in reached if one.effect and isinstance(each, tuple)]
        touched += [each for each in other if each[0] == LIBRARY]
        return frozenset(touched) - {one}

    def _meaning(self, one: Statement, names: frozenset[str]) -> Items:
        """What names in a statement lead to."""
        found: Items = NOTHING
        for parts in (name.split(".") for name in names):
            for target, inner in one.imports.get(parts[0], ()):
                found |= self._leads(target, [inner, *parts[1:]] if inner else parts[1:])
            found |= self._leads(one.module, parts, whole=False)
        return found - {one}

    def _leads(self, module: str, parts: list[str], whole: bool = True, *seen: str) -> Items:
        """What attributes of a module lead to: all of it without any, or, `whole`, by an unknown one."""
        found: Items = NOTHING
        while parts and self.sources.known(inner := f"{module}.{parts[0]}"):
            bound = self._bound(module).get(parts[0], [])
            if bound and not whole:
                break
            found, module, parts = found.union(bound), inner, parts[1:]
        if self.sources.path(module) is None:
            return found | self._outside(module, parts)
        label = ":".join((module, *parts[:1]))
        if label in seen:
            return found
        seen = (*seen, label)
        if not parts:
            every = self.statements(module)
            named = [each for one in every if one.alias for each in one.imports[one.binds[0]] if each[1]]
            return found.union(every, *(self._leads(target, [name], True, *seen) for target, name in named))
        name, *rest = parts
        if declared := self._declared(getattr(sys.modules.get(module), "__dict__", {}).get(name)):
            self.values |= {id(value): value for value in declared}
            return found.union((VALUE, id(value)) for value in declared)
        bound = self._bound(module).get(name, [])
        found = found.union(bound)
        for target, inner in [each for one in bound for each in one.imports.get(name, ())]:
            found |= self._leads(target, [inner, *rest] if inner else rest, True, *seen)
        for star in self._bound(module).get("*", ()):
            for source, _ in star.imports["*"]:
                more = self._leads(source, parts, False, *seen)
                if self.sources.path(source) is None:
                    found |= NOTHING if found or hasattr(builtins, name) else more
                elif more:
                    found |= more | {star, *self._bound(source).get("__all__", ())}
        if found or not whole or (name.startswith("__") and name != "__dict__"):
            return found
        return frozenset(self._bound(module).get("__getattr__", ())) or self._leads(module, [], True, *seen)

    def _outside(self, module: str, parts: list[str]) -> Items:
        top, *inner = [*module.split("."), *parts]
        if top in (ENGINE, "") or self.sources.path(top):
            return NOTHING
        reaches = top in _REACHING and inner[:1] not in (["metadata"], ["resources"])
        drawn = "matplotlib" if top == "seaborn" else top  # seaborn changes it when it is called
        return frozenset({(LIBRARY, top), (LIBRARY, drawn)} | ({ANY_CODE} if reaches else NOTHING))


def _own(items: Iterable[Item]) -> list[Statement]:
    return [one for one in items if isinstance(one, Statement) and not one.alias]


def _label(item: Item) -> tuple[bool, str]:
    """Statements come first."""
    return isinstance(item, tuple), item.label if isinstance(item, Statement) else str(item)
