"""Versions of installed libraries and what they require, read from their metadata folders: no import."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

_NORMAL = re.compile(r"[-_.]+")
_REQUIRED = re.compile(rb"^Requires-Dist: *([A-Za-z0-9][A-Za-z0-9._-]*)(.*)$", re.MULTILINE)
_found: dict[str, tuple[str, str]] | None = None
"""Each distribution's version, and its metadata folder."""
_looked: list[tuple[str, int]] | None = None
"""The folders that `_found` was read from, and when they were last changed."""


def package_folders() -> tuple[str, ...]:
    """The folders on the import path that hold installed packages."""
    return tuple(
        path
        for path in sys.path
        if path.rstrip("/").endswith(("site-packages", "dist-packages")) and os.path.isdir(path)
    )


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


def required(names: Iterable[str]) -> tuple[str, ...]:
    """These distributions and those that they require, in turn, sorted; what is not installed is left out.

    What they require for an extra only is left out, too.
    """
    found, waiting = set[str](), [*map(_normal, names)]
    while waiting:
        name = waiting.pop()
        if name not in found and version(name) and _found is not None:
            found.add(name)
            waiting.extend(_requires(_found[name][1]))
    return tuple(sorted(found))


@cache
def _requires(folder: str) -> tuple[str, ...]:
    try:
        with open(os.path.join(folder, "METADATA"), "rb") as file:
            head = file.read().partition(b"\n\n")[0]
    except OSError:
        return ()
    return tuple(_normal(name.decode()) for name, when in _REQUIRED.findall(head) if b"extra" not in when)


@cache
def _owners() -> Mapping[str, Sequence[str]]:
    """The distributions of each top-level module, which takes long to find."""
    from importlib.metadata import packages_distributions

    return packages_distributions()


def version(distribution: str) -> str:
    """The installed version of a distribution, empty when it is not installed."""
    global _found, _looked
    if _found is None:
        _found, _looked = {}, _folders()
        for folder in reversed(package_folders()):
            for name in os.listdir(folder):
                if name.endswith((".dist-info", ".egg-info")):
                    project, _, number = name.rpartition(".")[0].partition("-")
                    _found[_normal(project)] = (number, os.path.join(folder, name))
    return _found.get(_normal(distribution), ("", ""))[0]


def _folders() -> list[tuple[str, int]]:
    return [(folder, os.stat(folder).st_mtime_ns) for folder in package_folders()]


def _normal(name: str) -> str:
    return _NORMAL.sub("-", name).lower()
