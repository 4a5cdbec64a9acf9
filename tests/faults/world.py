"""Where trials happen: a checkout with the stand-in exercise, and undisturbed reports to compare with."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import warm
from faults.formats import save_after_every_epoch
from program import Program

HANG_SECONDS = 180


@dataclass(frozen=True)
class Ran:
    """How a run ended: exit code (negative for a signal), what it said, how long it took."""

    code: int
    out: str
    err: str
    seconds: float


@dataclass
class World:
    """A checkout below `folder`, made once, used by all trials; each has its own output directory."""

    folder: Path
    references: dict[int, Path] = field(default_factory=dict)
    seconds: float = 0.0
    """What an undisturbed build from nothing takes."""
    warm: bool = False
    """Whether runs that no fault is injected into are forks of a process that has the libraries loaded."""

    @classmethod
    def make(cls, folder: Path, typeset: bool = True) -> World:
        """A checkout whose workers save a checkpoint after every epoch, and reports for one and two seeds.

        `typeset` is as of `Program.fresh`; where that is replaced, starting interpreters is, too.
        """
        world = cls(folder, warm=not typeset)
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            # A shell starts background jobs deaf to Ctrl-C, and what they start would be deaf, too
            signal.signal(signal.SIGINT, signal.default_int_handler)
        Program.fresh(world.checkout, typeset).own_engine()
        save_after_every_epoch(world.checkout)
        for seeds in (1, 2):
            place = Place(world, folder / f"reference-{seeds}", seeds)
            place.folder.mkdir()
            ran = place.run(environment={"PYTHONDONTWRITEBYTECODE": ""})
            assert ran.code == 0, ran.err
            world.references[seeds] = place.report
            world.seconds = ran.seconds
        return world

    @property
    def checkout(self) -> Path:
        """The stand-in project."""
        return self.folder / "checkout"


@dataclass
class Place:
    """One trial's folder: its output directory, the log of its trainings, and the processes it starts."""

    world: World
    folder: Path
    seeds: int = 2
    name: str = "report"
    sessions: list[int] = field(default_factory=list)

    @property
    def report(self) -> Path:
        """The output directory."""
        return self.folder / self.name

    @property
    def log(self) -> Path:
        """One line for each start and each epoch of a training."""
        return self.folder / "trainings"

    def start_from(self, seeds: int) -> None:
        """Put the complete report for so many seeds in place; nothing for 0."""
        if seeds:
            shutil.copytree(self.world.references[seeds], self.report, symlinks=True)

    def command(self, *arguments: str) -> list[str]:
        """The real program."""
        return [
            sys.executable,
            str(self.world.checkout / "build.py"),
            *arguments,
            "--seeds",
            str(self.seeds),
            "--output",
            str(self.report),
        ]

    def environment(self, **more: str) -> dict[str, str]:
        """As a user has it, and where trainings are logged."""
        return {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("PYTHON", "STANDIN", "PYTEST"))
            },
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            "STANDIN_LOG": str(self.log),
            "COLUMNS": "200",
            **more,
        }

    def popen(self, command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
        """Start a command in a session of its own, so that all it starts can be found again."""
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self.sessions.append(process.pid)
        return process

    def run(
        self, *arguments: str, environment: Mapping[str, str] | None = None, prefix: Sequence[str] = ()
    ) -> Ran:
        """Run the program to its end. Raises `TimeoutError` when it hangs."""
        command, variables = self.command(*arguments), self.environment(**(environment or {}))
        if prefix or "STANDIN_FAULT" in variables or not self.world.warm:
            return finish(self.popen([*prefix, *command], variables))
        started = time.monotonic()
        try:
            engine = str(self.world.checkout / "src")
            ended = warm.run(command[1:], self.folder, variables, HANG_SECONDS, engine=engine)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"hangs: {command!r}") from None
        self.sessions.append(ended.session)
        return Ran(ended.code, ended.out, ended.err, time.monotonic() - started)

    def orphans(self) -> list[str]:
        """Processes of this trial that are alive although all its runs have ended."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal():
                continue
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) in self.sessions and fields[0] != "Z":
                    found.append((entry / "cmdline").read_text().replace("\0", " ")[:200])
            except OSError:
                continue
        return found


def finish(process: subprocess.Popen[str]) -> Ran:
    """Wait for a process and take what it said; a hang kills its session and raises `TimeoutError`."""
    started = time.monotonic()
    try:
        out, err = process.communicate(timeout=HANG_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise TimeoutError(f"hangs: {process.args!r}") from None
    return Ran(process.returncode, out, err, time.monotonic() - started)
