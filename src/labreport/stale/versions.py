"""Libraries by their versions, with all that they require."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sys
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path

PYTHON = ".".join(map(str, sys.version_info[:2]))
"""The version of Python, to the second number."""
_FIELD = re.compile(r"^(Version|Requires-Dist): *(.+?)\s*$", re.MULTILINE)


def versions(modules: Iterable[str]) -> dict[str, str]:
    """The distributions that these top-level modules come from and all that they require, as far as installed.

    A module of no distribution has the digest of its source for a version.
    """
    found: dict[str, str] = {}
    waiting = []
    for module in modules:
        if module not in sys.stdlib_module_names and module != "labreport":
            names = _distributions(module)
            waiting += names
            if not names:
                found[module] = _digest(module)
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
        text = metadata.distribution(name).read_text("METADATA")
    except metadata.PackageNotFoundError:
        return "", ()
    if text is None:
        return metadata.version(name), ()
    fields = _FIELD.findall(text.partition("\n\n")[0])
    required = [
        value
        for label, value in fields
        if label == "Requires-Dist" and "extra" not in value.partition(";")[2]
    ]
    names = (re.split(r"[^\w.-]", value, maxsplit=1)[0] for value in required)
    version = next(value for label, value in fields if label == "Version")
    return version, tuple(sorted({_plain(name) for name in names}))


@cache
def _distributions(module: str) -> list[str]:
    if distribution(_plain(module))[0]:
        return [_plain(module)]
    return sorted({_plain(name) for name in _by_module().get(module, ())})


@cache
def _by_module() -> dict[str, list[str]]:
    return dict(metadata.packages_distributions())


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def _digest(module: str) -> str:
    """The digest of all source of a module that belongs to no distribution."""
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        return "none"
    folders = [Path(one) for one in spec.submodule_search_locations or ()]
    files = [file for one in folders for file in sorted(one.rglob("*.py"))]
    files += [Path(spec.origin)] if spec.origin and not files and Path(spec.origin).is_file() else []
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
