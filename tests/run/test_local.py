"""Lanes on this machine: processes that are killed, stopped, short of disk, or at the same run."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from run.toys import bits, done, epochs_of, line_of, process, stored_run, task, toy

import labreport
from labreport.project import Project
from labreport.results import DiskError, Run, Store
from labreport.run import Epoch, Failed, Outcome, Task, execute


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the toy project, from which it is run."""
    toy(tmp_path / "toy")
    monkeypatch.chdir(tmp_path / "toy")
    return tmp_path / "toy"


@pytest.fixture
def project(folder: Path) -> Project:
    """The toy project."""
    return toy(folder)


@pytest.fixture
def store(folder: Path) -> Store:
    """Where the toy's processes keep results, too."""
    return Store(folder / "results")


def made(project: Project, store: Store, *tasks: Task, **options: Any) -> tuple[Outcome, list[Any]]:
    """What came of tasks on two lanes, and what was told."""
    events: list[Any] = []
    outcome = execute(project, tasks, store, **{"jobs": 2, "progress": events.append, **options})
    return outcome, events


def undisturbed(project: Project, folder: Path, name: str) -> Run:
    """The run of an experiment, made in this process with nothing in between."""
    store = Store(folder / "undisturbed")
    assert done(project, store, task(project, name))[0] is None
    return stored_run(store, task(project, name))


def test_lanes_give_the_bits_of_this_process(project: Project, store: Store, folder: Path) -> None:
    """Three experiments on two lanes, each told from its first epoch to its last."""
    wanted = [task(project, name) for name in ("large", "early", "once")]
    outcome, events = made(project, store, *wanted)
    assert set(wanted) == set(outcome.finished)
    assert epochs_of(events, wanted[0]) == list(range(21))
    for name in ("large", "early"):
        assert bits(stored_run(store, task(project, name))) == bits(undisturbed(project, folder, name))


def test_a_worker_has_the_threads_of_the_project(project: Project, store: Store) -> None:
    """They are set before anything is imported there, and left alone here."""
    code = "import sys, labreport.cli, labreport.run.local; assert 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=Path(labreport.__file__).parents[1], check=True)
    made(project, store, task(project, "pid"))
    assert stored_run(store, task(project, "pid")).records[0]["threads"] == "3"
    assert os.environ.get("OMP_NUM_THREADS") != "3"


def test_killed_at_any_moment_the_next_build_gives_the_same_bytes(
    project: Project, store: Store, folder: Path
) -> None:
    """`kill -9`, five times at random moments of a run, while each epoch is written."""
    wanted, moments, reached = task(project, "slow"), random.Random(5), [0]

    def epochs_stored() -> int:
        run = Store(store.folder).find(wanted.key, 0)
        return len(run.records) if run else 0

    for _ in range(5):
        with process(folder, "slow", saved=0.0) as running:
            while epochs_stored() <= reached[-1] and running.poll() is None:
                time.sleep(0.01)
            time.sleep(0.1 * moments.random())
            running.kill()
        reached.append(epochs_stored())
    assert reached == sorted(set(reached))
    assert reached[-1] < 100
    assert done(project, store, task(project, "slow"))[0] is None
    run = stored_run(store, task(project, "slow"))
    assert bits(run) == bits(undisturbed(project, folder, "slow"))
    assert len(store.files(run)) == 2


def test_ctrl_c_writes_the_state(project: Project, store: Store, folder: Path) -> None:
    """The epochs before it are not trained again, although no state was due."""
    with process(folder, "slow") as running:
        assert running.stdout is not None
        while running.stdout.readline().split()[0] != "10":
            pass
        os.killpg(running.pid, signal.SIGINT)
        _, errors = running.communicate(timeout=20)
    assert running.returncode != 0
    assert errors.strip().endswith("KeyboardInterrupt")
    assert errors.count("Traceback") == 1  # of the parent, none of the worker's
    reached = len(stored_run(store, task(project, "slow")).records)
    assert reached >= 10
    _, events = made(project, store, task(project, "slow"))
    assert epochs_of(events, task(project, "slow")) == [0, *range(reached + 1, 101)]


def test_workers_end_with_their_parent(folder: Path) -> None:
    """`kill -9` of the build ends the process that trains, though it is in the middle of a long epoch."""
    with process(folder, "waits") as running:
        assert running.stdout is not None
        running.stdout.readline()
        running.kill()
        try:
            running.communicate(timeout=10)  # to the end of what both processes write to
        finally:
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)


def test_a_worker_that_dies_is_tried_once_more(project: Project, store: Store, folder: Path) -> None:
    """What dies twice is named, and all others are made."""
    names = ("dies", "always dies", "walk", "early")
    outcome, events = made(project, store, *(task(project, name) for name in names))
    assert {"dies", "walk", "early"} == {finished.name for finished in outcome.finished}
    assert [failure.text for failure in outcome.failed] == [
        "experiment 'always dies': its process died twice; too little memory?"
    ]
    assert 2 == epochs_of(events, task(project, "dies")).count(0)


def test_one_cause_is_one_error(project: Project, store: Store) -> None:
    """Two experiments fail at one line of the author's; it is told once, with both."""
    wanted = [task(project, name, seed) for name in ("raises", "raises too") for seed in range(3)]
    outcome, _ = made(project, store, *wanted, task(project, "walk"))
    assert [task(project, "walk")] == list(outcome.finished)
    assert [failure.text for failure in outcome.failed] == [
        f"project.py:{line_of('no such luck')}: experiments 'raises too', 'raises': ValueError: no such luck"
    ]


def test_the_first_run_of_an_experiment_is_proved(project: Project, store: Store) -> None:
    """A state that forgets is found in the first seed, whichever that is, and once."""
    outcome, _ = made(project, store, *(task(project, "forgets", seed) for seed in (2, 1)), jobs=1)
    assert [failure.cause.partition(" from ")[0] for failure in outcome.failed] == [
        "its epoch 2 gives another 'place' when it continues"
    ]
    assert [failed.seed for failed in outcome.failed[0].tasks] == [1]


def test_an_experiment_that_fails_is_not_tried_with_further_seeds(project: Project, store: Store) -> None:
    """Others go on."""
    wanted = [task(project, name, seed) for name in ("raises", "once") for seed in (0, 1, 2)]
    outcome, events = made(project, store, *wanted, jobs=1)
    assert [event.task.seed for event in events if isinstance(event, Epoch) and event.task in wanted[:3]] == [
        0
    ]
    assert set(outcome.finished) == set(wanted[3:])


def test_a_full_disk_ends_everything_in_one_line(project: Project, store: Store) -> None:
    """A limit of the size of files stands for it; what fits is kept."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
    try:
        with pytest.raises(DiskError, match=r"cannot write \S+: File too large; .*what is finished is kept$"):
            made(project, store, task(project, "large"), task(project, "walk"), jobs=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    outcome, _ = made(project, store, task(project, "large"), task(project, "walk"))
    assert 2 == len(outcome.finished)


def test_two_builds_make_a_run_once(project: Project, store: Store, folder: Path) -> None:
    """One trains, the other waits for its lock and finds it."""
    builds = [process(folder, "slow", saved=0.0) for _ in range(2)]
    outputs = [build.communicate(timeout=60)[0] for build in builds]
    assert sorted(outputs) == sorted([f"(None, {list(range(1, 101))})\n", "(None, [])\n"])
    assert not stored_run(store, task(project, "slow")).missing((100,))


def test_the_order_is_by_seed_then_cost_and_exclusive_last(project: Project, store: Store) -> None:
    """The exclusive one begins when all others are finished; the page can be shown after the first seeds."""
    wanted = [task(project, name, seed) for name in ("alone", "walk", "large") for seed in (1, 0)]
    order: list[str] = []

    def progress(event: object) -> None:
        if isinstance(event, Epoch) and event.epoch == 0:
            order.append(f"{event.task.name} {event.task.seed}")

    execute(project, wanted, store, progress=progress, on_first_seeds=lambda: order.append("page"))
    order.remove("page")
    assert order == ["large 0", "walk 0", "large 1", "walk 1", "alone 0", "alone 1"]


def test_exclusive_runs_are_made_one_after_another(project: Project, store: Store) -> None:
    """Nothing is beside one, not even another, though two lanes would be there."""
    _, events = made(project, store, *(task(project, "alone", seed) for seed in (0, 1)))
    seeds = [event.task.seed for event in events]
    assert seeds == sorted(seeds)


def test_the_first_seeds_are_told_once(project: Project, store: Store) -> None:
    """When two experiments have their first seed, and not when nothing else is to come."""
    calls: list[int] = []
    two = [task(project, name) for name in ("walk", "large")]
    made(project, store, *two, on_first_seeds=lambda: calls.append(0))
    assert calls == []
    more = [task(project, name, seed) for name in ("walk", "large") for seed in (1, 2, 3)]
    made(project, store, *more, jobs=1, on_first_seeds=lambda: calls.append(1))
    assert calls == [1]


def test_what_the_worker_has_is_compared_with_the_key(project: Project, store: Store) -> None:
    """A task that says it is made of something else fails in the worker, and nothing is kept."""
    altered = replace(task(project, "walk"), inputs={"seed": "0"})
    outcome, _ = made(project, store, altered)
    assert isinstance(outcome.failed[0], Failed)
    assert "edited since the build began" in outcome.failed[0].text
    assert store.find(task(project, "walk").key, 0) is None
