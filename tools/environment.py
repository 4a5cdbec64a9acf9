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
    """Return where this interpreter has what the files list; else continue in `.venv`, made where allowed.

    Raises `UsageError` where nothing may be installed and something is lacking.
    """
    is_inside = Path(sys.prefix).resolve() == VENV.resolve()
    if is_inside:
        has_all = all(is_ready(file) for file in files)
    else:
        has_all = not any(lacking(file) for file in files)
    if has_all:
        return
    if installs:
        _install_all(files, say)
    elif is_inside or not is_ready(files[0]):
        if lacking(files[0]):
            raise UsageError("the libraries are not installed; `python build.py` installs them, and builds")
        return
    os.environ.pop("__PYVENV_LAUNCHER__", None)  # a framework build of Python on macOS sets it for itself
    os.execv(PYTHON, [str(PYTHON), *sys.argv])


def is_ready(file: Path) -> bool:
    """Whether `.venv` has what a file lists, as the file is now."""
    copy = _copy_of(file)
    return PYTHON.exists() and copy.is_file() and copy.read_bytes() == file.read_bytes()


def lacking(file: Path) -> list[str]:
    """The packages of a file that this interpreter lacks; those for some systems only do not count."""
    text = file.read_text(encoding="utf-8")
    names: list[str] = re.findall(r"^([A-Za-z0-9][\w.-]*)(?=[^\n;]*$)", text, re.MULTILINE)
    return [name for name in names if not any(metadata.distributions(name=name))]


def _copy_of(file: Path) -> Path:
    """The copy of a file that `.venv` keeps once it has what the file lists."""
    return STATE / os.path.relpath(file, ROOT).replace(os.sep, "-")


def _install_all(files: Sequence[Path], say: Callable[[str], None]) -> None:
    with (ROOT / ".venv.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for file in files:
            if not is_ready(file):
                _install(file, say)


def _install(file: Path, say: Callable[[str], None]) -> None:
    """Install what a file lists; its copy is empty until that is done."""
    if any(VENV.glob("*")) and not STATE.is_dir():
        raise UsageError(f"{VENV} was not made by this program; activate it, or move it away, and run again")
    commands = []
    if not PYTHON.exists():
        say(f"making {VENV}; this is done once")
        STATE.mkdir(parents=True, exist_ok=True)
        commands.append(_making_command())
    name = os.path.relpath(file)
    say(f"installing what {name} lists")
    copy = _copy_of(file)
    was_interrupted = copy.exists() and not copy.read_bytes()
    commands.append(_installing_command(file, was_interrupted))
    copy.write_bytes(b"")
    for command in commands:
        if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
            raise LabReportError(f"{name} could not be installed; the lines above say why")
    copy.write_bytes(file.read_bytes())


def _making_command() -> list[str]:
    base = getattr(sys, "_base_executable", sys.executable)
    if shutil.which("uv"):
        return ["uv", "venv", "--allow-existing", "--python", base, str(VENV)]
    return [base, "-I", "-m", "venv", str(VENV)]


def _installing_command(file: Path, was_interrupted: bool) -> list[str]:
    has_uv = shutil.which("uv") is not None
    if has_uv:
        command = ["uv", "pip", "install", f"--python={PYTHON}"]
    else:
        command = [str(PYTHON), "-I", "-m", "pip", "install"]
    if file.suffix == ".lock":
        command += ["--require-hashes", "--no-deps", "--only-binary=:all:"]
    else:  # what is pinned stays as it is
        engine = (ROOT / "tools" / "engine.lock").read_text(encoding="utf-8")
        pins = STATE / "pins"
        pins.write_text("\n".join(re.findall(r"^(\w\S*==.*?) \\$", engine, re.MULTILINE)))
        command += ["-c", str(pins)]
    if was_interrupted:  # half a package may look installed
        command.append("--reinstall" if has_uv else "--ignore-installed")
    return [*command, "-r", str(file)]
