"""Several nodes made at once, by forks of this process that have all that it has loaded and computed."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO, Any, NoReturn, TypeVar

from labreport.processes import RemoteTraceback, begin_child, portable

_Item = TypeVar("_Item")
Made = tuple[Any, Exception | None]
"""What was made, or what was raised."""


def in_forks(
    make: Callable[[_Item], Any],
    items: Sequence[_Item],
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
                        if error is not None:
                            error.__cause__ = RemoteTraceback(trace)
                        found[number_made] = value, error
    return [found[number] if number in found else made(make, item) for number, item in enumerate(items)]


def made(make: Callable[[_Item], Any], item: _Item) -> Made:
    """What `make` returns or raises for one item."""
    try:
        return make(item), None
    except Exception as error:  # the author's code may raise anything
        return None, error


def _fork(make: Callable[[_Item], Any], items: Sequence[_Item], taken: int) -> tuple[int, IO[bytes]]:
    """A process that makes what it takes; its number, and the file that it writes what it made to."""
    results = os.fdopen(os.memfd_create("made"), "w+b")
    pid = os.fork()
    if pid == 0:
        _take(make, items, taken, results)
    return pid, results


def _take(make: Callable[[_Item], Any], items: Sequence[_Item], taken: int, results: IO[bytes]) -> NoReturn:
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        begin_child()
        while number := os.read(taken, 1):
            value, error = made(make, items[number[0]])
            trace = "".join(traceback.format_exception(error)) if error is not None else ""
            pickle.dump((number[0], value, portable(error) if error is not None else None, trace), results)
            results.flush()
    finally:  # whatever goes wrong, this process must not continue as a build
        os._exit(0)
