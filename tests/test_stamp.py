"""The stamp lets the front door say "up to date" at once; a damaged one is never believed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from faults.formats import STAMP
from program import Program

from labreport.front import fresh

ONLY_THE_FRONT_DOOR = """
import runpy, sys
sys.modules["labreport.commands"] = None  # whoever wants to look closer fails at once
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture(scope="module")
def stamped(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A checkout with a complete report and a stamp that holds."""
    program = Program.built("--seeds", "1").copy(tmp_path_factory.mktemp("stamped") / "checkout")
    ran = program.run("--seeds", "1")
    assert ran.code == 0, ran.err
    assert program.up_to_date("--seeds", "1")
    return program


def test_the_front_door_says_so_without_a_closer_look(stamped: Program) -> None:
    """Nothing behind it is imported; where the stamp does not hold, it looks closer."""
    command = [sys.executable, "-c", ONLY_THE_FRONT_DOOR, str(stamped.folder / "build.py"), "--seeds", "1"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "up to date" in ran.stdout
    command[-1] = "2"
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "up to date" not in ran.stdout


def test_a_stamp_cut_at_any_line_is_not_believed(stamped: Program) -> None:
    """What was in the lines that are gone may have changed since."""
    path = stamped.folder / "report" / STAMP
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    assert len(lines) > 20
    places = [
        *range(8),
        *Random(len(lines)).sample(range(8, len(lines) - 8), 12),
        *range(len(lines) - 8, len(lines)),
    ]
    try:
        believed = []
        for number in places:
            path.write_bytes(b"".join(lines[:number]))
            if stamped.up_to_date("--seeds", "1"):
                believed.append(number)
        assert believed == []
    finally:
        path.write_bytes(whole)
    assert stamped.up_to_date("--seeds", "1")


def test_a_stamp_with_a_line_changed_lost_or_moved_is_not_believed(stamped: Program) -> None:
    """Any byte flipped, any line left out."""
    path = stamped.folder / "report" / STAMP
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    random = Random(7)
    damaged = [
        b"".join(lines[:number] + lines[number + 1 :]) for number in random.sample(range(len(lines)), 12)
    ]
    for _ in range(20):
        flipped = bytearray(whole)
        flipped[random.randrange(len(whole))] ^= 1 << random.randrange(8)
        damaged.append(bytes(flipped))
    try:
        for data in damaged:
            path.write_bytes(data)
            assert not stamped.up_to_date("--seeds", "1")
    finally:
        path.write_bytes(whole)
    assert stamped.up_to_date("--seeds", "1")


def test_a_cut_stamp_hides_no_stale_report(stamped: Program, tmp_path: Path) -> None:
    """The real thing: a source file changes, the stamp loses all lines that know it, and a build sees it."""
    program = stamped.copy(tmp_path / "checkout")
    assert program.run("--seeds", "1").code == 0
    path = program.folder / "report" / STAMP
    program.edit("src/exercise/answers.py", "min(differences) > 0", "max(differences) < 0")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(line for line in lines if b"answers.py" not in line))
    ran = program.run("--seeds", "1")
    assert ran.code == 0, ran.err
    assert "answer/measured.better" in ran.made


def test_a_document_that_is_gone_or_altered_is_not_up_to_date(stamped: Program, tmp_path: Path) -> None:
    """The stamp knows the documents, too."""
    for name in ("report.html", "report.pdf", "answers.json"):
        program = stamped.copy(tmp_path / name)
        assert program.run("--seeds", "1").code == 0
        assert program.up_to_date("--seeds", "1")
        path = program.folder / "report" / name
        status, data = path.stat(), bytearray(path.read_bytes())
        data[-2] ^= 1
        path.write_bytes(data)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        assert not program.up_to_date("--seeds", "1")
        path.unlink()
        assert not program.up_to_date("--seeds", "1")


@pytest.mark.parametrize("odd", ["endless", "sparse"])
def test_a_stamp_without_end_is_not_read(odd: str, tmp_path: Path) -> None:
    """A device, or a file of more bytes than any stamp has."""
    path = tmp_path / "report" / STAMP
    path.parent.mkdir()
    if odd == "endless":
        path.symlink_to("/dev/zero")
    else:
        path.touch()
        os.truncate(path, 1 << 40)
    assert not fresh(str(tmp_path), "2", [])
