"""Libraries by their versions, with all that they require."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
"""The version of Python, to the second number."""


def versions(modules: Iterable[str]) -> dict[str, str]:
    """The distributions of these top-level modules and all that they require, as far as installed.

    A module of no distribution has the digest of its source for a version.
    """
    found: dict[str, str] = {}
    for module in set(modules) - sys.stdlib_module_names - {"labreport"}:
        distributions = _distributions_of(module)
        if distributions:
            _add_with_requirements(found, distributions)
        else:
            found[module] = _source_hash(module)
    return found


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
    spec = find_spec(module)
    paths = list[Path]()
    for folder in (spec and spec.submodule_search_locations) or ():
        paths.extend(sorted(Path(folder).rglob("*.py")))
    if not paths and spec and spec.origin:
        paths.append(Path(spec.origin))
    found = sha256()
    for path in paths:
        if path.is_file():
            found.update(path.read_bytes())
    return found.hexdigest()[:16]
