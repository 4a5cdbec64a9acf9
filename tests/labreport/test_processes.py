"""Processes that the program starts: where they import from, when they end, and several at work at once."""

from __future__ import annotations

import multiprocessing
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from labreport import forkserver
from labreport.errors import RenderError, UnknownName
from labreport.processes import SAFE_PATH, in_forks, safe_spawn

FORKS = pytest.mark.usefixtures("no_other_thread")
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
processes.begin_child()
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


@pytest.fixture
def no_other_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes in which tests run may have some; a build has none."""
    if sys.platform != "linux":
        pytest.skip("elsewhere than on Linux nothing is forked")
    monkeypatch.setattr(threading, "active_count", lambda: 1)


def slowly(number: int) -> tuple[int, int]:
    """Takes long enough that another process takes the next one."""
    time.sleep(0.05)
    return number, os.getpid()


@FORKS
def test_two_processes_share_the_work_and_the_order_is_kept() -> None:
    """This one is one of them; what they return may be large."""
    found = in_forks(slowly, range(8), 2)
    assert [value[0] for value, error in found if error is None] == list(range(8))
    processes = {value[1] for value, _ in found}
    assert (len(processes), os.getpid() in processes) == (2, True)
    (large, _), *_ = in_forks(lambda number: "x" * 10_000_000, range(2), 2)
    assert len(large) == 10_000_000


@FORKS
def test_errors_come_with_their_place() -> None:
    """Each is of its own class where that can be sent, and its cause shows where it was raised."""

    def fails(number: int) -> None:
        time.sleep(0.05)
        raise RenderError(f"number {number}") if number % 2 else UnknownName("item", "x", ["y"])

    found = in_forks(fails, range(4), 2)
    assert [type(error) for _, error in found][1::2] == [RenderError, RenderError]
    assert [str(error) for _, error in found][1::2] == ["number 1", "number 3"]
    assert all("no item named 'x'" in str(error) for _, error in found[::2])
    assert any("in fails" in str(error.__cause__) for _, error in found if error is not None)


@FORKS
def test_what_a_fork_that_dies_did_not_make_is_made_here() -> None:
    """The report lacks nothing."""
    here = os.getpid()

    def dies_elsewhere(number: int) -> int:
        time.sleep(0.05)
        if os.getpid() != here:
            os._exit(9)
        return number

    assert in_forks(dies_elsewhere, range(6), 3) == [(number, None) for number in range(6)]


@FORKS
def test_what_is_to_be_done_first_is_done_here_while_others_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, whether there are others or not; a single item is then left to another process."""
    done: list[int] = []

    def first() -> None:
        time.sleep(0.2)
        done.append(os.getpid())

    ((value, _),) = in_forks(slowly, range(1), 2, first)
    assert value[1] != os.getpid()
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    ((value, _),) = in_forks(slowly, range(1), 2, first)
    assert value[1] == os.getpid()
    assert done == [os.getpid()] * 2


@FORKS
def test_beside_another_thread_nothing_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """It could hold a lock forever in the fork."""
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert {value[1] for value, _ in in_forks(slowly, range(3), 2)} == {os.getpid()}


def test_the_process_that_forks_builders_ends_where_its_answer_is_not_read() -> None:
    """Ctrl-C may come between the question and its answer: the other end is reset then."""
    ours, theirs = socket.socketpair()
    with theirs:
        command = [sys.executable, "-P", str(forkserver.__file__), "nowhere"]
        process = subprocess.Popen(command, stdin=theirs.fileno(), stderr=subprocess.PIPE, text=True)
    with ours:
        socket.send_fds(ours, [b"x"], [ours.fileno()])
        select.select([ours], [], [], 60.0)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, "ConnectionResetError" in err) == (0, False)
