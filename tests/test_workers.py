"""Workers: they do not change a result, cannot hang or outlive a build, and lose nothing finished.

Where the start of workers matters, builds run cold, so that they are started as for a user.
"""

from __future__ import annotations

import itertools
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from faults import formats, judge
from faults.formats import save_after_every_epoch, stored_arrays
from faults.wishes import wanted
from program import Program

SLOW = {"STANDIN_SLOW": "0.15"}
"""Makes an epoch of the stand-in long enough to be interrupted in; results do not depend on it."""


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A checkout without a report."""
    return Program.fresh(tmp_path / "checkout")


def arrays(program: Program) -> set[str]:
    """Names of all array files, which end with the digest of their bytes."""
    return stored_arrays(program.folder / "report")


def processes(program: Program) -> list[str]:
    """Command lines of processes that work in the checkout."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(program.folder) in line:
            found.append(line)
    return found


def begin(program: Program, log: Path) -> subprocess.Popen[str]:
    """A build that has trained at least one epoch."""
    process = subprocess.Popen(
        [sys.executable, str(program.folder / "build.py")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **SLOW, "STANDIN_LOG": str(log)},
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not log.exists() or "epoch=2" not in log.read_text():
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.02)
    return process


def test_the_number_of_workers_changes_no_bit(built: Program, program: Program) -> None:
    """Three workers store the arrays that one did."""
    assert program.run("--jobs", "3").code == 0
    assert arrays(program) == arrays(built)


def test_a_worker_that_dies_is_replaced_once(built: Program, program: Program, tmp_path: Path) -> None:
    """The build ends well, with the bits of an undisturbed one."""
    log = tmp_path / "log"
    ran = program.run(environment={"STANDIN_FAULT": "0.25#1@3:die-once", "STANDIN_LOG": str(log)})
    assert ran.code == 0, ran.err
    assert Path(f"{log}.died").exists()
    assert arrays(program) == arrays(built)


@pytest.mark.parametrize(
    ("deed", "cause"), [("die", "its worker died 2 times"), ("raise", "RuntimeError: the walk lost its way")]
)
def test_a_failing_experiment_takes_no_other_down(
    built: Program, tmp_path: Path, deed: str, cause: str
) -> None:
    """It is named with its cause, the rest is made, the last report stays, the exit code is 1."""
    program = built.copy(tmp_path / "checkout")
    before = (program.folder / "report/report.html").read_bytes()
    program.edit("src/exercise/catalogue.py", "Walk(0.25)", "Walk(0.2)")
    program.edit("src/exercise/catalogue.py", "rate=(0.3, 0.6)", "rate=(0.35, 0.6)")
    ran = program.run(environment={"STANDIN_FAULT": f"0.2#1@3:{deed}"})
    assert ran.code == 1
    assert f"experiment 'beta' seed 1: {cause}" in ran.err
    assert "Traceback" not in ran.err
    assert {"result/beta#0", "answer/studied.grid", "section/studied"} <= ran.made
    assert "answer/measured.better" not in ran.made
    assert (program.folder / "report/report.html").read_bytes() == before
    again = program.run()
    assert again.code == 0, again.err
    assert {name for name in again.made if name.startswith("result/")} == {"result/beta#1"}


def test_nothing_runs_beside_an_exclusive_experiment(program: Program, tmp_path: Path) -> None:
    """Each of its runs has the machine for itself, after all others that are as urgent; made otherwise it is
    another result.
    """
    log, before = tmp_path / "log", '"the slow walk", seeds=2'
    program.edit("src/exercise/catalogue.py", before, f"{before}, exclusive=True")
    slow = {"STANDIN_SLOW": "0.05", "STANDIN_LOG": str(log)}
    ran = program.run("--jobs", "3", environment=slow)
    assert ran.code == 0, ran.err
    walks = [
        re.findall(r"rate=(\S+) noise=(\S+) seed=(\d)", line)[0] for line in log.read_text().splitlines()
    ]
    runs = [walk for walk, _ in itertools.groupby(walks)]
    assert len(runs) > len(set(runs)), "the others run side by side"
    assert runs[-1] == ("0.25", "0.01", "1")
    assert runs.count(("0.25", "0.01", "0")) == runs.count(("0.25", "0.01", "1")) == 1
    before_it = {seed for _, _, seed in runs[: runs.index(("0.25", "0.01", "0"))]}
    assert before_it == {"0"}
    program.edit("src/exercise/catalogue.py", ", exclusive=True", "")
    again = program.run()
    assert {"result/beta#0", "result/beta#1"} <= again.made


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow)]
)
def test_an_interrupted_build_ends_soon_and_goes_on_later(
    program: Program, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    """Without an orphan, with one line on how to continue."""
    process = begin(program, tmp_path / "log")
    os.killpg(process.pid, number) if number is signal.SIGINT else process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert "run the same command again" in err
    assert "Traceback" not in err
    end = time.monotonic() + 0.5
    while processes(program) and time.monotonic() < end:
        time.sleep(0.02)
    assert processes(program) == []
    assert program.run().code == 0


def test_a_killed_build_leaves_no_worker_and_repeats_no_finished_training(
    program: Program, tmp_path: Path
) -> None:
    """Only the parent is killed; no epoch that is stored is trained again."""
    log = tmp_path / "log"
    process = begin(program, log)
    report = program.folder / "report"
    while not list((report / formats.RESULTS).glob("*.json")):
        time.sleep(0.02)
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 10
    while processes(program) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes(program) == []
    stored = judge.trajectories(report)
    assert stored
    before = len(judge.events(log))
    ran = program.run(environment={"STANDIN_LOG": str(log)}, timeout=240)
    assert ran.code == 0, ran.err
    assert judge.repeated(judge.events(log)[before:], stored, wanted(5)) == []


def test_an_epoch_that_was_saved_is_not_trained_again(program: Program, tmp_path: Path) -> None:
    """With a checkpoint after every epoch, a killed worker's successor continues where it was."""
    save_after_every_epoch(program.own_engine().folder)
    log = tmp_path / "log"
    ran = program.run(environment={"STANDIN_FAULT": "0.25#1@4:die-once", "STANDIN_LOG": str(log)})
    assert ran.code == 0, ran.err
    lines = [line.rpartition(" pid=")[0] for line in log.read_text().splitlines() if "rate=0.25" in line]
    epochs = Counter(line for line in lines if line.startswith("epoch") and "seed=1" in line)
    assert epochs["epoch rate=0.25 noise=0.01 seed=1 epoch=4"] == 2, "the one in which it died"
    assert all(count == 1 for line, count in epochs.items() if "epoch=4" not in line)
