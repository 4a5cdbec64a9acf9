"""Processes that the program starts: they import nothing from the current folder, and end with it."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from labreport.sources import begin
from labreport.streams import keep_streams

TYPE_CHECKING = False
if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess
    from typing import Any

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


def portable(error: BaseException) -> Exception:
    """An exception that survives the way to another process, and does not end that."""
    try:
        if not isinstance(error, Exception):
            raise TypeError
        found: Exception = pickle.loads(pickle.dumps(error))  # noqa: S301 - its own bytes, to see whether it can be
    except Exception:  # of a class whose instances cannot be rebuilt, or that is not to be caught by everyone
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


def spawned(function: str, *arguments: Any, daemon: bool = True) -> tuple[BaseProcess, Connection]:
    """A new process that calls `"module:function"` with a connection, of which the other end is returned, and
    `arguments`, none of which may be of a module of its own: what is loaded there is loaded by its text.

    It begins as `begin_child` says. Raises `OSError` or `RuntimeError` where it cannot be started.
    """
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    # Ctrl-C reaches every process of the terminal: this one must not meet it half imported
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        ours, theirs = context.Pipe()
        with theirs, safe_spawn():
            given = (f"{__name__}:call", os.getpid(), function, theirs, *arguments)
            process = context.Process(target=begin, args=given, daemon=daemon)
            try:
                process.start()
            except BaseException:
                ours.close()
                raise
        return process, ours
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def call(parent: int, function: str, *arguments: Any) -> None:
    """What a process does that was `spawned` by `parent`."""
    begin_child(parent)
    begin(function, *arguments)


def begin_child(parent: int = 0, *, kernel: bool = True) -> None:
    """What every process that the program starts does first.

    Ctrl-C is its parent's to answer, what it prints may be lost, and it ends with its parent, at once if that
    is not `parent` any more. The `kernel` would end it with the thread that has started it, too.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_streams()
    end_with_parent(kernel=kernel)
    if parent and os.getppid() != parent:
        os._exit(1)


def end_with_parent(*, kernel: bool = True) -> None:
    """From now on this process ends within a moment of its parent, however that ends.

    On Linux the kernel ends it at once, even in the middle of a long call that keeps Python's lock.
    """
    parent = os.getppid()
    if kernel and sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    threading.Thread(target=_end_without, args=(parent,), daemon=True).start()


def _end_without(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os._exit(1)


def how_ended(code: int | None) -> str:
    """How a process ended that was not to end yet, from its exit code as `subprocess` gives it."""
    if code is None:
        return ""
    if code >= 0:
        return f"with exit code {code}"
    try:
        name = signal.strsignal(-code) or ""
    except ValueError:
        name = ""
    hint = "; see the system's log for a lack of memory" if code == -signal.SIGKILL else ""
    return f"of signal {-code}{f' ({name})' if name else ''}{hint}"


@contextmanager
def collector_paused() -> Iterator[None]:
    """Look for no garbage within: among many objects that stay in use, that costs more than making them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
