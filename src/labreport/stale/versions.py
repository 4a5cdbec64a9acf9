"""Libraries by their versions, with all that they require."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
"""The version of Python, to the second number."""


def versions(modules: Iterable[str]) -> dict[str, str]:
    """The distributions of these top-level modules and all that they require, as far as installed.

    A module of no distribution has the digest of its source for a version, with all that it imports.
    """
    found: dict[str, str] = {}
    waiting = set(modules)
    seen = sys.stdlib_module_names | {"labreport"}
    while waiting - seen:
        module = min(waiting - seen)
        seen |= {module}
        distributions = _distributions_of(module)
        if distributions:
            _add_with_requirements(found, distributions)
        else:
            found[module] = _source_hash(module)
            waiting |= _imported_by(module)
    return found


def source_files(modules: Iterable[str]) -> Iterator[Path]:
    """The files of those modules that count by their source, and of their folders."""
    for module in versions(modules):
        if not distribution(module)[0]:
            for path in _files_of(module):
                yield from (path, path.parent)


def _add_with_requirements(found: dict[str, str], names: Iterable[str]) -> None:
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        version, requirements = distribution(name)
        if version and name not in found:
            found[name] = version
            waiting.extend(requirements)


@cache
def distribution(name: str) -> tuple[str, list[str]]:
    """The version of a distribution and the names of what it requires; an empty version for none."""
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return "", []
    requirements = []
    for requirement in found.requires or ():
        if "extra" not in requirement.partition(";")[2]:
            requirements.append(_normal_name(re.split(r"[^\w.-]", requirement)[0]))
    return found.version, requirements


@cache
def _distributions_of(module: str) -> list[str]:
    name = _normal_name(module)
    if distribution(name)[0]:
        return [name]
    return [_normal_name(other) for other in _names_by_module().get(module, ())]


_names_by_module = cache(metadata.packages_distributions)


def _normal_name(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()


@cache
def _source_hash(module: str) -> str:
    """The digest of a library that nobody installed, by its files."""
    found = sha256()
    for path in _files_of(module):
        if path.is_file():
            found.update(path.read_bytes())
    return found.hexdigest()[:16]


@cache
def _files_of(module: str) -> list[Path]:
    spec = find_spec(module)
    paths = list[Path]()
    for folder in (spec and spec.submodule_search_locations) or ():
        paths.extend(sorted(Path(folder).rglob("*.py")))
    if not paths and spec and spec.origin:
        paths.append(Path(spec.origin))
    return paths


@cache
def _imported_by(module: str) -> frozenset[str]:
    """What a library that nobody installed imports, by top-level names, as far as it is here."""
    names = set[str]()
    for path in _files_of(module):
        if path.suffix == ".py" and path.is_file():
            try:
                tree = ast.parse(path.read_bytes())
            except (SyntaxError, ValueError):
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.Import):
                    names.update(alias.name.partition(".")[0] for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names.add(node.module.partition(".")[0])
    return frozenset(name for name in names if _is_here(name))


def _is_here(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False
