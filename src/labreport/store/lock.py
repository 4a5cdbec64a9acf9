"""One kernel lock for each output folder: it ends with its process, and nobody has to unlock it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from labreport.errors import StoreError, UsageError
from labreport.store.files import shown, temporary_name
from labreport.store.output import Owner, claim
from labreport.store.quarantine import Quarantine

NAME = ".lock"


@contextmanager
def output_lock(
    directory: Path, owner: Owner, timeout: float, waiting: Callable[[str], None], adopt: bool = False
) -> Iterator[None]:
    """Hold the lock of `directory`, which is created and marked as the output folder of `owner`.

    `adopt` is as of `labreport.store.output.check_owner`.

    When another run has it, `waiting` is called once with a line of text, and it is waited for: `timeout`
    seconds, or without end when that is negative. Raises `StoreError` when the time is over, `UsageError`
    when the folder belongs to somebody else or cannot be written to.
    """
    from filelock import FileLock, Timeout

    claim(directory, owner, adopt)
    notices: list[str] = []
    Quarantine(directory, notices).clear(directory / NAME)
    for notice in notices:
        waiting(notice)
    try:
        # A lock file that is merely there, in place of a kernel lock, would outlive a killed build
        lock = FileLock(directory / NAME, fallback_to_soft=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            waiting(f"another build is at work in {shown(directory)}; waiting for it to end")
            lock.acquire(timeout=timeout, poll_interval=0.1)
    except Timeout:
        raise StoreError(
            f"another build is still at work in {shown(directory)} after {timeout:g} s (--lock-timeout); "
            "run again when it has ended"
        ) from None
    except (OSError, NotImplementedError) as error:
        raise _unwritable(directory, error) from error
    try:
        _try_to_write(directory)
        yield
    finally:
        lock.release()


def _try_to_write(directory: Path) -> None:
    """Find out at the start, not after an hour of training."""
    probe = directory / temporary_name()
    try:
        os.close(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
        os.unlink(probe)
    except OSError as error:
        with suppress(OSError):
            os.unlink(probe)
        raise _unwritable(directory, error) from error


def _unwritable(directory: Path, error: Exception) -> UsageError:
    reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
    return UsageError(
        f"cannot write to {shown(directory)}: {reason}; "
        "make it writable, or choose another folder with --output"
    )
