"""Set-up: the libraries in the running interpreter, or the environment `.venv`, made from lock files.

The folder `.venv/set-up` says that it was made here. It holds a copy of each file whose packages are
installed; a copy that is empty was begun. Whatever else is installed stays until `.venv` is rebuilt.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from labreport.console.terminal import Terminal
from labreport.errors import LabReportError, UsageError
from labreport.program import again, nearby
from tools.requirements import ROOT, Layer, lacking, lock_files, supported_pythons

VENV = ROOT / ".venv"
STATE = VENV / "set-up"
PYTHON = VENV / "bin" / "python"
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_PLACES = {f"PIP_{name}" for name in ("USER", "TARGET", "PREFIX", "ROOT", "PYTHON", "DRY_RUN", "REQUIREMENT")}


def ensure(wanted: Sequence[Layer], terminal: Terminal, *, installs: bool = True) -> None:
    """Return when the running interpreter has the libraries; else continue in `.venv`, and make it first.

    A command that does not install uses what is there, and needs only the first of what is wanted, the
    engine's own libraries. Raises `UsageError` where these are not there, or `.venv` is not ours to change,
    `LabReportError` where it cannot be made.
    """
    inside = os.path.realpath(sys.prefix) == os.path.realpath(VENV)
    folders = [path for path in sys.path if path.rstrip("/").endswith(("site-packages", "dist-packages"))]
    if is_ready(wanted) if inside else not lacking(wanted, folders):
        return
    if not installs and (inside or not os.access(PYTHON, os.X_OK)):
        if clauses := lacking(wanted[:1], folders):
            told = f"{clauses[0]}, and this command installs nothing"
            raise UsageError(f"{told}; {again('build')} installs it, and builds")
        return
    if installs and not is_ready(wanted):
        try:
            with (ROOT / ".venv.lock").open("ab") as held:
                _make(wanted, terminal, held.fileno())
        except OSError as error:
            what = f"{error.filename or VENV}: {error.strerror}"
            raise LabReportError(
                f"{what}; make the checkout writable, or free space on its disk, and run again"
            ) from None
    # A framework build of Python on macOS sets this for itself; inherited, it hides the environment.
    os.environ.pop("__PYVENV_LAUNCHER__", None)
    os.execv(PYTHON, [str(PYTHON), *sys.argv])


def is_ready(wanted: Sequence[Layer]) -> bool:
    """Whether `.venv` has everything; of one that was made elsewhere, what is asked for is enough."""
    copied = not STATE.is_dir() or all(_copy(layer) == layer.file.read_bytes() for layer in wanted)
    return os.access(PYTHON, os.X_OK) and copied and not lacking(wanted, _packages())


def _name(layer: Layer) -> str:
    return layer.file.stem if layer.file.parent == Path(__file__).parent else "project"


def _mark(layer: Layer) -> Path:
    return STATE / f"{layer.file.name}-{zlib.crc32(os.fsencode(layer.file)):08x}"


def _copy(layer: Layer) -> bytes | None:
    return _mark(layer).read_bytes() if _mark(layer).is_file() else None


def _make(wanted: Sequence[Layer], terminal: Terminal, held: int) -> None:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        terminal.warn(f"another run is making {VENV}; waiting for it")
        fcntl.flock(held, fcntl.LOCK_EX)
    if not STATE.is_dir() or not is_ready(wanted[:1]):
        _create(terminal, held)
    for layer in wanted:
        if not is_ready([layer]):
            _install(layer, terminal, held)
            if not is_ready([layer]):
                clauses = "; ".join(lacking([layer], _packages()))
                raise LabReportError(f"{layer.file}: {clauses}; make the lock files again (bash .ci/lock)")


def _create(terminal: Terminal, held: int) -> None:
    if VENV.exists() and any(VENV.iterdir()) and not STATE.is_dir():
        raise UsageError(
            f"{VENV}: not made by this program, so it is left alone; activate it and install the project "
            "there (pip install . -r requirements.txt), or move it away, and run again"
        )
    if not _uv() and not find_spec("ensurepip"):
        raise LabReportError(
            f"{sys.executable}: its module ensurepip is missing; on Debian and Ubuntu install the package "
            "python3-venv (apt-get install python3-venv) and run again"
        )
    terminal.warn(f"making {VENV}; this is done once; later runs add only what is new")
    old = Path(f"{VENV}.old")
    _remove(old)
    if VENV.exists():
        VENV.rename(old)  # in one step: half of it must not be taken for somebody else's
        _remove(old)
    STATE.mkdir(parents=True)
    # Inside an environment, `sys.executable` is that environment's: perhaps the one just moved away.
    base: str = getattr(sys, "_base_executable", sys.executable)
    venv = _uv("venv", "--seed", "--allow-existing", "--python", base) or [base, "-I", "-m", "venv"]
    _run([*venv, "--prompt", "labreport", str(VENV)], "Python", terminal, held)


def _remove(folder: Path) -> None:
    """Remove an environment; of a link, only the link."""
    if folder.is_symlink():
        folder.unlink()
    else:
        shutil.rmtree(folder, ignore_errors=True)


def _install(layer: Layer, terminal: Terminal, held: int) -> None:
    """Install what a lock file names, with its hash, nothing built; or a list, which moves nothing pinned."""
    if layer.file.suffix == ".lock":
        options = ["--require-hashes", "--no-deps", "--only-binary=:all:"]
    else:
        locked = "".join(file.read_text(encoding="utf-8") for file in lock_files())
        pins = re.findall(r"^(\w\S*==.*?)(?: \\| --hash.*)?$", locked, re.MULTILINE)
        (STATE / "pins").write_text("\n".join(pins), encoding="utf-8")
        options = ["-c", str(STATE / "pins")]
    pip = [str(PYTHON), "-I", "-m", "pip", "install", "--no-input", "--no-user", "--progress-bar=off"]
    again = "--ignore-installed"
    if _uv():
        pip = _uv("pip", "install", "--compile-bytecode", "--python", str(PYTHON))
        again = "--reinstall"
    if _copy(layer) == b"":
        options.append(again)  # a package that was left half unpacked may look installed
    content = layer.file.read_bytes()
    _mark(layer).write_bytes(b"")
    try:
        _run([*pip, *options, "-r", str(layer.file)], _name(layer), terminal, held)
    except LabReportError as error:
        if number := _asked_on(layer.file, str(error)):
            cause = str(error).partition(": ")[2]
            raise LabReportError(f"{nearby(layer.file)}:{number}: {cause}") from None
        tested, running = supported_pythons(), f"{sys.version_info.major}.{sys.version_info.minor}"
        if running in tested or not tested:
            raise
        raise LabReportError(f"Python {running} is none of {', '.join(tested)}: {error}") from None
    os.sync()  # the packages first: the copy must not be on disk without them
    _mark(layer).write_bytes(content)


def _asked_on(file: Path, cause: str) -> int:
    """The line of a project's own list that asks for what the cause names; 0 where there is none."""
    lines = [] if file.suffix == ".lock" else file.read_text(encoding="utf-8").splitlines()
    asked = (re.match(r"[A-Za-z0-9][\w.-]*", line.strip()) for line in lines)
    names = (re.compile(rf"(?i)(?<![\w.-]){re.escape(name[0])}(?![\w-])") if name else None for name in asked)
    return next((number for number, name in enumerate(names, 1) if name and name.search(cause)), 0)


def _uv(*words: str) -> list[str]:
    program = shutil.which("uv")
    return [program, *words] if program else []


def _packages() -> list[str]:
    return [str(folder) for folder in VENV.glob("lib/python3*/site-packages")]


def _run(command: Sequence[str], what: str, terminal: Terminal, held: int) -> None:
    """Run pip, uv or venv, which does not outlive this, while a line shows that something moves.

    Where packages come from is the user's own setting; where they go is not. The process inherits `held`, and
    with it the lock. Raises `LabReportError` with the cause that it names.
    """
    scratch, log = STATE / "downloads", STATE / "log"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    environment = {name: text for name, text in os.environ.items() if name not in _PLACES}
    stopped: list[int] = []
    heeded = [number for number in _SIGNALS if signal.getsignal(number) != signal.SIG_IGN]
    # A handler that raised could do so while the process starts, which would then be left to itself.
    before = {
        number: signal.signal(number, lambda number, frame: stopped.append(number)) for number in heeded
    }
    told = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env={**environment, "TMPDIR": str(scratch), "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=(held,),
            process_group=0,
        )
    progress = _Progress(what, log, scratch)
    while process.poll() is None and not stopped:
        time.sleep(0.2)
        if terminal.errors_interactive:
            sys.stderr.write(f"\r{progress.line()[: terminal.width - 1]}\x1b[K")
            sys.stderr.flush()
        elif time.monotonic() - told >= 10:
            told = time.monotonic()
            terminal.warn(progress.line())
    if terminal.errors_interactive:
        sys.stderr.write("\r\x1b[K")
    if stopped:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)  # venv has a pip of its own at work
    process.wait()
    for number, handler in before.items():
        signal.signal(number, handler)
    if stopped:
        terminal.last("Stopped; the same command continues.")
        raise SystemExit(128 + stopped[0])
    shutil.rmtree(scratch, ignore_errors=True)
    if process.returncode != 0:
        raise LabReportError(
            f"{what}: {_cause(log.read_text(encoding='utf-8', errors='replace'))} (see {log})"
        )


class _Progress:
    """What a line says of pip, uv or venv at work: seconds, what is fetched, how much is unpacked."""

    def __init__(self, what: str, log: Path, scratch: Path) -> None:
        self.what, self.log, self.scratch = what, log, scratch
        self.began, self.fetched, self.unpacked = time.monotonic(), 0, _installed()

    def line(self) -> str:
        """The line as of now. What pip has unpacked and removed again stays counted as fetched."""
        size = 0
        for folder, _, names in os.walk(self.scratch):  # of which any part may be gone by now
            for name in names:
                with contextlib.suppress(OSError):
                    size += os.stat(os.path.join(folder, name)).st_size if name.endswith(".whl") else 0
        self.fetched = max(self.fetched, size)
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        lines = [line for line in lines if not line.startswith("Ignoring ")]  # what other systems need
        said = (lines or [""])[-1].strip().partition(" (from ")[0]
        if said.startswith("Installing collected packages"):
            said = f"unpacked {_installed() - self.unpacked} of {said.count(',') + 1} packages"
        elif said.startswith("Installed "):  # by uv, which has not ended yet
            said = "compiling what was unpacked"
        fetched = f", {self.fetched / 1e6:.0f} MB fetched" if self.fetched else ""
        return f"{self.what}: {time.monotonic() - self.began:.0f} s{fetched}  {said}".rstrip()


def _installed() -> int:
    """How many packages the environment has."""
    return sum(len(list(Path(folder).glob("*.dist-info"))) for folder in _packages())


def _cause(text: str) -> str:
    """The one line of what pip, uv or venv said that names the cause."""
    refused = re.findall(r"after connection broken by '?(.*)|error sending request for url \((.*)\)", text)
    if refused:
        reason = "".join(refused[-1]).rpartition(": ")[2].strip("\"'()> ")
        return f"the package index cannot be reached ({reason}); check the network and run again"
    differs = re.search(r"^\s+(\S+==\S+)[^\n]* from [^\n]*:$|Hash mismatch for `(.*)`", text, re.MULTILINE)
    if "HASHES" in text or (differs and differs[2]):
        name = (differs[1] or differs[2]) if differs else "a package"
        return f"{name} is not what the lock file expects: its hash differs"
    if conflict := re.search(r"ERROR: (Cannot install .*)", text):
        return conflict[1].rstrip(".")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(?i)(error|cause|Caused by|×|╰─▶)", line)]
    named = errors[:2] if errors and not errors[0].startswith("ERROR") else errors[-1:]
    return "; ".join(
        re.sub(r"(?i)^(error|cause|caused by)?[:×╰─▶ ]*", "", line) for line in named or lines[-1:]
    )
