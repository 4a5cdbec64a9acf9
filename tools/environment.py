"""The environment `.venv`, by uv or pip from lock files, of each of which `.venv/set-up` holds a copy."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path

from labreport.errors import LabReportError, UsageError

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON, STATE = VENV / "bin" / "python", VENV / "set-up"


def ensure(files: Sequence[Path], say: Callable[[str], None], *, installs: bool) -> None:
    """Return where this interpreter has what the files list; else continue in `.venv`, and make it first.

    What does not install uses what is there. Raises `LabReportError` where the first file's is not.
    """
    inside = Path(sys.prefix).resolve() == VENV.resolve()
    if all(map(is_ready, files)) if inside else not any(map(lacking, files)):
        return
    if not installs and (inside or not is_ready(files[0])):
        if lacking(files[0]):
            raise UsageError("the libraries are not installed; `python build.py` installs them, and builds")
        return
    if installs:
        with (ROOT / ".venv.lock").open("ab") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            for file in files:
                if not is_ready(file):
                    _install(file, say)
    os.environ.pop("__PYVENV_LAUNCHER__", None)  # a framework build of Python on macOS sets it for itself
    os.execv(PYTHON, [str(PYTHON), *sys.argv])


def is_ready(file: Path) -> bool:
    """Whether `.venv` has what a file lists, as the file is now."""
    return PYTHON.exists() and _mark(file).is_file() and _mark(file).read_bytes() == file.read_bytes()


def lacking(file: Path) -> list[str]:
    """The packages of a file that this interpreter lacks; those for some systems only do not count."""
    names = re.findall(r"^([A-Za-z0-9][\w.-]*)(?=[^\n;]*$)", file.read_text(encoding="utf-8"), re.MULTILINE)
    return [name for name in names if not any(metadata.distributions(name=name))]


def _mark(file: Path) -> Path:
    return STATE / os.path.relpath(file, ROOT).replace(os.sep, "-")


def _install(file: Path, say: Callable[[str], None]) -> None:
    uv, base = shutil.which("uv"), getattr(sys, "_base_executable", sys.executable)
    if any(VENV.glob("*")) and not STATE.is_dir():
        raise UsageError(f"{VENV} was not made by this program; activate it, or move it away, and run again")
    if not PYTHON.exists():
        say(f"making {VENV}; this is done once")
        STATE.mkdir(parents=True, exist_ok=True)
        venv = ["uv", "venv", "--allow-existing", "--python", base] if uv else [base, "-I", "-m", "venv"]
        _run([*venv, str(VENV)], "Python")
    say(f"installing what {os.path.relpath(file)} lists")
    pip = [str(PYTHON), "-I", "-m", "pip", "install"]
    command = [*(["uv", "pip", "install", "--python", str(PYTHON)] if uv else pip), "-r", str(file)]
    command += [] if file.parent == ROOT / "tools" else ["--quiet"]  # most of what a project lists is there
    if file.suffix == ".lock":
        command += ["--require-hashes", "--no-deps", "--only-binary=:all:"]
    else:  # what is pinned stays as it is
        locked = (ROOT / "tools" / "engine.lock").read_text(encoding="utf-8")
        (STATE / "pins").write_text("\n".join(re.findall(r"^(\w\S*==.*?) \\$", locked, re.MULTILINE)))
        command += ["-c", str(STATE / "pins")]
    if _mark(file).exists() and not _mark(file).read_bytes():  # half a package may look installed
        command.append("--reinstall" if uv else "--ignore-installed")
    _mark(file).write_bytes(b"")
    _run(command, os.path.relpath(file))
    _mark(file).write_bytes(file.read_bytes())


def _run(command: Sequence[str], what: str) -> None:
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
        raise LabReportError(f"{what} could not be installed; the lines above say why")
