"""Worker processes: one that hangs or ends costs its file, and no other."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from labreport.errors import LabReportError
from labreport.grading.grade import ask_all

WORKER = """
import os, sys, time
greeting = sys.stdin.readline().strip()
for line in sys.stdin:
    word = line.strip()
    if word == "hang":
        open(sys.argv[1], "a").write(f"{os.getpid()} ")
        time.sleep(600)
    if word == "die":
        os._exit(3)
    if word == "half":
        print("no end of", end="", flush=True)
        time.sleep(600)
    print(f"{greeting} {word}", flush=True)
"""


def ask(folder: Path, words: list[str], seconds: float = 1.0) -> dict[int, bytes | str]:
    """Every reply, by the index of its request."""
    command = [sys.executable, "-c", WORKER, str(folder / "pids")]
    requests = [word.encode() for word in words]
    return dict(ask_all(command, b"hello", requests, workers=2, seconds=seconds))


def test_a_file_that_hangs_its_reader_is_timed_out(tmp_path: Path) -> None:
    """Its process is ended; all others are answered, by new processes where needed."""
    words = ["a", "hang", "b", "die", "c", "half", "d", "hang", "e"]
    replies = ask(tmp_path, words)
    late = "takes more than 1 s to read"
    ended = "ended the process that read it, by its use of memory or otherwise"
    assert replies == {
        index: {"hang": late, "half": late, "die": ended}.get(word, f"hello {word}\n".encode())
        for index, word in enumerate(words)
    }
    for pid in (tmp_path / "pids").read_text().split():
        assert subprocess.run(["kill", "-0", pid], capture_output=True).returncode != 0


def test_no_process_is_left_when_reading_stops_early(tmp_path: Path) -> None:
    """As when the user presses Ctrl-C."""
    replies = ask_all(
        [sys.executable, "-c", WORKER, str(tmp_path / "pids")], b"", [b"a", b"hang", b"hang"], 2, 60.0
    )
    next(replies)
    start = time.monotonic()
    replies.close()  # type: ignore[attr-defined]
    assert time.monotonic() - start < 10


def test_a_program_that_is_missing_is_one_line(tmp_path: Path) -> None:
    """Nothing can be read then."""
    with pytest.raises(LabReportError, match="cannot start a process"):
        list(ask_all([str(tmp_path / "absent")], b"", [b"a"], 1))
