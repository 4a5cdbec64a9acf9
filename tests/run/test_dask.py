"""Tasks on the workers of a Dask scheduler, started as a user starts them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from run.toys import (
    PROJECT,
    bits,
    done,
    line_of,
    open_project,
    stored_run,
    task,
    toy,
    write_project,
)

from labreport.errors import LabReportError
from labreport.results import Store
from labreport.run import EpochReached, Event, Finished, run_tasks
from labreport.run.dask import RunFiles, project_files

pytestmark = pytest.mark.dask


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process of Dask's command, ended afterwards."""
    command = [sys.executable, "-m", "dask", *arguments, "--no-dashboard"]
    paths = ":".join(path for path in sys.path if path)
    environment = {**os.environ, "PYTHONPATH": paths}
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    )
    try:
        yield process
    finally:  # a worker without its scheduler may take minutes to end by itself
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A scheduler with two workers of one thread: its address and its process."""
    folder.mkdir()
    file = folder / "scheduler.json"
    with ExitStack() as processes:
        where = ("--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
        scheduler = processes.enter_context(started(folder, "scheduler", *where))
        while not file.exists() or not file.read_text().endswith("}"):
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        for _ in range(2):
            processes.enter_context(started(folder, "worker", address, "--nthreads", "1"))
        from distributed import Client

        with Client(address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
            client.wait_for_workers(2, timeout=60)
        yield address, scheduler


def test_workers_give_the_bits_of_this_process_and_run_edited_code(tmp_path: Path) -> None:
    """What is sent is compared with the key there; after an edit they run the new code, with its key."""
    project, events = toy(tmp_path / "toy"), list[Any]()
    with cluster(tmp_path / "dask") as (address, _):
        store = Store(tmp_path / "results")
        wanted = [task(project, name) for name in ("walk", "once", "alone", "raises", "pid")]
        failed = run_tasks(project, wanted, store, scheduler=address, progress=events.append)
        assert 4 == sum(isinstance(event, Finished) for event in events)
        message = f"project.py:{line_of('no such luck')}: experiment 'raises': ValueError: no such luck"
        assert [message] == [failure.text for failure in failed]
        assert list(range(21)) == [
            event.epoch for event in events if isinstance(event, EpochReached) and event.task == wanted[0]
        ]
        assert "3" == stored_run(store, wanted[4]).records[0]["threads"]
        here = Store(tmp_path / "here")
        for name in ("walk", "once", "alone"):
            assert done(project, here, task(project, name))[0] is None
            assert bits(stored_run(store, task(project, name))) == bits(stored_run(here, task(project, name)))
        write_project(tmp_path / "toy", PROJECT.replace("* 0.9 +", "* 0.8 +"))
        edited = open_project(tmp_path / "toy")
        assert not run_tasks(edited, [task(edited, "walk")], store, scheduler=address)
        assert bits(stored_run(store, task(edited, "walk"))) != bits(stored_run(here, wanted[0]))


def test_all_files_that_runs_read_are_sent(tmp_path: Path) -> None:
    """Those of the project, and those of one experiment."""
    text = PROJECT.replace("start=Walking),", "start=Walking, files=('own.txt',)),", 1)
    for name in ("own.txt", "shared.txt"):
        (tmp_path / name).write_text(name)
    text = text.replace("threads=3)", "threads=3, data_files=('shared.txt',))")
    sent = project_files(open_project(write_project(tmp_path, text)))
    assert {"project.py", "own.txt", "shared.txt"} == {*sent}


def test_a_run_of_a_renamed_experiment_is_continued_on_a_worker(tmp_path: Path) -> None:
    """Here its files are below the old name, on the worker below the new one."""
    project, here, there = toy(tmp_path / "toy"), Store(tmp_path / "here"), Store(tmp_path / "there")
    assert done(project, here, task(project, "walk", 0, 10))[0] is None
    text = PROJECT.replace('Experiment("walk"', 'Experiment("stroll"')
    project = open_project(write_project(tmp_path / "toy", text))
    longer = task(project, "stroll", 0, 10, 20)
    RunFiles.of(longer, here).write(longer, there)
    assert done(project, there, longer) == (None, list(range(11, 21)))
    RunFiles.of(longer, there).write(longer, here)
    assert not stored_run(here, longer).missing((10, 20))
    assert len(list(here.folder.glob("*/*.json"))) == 1


@pytest.mark.slow  # a cluster of its own, as the two below: its start takes seconds
def test_a_lost_run_begins_again(tmp_path: Path) -> None:
    """The process of a worker dies in the middle of a run: another makes it. A stopped one goes on."""
    project, store = toy(tmp_path / "toy"), Store(tmp_path / "results")
    with cluster(tmp_path / "dask") as (address, _):
        wanted = [task(project, name) for name in ("dies", "walk")]
        assert not run_tasks(project, wanted, store, scheduler=address)
        assert 20 == len(stored_run(store, wanted[0]).records)

        def end(event: object) -> None:
            if isinstance(event, EpochReached) and event.epoch == 5:
                raise KeyboardInterrupt

        slow = task(project, "slow")
        with pytest.raises(KeyboardInterrupt):
            run_tasks(project, [slow], store, scheduler=address, progress=end)
    reached = len(stored_run(store, slow).records)
    assert 5 <= reached < 100
    assert done(project, store, slow) == (None, list(range(reached + 1, 101)))


@pytest.mark.slow
def test_a_scheduler_that_dies_ends_the_build_in_one_line(tmp_path: Path) -> None:
    """What was finished is kept, and the same command makes the rest."""
    project, store = toy(tmp_path / "toy"), Store(tmp_path / "results")
    wanted = [task(project, "walk"), *(task(project, "slow", seed) for seed in range(4))]
    with cluster(tmp_path / "dask") as (address, scheduler):

        def progress(event: Event) -> None:
            if isinstance(event, Finished) and event.task.name == "walk":
                scheduler.kill()

        again = [*wanted, *(task(project, "slow", seed) for seed in range(4, 60))]
        with pytest.raises(LabReportError, match=r"^--scheduler \S+: the scheduler is gone; [^\n]*$"):
            run_tasks(project, again, store, scheduler=address, progress=progress)
    assert not stored_run(store, wanted[0]).missing((20,))
    assert not run_tasks(project, wanted, store, jobs=2)


@pytest.mark.slow
def test_a_file_that_is_not_on_the_worker_is_named(tmp_path: Path) -> None:
    """It is here and was not declared; once it is, the run is made, and has read it."""
    folder = write_project(tmp_path / "toy")
    (folder / "data.txt").write_text("1")
    store = Store(tmp_path / "results")
    with cluster(tmp_path / "dask") as (address, _):
        project = open_project(folder)
        (failed,) = run_tasks(project, [task(project, "reads")], store, scheduler=address)
        assert failed.failure.cause.startswith(
            "data.txt is not there on the worker; declare it in files= of "
        )
        declared = PROJECT.replace("threads=3)", "threads=3, data_files=('data.txt',))")
        project = open_project(write_project(folder, declared))
        assert not run_tasks(project, [task(project, "reads")], store, scheduler=address)
    run = stored_run(store, task(project, "reads"))
    assert list(store.file_lists.load(run.file_list_hash) or {}) == ["data.txt"]
