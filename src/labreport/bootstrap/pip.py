"""Runs pip on a lock file: hashed and pinned packages only, shown as it goes, its failure as one clause."""

from __future__ import annotations

import glob
import importlib.util
import os
import re
import selectors
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from labreport.bootstrap import notice
from labreport.errors import LabReportError

_COLLECTING = re.compile(r"\s*Collecting ([A-Za-z0-9._-]+)==(\S+)")
_DOWNLOADING = re.compile(r"\s*Downloading .*\(([0-9.]+) ([kM])B\)")
_PLACES = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON", "PIP_DRY_RUN", "PIP_REQUIREMENT")
LARGE = 50.0
"""Megabytes from which a download is worth a line of its own in a log."""


def bundled() -> str:
    """The wheel of pip that came with Python, from which pip can be run without being installed.

    Raises `LabReportError` where there is none.
    """
    found = importlib.util.find_spec("ensurepip")
    folders = [*(found.submodule_search_locations or ())] if found is not None else []
    folders = [os.path.join(folder, "_bundled") for folder in folders]
    folders += [folder for folder in (sysconfig.get_config_var("WHEEL_PKG_DIR"),) if folder and found]
    wheels = [wheel for folder in folders for wheel in glob.glob(f"{glob.escape(folder)}/pip-*.whl")]
    if not wheels:
        raise LabReportError(
            f"{sys.executable}: its module ensurepip is missing; on Debian and Ubuntu install "
            "the package python3-venv (apt-get install python3-venv) and run again"
        )
    return wheels[0]


def install(python: str, lock_file: str, log: str, held: int, options: Sequence[str] = ()) -> None:
    """Install what `lock_file` lists where `python` runs; raises `LabReportError` with pip's cause.

    No package is built, so none of its code runs; whatever the lock file does not name, with its
    hash, is refused. Where packages come from is the user's own setting of pip; where they go is not.
    `held` is a file descriptor that pip keeps open for as long as it lives.
    """
    command = [
        python,
        "-I",
        f"{bundled()}/pip",
        "install",
        "--require-hashes",
        "--no-deps",
        "--only-binary=:all:",
    ]
    command += ["--no-input", "--no-user", "--progress-bar=off", *options, "-r", lock_file]
    environment = {name: value for name, value in os.environ.items() if name not in _PLACES}
    progress = _Progress()
    code, lines = run(command, log, held, environment, progress.line, progress.tick)
    notice.wipe()
    if code != 0:
        raise LabReportError(f"{os.path.basename(lock_file)}: pip: {cause(lines)} (all it said: {log})")


def run(
    command: Sequence[str],
    log: str,
    held: int,
    environment: Mapping[str, str],
    line: Callable[[str], None],
    tick: Callable[[], None],
) -> tuple[int, list[str]]:
    """Exit status and output of `command`, given out by line and kept in `log`; it does not outlive this."""
    lines: list[str] = []
    rest = b""
    process: subprocess.Popen[bytes] | None = None
    with open(log, "ab") as kept, selectors.DefaultSelector() as selector:
        try:
            with _signals_wait():
                process = subprocess.Popen(
                    command,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    pass_fds=(held,),
                    process_group=0,
                )
            assert process.stdout is not None
            selector.register(process.stdout, selectors.EVENT_READ)
            while True:
                if selector.select(timeout=0.5):
                    chunk = os.read(process.stdout.fileno(), 65536)
                    if not chunk:
                        break
                    kept.write(chunk)
                    *whole, rest = (rest + chunk).split(b"\n")
                    for raw in whole:
                        lines.append(raw.decode("utf-8", "replace"))
                        line(lines[-1])
                tick()
            return process.wait(), lines
        finally:
            if process is not None:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGTERM)  # venv has a pip of its own at work
                    process.wait()
                assert process.stdout is not None
                process.stdout.close()


@contextmanager
def _signals_wait() -> Iterator[None]:
    """Within, Ctrl-C and SIGTERM wait: in the middle of starting a process, they would leave it to itself."""
    caught: list[int] = []
    before = {
        number: signal.signal(number, lambda number, frame: caught.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for one in caught:
            signal.raise_signal(one)


def cause(lines: Sequence[str]) -> str:
    """The one line of pip's output that says why it failed."""
    network = [text for text in lines if "Retrying (" in text and "after connection broken by" in text]
    if network:
        reason = network[-1].rpartition(": ")[2].strip("\"'()> ").rstrip("')\"")
        return f"the package index cannot be reached ({reason}); check the network and run again"
    errors = [text.removeprefix("ERROR: ").strip() for text in lines if text.startswith("ERROR: ")]
    if any("DO NOT MATCH THE HASHES" in text for text in errors):
        package = next((text.strip() for text in lines if re.match(r"\s+\S+==\S+ from ", text)), "a package")
        return f"{package.partition(' from ')[0]} is not what the lock file expects: its hash differs"
    if errors:
        return errors[-1]
    words = next((text.strip() for text in reversed(lines) if text.strip()), "it ended without a word")
    return words.removeprefix("Error: ")


class _Progress:
    """Counts packages; one live line on a terminal, a few lines elsewhere."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._packages = 0
        self._now = "asking for packages"

    def line(self, text: str) -> None:
        """Take one line of pip's output."""
        if match := _COLLECTING.match(text):
            self._packages += 1
            self._now = f"{match[1]} {match[2]}"
        elif match := _DOWNLOADING.match(text):
            size = float(match[1]) / (1000 if match[2] == "k" else 1)
            self._now += f", {size:.1f} MB"
            if size >= LARGE and not notice.on_terminal():
                notice.say(f"  downloading {self._now}")
        elif text.startswith("Installing collected packages"):
            self._packages = text.count(",") + 1
            self._now = "unpacking"
            if not notice.on_terminal():
                notice.say(f"  unpacking packages: {self._packages}")

    def tick(self) -> None:
        """Show how far it is."""
        seconds = time.monotonic() - self._started
        notice.overwrite(f"  package {self._packages}: {self._now} ({seconds:.0f} s)")
