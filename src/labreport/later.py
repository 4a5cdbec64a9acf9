"""Modules that are loaded when they are first used, so that a project's declarations load no library.

In a module of declarations::

    if TYPE_CHECKING:
        import numpy as np
    else:
        np = later("numpy")
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any


def later(name: str) -> ModuleType:
    """The module `name`, imported when one of its names is first asked for."""
    return _Later(name)


class _Later(ModuleType):
    """Stands for a module; keeps each name that was asked for, so that it is looked up once."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        found = getattr(import_module(self.__name__), name)
        setattr(self, name, found)
        return found
