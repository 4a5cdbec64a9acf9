"""The project in `examples/wine`, and the command `labreport` with which its author would build it."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import warm
from prepared import engine, prepared
from program import Program

ROOT = Path(__file__).resolve().parents[1]
WINE = ROOT / "examples" / "wine"
PROJECT = "project.py"
SKLEARN = ("sklearn.datasets", "sklearn.dummy", "sklearn.ensemble", "sklearn.linear_model", "sklearn.tree")
RUN = """import sys
sys.path[0] += "/src"
from labreport.front import console
sys.exit(console())
"""
NOT_COPIED = shutil.ignore_patterns("report", "__pycache__")


def labreport(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command `labreport` in a project's folder, without typesetting."""
    ended = warm.run([str(command()), *arguments], folder, os.environ, 600, SKLEARN, str(engine()))
    return subprocess.CompletedProcess(arguments, ended.code, ended.out, ended.err)


def command() -> Path:
    """The program that is the command."""
    return prepared("command", _command) / "run.py"


def _command(folder: Path) -> None:
    """A program that is the command, beside the engine."""
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "labreport").symlink_to(engine() / "labreport")
    (folder / "run.py").write_text(RUN)


@dataclass(frozen=True)
class Wine(Program):
    """A copy of the example, and the command in its folder."""

    @classmethod
    def built(cls, *arguments: str) -> Wine:
        """The example with the report that these arguments make; copied, never changed."""

        def make(folder: Path) -> None:
            shutil.copytree(WINE, folder, ignore=NOT_COPIED)
            ran = cls(folder).run(*arguments)
            assert ran.code == 0, ran.err
            assert "fits, 4 answers, 3 figures" in ran.out

        return cls(prepared(f"wine{''.join(arguments)}", make))

    @property
    def shared(self) -> str:
        """That of the command."""
        return str(engine())

    def copy(self, folder: Path) -> Wine:
        """The same project and report at another place."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Wine(folder)

    def started(self, *arguments: str) -> tuple[list[str], Path, tuple[str, ...]]:
        """The command, in the project's folder, with the libraries that it needs."""
        return [str(command()), *arguments], self.folder, SKLEARN
