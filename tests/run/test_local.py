"""Workers on this machine: processes that are killed, stopped, short of disk, or at the same run."""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import signal
import subprocess
import sys
import time
from contextlib import chdir, suppress
from pathlib import Path
from typing import Any

import pytest
from run.toys import WorkerHere, bits, done, line_of, process, stored_run, task, toy, undisturbed

import labreport
from labreport.project import Project
from labreport.results import DiskError, Store
from labreport.run import EpochReached, Failed, Finished, Task, run_tasks
from labreport.run.local import LocalWorker


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The toy project."""
    return toy(tmp_path_factory.mktemp("local") / "toy")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(tmp_path / "results")


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers are threads of this process."""
    monkeypatch.setattr("labreport.run.scheduler.LocalWorker", WorkerHere)


def made(project: Project, store: Store, *tasks: Task, **options: Any) -> tuple[list[Failed], list[Any]]:
    """What failed of tasks on two workers, and what was told."""
    events: list[Any] = []
    with chdir(project.folder):
        failed = run_tasks(project, tasks, store, **{"jobs": 2, "progress": events.append, **options})
    return failed, events


def epochs_of(events: list[Any], wanted: Task) -> list[int]:
    """Which epochs of a task were told."""
    return [event.epoch for event in events if isinstance(event, EpochReached) and event.task == wanted]


def finished(events: list[Any]) -> list[str]:
    """The experiments whose tasks have finished, by name."""
    return sorted(event.task.name for event in events if isinstance(event, Finished))


def test_processes_give_the_bits_of_this_one_whatever_becomes_of_others(
    project: Project, store: Store, tmp_path: Path
) -> None:
    """What dies is tried once more, what dies twice is named; each has the threads of the project."""
    tasks = {name: task(project, name) for name in ("large", "dies", "always dies", "early", "pid", "once")}
    failed, events = made(project, store, *tasks.values())
    assert finished(events) == ["dies", "early", "large", "once", "pid"]
    assert [failure.text for failure in failed] == [
        "experiment 'always dies': its process died twice; too little memory?"
    ]
    assert epochs_of(events, tasks["dies"]).count(0) == 2
    assert epochs_of(events, tasks["large"]) == list(range(21))
    for name in ("large", "early"):
        assert bits(stored_run(store, tasks[name])) == undisturbed(project, tmp_path, tasks[name])
    assert stored_run(store, tasks["pid"]).records[0]["threads"] == "3"
    assert os.environ.get("OMP_NUM_THREADS") != "3"


def test_a_thread_that_an_author_leaves_does_not_keep_the_build(
    project: Project, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python waits for it at the end of a process."""
    monkeypatch.setattr("labreport.run.local.PATIENCE", 0.1)
    with chdir(project.folder):
        worker = LocalWorker(project, store)
        assert worker.run(task(project, "leaves a thread"), lambda epoch: None) is None
    (process,) = multiprocessing.active_children()
    worker.close()
    assert process.exitcode == -signal.SIGKILL


def test_the_engine_sets_threads_before_it_imports_numpy() -> None:
    """A worker imports no more than this before it knows its project."""
    code = "import sys, labreport.cli, labreport.run.local; assert 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=Path(labreport.__file__).parents[1], check=True)


def test_killed_at_any_moment_the_next_build_gives_the_same_bytes(tmp_path: Path) -> None:
    """`kill -9`, three times at random moments of a run, while each epoch is written."""
    project, store = toy(tmp_path), Store(tmp_path / "results")
    wanted, moments, reached = task(project, "slow"), random.Random(5), [0]

    def epochs_stored() -> int:
        run = Store(store.folder).find(wanted.key, 0)
        return len(run.records) if run else 0

    for _ in range(3):
        with process(tmp_path, "slow", pause=0.0) as running:
            while epochs_stored() <= reached[-1] and running.poll() is None:
                time.sleep(0.01)
            time.sleep(0.1 * moments.random())
            running.kill()
        reached.append(epochs_stored())
    assert reached == sorted(set(reached))
    assert reached[-1] < 100
    assert done(project, store, wanted)[0] is None
    run = stored_run(store, wanted)
    assert bits(run) == undisturbed(project, tmp_path, wanted)
    assert len(store.files_of(run)) == 2


def test_ctrl_c_writes_the_state(tmp_path: Path) -> None:
    """The epochs before it are not trained again, although no state was due."""
    project, store = toy(tmp_path), Store(tmp_path / "results")
    with process(tmp_path, "slow") as running:
        assert running.stdout is not None
        while running.stdout.readline().strip() != "10":
            pass
        os.killpg(running.pid, signal.SIGINT)
        _, errors = running.communicate(timeout=20)
    assert running.returncode != 0
    assert errors.strip().endswith("KeyboardInterrupt")
    assert errors.count("Traceback") == 1  # of the parent, none of the worker's
    reached = len(stored_run(store, task(project, "slow")).records)
    assert reached >= 10
    assert done(project, store, task(project, "slow")) == (None, list(range(reached + 1, 101)))


def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    """`kill -9` of the build ends the process that trains, though it is in the middle of a long epoch."""
    toy(tmp_path)
    with process(tmp_path, "waits") as running:
        assert running.stdout is not None
        running.stdout.readline()
        running.kill()
        try:
            running.communicate(timeout=10)  # to the end of what both processes write to
        finally:
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)


def test_two_builds_make_a_run_once(tmp_path: Path) -> None:
    """One trains, the other waits for its lock and finds it."""
    project, store = toy(tmp_path), Store(tmp_path / "results")
    builds = [process(tmp_path, "slow", pause=0.0) for _ in range(2)]
    outputs = [build.communicate(timeout=60)[0] for build in builds]
    assert sorted(outputs) == sorted([f"(None, {list(range(1, 101))})\n", "(None, [])\n"])
    assert not stored_run(store, task(project, "slow")).missing((100,))


@pytest.mark.usefixtures("here")
def test_one_cause_is_one_error_and_further_seeds_are_not_tried(project: Project, store: Store) -> None:
    """Two experiments fail at one line of the author's, which is told once with both; others go on."""
    wanted = [task(project, name, seed) for name in ("raises", "raises too", "once") for seed in (0, 1)]
    failed, events = made(project, store, *wanted, jobs=1)
    assert [failure.text for failure in failed] == [
        f"project.py:{line_of('no such luck')}: experiments 'raises', 'raises too': ValueError: no such luck"
    ]
    assert [epochs_of(events, task) for task in wanted] == [[0], [], [0], [], [0, 1], [0, 1]]


@pytest.mark.usefixtures("here")
def test_exclusive_tasks_come_last_and_one_after_another(project: Project, store: Store) -> None:
    """Nothing is beside one, not even another, though two workers would be there."""
    wanted = [task(project, name, seed) for name in ("alone", "walk") for seed in (0, 1)]
    _, events = made(project, store, *wanted)
    order = [(event.task.name, event.task.seed) for event in events]
    assert {name for name, _ in order[:44]} == {"walk"}  # 21 epochs, and the end
    assert order[44:] == [("alone", 0)] * 7 + [("alone", 1)] * 7


@pytest.mark.usefixtures("here")
def test_the_first_seeds_are_told_once(project: Project, store: Store) -> None:
    """When two experiments have their first seed, and not when nothing else is to come."""
    calls: list[int] = []
    first = [task(project, name) for name in ("walk", "once")]
    made(project, store, *first, on_first_seeds=lambda: calls.append(0))
    assert calls == []
    more = [task(project, name, seed) for seed in (1, 2, 3) for name in ("walk", "once")]
    made(project, store, *more, jobs=1, on_first_seeds=lambda: calls.append(1))
    assert calls == [1]


@pytest.mark.usefixtures("here")
def test_a_full_disk_ends_everything_in_one_line(project: Project, store: Store) -> None:
    """A limit of the size of files stands for it; what fits is kept."""
    large = task(project, "large")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
    try:
        with pytest.raises(DiskError, match=r"cannot write \S+: File too large; .*what is finished is kept$"):
            made(project, store, task(project, "walk"), large, jobs=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert finished(made(project, store, large)[1]) == ["large"]
    assert not stored_run(store, task(project, "walk")).missing((20,))
