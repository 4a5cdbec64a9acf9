"""The formats in which runs can be recorded: every file of this folder, found by listing it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from labreport.recorded.raw import Reader


@cache
def listed() -> Mapping[str, Reader]:
    """List every format by its name."""
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    return {module.READER.name: module.READER for module in modules}
