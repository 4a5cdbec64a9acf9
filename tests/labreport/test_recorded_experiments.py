"""What recorded runs ask of experiments in general: files, libraries and runs of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from program import Program
from recordings import declare
from standin_nodes import CATALOGUE, SLOW

from labreport.errors import UsageError
from labreport.experiment import study


def test_an_experiment_with_files_of_its_own_rests_on_them(program: Program) -> None:
    """On those in place of the project's data files; the other experiments stay with the project's."""
    data = program.folder / "src/exercise/data"
    other, more = data / "other.txt", data / "more.txt"
    for path in (other, more):
        path.write_text("1\n")
    program.edit("src/exercise/project.py", '("data/target.txt",)', '("data/target.txt", "data/more.txt")')
    program.edit(CATALOGUE, SLOW, SLOW + ', files=("data/other.txt", "data/target.txt"), libraries=()')
    assert program.run("beta").code == 0
    more.write_text("2\n")
    plan = program.plan()
    assert (plan["result/alpha#0"], plan["result/beta#0"]) == ("stale", "fresh")
    other.write_text("2\n")
    assert program.plan()["result/beta#0"] == "stale"
    assert "data/other.txt changed" in program.run("why", "beta").out
    other.unlink()
    assert "other.txt: not a file" in program.run("status").err


def test_a_study_of_recorded_runs_is_refused(tmp_path: Path) -> None:
    """Its cells would all be the same runs."""
    (tmp_path / "a.csv").write_text("epoch,loss\n1,2\n")
    found = declare(tmp_path, 'recorded("a", "a.csv")')
    with pytest.raises(UsageError, match="the runs of 'a' are recorded and cannot be varied"):
        study("sources", found, source=("a.csv", "b.csv"))
