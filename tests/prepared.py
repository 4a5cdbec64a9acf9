"""What is made once for all processes of a test run, and is copied or looked at by many tests."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from filelock import FileLock
from standin.checkout import make_engine

FOLDER = "LABREPORT_TESTS"
"""The environment variable that names the folder; `conftest.py` sets it before it starts other processes."""


def prepared(name: str, make: Callable[[Path], object]) -> Path:
    """The folder `name`, which the first process that asks for it makes by `make(folder)`."""
    folder = _folder() / name
    done = folder.with_name(f"{name}.done")
    with FileLock(f"{folder}.lock"):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            done.touch()
    return folder


@cache
def engine() -> Path:
    """The folder from which the engine is imported that sets nothing in type; nobody writes there."""
    return prepared("engine", lambda folder: make_engine(folder, typeset=False))


def changed() -> list[str]:
    """Files of the shared engine that are not as they were made."""
    folder = _folder() / "engine"
    done = folder.with_name("engine.done")
    if not done.exists():
        return []
    made = done.stat().st_ctime_ns
    return [str(path) for path in folder.rglob("*.*") if path.stat().st_ctime_ns > made]


@cache
def _folder() -> Path:
    if FOLDER not in os.environ:
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="labreport-tests-")
        atexit.register(shutil.rmtree, os.environ[FOLDER], ignore_errors=True)
    return Path(os.environ[FOLDER])
