"""The environment `.venv` of this checkout: complete, unfinished, or somebody else's; made, never repaired.

Beside Python's own files it holds, for each lock file installed into it, a copy of that file. The copy
is written last, so an environment is complete when every copy equals its lock file; a changed lock
file makes it again. `NAME.unfinished` is there from before the first package until then.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import FrameType

from labreport.bootstrap import notice
from labreport.bootstrap.needed import supported_pythons
from labreport.errors import LabReportError, UsageError

RUN = "requirements.lock"
EXTRAS = {"dask": "requirements-dask.lock", "test": "requirements-test.lock"}
"""Optional groups of `pyproject.toml`, each with a lock file that comes on top of those before it."""


@dataclass(frozen=True)
class Environment:
    """The environment of the checkout at `root`."""

    root: str

    @property
    def path(self) -> str:
        """Its folder."""
        return os.path.join(self.root, ".venv")

    @property
    def python(self) -> str:
        """Its interpreter."""
        return os.path.join(self.path, "bin", "python")

    @property
    def is_running(self) -> bool:
        """Whether this process runs in it."""
        return os.path.realpath(sys.prefix) == os.path.realpath(self.path)

    def is_complete(self, locks: Sequence[str] = (RUN,)) -> bool:
        """Whether all that `locks` list, as they are now, is installed in it."""
        return os.access(self.python, os.X_OK) and all(
            _bytes(os.path.join(self.path, lock)) == _bytes(os.path.join(self.root, lock)) for lock in locks
        )

    def make(self, locks: Sequence[str] = (RUN,), *, again: bool = False) -> None:
        """Install what `locks` list, into a new environment unless it has the first of them already.

        Raises `UsageError` where `.venv` is not ours to replace, `LabReportError` where making fails.
        """
        try:
            with _interruptible(), self._exclusively() as held:
                if again or not self.is_complete((RUN,)):
                    self._create(held)
                for lock in locks:
                    if not self.is_complete((lock,)):
                        self._install(lock, held)
        except OSError as error:
            raise LabReportError(
                f"{error.filename or self.path}: {error.strerror}; make the checkout writable, "
                "or free space on its disk, and run again"
            ) from None

    def _create(self, held: int) -> None:
        if os.path.lexists(self.path) and not self._is_ours():
            raise UsageError(
                f"{self.path}: not made by this program, so it is left alone; activate it and install the "
                "project there (pip install '.[exercise]'), or move it away, and run again"
            )
        import shutil  # here, as the rest: few runs make an environment

        from labreport.bootstrap import pip

        pip.bundled()
        notice.say(f"making {self.path} from {RUN} (once; some minutes, about 2.5 GB)")
        for leftover in (".venv.old", ".venv.new"):
            shutil.rmtree(os.path.join(self.root, leftover), ignore_errors=True)
        if os.path.lexists(self.path):
            os.rename(self.path, self.path + ".old")
        # The mark must be there as soon as the folder is: renamed together, they appear together.
        os.mkdir(self.path + ".new")
        self._mark(RUN, self.path + ".new")
        os.rename(self.path + ".new", self.path)
        shutil.rmtree(self.path + ".old", ignore_errors=True)
        # Inside an environment, `sys.executable` is that environment's: perhaps the one just moved away.
        base: str = getattr(sys, "_base_executable", sys.executable)
        command = [base, "-I", "-m", "venv", "--without-pip", "--prompt", "labreport", self.path]
        code, lines = pip.run(command, self._log, held, os.environ, lambda line: None, lambda: None)
        if code != 0:
            raise LabReportError(f"{self.path}: {pip.cause(lines)}")

    def _install(self, lock: str, held: int) -> None:
        unfinished = os.path.join(self.path, lock + ".unfinished")
        options = []
        if lock != RUN:
            notice.say(f"adding what {lock} lists to {self.path}")
            # A package that an interrupted run left half unpacked may look installed to pip.
            options = ["--ignore-installed"] if os.path.exists(unfinished) else []
            self._mark(lock, self.path)
        with open(os.path.join(self.root, lock), "rb") as file:
            content = file.read()
        try:
            from labreport.bootstrap import pip

            pip.install(self.python, os.path.join(self.root, lock), self._log, held, options)
        except LabReportError as error:
            tested = supported_pythons(self.root)
            running = f"{sys.version_info.major}.{sys.version_info.minor}"
            if running in tested:
                raise
            raise LabReportError(
                f"Python {running} is none of {', '.join(tested)}, which the lock file is made for: {error}"
            ) from None
        with open(unfinished, "wb") as file:
            file.write(content)
        os.sync()  # the packages first: the copy must not be on disk without them
        os.replace(unfinished, os.path.join(self.path, lock))

    @property
    def _log(self) -> str:
        return os.path.join(self.path, "set-up.log")

    def _is_ours(self) -> bool:
        marks = (RUN, RUN + ".unfinished")
        return any(os.path.exists(os.path.join(self.path, mark)) for mark in marks)

    @staticmethod
    def _mark(lock: str, folder: str) -> None:
        with open(os.path.join(folder, lock + ".unfinished"), "wb"):
            pass

    @contextlib.contextmanager
    def _exclusively(self) -> Iterator[int]:
        """Hold the kernel's lock on making; a process that inherits the descriptor holds it too."""
        with open(os.path.join(self.root, ".venv.lock"), "ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                notice.say(f"another run is making {self.path}; waiting for it")
                fcntl.flock(file, fcntl.LOCK_EX)
            yield file.fileno()


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM unwind, so that pip is ended before this process is."""

    def end(number: int, frame: FrameType | None) -> None:
        notice.wipe()
        notice.say("stopped; the same command makes the environment again")
        raise SystemExit(128 + number)

    numbers = (signal.SIGINT, signal.SIGTERM)
    heeded = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, end) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _bytes(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None
