"""A process that is ready to write the PDF while the build does something else."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import traceback
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from labreport.errors import LabReportError, MissingLibrary, RenderError
from labreport.processes import RemoteTraceback, begin_child, how_ended

PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from labreport.sources import begin; begin('labreport.pdf.separate:main')"
)
LACKS_LIBRARY = 3
"""Exit code for `MissingLibrary`; 1 stands for any other error."""


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
        self._process: subprocess.Popen[str] | None = None
        self._given: tuple[str, Path, str] = ("", Path(), "")

    def start(self) -> None:
        """Start the process, which loads its libraries and waits for `begin`."""
        # With the prefix of unfinished files, so that the next build removes what a kill leaves
        self._temporary = tempfile.mkdtemp(prefix=".tmp-", dir=self._scratch)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", PROGRAM, Path(__file__).parents[2], self._base, self._temporary],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
        )

    def begin(self, html: str, target: Path, answers: str = "") -> None:
        """Hand over what `labreport.pdf.write` takes; the process begins to write `target`."""
        self._given = (html, target, answers)
        if self._process is None:
            self.start()
        assert self._process is not None
        stream, self._process.stdin = self._process.stdin, None
        assert stream is not None
        given = f"{target}\0{answers}\0{html}"
        size = len(given.encode("utf-8", "surrogateescape"))  # a fork may keep the pipe open behind its end
        with suppress(BrokenPipeError), stream:  # it ended early; `finish` says why
            stream.write(f"{size}\n{given}")

    def finish(self) -> None:
        """Wait for the PDF that was begun. Raises what `labreport.pdf.write` raises.

        A process that dies of a signal is replaced once.
        """
        for last in (False, True):
            assert self._process is not None
            _, told = self._process.communicate()
            code = self._process.returncode
            if code == 0:
                return
            if code > 0 or last:
                break
            shutil.rmtree(self._temporary, ignore_errors=True)
            self._process = None
            self.begin(*self._given)
        trace, _, message = told.strip().rpartition("\n")
        if code < 0:
            message = f"the process that writes the PDF died twice, last {how_ended(code)}"
        message = message or f"the process that writes the PDF ended with exit code {code}"
        raise (MissingLibrary if code == LACKS_LIBRARY else RenderError)(message) from RemoteTraceback(trace)

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
            with suppress(OSError, ValueError):
                self._process.communicate()
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)


def main() -> None:
    """What the process does: load, wait for the document, write it; an error is one line."""
    begin_child()
    tempfile.tempdir = sys.argv[3]
    from labreport.pdf.writing import load, write

    try:
        load()
        size = int(sys.stdin.buffer.readline() or 0)  # nothing where no document came
        given = sys.stdin.buffer.read(size).decode("utf-8", "surrogateescape")
        target, _, rest = given.partition("\0")
        answers, _, html = rest.partition("\0")
        if html:
            write(html, Path(sys.argv[2]), Path(target), answers)
    except LabReportError as error:
        traceback.print_exc()
        print(str(error).replace("\n", " "), file=sys.stderr)
        sys.exit(LACKS_LIBRARY if isinstance(error, MissingLibrary) else 1)
