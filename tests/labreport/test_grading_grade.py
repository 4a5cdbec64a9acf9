"""Worker processes: one that hangs or ends costs its file, and no other."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from labreport.errors import LabReportError
from labreport.grading import grade

WORKER = "asked_worker:serve"


def ask(folder: Path, words: list[str], seconds: float = 3.0) -> dict[int, bytes | str]:
    """Every reply, by the number of its request."""
    requests = {place: word.encode() for place, word in enumerate(words)}
    return dict(grade.ask_all(WORKER, bytes(folder / "pids"), requests, seconds))


def test_a_file_that_hangs_its_reader_is_timed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its process is ended; all others are answered, by new processes where needed."""
    monkeypatch.setattr(grade, "REPLY_LIMIT", 100)
    words = ["a", "hang", "b", "die", "c", "half", "d", "long", "hang", "e"]
    replies = ask(tmp_path, words)
    late = "takes more than 3 s to read"
    ended = "ended the process that read it, by its use of memory or otherwise"
    told = {"hang": late, "half": late, "die": ended, "long": "needs too long a reply"}
    assert replies == {place: told.get(word, f"read {word}".encode()) for place, word in enumerate(words)}
    for pid in (tmp_path / "pids").read_text().split():
        assert subprocess.run(["kill", "-0", pid], capture_output=True).returncode != 0


def test_no_process_is_left_when_reading_stops_early(tmp_path: Path) -> None:
    """As when the user presses Ctrl-C."""
    replies = grade.ask_all(WORKER, bytes(tmp_path / "pids"), {1: b"a", 2: b"hang", 3: b"hang"}, 60.0)
    next(replies)
    start = time.monotonic()
    replies.close()  # type: ignore[attr-defined]
    assert time.monotonic() - start < 10


def test_a_process_that_cannot_be_started_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be read then."""

    def child(*arguments: object, **more: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(grade, "Child", child)
    with pytest.raises(LabReportError, match=r"cannot start a process to read submissions: .*unavailable"):
        list(grade.ask_all(WORKER, b"", {0: b"a"}))
