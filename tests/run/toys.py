"""A project of NumPy trainings in a folder, tasks of it, and a process that makes them."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

from labreport.project import Project
from labreport.results import Run, Store, sha256_of
from labreport.run import Epoch, Failed, Task
from labreport.run.runner import run_task
from labreport.stale import dependencies, load

PROJECT = """
    import os, time
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
            if mode == "always dies":
                os._exit(3)
            time.sleep(60 if mode == "waits" and self.epoch == 1 else self.specification.pause)
            self.epoch += 1
            pushed = np.random.default_rng([self.seed, self.epoch]).normal(size=self.place.size)
            self.speed = self.speed * 0.9 + pushed
            if mode in ("noisy", "luck"):
                self.speed *= 1 + (1e-9 if mode == "noisy" else 1.0) * np.random.default_rng().normal()
            self.place += self.speed
            told = {"pid": os.getpid(), "threads": os.environ.get("OMP_NUM_THREADS")}
            record = {"far": float(abs(self.place).max()), "own seconds": time.perf_counter() % 1e-3}
            return {**record, **told} if mode in ("pid", "waits") else record

        def snapshot(self):
            signs = np.where(self.place > 0, "+", "minus")
            return {"test": {"sum": self.place.sum(), "bad": np.nan}}, {"place": self.place, "signs": signs}

        def state(self):
            kept = {"place": self.place}
            return kept if self.specification.mode == "forgets" else {**kept, "speed": self.speed}

    def fit(specification, seed):
        return Fit({"test": {"score": np.float64(seed / 7)}, "seconds": 1.0}, {"a": [1, 2, 3]})

    MODES = ("early", "raises", "dies", "always dies", "forgets", "noisy", "luck", "pid", "waits", "reads")
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
from labreport.run import Epoch, execute
from labreport.run import runner
from run.toys import Path, done, load, task

def told(event):
    if isinstance(event, Epoch) and event.epoch:
        print(event.epoch, event.record.get("pid"), flush=True)

if __name__ == "__main__":
    folder, name, saved = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    project, store, runner.SECONDS_BETWEEN_STATES = load(folder), Store(folder / "results"), saved
    if saved < 5:
        print(done(project, store, task(project, name)))
    else:
        execute(project, [task(project, name)], store, progress=told)
"""


def write_project(folder: Path, text: str = PROJECT) -> Path:
    """A folder with the project."""
    folder.mkdir(exist_ok=True, parents=True)
    (folder / "project.py").write_text(textwrap.dedent(text))
    return folder


def toy(folder: Path) -> Project:
    """The project, loaded from its folder."""
    return load(write_project(folder))


def task(project: Project, name: str, seed: int = 0, *epochs: int) -> Task:
    """The task of an experiment and a seed, by default until its last epoch."""
    experiment = project.experiment(name)
    inputs = dependencies(project).run_inputs(experiment, seed)
    cost = float(experiment.specification.size)
    epochs = epochs or (experiment.epochs,)
    return Task(name, seed, sha256_of(inputs), inputs, epochs, cost, experiment.exclusive, proves=True)


def done(
    project: Project, store: Store, wanted: Task, *, proves: bool = False, **options: Any
) -> tuple[Failed | None, list[int]]:
    """Carry out a task in this process: what kept it from its end, and which epochs were trained."""
    epochs: list[int] = []
    stop = options.pop("stop", lambda: False)
    task = replace(wanted, proves=proves)
    failed = run_task(lambda: project, task, store, lambda epoch, _: epochs.append(epoch), stop, **options)
    return failed, epochs


def stored_run(store: Store, wanted: Task) -> Run:
    """The stored run of a task."""
    run = Store(store.folder).find(wanted.key, wanted.seed)
    assert run is not None
    return run


def bits(run: Run) -> str:
    """A digest of all of a run that is the same however it came about: everything but measured times."""
    names = [name for name in run.records[0] if not name.endswith("seconds")]
    records = [{name: record.get(name) for name in names} for record in run.records]
    kept = [
        [checkpoint.epoch, checkpoint.metrics, checkpoint.sha256] for checkpoint in run.checkpoints.values()
    ]
    return sha256_of([records, kept, run.finished])


def process(folder: Path, name: str, saved: float = 5.0) -> subprocess.Popen[str]:
    """A Python that makes the run of a task of the project in a folder, in a process group of its own."""
    script = folder / "script.py"
    script.write_text(SCRIPT)
    return subprocess.Popen(
        [sys.executable, str(script), str(folder), name, str(saved)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
        start_new_session=True,
    )


def epochs_of(events: list[Any], wanted: Task) -> list[int]:
    """Which epochs of a task were told."""
    return [event.epoch for event in events if isinstance(event, Epoch) and event.task == wanted]


def line_of(text: str) -> int:
    """The line of the project on which a text stands first."""
    lines = textwrap.dedent(PROJECT).splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)
