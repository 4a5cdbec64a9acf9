"""The hash of a function over everything it calls, followed through modules without importing them.

The rule is in `docs/staleness.md`. What static reading cannot see errs toward rebuilding. Libraries outside
the project are not followed; their versions are ingredients of their own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import cache
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
        self._followed: dict[tuple[str, ...], _Following] = {}

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

    def loaded(self, *roots: str) -> set[str]:
        """The modules that the `roots` can load: the engine's that only carry out are not among them."""
        return {module for module in self._follow(roots).loaded if self._names.path(module) is not None}

    def libraries(self, *roots: str) -> set[str]:
        """The top-level modules of others that the `roots`, and all that they reach, import and use."""
        return {library for one in self._follow(roots).reached for library in self._libraries(*one)}

    def _used(self, module: str, name: str) -> frozenset[str]:
        """The libraries that one definition uses."""
        summary, found = self._names.summary(module), set[str]()
        for use in summary["definitions"][name][1]:
            kind, _, inside = use.partition(" ")
            targets = [[inside.partition(":")[0], ""]] if kind in ("import", "load") else []
            targets += summary["imports"].get(use.partition(".")[0], [])
            found.update(self._names.absolute(module, one).partition(".")[0] for one, _ in targets)
        theirs = found - {"", *self._roots} - sys.stdlib_module_names
        return frozenset(one for one in theirs if self._names.path(one) is None)

    def _follow(self, roots: tuple[str, ...]) -> _Following:
        roots = tuple(dict.fromkeys(roots))
        if roots not in self._followed:
            following = _Following(self._names, self._loading)
            for root in roots:
                module, _, name = root.partition(":")
                if self._names.path(module) is None:
                    raise UsageError(f"{root!r}: no module {module!r}; {self._where(module)}")
                found = self._names.find(module, name) if name else ()
                if name and not found:
                    raise UsageError(f"{root!r}: {module!r} defines no {name!r}")
                following.load(module)
                following.waiting.extend(found)
            following.run()
            self._followed[roots] = following
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
        self._changed: dict[Name, list[Name]] = {}
        self.reached: set[Name] = set()
        self.waiting: list[Name] = []
        self.loaded: set[str] = set()
        self.hashes: Closure = {}

    def run(self) -> None:
        """Follow all that is waiting."""
        while self.waiting:
            one = self.waiting.pop()
            definition = self._names.summary(one[0])["definitions"].get(one[1])
            if one in self.reached or definition is None:
                continue
            self.reached.add(one)
            self.load(one[0])
            for module in self._names.loaded(*one):
                self.load(module)
            self.waiting.extend(self._names.targets(*one))
            self.waiting.extend(self._changed.get(one, ()))
        self.hashes = {
            f"{module}:{name}": self._names.summary(module)["definitions"][name][0]
            for module, name in sorted(self.reached)
        }

    def load(self, module: str) -> None:
        """Note that a module is loaded: what it does then to names that are reached, and outside, counts."""
        if module in self.loaded:
            return
        for other in self._loading.loads(module) - self.loaded:
            self.loaded.add(other)
            for statement, change in self._loading.changes(other):
                if change.outside or not change.names.isdisjoint(self.reached):
                    self.waiting.append(statement)
                for name in change.names:
                    self._changed.setdefault(name, []).append(statement)
