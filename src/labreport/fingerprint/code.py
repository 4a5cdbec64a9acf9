"""The hash of a function over everything it calls, followed through modules without importing them.

What static reading cannot see errs toward rebuilding: a definition that uses `getattr`, `globals`,
`importlib` and their like depends on its whole module. A method is seen when its class is named, in
an annotation or a call, anywhere in what is followed; annotate receivers. Libraries outside the
project are not followed; their versions are ingredients of their own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from labreport.errors import UsageError
from labreport.fingerprint.canonical import digest
from labreport.fingerprint.modules import Modules, is_module
from labreport.fingerprint.syntax import DYNAMIC, Summary

Closure = Mapping[str, str]
"""`module:name` → hash of that definition."""


class Code:
    """The source below the top-level modules `roots`, read through `summary(path)`, which may be cached."""

    def __init__(self, roots: tuple[str, ...], summary: Callable[[Path], Summary]) -> None:
        self._roots = roots
        self._sources = Modules(roots)
        self._summary = summary
        self._modules: dict[str, Summary] = {}
        self._resolved: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}
        self._closures: dict[str, tuple[str, Closure]] = {}

    def fingerprint(self, *roots: str) -> str:
        """One hash over the closures of the `roots`, each `"module:function"`."""
        return digest({root: self._closure(root)[0] for root in roots})

    def closure(self, *roots: str) -> Closure:
        """Every definition that the `roots` can reach, with its hash."""
        merged: dict[str, str] = {}
        for root in roots:
            merged.update(self._closure(root)[1])
        return merged

    def libraries(self, *roots: str) -> set[str]:
        """The top-level modules of others that the `roots`, and all that they reach, import and use."""
        found = set()
        for label in self.closure(*roots):
            module, _, name = label.partition(":")
            imports = self._module(module)["imports"]
            for use in self._module(module)["definitions"][name][1]:
                inside = use.removeprefix("import ") if use.startswith("import ") else ""
                target = inside.partition(":")[0] or imports.get(use.partition(".")[0], [""])[0]
                found.add(self._absolute(module, target).partition(".")[0])
        return found - {"", *self._roots} - sys.stdlib_module_names

    def _closure(self, root: str) -> tuple[str, Closure]:
        if root not in self._closures:
            module, _, name = root.partition(":")
            if self._path(module) is None:
                raise UsageError(f"{root!r}: no module {module!r}; {self._where(module)}")
            if not self._find(module, name):
                raise UsageError(f"{root!r}: {module!r} defines no {name!r}")
            reached = self._follow(module, name)
            self._closures[root] = (digest(reached), reached)
        return self._closures[root]

    def _where(self, module: str) -> str:
        top = module.partition(".")[0]
        if top not in self._roots and is_module(top):
            return f"the project's source_roots are {', '.join(self._roots)}; add {top!r} to them"
        return f"check its spelling, and that Python can import it; the project has {', '.join(self._roots)}"

    def _follow(self, module: str, name: str) -> dict[str, str]:
        reached: dict[str, str] = {}
        waiting = list(self._find(module, name))
        while waiting:
            module, name = waiting.pop()
            label = f"{module}:{name}"
            if label in reached:
                continue
            definition = self._module(module)["definitions"].get(name)
            if definition is None:
                continue
            reached[label] = definition[0]
            waiting.extend(self._targets(module, name))
            waiting.extend((package, "") for package in self._and_parents(module))
        return dict(sorted(reached.items()))

    def _targets(self, module: str, name: str) -> tuple[tuple[str, str], ...]:
        """Definitions of the project that a definition uses directly."""
        key = (module, name)
        if key not in self._resolved:
            _, uses = self._module(module)["definitions"][name]
            found: set[tuple[str, str]] = set()
            for use in uses:
                if use.startswith("import "):
                    target, _, attribute = use[len("import ") :].partition(":")
                    found.update(self._find(self._absolute(module, target), attribute))
                    continue
                if use in DYNAMIC or use.split(".")[0] in DYNAMIC:
                    found.update((module, other) for other in self._module(module)["definitions"])
                found.update(self._lookup(module, use.split(".")))
            self._resolved[key] = tuple(sorted(found))
        return self._resolved[key]

    def _lookup(self, module: str, parts: list[str]) -> tuple[tuple[str, str], ...]:
        """What the dotted name `parts` means in `module`; nothing for locals and other libraries."""
        summary = self._module(module)
        head, rest = parts[0], parts[1:]
        if head in summary["definitions"]:
            return ((module, head),)
        if head not in summary["imports"]:
            return ()
        target, attribute = summary["imports"][head]
        target = self._absolute(module, target)
        if attribute:
            if self._path(f"{target}.{attribute}") is None:
                return self._find(target, attribute)
            target = f"{target}.{attribute}"
        while rest and self._path(f"{target}.{rest[0]}") is not None:
            target, rest = f"{target}.{rest[0]}", rest[1:]
        return self._find(target, rest[0] if rest else "")

    def _find(self, module: str, name: str, depth: int = 0) -> tuple[tuple[str, str], ...]:
        """Where `name` of `module` is defined, through re-exports; everything for `*` or no name."""
        if self._path(module) is None or depth > 20:
            return ()
        if name and self._path(f"{module}.{name}") is not None:
            module, name = f"{module}.{name}", ""
        summary = self._module(module)
        if name in ("", "*"):
            return tuple((module, defined) for defined in summary["definitions"])
        if name in summary["definitions"]:
            return ((module, name),)
        if name in summary["imports"]:
            target, attribute = summary["imports"][name]
            return self._find(self._absolute(module, target), attribute, depth + 1)
        return ()

    def _and_parents(self, module: str) -> list[str]:
        """The module and the packages around it: importing it runs their statements."""
        parts = module.split(".")
        return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]

    def _absolute(self, module: str, target: str) -> str:
        if not target.startswith("."):
            return target
        level = len(target) - len(target.lstrip("."))
        path = self._path(module)
        parts = module.split(".")
        if path is not None and path.name == "__init__.py":
            level -= 1
        base = parts[: len(parts) - level] if level else parts
        return ".".join(filter(None, (*base, target.lstrip("."))))

    def _module(self, module: str) -> Summary:
        if module not in self._modules:
            path = self._path(module)
            nothing: Summary = {"definitions": {}, "imports": {}}
            self._modules[module] = self._summary(path) if path is not None else nothing
        return self._modules[module]

    def _path(self, module: str) -> Path | None:
        return self._sources.path(module)
