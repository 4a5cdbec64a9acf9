"""Something else in place of a file: a FIFO, which an ordinary open waits for, or a folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from program import Program

DOCUMENTS = ("answers.json", "report.html", "report.pdf")
COMMANDS = ("status", "verify", "grade", "build")


@pytest.mark.parametrize(
    ("name", "make"),
    [
        *((name, os.mkfifo) for name in ("ledger.json", "report.pdf")),
        *((name, os.mkdir) for name in (".stamp", "report.pdf")),
        *(
            pytest.param(name, make, marks=pytest.mark.slow)
            for name, make in (
                *((name, os.mkfifo) for name in (".stamp", "answers.json", "report.html")),
                ("ledger.json", os.mkdir),
            )
        ),
    ],
)
def test_every_command_ends_and_the_build_puts_the_file_back(
    built: Program, tmp_path: Path, name: str, make: object
) -> None:
    """None waits, none falls over; without stamp or ledger, the report is as good as before."""
    assert callable(make)
    program = built.copy(tmp_path / "checkout")
    path = program.folder / "report" / name
    path.unlink()
    make(path)
    codes = {}
    for command in COMMANDS:
        words = [] if command == "build" else [command, *([str(path)] if command == "grade" else [])]
        ran = program.run(*words, timeout=100)
        codes[command] = ran.code
        assert "Traceback" not in ran.err
    stale = int(name != ".stamp")
    assert codes == {
        "status": stale,
        "verify": int(name in (*DOCUMENTS, "ledger.json")),
        "grade": 2,
        "build": 0,
    }
    assert path.is_file() or name == ".stamp"
