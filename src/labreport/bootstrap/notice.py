"""Lines for the user while there is no library to print them with: standard error, whatever its state."""

from __future__ import annotations

import contextlib
import sys


def say(line: str) -> None:
    """Write one line; a closed stream or a character that it cannot hold does not stop the program."""
    _write(line + "\n")


def overwrite(line: str, width: int = 79) -> None:
    """Replace the terminal's current line; elsewhere, nothing: a log has no use for it."""
    if on_terminal():
        _write("\r" + line[:width].ljust(width))


def wipe() -> None:
    """Leave the terminal's current line empty."""
    overwrite("")
    if on_terminal():
        _write("\r")


def on_terminal() -> bool:
    """Whether somebody watches."""
    try:
        return sys.stderr is not None and sys.stderr.isatty()
    except ValueError:  # closed
        return False


def _write(text: str) -> None:
    if sys.stderr is None:
        return
    with contextlib.suppress(OSError, ValueError):
        encoding = sys.stderr.encoding or "ascii"
        sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stderr.flush()
