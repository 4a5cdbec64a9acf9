"""Versions of installed libraries, read from the names of their metadata folders: no import."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

_NORMAL = re.compile(r"[-_.]+")
_found: dict[str, tuple[str, str]] | None = None
_looked: list[tuple[str, int]] | None = None
"""The folders that `_found` was read from, and when they were last changed."""


def package_folders() -> tuple[str, ...]:
    """The folders on the import path that hold installed packages."""
    return tuple(
        path
        for path in sys.path
        if path.rstrip("/").endswith(("site-packages", "dist-packages")) and os.path.isdir(path)
    )


def version(distribution: str) -> str:
    """The installed version of a distribution, empty when it is not installed."""
    return _metadata(distribution)[1]


def changed(versions: Mapping[str, str]) -> str:
    """The first of these distributions that has another version by now than the one given; else empty."""
    global _found, _looked
    if _looked is not None and _looked != (_looked := _folders()):
        _found = None
    return next((name for name, known in versions.items() if version(name) != known), "")


def distributions(modules: Iterable[str]) -> tuple[str, ...]:
    """The installed distributions that top-level modules belong to, sorted; others are left out.

    A module is first taken to have the name of its distribution, which is quick to see.
    """
    found, others = set(), []
    for module in modules:
        if version(module):
            found.add(_normal(module))
        else:
            others.append(module)
    if others:
        found.update(_normal(owner) for module in others for owner in _owners().get(module, ()))
    return tuple(sorted(found))


@cache
def _owners() -> Mapping[str, Sequence[str]]:
    """The distributions of each top-level module, which takes long to find."""
    from importlib.metadata import packages_distributions

    return packages_distributions()


def is_whole(distribution: str) -> bool:
    """Whether all that an installed distribution put beside its metadata is still there, at the top level.

    Without a list of files, as in packages of Debian, that is taken for granted.
    """
    metadata, _ = _metadata(distribution)
    try:
        with open(os.path.join(metadata, "RECORD"), encoding="utf-8") as record:
            tops = {line.partition(",")[0].strip('"').partition("/")[0] for line in record}
    except (OSError, UnicodeDecodeError):
        return True
    folder = os.path.dirname(metadata)
    return all(
        os.path.lexists(os.path.join(folder, top))
        for top in tops
        if top.strip() not in ("", "..", "__pycache__")
    )


def _metadata(distribution: str) -> tuple[str, str]:
    """Folder of metadata and version; both empty when it is not installed."""
    global _found, _looked
    if _found is None:
        _found, _looked = {}, _folders()
        for folder in reversed(package_folders()):
            for name in os.listdir(folder):
                if name.endswith((".dist-info", ".egg-info")):
                    project, _, number = name.rpartition(".")[0].partition("-")
                    _found[_normal(project)] = (os.path.join(folder, name), number)
    return _found.get(_normal(distribution), ("", ""))


def _folders() -> list[tuple[str, int]]:
    return [(folder, os.stat(folder).st_mtime_ns) for folder in package_folders()]


def _normal(name: str) -> str:
    return _NORMAL.sub("-", name).lower()
