"""Standard streams that are closed, full or gone: what is printed is lost, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src"
PROGRAM = """
import os, subprocess, sys
sys.path.insert(0, sys.argv[1])
from labreport.streams import keep_streams, output_problem
keep_streams()
opened = os.open(os.devnull, os.O_RDONLY)
print("one")
sys.stdout.flush()
print("two", flush=True)
print("three", file=sys.stderr)
subprocess.run(["sh", "-c", "echo four && echo five >&2"], check=True)
sys.stdin.read()
problem = output_problem()
with open(sys.argv[2], "w") as file:
    file.write(f"{opened > 2} {problem.strerror if problem else None}")
"""


@pytest.mark.parametrize("buffered", ["", "1"])
@pytest.mark.parametrize(
    ("streams", "problem"),
    [
        (">/dev/full", "No space left on device"),
        (">/dev/full 2>/dev/full", "No space left on device"),
        ("| true", "None"),
        (">&-", "None"),
        ("<&- >&- 2>&-", "None"),
        ("</dev/null >/dev/null", "None"),
    ],
)
def test_a_stream_that_cannot_be_written_stops_nothing(
    tmp_path: Path, streams: str, problem: str, buffered: str
) -> None:
    """Neither this process nor one that it starts; files that are opened later get no number of a stream."""
    told = tmp_path / "told"
    if streams == "| true":
        streams = "| sleep 0"  # whose end of the pipe is closed before anything is printed
    command = f'sleep 0.1; "{sys.executable}" -c \'{PROGRAM}\' "{SOURCE}" "{told}"'
    ran = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{{ {command}; }} {streams}"],
        env={"PYTHONUNBUFFERED": buffered} if buffered else {},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    assert told.read_text() == f"True {problem}"
    assert "Error" not in ran.stderr


def test_a_stream_that_does_not_wait_loses_nothing() -> None:
    """A pipe that is full for a moment, and says so, gets all in the end."""
    program = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); os.set_blocking(1, False)\n"
        "from labreport.streams import keep_streams\n"
        "keep_streams()\n"
        "print('x' * 1_000_000, flush=True)"
    )
    ran = subprocess.run(
        ["bash", "-c", f'"{sys.executable}" -c "{program}" "{SOURCE}" | (sleep 0.3; wc -c)'],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ran.stdout.strip(), ran.stderr) == ("1000001", "")
