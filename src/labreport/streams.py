"""Standard input, output and error that last as long as the process, whatever becomes of what they lead to.

A stream may be closed from the start, its disk may be full, its reader may go away. The build matters more
than what it prints: such a stream leads nowhere from then on, for this process and for those that it starts.
"""

from __future__ import annotations

import io
import os
import select
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NAMES = ("stdin", "stdout", "stderr")


class _Lasting(io.FileIO):
    """A descriptor to write to. What cannot be written is dropped, and `problem` says why."""

    problem: OSError | None = None

    def write(self, data: Any) -> int:
        """Write all of `data`; waits where the descriptor does not."""
        rest = memoryview(data).cast("B")
        size = len(rest)
        try:
            while rest:
                written = super().write(rest)
                if written is None:
                    select.select([], [self], [])
                else:
                    rest = rest[written:]
        except OSError as error:
            self.problem = error
            nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
        return size


def keep_streams() -> None:
    """Make the three streams of this process last, unless they lead elsewhere than to its descriptors."""
    for number, name in enumerate(_NAMES):
        try:
            os.fstat(number)
        except OSError:
            # It gets the lowest number that is free, this one
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
        stream = getattr(sys, name)
        if number == 0:
            sys.stdin = stream or open(0, closefd=False)  # noqa: SIM115  as long as the process
        elif stream is None or _leads_to(stream, number):
            setattr(sys, name, _lasting(stream, number))


def output_problem() -> OSError | None:
    """Why what was printed to standard output did not arrive; None where it did, or nobody waited for it."""
    raw = _raw(sys.stdout)
    problem = raw.problem if isinstance(raw, _Lasting) else None
    return None if isinstance(problem, BrokenPipeError) else problem


def _leads_to(stream: Any, number: int) -> bool:
    """Whether it writes to this descriptor, and does not last already."""
    raw = _raw(stream)
    return type(raw) is io.FileIO and raw.fileno() == number


def _raw(stream: Any) -> Any:
    """The descriptor below a text stream; with `PYTHONUNBUFFERED`, there is no buffer in between."""
    buffer = getattr(stream, "buffer", None)
    return getattr(buffer, "raw", buffer)


def _lasting(stream: Any, number: int) -> io.TextIOWrapper:
    raw = _Lasting(number, "w", closefd=False)
    buffered = isinstance(getattr(stream, "buffer", None), io.BufferedWriter)
    buffer: Any = io.BufferedWriter(raw) if buffered else raw
    return io.TextIOWrapper(
        buffer,
        encoding=getattr(stream, "encoding", "utf-8"),
        errors="replace" if number == 1 else "backslashreplace",
        line_buffering=number == 2 or getattr(stream, "line_buffering", False),
        write_through=getattr(stream, "write_through", False),
    )
