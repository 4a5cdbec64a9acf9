"""Libraries by their versions, with all that they require."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path

PYTHON = ".".join(map(str, sys.version_info[:2]))
"""The version of Python, to the second number."""
_CALLED = {"sklearn": "scikit-learn", "skimage": "scikit-image", "PIL": "pillow", "yaml": "pyyaml"}
"""Distributions of modules with another name, which it would take long to look for."""
_FIELD = re.compile(r"^(Version|Requires-Dist): *([\w.!+-]+)(.*)$", re.MULTILINE)


def versions(modules: Iterable[str]) -> dict[str, str]:
    """The distributions of these top-level modules and all that they require, as far as installed.

    A module of no distribution has the digest of its source for a version.
    """
    found: dict[str, str] = {}
    waiting: list[str] = []
    for module in modules:
        if module not in sys.stdlib_module_names and module != "labreport":
            waiting += (names := _distributions(module))
            found |= {} if names else {module: _digest(module)}
    while waiting:
        name = waiting.pop()
        version, required = distribution(name)
        if version and name not in found:
            found[name] = version
            waiting += required
    return found


@cache
def distribution(name: str) -> tuple[str, tuple[str, ...]]:
    """The version of a distribution and the names of what it requires; an empty version for none."""
    try:
        text = metadata.distribution(name).read_text("METADATA") or f"Version: {metadata.version(name)}"
    except metadata.PackageNotFoundError:
        return "", ()
    told = _FIELD.findall(text.partition("\n\n")[0])
    required = {_plain(value) for field, value, more in told if field != "Version" and "extra" not in more}
    return next(value for field, value, _ in told if field == "Version"), tuple(sorted(required))


@cache
def _distributions(module: str) -> tuple[str, ...]:
    name = _CALLED.get(module, _plain(module))
    if distribution(name)[0]:
        return (name,)
    return tuple(sorted(set(map(_plain, _by_module().get(module, ())))))


@cache
def _by_module() -> dict[str, list[str]]:
    return dict(metadata.packages_distributions())


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def _digest(module: str) -> str:
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        spec = None
    folders = spec and spec.submodule_search_locations
    files = [file for one in folders or () for file in sorted(Path(one).rglob("*.py"))]
    files += [Path(spec.origin)] if spec and spec.origin and not folders else []
    return sha256(b"".join(file.read_bytes() for file in files if file.is_file())).hexdigest()[:16]
