"""Runs a checkout's `build.py` in a process that has its libraries already: a fork of one that loaded them.

To start an interpreter and import NumPy, Matplotlib and the rest takes longer than most of what tests ask
the program to do. The process that is forked has imported libraries, for checkouts that share an engine that
engine, and never content; it has no thread. Each run loads the checkout's own code, and leaves nothing behind
for the next one. Workers that train are forked as well.

What only a fresh interpreter shows (its start, its environment variables, signals from a terminal) is
tested with one: `Program.run(cold=True)`, or `subprocess`.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import multiprocessing
import os
import pkgutil
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any, NoReturn

LIBRARIES = (
    *("brotli", "filelock", "fontTools.subset", "jinja2", "matplotlib.backends.backend_svg"),
    *("matplotlib.figure", "msgspec.json", "numpy", "rich.console", "rich.live", "rich.progress"),
    *("safetensors.numpy", "scipy.special", "scipy.stats", "seaborn"),
    *("concurrent.futures.process", "multiprocessing.popen_fork", "multiprocessing.synchronize"),
    *("argparse", "ast", "csv", "ctypes", "html.parser", "platform", "tomllib", "unicodedata"),
)
"""What runs of the stand-in import; one that is not listed only makes them slower."""
NOT_LOADED = ("labreport.__main__", "labreport.execute.cluster", "labreport.pdf", "labreport.recorded")
"""Rooms of the engine that the stand-in does not need, and that load what it does without."""


@dataclass(frozen=True)
class Ended:
    """How a run ended: its session's number, its exit code as of `subprocess`, and what it said."""

    session: int
    code: int
    out: str
    err: str


def run(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    timeout: float,
    libraries: Sequence[str] = (),
    engine: str = "",
) -> Ended:
    """Run `[build.py, *arguments]` in the current folder `folder`, with these libraries loaded, too.

    `engine` is the folder from which the engine is loaded already. Raises `subprocess.TimeoutExpired` after
    `timeout` seconds; the run is ended then.
    """
    thread = threading.get_ident()
    requests, answers = _with_engine(thread, engine) if engine else _server(thread)
    with tempfile.TemporaryDirectory() as scratch:
        out, err = Path(scratch, "out"), Path(scratch, "err")
        request = {
            "command": list(command),
            "folder": str(folder),
            "environment": dict(environment),
            "streams": [str(out), str(err)],
            "timeout": timeout,
            "libraries": list(libraries),
        }
        print(json.dumps(request), file=requests, flush=True)
        session, code = json.loads(answers.readline())
        if code is None:
            raise subprocess.TimeoutExpired(list(command), timeout)
        return Ended(session, code, *(path.read_text("utf-8", "replace") for path in (out, err)))


@cache
def _server(thread: int) -> tuple[IO[str], IO[str]]:
    """What the process reads and writes that is forked for one thread, which waits for its answers.

    It ends with this process, whose end of the pipe is closed then.
    """
    server = subprocess.Popen(
        [sys.executable, "-P", __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    atexit.register(server.communicate)
    assert server.stdin is not None
    assert server.stdout is not None
    return server.stdin, server.stdout


@cache
def _with_engine(thread: int, engine: str) -> tuple[IO[str], IO[str]]:
    """The same of a fork of that process which has loaded the engine, too."""
    with tempfile.TemporaryDirectory() as scratch:
        pipes = [str(Path(scratch, name)) for name in ("requests", "answers")]
        for pipe in pipes:
            os.mkfifo(pipe)
        print(json.dumps({"engine": engine, "pipes": pipes}), file=_server(thread)[0], flush=True)
        requests = open(pipes[0], "w", encoding="utf-8")  # noqa: SIM115  closed when this process ends
        answers = open(pipes[1], encoding="utf-8")  # noqa: SIM115
    atexit.register(requests.close)
    atexit.register(answers.close)
    return requests, answers


def main() -> None:
    """Load the libraries, and answer requests on standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for pytest, which closes the pipe
    _load(LIBRARIES)
    serve(sys.stdin, sys.stdout)


def serve(requests: IO[str], answers: IO[str]) -> None:
    """Answer each request, a line, with one: process and exit code, null for a timeout.

    One that names an engine is not answered: a fork that has loaded it serves at the pipes named.
    """
    for line in requests:
        request = json.loads(line)
        if "pipes" in request:
            if os.fork() == 0:
                _serve_with_engine(request["engine"], *request["pipes"])
            continue
        _load(request["libraries"])
        pid = os.fork()
        if pid == 0:
            try:
                _carry_out(request)
            finally:  # whatever goes wrong, the fork is not to answer the next request
                traceback.print_exc()
                sys.stderr.flush()
                os._exit(70)
        print(json.dumps([pid, _wait(pid, request["timeout"])]), file=answers, flush=True)


def _serve_with_engine(engine: str, requests: str, answers: str) -> NoReturn:
    for stream in (0, 1):
        os.dup2(os.open(os.devnull, os.O_RDWR), stream)
    with open(requests, encoding="utf-8") as incoming, open(answers, "w", encoding="utf-8") as outgoing:
        sys.path.insert(0, engine)
        rooms = pkgutil.walk_packages([f"{engine}/labreport"], "labreport.")
        _load([room.name for room in rooms if not room.name.startswith(NOT_LOADED)])
        del sys.path[0]
        serve(incoming, outgoing)
    os._exit(0)


def _load(libraries: Sequence[str]) -> None:
    missing = [library for library in libraries if library not in sys.modules]
    for library in missing:
        with suppress(ImportError):
            importlib.import_module(library)
    if missing:
        gc.collect()
        gc.freeze()


def _wait(pid: int, timeout: float) -> int | None:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.003)
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


def _carry_out(request: Mapping[str, Any]) -> NoReturn:
    """In the fork: become what `python build.py` is, and end as it ends."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    streams = [os.devnull, *request["streams"]]
    for number, name in enumerate(streams):
        os.dup2(os.open(name, os.O_RDWR | os.O_CREAT, 0o600), number)
    sys.stdin = os.fdopen(0, "r", encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    os.chdir(request["folder"])
    sys.argv = request["command"]
    checkout = os.path.dirname(sys.argv[0])
    sys.path.insert(0, checkout)
    engine = sys.modules.get("labreport")
    if engine is not None and engine.__spec__ is not None:  # the checkout's link leads to it
        engine.__path__[:] = [f"{checkout}/src/labreport"]
        engine.__spec__.origin = f"{checkout}/src/labreport/__init__.py"
    sys.dont_write_bytecode = bool(os.environ.get("PYTHONDONTWRITEBYTECODE", "1"))
    fork = multiprocessing.get_context("fork")
    vars(multiprocessing)["get_context"] = lambda method=None: fork
    code = _exit_code(sys.argv[0])
    with suppress(Exception):  # as an interpreter that ends does, which only notes them
        vars(threading)["_shutdown"]()
        vars(atexit)["_run_exitfuncs"]()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _exit_code(program: str) -> int:
    try:
        runpy.run_path(program, run_name="__main__")
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return 0 if end.code is None else end.code & 0xFF if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    main()
