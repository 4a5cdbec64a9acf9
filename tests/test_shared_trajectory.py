"""Two experiments that share a trajectory: whatever stops a build, neither loses what was trained."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from program import Program

LONGER = 'ALPHA_10 = Experiment("alpha-10", Walk(0.5), 10, (10,), START, "the quick walk, for longer")\n'


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A checkout in which `alpha` (5 epochs) and `alpha-10` are one trajectory, saved after every epoch."""
    program = Program.fresh(tmp_path / "checkout")
    catalogue = "src/exercise/catalogue.py"
    if "alpha-10" not in (program.folder / catalogue).read_text():
        old, new = "EXPERIMENTS = (ALPHA, BETA", f"{LONGER}\nEXPERIMENTS = (ALPHA, BETA, ALPHA_10"
        program.edit(catalogue, old, new)
    program.edit("src/labreport/execute/worker.py", "CHECKPOINT_SECONDS = 5.0", "CHECKPOINT_SECONDS = 0.0")
    program.edit("src/exercise/walks.py", "pause: float = 0.002", "pause: float = 0.05")
    return program


@pytest.mark.parametrize("epoch", [6, *(pytest.param(epoch, marks=pytest.mark.slow) for epoch in (3, 8, 10))])
def test_a_build_killed_past_the_end_of_the_shorter_one_goes_on(
    program: Program, tmp_path: Path, epoch: int
) -> None:
    """The next build ends well, and trains no epoch a second time that a checkpoint held."""
    log = tmp_path / "log"
    environment = {"STANDIN_LOG": str(log), "STANDIN_FAULT": f"0.5#0@{epoch}:kill-build"}
    assert program.run("--seeds", "1", "--jobs", "1", environment=environment).code != 0
    kept, before = stored(program), trained(log)
    assert list(range(1, epoch + 1)) == before
    ran = program.run("--seeds", "1", environment={"STANDIN_LOG": str(log)})
    assert (0, "") == (ran.code, ran.err)
    assert list(range(kept + 1, 11)) == trained(log)[epoch:]


def stored(program: Program) -> int:
    """How many epochs of the shared trajectory are in the store."""
    documents = map(json.loads, (path.read_text() for path in program.folder.glob("report/results/*.json")))
    return max((len(plain["records"]) for plain in documents if plain["name"] == "alpha"), default=0)


def trained(log: Path) -> list[int]:
    """The epochs of the shared trajectory, in the order in which they were trained."""
    lines = [line.split() for line in log.read_text().splitlines()]
    return [
        int(epoch.partition("=")[2])
        for event, rate, noise, _, epoch, _ in lines
        if (event, rate, noise) == ("epoch", "rate=0.5", "noise=0.01")
    ]


def test_what_a_kill_between_a_result_and_its_old_checkpoints_leaves_is_removed(program: Program) -> None:
    """The result is finished, so nothing is trained; the array files that it no longer names go."""
    store, old = "src/labreport/trajectory/store.py", "        self.remove(path for path in self.paths("
    program.edit(store, old, f"        if trajectory.epochs == 5:\n            os._exit(9)\n{old}")
    asked = ("result/alpha#0", "--seeds", "1", "--jobs", "1")
    assert program.run(*asked).code == 9
    arrays = {path.name for path in program.folder.glob("report/results/*.safetensors")}
    program.edit(store, f"        if trajectory.epochs == 5:\n            os._exit(9)\n{old}", old)
    ran = program.run(*asked)
    assert (0, "") == (ran.code, ran.err)
    assert {path.name for path in program.folder.glob("report/results/*.safetensors")} < arrays
    assert "would remove arrays" not in program.run("clean", "--dry-run").out
