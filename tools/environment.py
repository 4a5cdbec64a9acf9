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
    """Return where this interpreter has what the files list; else continue in `.venv`, made where allowed."""
    inside = Path(sys.prefix).resolve() == VENV.resolve()
    if all(map(is_ready, files)) if inside else not any(map(lacking, files)):
        return
    if installs:
        with (ROOT / ".venv.lock").open("ab") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            for file in files:
                if not is_ready(file):
                    _install(file, say)
    elif inside or not is_ready(files[0]):
        if lacking(files[0]):
            raise UsageError("the libraries are not installed; `python build.py` installs them, and builds")
        return
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
    uv, shown, commands = shutil.which("uv"), os.path.relpath(file), []
    if any(VENV.glob("*")) and not STATE.is_dir():
        raise UsageError(f"{VENV} was not made by this program; activate it, or move it away, and run again")
    if not PYTHON.exists():
        say(f"making {VENV}; this is done once")
        STATE.mkdir(parents=True, exist_ok=True)
        base = getattr(sys, "_base_executable", sys.executable)
        venv = ["uv", "venv", "--allow-existing", "--python", base] if uv else [base, "-I", "-m", "venv"]
        commands.append([*venv, str(VENV)])
    say(f"installing what {shown} lists")
    pip = ["uv", "pip", "install", f"--python={PYTHON}"] if uv else [PYTHON, "-I", "-m", "pip", "install"]
    if file.suffix == ".lock":
        pip += ["--require-hashes", "--no-deps", "--only-binary=:all:"]
    else:  # what is pinned stays as it is
        locked = re.findall(r"^(\w\S*==.*?) \\$", (ROOT / "tools/engine.lock").read_text(), re.MULTILINE)
        (STATE / "pins").write_text("\n".join(locked))
        pip += ["-c", STATE / "pins"]
    if _mark(file).exists() and not _mark(file).read_bytes():  # half a package may look installed
        pip.append("--reinstall" if uv else "--ignore-installed")
    _mark(file).write_bytes(b"")
    for command in (*commands, [*pip, "-r", file]):
        if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
            raise LabReportError(f"{shown} could not be installed; the lines above say why")
    _mark(file).write_bytes(file.read_bytes())
