"""Processes that the program starts: they import nothing from the current folder, and end with it.

`Child` is one that is sent things and sends some; `in_forks` makes several things at once. What one raises is
sent with its traceback (`packed`, `unpacked`).
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any, NoReturn, TypeVar

from labreport.sources import begin
from labreport.streams import keep_streams

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Item = TypeVar("Item")
Made = tuple[Any, Exception | None]
"""What was made, or what was raised."""

SAFE_PATH = "PYTHONSAFEPATH"
"""Environment variable: where it is set, Python puts neither the current folder nor that of the script in
front of the path from which it imports."""
_LOOK = 0.1
"""Seconds between two looks whether the parent is still there."""
_SET_DEATH_SIGNAL = 1
"""`PR_SET_PDEATHSIG` of Linux's prctl(2)."""


class RemoteTraceback(Exception):
    """The traceback of an error in another process, as text: the cause of that error in this one."""

    def __str__(self) -> str:
        return f"\n{super().__str__()}"


def packed(error: BaseException) -> tuple[Exception, str]:
    """An exception that survives the way to another process, and does not end that; and its traceback."""
    import traceback

    trace = "".join(traceback.format_exception(error))
    try:
        if not isinstance(error, Exception):
            raise TypeError
        found: Exception = pickle.loads(pickle.dumps(error))  # noqa: S301 - its own bytes, to see whether it can be
    except Exception:  # of a class whose instances cannot be rebuilt, or that is not to be caught by everyone
        found = RuntimeError(f"{type(error).__name__}: {error}")
    return found, trace


def unpacked(error: Exception, trace: str) -> Exception:
    """The exception that another process has `packed`; its cause shows where it was raised."""
    error.__cause__ = RemoteTraceback(trace)
    return error


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


class Child:
    """A new process that calls `"module:function"` with its end of a connection, and `arguments`.

    None of these may be of a module of its own: what is loaded there is loaded by its text. It begins as
    `begin_child` says; one that is `quiet` prints nothing. Raises `OSError` or `RuntimeError` where it cannot
    be started.
    """

    def __init__(self, function: str, *arguments: Any, quiet: bool = False) -> None:
        import multiprocessing

        context = multiprocessing.get_context("spawn")
        # Ctrl-C reaches every process of the terminal: this one must not meet it half imported
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self.connection, theirs = context.Pipe()
            with theirs, safe_spawn():
                given = (f"{__name__}:call", os.getpid(), quiet, function, theirs, *arguments)
                self._process = context.Process(target=begin, args=given)
                try:
                    self._process.start()
                except BaseException:
                    self.connection.close()
                    raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    @property
    def pid(self) -> int | None:
        """Its number."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.is_alive()

    def end(self, patience: float = 0.0) -> int | None:
        """End it at once, or after so many seconds; its exit code, if it has ended by itself."""
        code = None
        self.connection.close()
        with suppress(OSError, ValueError, AssertionError):
            self._process.join(patience)
            code = self._process.exitcode
            self._process.kill()
            self._process.join()
        return code


def call(parent: int, quiet: bool, function: str, connection: Connection, *arguments: Any) -> None:
    """What a `Child` of `parent` does."""
    if quiet:
        for number in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), number)
    begin_child(parent)
    begin(function, connection, *arguments)


def begin_child(parent: int = 0, *, kernel: bool = True) -> None:
    """What every process that the program starts does first.

    Ctrl-C is its parent's to answer, what it prints may be lost, and it ends with its parent, at once if that
    is not `parent` any more. The `kernel` would end it with the thread that has started it, too.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_streams()
    there = os.getppid()
    if kernel and sys.platform == "linux":  # even in the middle of a long call that keeps Python's lock
        import ctypes

        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    threading.Thread(target=_end_without, args=(there,), daemon=True).start()
    if parent and there != parent:
        os._exit(1)


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


def in_forks(
    make: Callable[[Item], Any],
    items: Sequence[Item],
    processes: int,
    first: Callable[[], None] | None = None,
    taken_up: Callable[[int], None] = lambda number: None,
) -> list[Made]:
    """What `make` returns or raises for each of the items, made in so many processes, this one among them.

    This process does what is to be done `first`, while the others begin. `taken_up` is called with the number
    of each item that this one begins, by when all before it are begun.

    In this process only, where forks are not safe: elsewhere than on Linux, and beside other threads. What
    a fork did not make, because it died, is made in this process.
    """
    forks = min(processes, len(items) + (first is not None)) - 1
    if forks < 1 or sys.platform != "linux" or threading.active_count() > 1 or len(items) > 255:
        if first is not None:
            first()
        found_here = []
        for place, item in enumerate(items):
            taken_up(place)
            found_here.append(made(make, item))
        return found_here
    taken, queue = os.pipe()
    os.write(queue, bytes(range(len(items))))  # each process takes the next number from the pipe
    os.close(queue)
    found: dict[int, Made] = {}
    running: list[tuple[int, IO[bytes]]] = []
    try:
        for _ in range(forks):
            running.append(_fork(make, items, taken))
        if first is not None:
            first()
        while number := os.read(taken, 1):
            taken_up(number[0])
            found[number[0]] = made(make, items[number[0]])
    except BaseException:
        for pid, _ in running:
            os.kill(pid, signal.SIGKILL)
        raise
    finally:
        os.close(taken)
        for pid, results in running:
            os.waitpid(pid, 0)
            with results:
                results.seek(0)
                with suppress(EOFError, pickle.UnpicklingError):
                    while True:
                        number_made, value, error, trace = pickle.load(results)  # noqa: S301 - a fork wrote it
                        found[number_made] = value, error and unpacked(error, trace)
    return [found[number] if number in found else made(make, item) for number, item in enumerate(items)]


def made(make: Callable[[Item], Any], item: Item) -> Made:
    """What `make` returns or raises for one item."""
    try:
        return make(item), None
    except Exception as error:  # the author's code may raise anything
        return None, error


def _fork(make: Callable[[Item], Any], items: Sequence[Item], taken: int) -> tuple[int, IO[bytes]]:
    """A process that makes what it takes; its number, and the file that it writes what it made to."""
    results = os.fdopen(os.memfd_create("made"), "w+b")
    pid = os.fork()
    if pid == 0:
        _take(make, items, taken, results)
    return pid, results


def _take(make: Callable[[Item], Any], items: Sequence[Item], taken: int, results: IO[bytes]) -> NoReturn:
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        begin_child()
        while number := os.read(taken, 1):
            value, error = made(make, items[number[0]])
            pickle.dump((number[0], value, *(packed(error) if error is not None else (None, ""))), results)
            results.flush()
    finally:  # whatever goes wrong, this process must not continue as a build
        os._exit(0)


def cores() -> int:
    """The processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
