"""A report of many small results: the whole program with its results in packs."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from faults.formats import QUARANTINE, RESULTS
from program import Program

PACKING = "src/labreport/trajectory/store.py"


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A checkout for which a few results are many, with a complete report; copied, never changed."""
    program = Program.fresh(tmp_path_factory.mktemp("packed") / "checkout")
    program.edit(PACKING, "MANY = 500", "MANY = 3")
    program.edit(PACKING, "IN_ONE = 1000", "IN_ONE = 4")
    program.share_engine()
    ran = program.run("--seeds", "1")
    assert ran.code == 0, ran.err
    return program


def files(program: Program) -> list[Path]:
    """What is in the folder of results."""
    return sorted((program.folder / "report" / RESULTS).iterdir())


def test_a_report_in_packs_is_fresh_and_verified(packed: Program, tmp_path: Path) -> None:
    """At the front door, in the plan, and byte by byte; the results are equal to those that are files."""
    program = packed.copy(tmp_path / "checkout")
    assert {path.suffix for path in files(program)} == {".pack"}
    assert program.run("--seeds", "1").made == frozenset()
    assert program.up_to_date("--seeds", "1")
    assert set(program.plan("--seeds", "1").values()) == {"fresh"}
    ran = program.run("verify", "--quick")
    assert ran.code == 0, ran.out + ran.err
    assert "every stored byte" in ran.out


@pytest.mark.parametrize("deed", ["altered", "removed", "a result beside it"])
def test_what_happens_to_a_pack_is_noticed_at_the_front_door(
    packed: Program, tmp_path: Path, deed: str
) -> None:
    """One byte in the middle with the same time, a pack that is gone, a file that would count before it."""
    program = packed.copy(tmp_path / "checkout")
    assert program.run("--seeds", "1").code == 0
    assert program.up_to_date("--seeds", "1")
    path, *_ = files(program)
    data, status = bytearray(path.read_bytes()), path.stat()
    if deed == "altered":
        data[data.rindex(b'"records"') + 20] ^= 1
        path.write_bytes(data)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    elif deed == "removed":
        path.unlink()
    else:
        name = data[data.index(b"\n") + 1 :].partition(b" ")[0].decode()
        (path.parent / name).write_text("{")
    assert not program.up_to_date("--seeds", "1")
    ran = program.run("--seeds", "1")
    assert ran.code == 0, ran.err
    again = sum(map(int, re.findall(r"Done in [^:]*: ([0-9]+) training", ran.out)))
    low, high = {"altered": (1, 1), "a result beside it": (0, 0), "removed": (2, 4)}[deed]
    assert low <= again <= high, ran.out
    assert (program.folder / "report" / QUARANTINE).exists() == (deed != "removed")
    assert set(program.plan("--seeds", "1").values()) == {"fresh"}
    assert program.run("verify", "--quick").code == 0


def test_clean_takes_out_of_packs_what_nothing_needs(packed: Program, tmp_path: Path) -> None:
    """Results of code that is gone; those of today stay, and are fresh."""
    program = packed.copy(tmp_path / "checkout")
    assert program.run("--seeds", "1").code == 0
    before = sum(path.stat().st_size for path in files(program))
    program.edit("src/exercise/catalogue.py", "Walk(0.25)", "Walk(0.26)")
    assert program.run("--seeds", "1").code == 0
    told = program.run("clean", "--dry-run")
    assert "would remove result" in told.out
    ran = program.run("clean")
    assert ran.code == 0, ran.err
    assert "1 items removed" in ran.out.replace("item removed", "items removed")
    assert set(program.plan("--seeds", "1").values()) == {"fresh"}
    assert sum(path.stat().st_size for path in files(program)) < before * 1.2
    assert program.run("clean").out.startswith("Nothing to remove")
