"""The same tasks on a Dask cluster: a real scheduler and two workers on loopback."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from faults.formats import stored_arrays
from program import Program

pytest.importorskip("distributed", reason="Dask is not installed; it is the extra 'dask'")


@dataclass(frozen=True)
class Cluster:
    """A scheduler's address, and the processes of its two workers."""

    address: str
    workers: list[subprocess.Popen[bytes]]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A checkout without a report."""
    return Program.fresh(tmp_path / "checkout")


@pytest.fixture
def cluster(program: Program, tmp_path: Path) -> Iterator[Cluster]:
    """Scheduler and workers, as a user would start them; all can import the package."""
    environment = {**os.environ, "PYTHONPATH": str(program.folder / "src")}
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    with (tmp_path / "scheduler.log").open("wb") as log:
        scheduler = subprocess.Popen(
            [*dask, "--no-dashboard"], stdout=log, stderr=log, cwd=tmp_path, env=environment
        )
    processes = [scheduler]
    try:
        address = _address(tmp_path / "scheduler.log")
        worker = [
            sys.executable,
            "-m",
            "distributed.cli.dask_worker",
            address,
            "--nthreads",
            "1",
            "--no-dashboard",
        ]
        with (tmp_path / "workers.log").open("wb") as log:
            workers = [
                subprocess.Popen(
                    [*worker, "--no-nanny", "--local-directory", str(tmp_path / f"worker-{number}")],
                    stdout=log,
                    stderr=log,
                    env={**environment, "STANDIN_LOG": str(tmp_path / f"log-{number}")},
                )
                for number in range(2)
            ]
        processes += workers
        _wait_for_workers(address, 2)
        yield Cluster(address, workers)
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _address(log: Path) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = re.search(r"tcp://127\.0\.0\.1:\d+", log.read_text(errors="replace"))
        if found:
            return found[0]
        time.sleep(0.1)
    raise AssertionError(log.read_text(errors="replace"))


def _wait_for_workers(address: str, count: int) -> None:
    from distributed import Client

    connect: Any = Client  # it has no types
    with connect(address, timeout=30, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=60)


def _epochs(folder: Path) -> list[list[str]]:
    return [
        [line for line in path.read_text().splitlines() if line.startswith("epoch")]
        for path in sorted(folder.glob("log-*"))
    ]


def test_a_cluster_trains_the_same_bits_and_they_come_home(
    program: Program, cluster: Cluster, tmp_path: Path
) -> None:
    """Both workers train; the store holds what one local worker would have put there."""
    ran = program.run("--scheduler", cluster.address)
    assert ran.code == 0, ran.err
    assert [bool(lines) for lines in _epochs(tmp_path)] == [True, True]
    other = Program.fresh(tmp_path / "other")
    assert other.run("--jobs", "1").code == 0
    assert stored_arrays(program.folder / "report") == stored_arrays(other.folder / "report") != set()
    assert "Nothing to do" in program.run("--scheduler", cluster.address).out


@pytest.mark.slow
def test_a_lost_worker_loses_no_finished_result(program: Program, cluster: Cluster, tmp_path: Path) -> None:
    """One of two is killed in mid-training; the build ends well, and no stored run is trained again."""
    build = subprocess.Popen(
        [sys.executable, str(program.folder / "build.py"), "--scheduler", cluster.address],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    results = program.folder / "report/results"
    deadline = time.monotonic() + 60
    while not list(results.glob("*.json")):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    stored = {path: path.stat().st_ino for path in results.glob("*.json")}
    cluster.workers[0].send_signal(signal.SIGKILL)
    _, err = build.communicate(timeout=120)
    assert build.returncode == 0, err
    assert all(path.stat().st_ino == inode for path, inode in stored.items())


@pytest.mark.parametrize(
    ("address", "message"),
    [("127.0.0.1:1", "allowed is tcp://HOST:PORT"), ("tcp://127.0.0.1:1", "no scheduler answers")],
)
def test_a_wrong_address_is_one_line(program: Program, address: str, message: str) -> None:
    """What was given, and what is allowed."""
    ran = program.run("--scheduler", address)
    assert ran.code in (1, 2)
    assert message in ran.err
    assert len(ran.err.strip().splitlines()) == 1
