"""Silence for libraries that write to standard error before they can be told not to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

STANDARD_ERROR = 2


@contextmanager
def standard_error_silenced() -> Iterator[None]:
    """Discard what native code writes to file descriptor 2; Python's exceptions are not affected."""
    try:
        original = os.dup(STANDARD_ERROR)
    except OSError:
        yield
        return
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), STANDARD_ERROR)
        yield
    finally:
        os.dup2(original, STANDARD_ERROR)
        os.close(original)
