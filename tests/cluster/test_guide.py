"""The commands of `docs/cluster.md` that need one machine only do what the page says."""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster.started import found_in
from program import Program

pytest.importorskip("distributed", reason="Dask is not installed; it is the extra 'dask'")

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "cluster.md"


@pytest.fixture
def commands() -> list[str]:
    """The first block of the page, with a port that is free."""
    (block, *_) = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(block).replace("8786", str(server.getsockname()[1])).splitlines()


@pytest.fixture
def background(tmp_path: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes that end with the test."""
    found: list[subprocess.Popen[bytes]] = []
    yield found
    for process in found:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_the_local_commands_build_the_report(
    commands: list[str], background: list[subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    """Scheduler and worker as they are written there, then the build."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    scheduler, worker, build = map(shlex.split, commands)
    for words, sign in ((scheduler, "Scheduler at"), (worker, "Registered to")):
        assert words[0] == "dask"
        command = [sys.executable, "-P", "-m", f"distributed.cli.dask_{words[1]}", *words[2:]]
        log = tmp_path / f"{words[1]}.log"
        with log.open("wb") as stream:
            started = subprocess.Popen(command, stdout=stream, stderr=stream, cwd=tmp_path, env=variables)
        background.append(started)
        found_in(log, sign)
    assert build[:2] == ["python", "build.py"]
    ran = Program.fresh(tmp_path / "checkout").run(*build[2:], timeout=300)
    assert ran.code == 0, ran.err
