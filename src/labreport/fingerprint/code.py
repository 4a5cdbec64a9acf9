"""The hash of a function over everything it calls, followed through modules without importing them.

The rule is in `docs/staleness.md`. What static reading cannot see errs toward rebuilding. Libraries outside
the project are not followed; their versions are ingredients of their own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from functools import cache, cached_property
from pathlib import Path

from labreport.errors import UsageError
from labreport.fingerprint.canonical import digest
from labreport.fingerprint.loading import Loading
from labreport.fingerprint.modules import is_module
from labreport.fingerprint.names import Name, Names
from labreport.fingerprint.syntax import Summary

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

    def extended(self, module: str, roots: Iterable[Name]) -> _Following:
        """This closure and that of more `roots`, which `module` gives; this one stays as it is."""
        found = copy(self)
        found.__dict__.pop("hashes", None)
        found._changed, found.reached, found.loaded = dict(self._changed), set(self.reached), set(self.loaded)
        found._waiting = list(roots)
        found._load(module)
        found._run()
        return found

    @cached_property
    def hashes(self) -> Closure:
        """Every definition that is reached, with its hash."""
        return {
            f"{module}:{name}": self._names.summary(module)["definitions"][name][0]
            for module, name in sorted(self.reached)
        }

    def _run(self) -> None:
        """Follow all that is waiting."""
        while self._waiting:
            one = self._waiting.pop()
            definition = self._names.summary(one[0])["definitions"].get(one[1])
            if one in self.reached or definition is None:
                continue
            self.reached.add(one)
            self._load(one[0])
            for module in self._names.loaded(*one):
                self._load(module)
            self._waiting.extend(self._names.targets(*one) - self.reached)
            self._waiting.extend(self._changed.get(one, ()))

    def _load(self, module: str) -> None:
        """Note that a module is loaded: what it does then to names that are reached, and outside, counts."""
        if module in self.loaded:
            return
        for other in self._loading.loads(module) - self.loaded:
            self.loaded.add(other)
            for statement, change in self._loading.changes(other):
                if change.outside or not change.names.isdisjoint(self.reached):
                    self._waiting.append(statement)
                for name in change.names:
                    self._changed[name] = (*self._changed.get(name, ()), statement)
