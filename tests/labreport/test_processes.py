"""Processes that the program starts: where they import from, and when they end."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from labreport.processes import SAFE_PATH, safe_spawn

SOURCE = Path(__file__).resolve().parents[2] / "src"


def _path(queue: multiprocessing.SimpleQueue[list[str]]) -> None:
    queue.put([*sys.path, str(sys.flags.safe_path)])


def test_a_spawned_process_runs_nothing_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `multiprocessing.py` there is not taken for Python's own; the variable is as it was afterwards."""
    (tmp_path / "multiprocessing.py").write_text(f"open({str(tmp_path / 'was-run')!r}, 'w')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(SAFE_PATH, raising=False)
    context = multiprocessing.get_context("spawn")
    with safe_spawn():
        queue: multiprocessing.SimpleQueue[list[str]] = context.SimpleQueue()
        process = context.Process(target=_path, args=(queue,))
        process.start()
    process.join(60)
    assert process.exitcode == 0
    assert queue.get()[-1] == "True"
    assert not (tmp_path / "was-run").exists()
    assert SAFE_PATH not in os.environ
    with monkeypatch.context() as inside:
        inside.setenv(SAFE_PATH, "yes")
        with safe_spawn():
            pass
        assert os.environ[SAFE_PATH] == "yes"


PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]])
print(child.pid, flush=True)
time.sleep(60)
"""
CHILD = """
import time
import labreport.processes as processes
if {without_signal}:
    processes.sys = type("", (), {{"platform": "other"}})
processes.end_with_parent()
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("without_signal", [False, True], ids=["Linux", "elsewhere"])
def test_a_process_ends_at_once_when_its_parent_is_killed(without_signal: bool) -> None:
    """By the kernel's signal, and where there is none, by looking."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, CHILD.format(without_signal=without_signal)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert parent.stdout.readline() == "ready\n"
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 2
    while _runs(child):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    parent.stdout.close()


def _runs(process: int) -> bool:
    """Whether it is there and not only waits for its exit code to be read."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
