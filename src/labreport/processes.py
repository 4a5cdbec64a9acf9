"""Processes that the program starts: they import nothing from the current folder, and end with it."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

SAFE_PATH = "PYTHONSAFEPATH"
"""Environment variable: where it is set, Python puts neither the current folder nor that of the script in
front of the path from which it imports."""
_LOOK = 0.1
"""Seconds between two looks whether the parent is still there."""
_SET_DEATH_SIGNAL = 1
"""`PR_SET_PDEATHSIG` of Linux's prctl(2)."""


class RemoteTraceback(Exception):
    """The traceback of an error in another process, as text: the cause of that error in this one.

    An exception's `__cause__` is not sent with it, so the text is given to the constructor again here.
    """

    def __str__(self) -> str:
        return f"\n{super().__str__()}"

    def __reduce__(self) -> tuple[type[RemoteTraceback], tuple[object, ...]]:
        return type(self), self.args


def portable(error: Exception) -> Exception:
    """An exception that survives the way to another process."""
    try:
        found: Exception = pickle.loads(pickle.dumps(error))  # noqa: S301 - its own bytes, to see whether it can be
    except Exception:  # of a class whose instances cannot be rebuilt
        found = RuntimeError(f"{type(error).__name__}: {error}")
    return found


@contextmanager
def safe_spawn() -> Iterator[None]:
    """Within, a Python interpreter that is started runs with a safe path, however it is started.

    `multiprocessing` starts one not only with a process, but also with the first lock, queue or pool, so the
    command line runs every command within.
    """
    before = os.environ.get(SAFE_PATH)
    os.environ[SAFE_PATH] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[SAFE_PATH]
        else:
            os.environ[SAFE_PATH] = before


def end_with_parent() -> None:
    """From now on this process ends within a moment of its parent, however that ends.

    On Linux the kernel ends it at once, even in the middle of a long call that keeps Python's lock.
    """
    parent = os.getppid()
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    threading.Thread(target=_end_without, args=(parent,), daemon=True).start()


def _end_without(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os._exit(1)
