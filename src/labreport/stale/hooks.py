"""The two hooks in Python that call a recorder: an audit hook for files, and a class of `os.environ`.

A process has one loaded project, with one recorder: `loader.open_project` starts it before code of the
project runs, and loading another project ends it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from labreport.filestat import ALL_VARIABLES
from labreport.stale.recorder import Recorder

_EVENTS: dict[str, Callable[..., None]] = {
    "open": Recorder.on_open,
    "sqlite3.connect": Recorder.on_connect,
    "os.listdir": Recorder.on_list,
    "os.scandir": Recorder.on_list,
}
for _event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "os.symlink"):
    _EVENTS[_event] = Recorder.on_write
_recorder: Recorder | None = None
"""The recorder of the loaded project. It is global because an audit hook gets only the event, and cannot be
removed from a process."""


def start_recording(recorder: Recorder) -> None:
    """Send events to a recorder from now on, until another one is started."""
    global _recorder
    if _recorder is None:
        sys.addaudithook(_record_event)
    _recorder = recorder


def _record_event(event: str, arguments: tuple[Any, ...]) -> None:
    """The audit hook. It must not fail: an exception here would be raised in the code that opens a file."""
    record = _EVENTS.get(event)
    if record is not None and _recorder is not None:
        record(_recorder, sys._getframe().f_back, *arguments)


@contextmanager
def recorded_variables(recorder: Recorder) -> Iterator[None]:
    """Record which environment variables are read inside the `with` block.

    Python has no audit event for that. The class of `os.environ` is replaced, not the object, because
    libraries hold references to that.
    """

    class RecordedEnvironment(os._Environ[str]):
        def __getitem__(self, name: str) -> str:
            recorder.on_variable(sys._getframe().f_back, name)
            return super().__getitem__(name)

        def __iter__(self) -> Iterator[str]:
            recorder.on_variable(sys._getframe().f_back, ALL_VARIABLES)
            return super().__iter__()

    kind = type(os.environ)
    os.environ.__class__ = RecordedEnvironment
    try:
        yield
    finally:
        os.environ.__class__ = kind
