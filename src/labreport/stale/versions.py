"""The versions of libraries and of everything that they require, and the hash of the engine's files."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from labreport.results.files import HASH_DIGITS, sha256_of_file, short_hash
from labreport.stale.modules import ENGINE_FOLDER, ENGINE_NAME
from labreport.stale.references import imported_names

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
"""The version of Python, such as "3.11"."""


@dataclass(frozen=True)
class Distribution:
    """An installed distribution; `version` is empty if it is not installed."""

    version: str = ""
    requirements: Sequence[str] = ()
    """The names of the distributions that it requires."""


def versions(modules: Iterable[str]) -> dict[str, str]:
    """The installed versions by distribution, for these top-level modules and everything they require.

    A module that belongs to no distribution has a hash of its source as version; what it imports is added.
    """
    versions_by_name: dict[str, str] = {}
    waiting = set(modules)
    visited = sys.stdlib_module_names | {ENGINE_NAME}
    while waiting - visited:
        module = min(waiting - visited)
        visited |= {module}
        distributions = _distributions_of(module)
        if distributions:
            _add_with_requirements(versions_by_name, distributions)
        else:
            versions_by_name[module] = _source_hash(module)
            waiting |= _imported_by(module)
    return versions_by_name


def source_files(modules: Iterable[str]) -> Iterator[Path]:
    """The files and folders of modules that belong to no distribution, and so count by their source."""
    for module in versions(modules):
        if not distribution(module).version:
            for path in _files_of(module):
                yield from (path, path.parent)


def _add_with_requirements(versions_by_name: dict[str, str], names: Iterable[str]) -> None:
    for name in names:
        installed = distribution(name)
        if installed.version and name not in versions_by_name:
            versions_by_name[name] = installed.version
            _add_with_requirements(versions_by_name, installed.requirements)


@cache
def distribution(name: str) -> Distribution:
    """The installed distribution of this name."""
    try:
        installed = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return Distribution()
    requirements = []
    for requirement in installed.requires or ():
        if "extra" not in requirement.partition(";")[2]:
            requirements.append(_normal_name(re.split(r"[^\w.-]", requirement)[0]))
    return Distribution(installed.version, requirements)


@cache
def _distributions_of(module: str) -> list[str]:
    name = _normal_name(module)
    if distribution(name).version:
        return [name]
    return [_normal_name(other) for other in _names_by_module().get(module, ())]


_names_by_module = cache(metadata.packages_distributions)


def _normal_name(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()


# Modules that belong to no distribution


@cache
def _source_hash(module: str) -> str:
    source = b"".join(path.read_bytes() for path in _files_of(module) if path.is_file())
    return sha256(source).hexdigest()[:HASH_DIGITS]


@cache
def _files_of(module: str) -> list[Path]:
    paths = list[Path]()
    spec = find_spec(module)
    if spec is None:
        return paths
    for folder in spec.submodule_search_locations or ():
        paths.extend(sorted(Path(folder).rglob("*.py")))
    if not paths and spec.origin:
        paths.append(Path(spec.origin))
    return paths


@cache
def _imported_by(module: str) -> set[str]:
    """The top-level names of installed modules that a module without distribution imports."""
    names = set[str]()
    for path in _files_of(module):
        if path.suffix == ".py" and path.is_file():
            try:
                tree = ast.parse(path.read_bytes())
            except (SyntaxError, ValueError):
                continue
            for node in ast.walk(tree):
                for reference in imported_names(node).values():
                    names.add(reference.module.partition(".")[0])  # empty for a relative import
    return {name for name in names if is_installed(name)}


def is_installed(module: str) -> bool:
    """Whether Python finds a module of this name."""
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False


@cache
def engine_hash() -> str:
    """A short hash of all files of the engine: an input of everything except runs, which have `ENGINE`."""
    hashes = [[str(path.relative_to(ENGINE_FOLDER)), sha256_of_file(path)] for path in engine_files()]
    return short_hash(hashes)


def engine_files() -> list[Path]:
    """The files of the engine, without the compiled code that Python writes beside them."""
    paths = sorted(ENGINE_FOLDER.rglob("*"))
    return [path for path in paths if path.is_file() and "__pycache__" not in path.parts]
