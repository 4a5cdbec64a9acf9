"""Versions of installed libraries, read from the names of their metadata folders: no import."""

from __future__ import annotations

import os
import re
import sys

_NORMAL = re.compile(r"[-_.]+")
_found: dict[str, str] | None = None


def package_folders() -> tuple[str, ...]:
    """The folders on the import path that hold installed packages."""
    return tuple(
        path
        for path in sys.path
        if path.rstrip("/").endswith(("site-packages", "dist-packages")) and os.path.isdir(path)
    )


def version(distribution: str) -> str:
    """The installed version of a distribution, empty when it is not installed."""
    global _found
    if _found is None:
        _found = {}
        for folder in reversed(package_folders()):
            for name in os.listdir(folder):
                if name.endswith((".dist-info", ".egg-info")):
                    project, _, number = name.rpartition(".")[0].partition("-")
                    _found[_normal(project)] = number
    return _found.get(_normal(distribution), "")


def _normal(name: str) -> str:
    return _NORMAL.sub("-", name).lower()
