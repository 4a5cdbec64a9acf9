"""A project of NumPy trainings in a folder, tasks of it, and a process that makes them."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from labreport.project import Project
from labreport.results import Run, Store, sha256_of
from labreport.run import Task
from labreport.run.proof import without_times
from labreport.run.runner import run_task
from labreport.run.task import Failure, OnEpoch
from labreport.stale import Dependencies, LoadedProject, find_dependencies, hooks
from labreport.stale import open_project as load_project

PROJECT = """
    import os, threading, time
    from dataclasses import dataclass
    import numpy as np
    from labreport.project import Experiment, Fit, Project

    @dataclass(frozen=True)
    class Walk:
        mode: str = ""
        size: int = 3
        pause: float = 0.0

    class Walking:
        def __init__(self, specification, seed, epoch=0, state=None):
            self.specification, self.seed, self.epoch = specification, seed, epoch
            self.place = np.zeros(specification.size) if state is None else state["place"]
            self.speed = (state or {}).get("speed", np.ones_like(self.place))

        def advance(self):
            mode = self.specification.mode
            if mode == "raises":
                raise ValueError("no such luck")
            if mode == "early" and self.epoch == (2 if os.path.exists("shorter") else 4):
                return None
            if mode == "reads":
                with open("data.txt") as file:
                    self.speed += float(file.read())
            if mode == "dies" and self.epoch == 3 and not os.path.exists("died"):
                open("died", "w").close()
                os._exit(3)
            if mode == "leaves a thread" and self.epoch == 0:
                threading.Thread(target=time.sleep, args=(30,)).start()
            if mode == "always dies":
                os._exit(3)
            time.sleep(60 if mode == "waits" and self.epoch == 1 else self.specification.pause)
            self.epoch += 1
            pushed = np.random.default_rng([self.seed, self.epoch]).normal(size=self.place.size)
            self.speed = self.speed * 0.9 + pushed
            if mode in ("noisy", "luck"):
                self.speed *= 1 + (1e-9 if mode == "noisy" else 1.0) * np.random.default_rng().normal()
            self.place += self.speed
            record = {"far": float(abs(self.place).max()), "own seconds": time.perf_counter() % 1e-3}
            if mode == "pid":
                record |= {"pid": os.getpid(), "threads": os.environ.get("OMP_NUM_THREADS")}
            return record

        def snapshot(self):
            signs = np.where(self.place > 0, "+", "minus")
            return {"test": {"sum": self.place.sum(), "bad": np.nan}}, {"place": self.place, "signs": signs}

        def state(self):
            kept = {"place": self.place}
            return kept if self.specification.mode == "forgets" else {**kept, "speed": self.speed}

    def fit(specification, seed):
        return Fit({"test": {"score": np.float64(seed / 7)}, "seconds": 1.0}, {"a": [1, 2, 3]})

    MODES = ("early", "raises", "dies", "always dies", "forgets", "noisy", "luck", "pid", "waits", "reads")
    MODES += ("leaves a thread",)
    RUNS = (
        Experiment("walk", Walk(), epochs=20, start=Walking),
        Experiment("slow", Walk(pause=0.01), epochs=100, start=Walking),
        Experiment("large", Walk(size=300_000), epochs=20, start=Walking),
        Experiment("alone", Walk(pause=0.01), epochs=5, start=Walking, exclusive=True),
        Experiment("once", Walk(), fit=fit),
        Experiment("raises too", Walk("raises", 4), epochs=20, start=Walking),
        *(Experiment(mode, Walk(mode), epochs=20, start=Walking) for mode in MODES),
    )
    PROJECT = Project("Toy", experiments=RUNS, cost=lambda specification: specification.size, threads=3)
"""
SCRIPT = """
import sys
from labreport.results import Store
from labreport.run import EpochReached, run_tasks
from labreport.run import runner
from run.toys import Path, done, open_project, task

def show(event):
    if isinstance(event, EpochReached) and event.epoch:
        print(event.epoch, flush=True)

if __name__ == "__main__":
    folder, name, pause = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    project, store, runner.SECONDS_BETWEEN_STATES = open_project(folder), Store(folder / "results"), pause
    if pause < 5:
        print(done(project, store, task(project, name)))
    else:
        run_tasks(project, [task(project, name)], store, progress=show)
"""


def write_project(folder: Path, text: str = PROJECT) -> Path:
    """A folder with the project."""
    folder.mkdir(exist_ok=True, parents=True)
    (folder / "project.py").write_text(textwrap.dedent(text))
    return folder


def toy(folder: Path) -> Project:
    """The project, loaded from its folder."""
    return open_project(write_project(folder))


def open_project(folder: Path) -> Project:
    """The project of a folder, loaded."""
    return load_project(folder).project


def dependencies(project: Project, results: Path | None = None) -> Dependencies:
    """What a project rests on, if it is the one that this process has loaded last."""
    assert hooks._recorder is not None
    return find_dependencies(
        LoadedProject(project, hooks._recorder), results or project.folder / "report" / "results"
    )


def task(project: Project, name: str, seed: int = 0, *epochs: int) -> Task:
    """The task of an experiment and a seed, by default until its last epoch."""
    experiment = project.experiment(name)
    inputs = dependencies(project).run_inputs(experiment, seed)
    epochs = epochs or (experiment.epochs,)
    return Task(name, seed, sha256_of(inputs), inputs, epochs, exclusive=experiment.exclusive)


def after(epochs: int) -> Callable[[], bool]:
    """Who asks before each epoch whether to stop is told so after this many."""
    answers = iter([False] * epochs + [True])
    return lambda: next(answers)


def done(
    project: Project,
    store: Store,
    task: Task,
    *,
    proves: bool = False,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[Failure | None, list[int]]:
    """Run a task in this process: why it failed, and which epochs were trained."""
    epochs: list[int] = []
    rests_on = dependencies(project)
    failed = run_task(lambda: rests_on, replace(task, proves=proves), store, epochs.append, stop)
    return failed, epochs


def failure(project: Project, store: Store, task: Task, *, proves: bool = False) -> Failure:
    """Why a task failed."""
    failed, _ = done(project, store, task, proves=proves)
    assert failed is not None
    return failed


class WorkerHere:
    """A worker without a process of its own; what is opened is heard of one task at a time."""

    one_at_a_time = threading.Lock()

    def __init__(self, project: Project, store: Store) -> None:
        self.project, self.store = project, store

    def run(self, task: Task, on_epoch: OnEpoch) -> Failure | None:
        """Run a task."""
        with self.one_at_a_time:
            rests_on = dependencies(self.project, self.store.folder)
            return run_task(lambda: rests_on, task, self.store, on_epoch, lambda: False)

    def stop(self) -> None:
        """Go on."""

    kill = close = stop


def stored_run(store: Store, task: Task) -> Run:
    """The stored run of a task."""
    run = Store(store.folder).find(task.key, task.seed)
    assert run is not None
    return run


def bits(run: Run) -> str:
    """A hash of all of a run that is the same however it came about: everything but measured times."""
    records = [without_times(record) for record in run.records]
    checkpoints = [[kept.epoch, kept.metrics, kept.sha256] for kept in run.checkpoints.values()]
    return sha256_of([records, checkpoints, run.ended_early])


def undisturbed(project: Project, folder: Path, wanted: Task) -> str:
    """The bits of the run of a task, made in this process with nothing in between."""
    store = Store(folder / "undisturbed")
    assert done(project, store, wanted)[0] is None
    return bits(stored_run(store, wanted))


def process(folder: Path, name: str, pause: float = 5.0) -> subprocess.Popen[str]:
    """A Python that makes the run of a task of the project in a folder, in a process group of its own.

    It writes a state after so many seconds.
    """
    script = folder / "script.py"
    script.write_text(SCRIPT)
    return subprocess.Popen(
        [sys.executable, str(script), str(folder), name, str(pause)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
        start_new_session=True,
    )


def line_of(text: str) -> int:
    """The line of the project on which a text stands first."""
    lines = textwrap.dedent(PROJECT).splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)
