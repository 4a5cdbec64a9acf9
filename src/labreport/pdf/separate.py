"""A process that is ready to write the PDF while the build does something else."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from labreport.errors import LabReportError, MissingLibrary, RenderError
from labreport.processes import Child, how_ended, packed, unpacked

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

SERVE = "labreport.pdf.separate:serve"
"""What the process does."""


class Writer:
    """Writes one PDF in a process of its own, beside whatever its caller does meanwhile.

    Started early, the process has loaded its libraries by the time it is asked. It ends on leaving the
    context, and with the build, even if that is killed.
    """

    def __init__(self, base: Path, scratch: Path) -> None:
        """`base` as for `labreport.pdf.write`; all temporary files go to one folder in `scratch`.

        Nothing is started yet.
        """
        self._base = base
        self._scratch = scratch
        self._temporary = ""
        self._child: Child | None = None
        self._given: tuple[Any, ...] = ()

    def start(self) -> Child:
        """Start the process, which loads its libraries and waits for `begin`."""
        # With the prefix of unfinished files, so that the next build removes what a kill leaves
        self._temporary = tempfile.mkdtemp(prefix=".tmp-", dir=self._scratch)
        self._child = Child(SERVE, self._temporary, quiet=True)
        return self._child

    def begin(self, html: str, target: Path, answers: str = "", published: bytes = b"") -> None:
        """Hand over what `labreport.pdf.write` takes; the process begins to write `target`."""
        self._given = (html, self._base, target, answers, published)
        self._send()

    def _send(self) -> None:
        child = self._child or self.start()
        with suppress(OSError):  # it ended early; `finish` says why
            child.connection.send(self._given)

    def finish(self) -> None:
        """Wait for the PDF that was begun. Raises what `labreport.pdf.write` raises.

        A process that dies of a signal is replaced once.
        """
        for last in (False, True):
            assert self._child is not None
            try:
                error, trace = self._child.connection.recv()
                break
            except Exception:  # it has ended; what is left of a message may raise anything
                code = self._child.end(1.0)
            how = (
                f"ended {how_ended(code)}"
                if code is None or code >= 0
                else f"died twice, last {how_ended(code)}"
            )
            error, trace = RenderError(f"the process that writes the PDF {how}"), ""
            if code is None or code >= 0 or last:
                break
            shutil.rmtree(self._temporary, ignore_errors=True)
            self._child = None
            self._send()
        if error is not None:
            what = str(error) if isinstance(error, LabReportError) else f"{type(error).__name__}: {error}"
            kind = MissingLibrary if isinstance(error, MissingLibrary) else RenderError
            raise unpacked(kind(what.replace("\n", " ")), trace)

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child is not None:
            self._child.end()
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)


def serve(connection: Connection, temporary: str) -> None:
    """What the process does: load, wait for the document, write it, and send what was raised."""
    tempfile.tempdir = temporary
    error, trace = None, ""
    try:
        from labreport.pdf import load, write

        load()
        write(*connection.recv())
    except EOFError:  # no document came
        return
    except Exception as raised:
        error, trace = packed(raised)
    with suppress(OSError):
        connection.send((error, trace))
