"""Where an author's own code is, for messages: `project.py:12`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from labreport.errors import UsageError

_ENGINE = os.path.dirname(os.path.abspath(__file__)) + os.sep
HIDDEN: dict[str, Any] = {"plain": False}
"""Metadata of a dataclass's field that is part of no digest: see `labreport.experiment.plain`."""


def called_from() -> str:
    """File and line of the innermost call that is not the engine's own; empty where there is none."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith((_ENGINE, "<")) and "importlib" not in file:
            return f"{file}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


def place_of(function: Callable[..., Any]) -> str:
    """File and line of a function, as far as it has one."""
    code = getattr(function, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code is not None else ""


def at(place: str, text: str) -> str:
    """`text` behind its place, which is shown relative to the current folder where it lies below it."""
    if not place:
        return text
    file, _, line = place.rpartition(":")
    here = os.getcwd() + os.sep
    return f"{file.removeprefix(here)}:{line}: {text}"


def reference(function: Any, what: str) -> str:
    """A function of a module's own as the text `"module:function"`; a text as it is.

    Raises `UsageError` for what a worker process could not import.
    """
    if isinstance(function, str):
        return function
    name, module = getattr(function, "__qualname__", ""), getattr(function, "__module__", "")
    if not callable(function) or not name or not module:
        raise UsageError(f"{what} is {function!r}; allowed is a function, or its name 'module:function'")
    if not name.isidentifier():
        raise UsageError(
            at(
                place_of(function),
                f"{what} is {name!r}, which cannot be imported; define it at the top of a module with def",
            )
        )
    return f"{module}:{name}"
