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

PYTHON = ".".join(map(str, sys.version_info[:2]))
"""The version of Python, to the second number."""


def versions(modules: Iterable[str]) -> dict[str, str]:
    """The distributions of these top-level modules and all that they require, as far as installed.

    A module of no distribution has the digest of its source for a version.
    """
    found: dict[str, str] = {}
    for module in {*modules} - sys.stdlib_module_names - {"labreport"}:
        waiting = list(names := _distributions(module))
        found |= {} if names else {module: _digest(module)}
        while waiting:
            name = waiting.pop()
            version, required = distribution(name)
            if version and name not in found:
                found[name] = version
                waiting += required
    return found


@cache
def distribution(name: str) -> tuple[str, list[str]]:
    """The version of a distribution and the names of what it requires; an empty version for none."""
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return "", []
    required = [one for one in found.requires or () if "extra" not in one.partition(";")[2]]
    return found.version, [_plain(re.split(r"[^\w.-]", one)[0]) for one in required]


@cache
def _distributions(module: str) -> list[str]:
    own = _plain(module)
    return [own] if distribution(own)[0] else [*map(_plain, _by_module().get(module, ()))]


_by_module = cache(metadata.packages_distributions)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def _digest(module: str) -> str:
    spec = find_spec(module)
    folders = spec and spec.submodule_search_locations
    files = [file for one in folders or () for file in sorted(Path(one).rglob("*.py"))]
    files += [Path(spec.origin)] if spec and spec.origin and not folders else []
    return sha256(b"".join(file.read_bytes() for file in files if file.is_file())).hexdigest()[:16]
