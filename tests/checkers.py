"""Programs and libraries that only some tests need, each missing one skipped with a clear word."""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from labreport.later import later


def program(name: str, package: str) -> str:
    """Where a program is, or a skip that says which package has it."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not on the path; install {package}")
    return found


def module(name: str, distribution: str, how: str = "python build.py test installs it") -> Any:
    """An imported module, or a skip that says which distribution has it, and how it is installed."""
    if importlib.util.find_spec(name.partition(".")[0]) is None:
        pytest.skip(f"{distribution} is not installed; {how}")
    return importlib.import_module(name)


def unloaded(name: str) -> ModuleType:
    """A module that is loaded when a test first uses it, and not when pytest looks for fixtures in it."""
    found = later(name)
    vars(found)["_mock_name"] = None  # which pytest asks every object for
    return found
