"""Driving one run: begin or continue it, keep what is asked for, prove its state, stop between epochs."""

from __future__ import annotations

import inspect
import os
import platform
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

from labreport.errors import LabReportError, UsageError, display_path, raised_at
from labreport.project import Fit, Project, flatten_metrics
from labreport.results import TIMES, Run, Store
from labreport.results.files import STATE, Busy, DiskError, lock, map_leaves, validated_arrays
from labreport.run.task import Failed, Job
from labreport.stale import dependencies

SAVED = 5.0
"""Seconds between two writings of the state: what may be lost when everything is killed."""
NEAR = 1e-3
"""How far a state may be from its twin, as a share of its length, where no two epochs give equal bits."""
OnEpoch = Callable[[int, Mapping[str, Any]], None]
Stop = Callable[[], bool]
Arrays = dict[str, Any]


def run_task(load: Callable[[], Project], job: Job, store: Store, tell: OnEpoch, stop: Stop) -> Failed | None:
    """Do a job in this process, whatever the author's code does; what kept it from its end, or None.

    `load` gives the project, `tell(epoch, record)` is called after each epoch, and `stop` between epochs.
    """
    try:
        project = load()
        dependencies(project, store.folder)  # before any code of the project is called
        with lock(store.folder / ".locks" / f"{job.seed}-{job.key[:8]}", stop=stop):
            run = store.find(job.key, job.seed) or Run(job.key, job.name, job.seed, job.made_of)
            if run.missing(job.epochs):
                _check(project, job)
                with dependencies(project).observe(project.experiment(job.name)):
                    run = Runner(project, job, store, tell, stop).train(run)
                try:
                    _check(project, job)
                except UsageError:
                    store.remove(run)
                    raise
    except Busy:  # another build is at it, and this one was asked to stop
        pass
    except DiskError as error:
        return Failed(str(error), disk=True)
    except LabReportError as error:
        return Failed(error.message, error.location or raised_at(error))
    except BaseException as error:  # the author's code may raise anything
        text = f"{type(error).__name__}: {error}".strip(": ")
        return Failed(text, raised_at(error))
    return None


def _check(project: Project, job: Job) -> None:
    """Raise `UsageError` where a result would not belong under its key."""
    here = dependencies(project).run_inputs(project.experiment(job.name), job.seed)
    if odd := [name for name in {**here, **job.made_of} if here.get(name) != job.made_of.get(name)]:
        text = f"{odd[0]} is {here.get(odd[0], 'not there')} instead of {job.made_of.get(odd[0], 'none')}"
        raise UsageError(f"{text}: edited since the build began, or another on this worker; build again")


class Runner:
    """One job, driven until its epochs are kept or `stop` says so."""

    def __init__(self, project: Project, job: Job, store: Store, tell: OnEpoch, stop: Stop) -> None:
        self.job, self.store, self.tell, self.stop = job, store, tell, stop
        self.experiment, self.threads = project.experiment(job.name), project.threads
        self.code = self.experiment.code
        self.training: Any = None
        self.epoch = self.begun = 0
        """Where the training is, and where it was begun."""
        self.first: Arrays = {}
        """The state from which the second epoch is to be trained once more."""
        self.saved, self.pause = time.monotonic(), SAVED

    def train(self, run: Run) -> Run:
        """Train until all epochs of the job are kept, each from the nearest state before it."""
        for target in run.missing(self.job.epochs):
            if not run.missing((target,)):  # it has finished early meanwhile
                continue
            states = [kept for kept in (*run.kept.values(), run.state) if kept and kept.epoch <= target]
            kept = max(states, key=lambda one: one.epoch, default=None)
            if self.training is None or (kept is not None and kept.epoch > self.epoch):
                self.epoch = self.begun = kept.epoch if kept else 0
                self.training = self._start(self.epoch, kept.arrays if kept else None)
            while self.epoch < target and not (run.finished and self.epoch == len(run.records)):
                if self.stop():
                    return self._save(run)
                run = self._advance(run)
                if self.epoch < target and time.monotonic() - self.saved > self.pause:
                    run = self._save(run)
            run = self._keep(run)
        return run

    def _start(self, epoch: int, arrays: Mapping[str, Any] | None) -> Any:
        """A training after some epochs, from the state in arrays; copied, for it may change it in place."""
        if not self.experiment.start:  # a fit is one step
            return SimpleNamespace(advance=self._fit, state=dict)
        state = None
        if arrays is not None:
            own = [name for name in arrays if name.startswith(STATE)]
            state = validated_arrays({name.removeprefix(STATE): arrays[name] for name in own})
        return self.code(self.experiment.specification, self.job.seed, epoch, state)

    def _advance(self, run: Run) -> Run:
        """Train an epoch; the run with its record, if that is new."""
        begun = time.monotonic()
        record = self.training.advance()
        if record is None:
            if not self.epoch:
                self.refuse("advance returned None before the end of its first epoch", "advance")
            return replace(run, finished=True)
        seconds = time.monotonic() - begun + run.made.get("seconds", 0.0)
        self.epoch += 1
        record = self.plain(record, f"the values of epoch {self.epoch}")
        if self.epoch > len(run.records):
            libraries = {name[8:]: each for name, each in run.made_of.items() if name.startswith("library ")}
            made = {  # for people; no part of a result's identity
                "processor": _processor(),
                "system": f"{platform.system()} {platform.machine()}",
                "cores": os.cpu_count() or 1,
                "threads": self.threads,
                "python": platform.python_version(),
                "libraries": libraries,
                "date": datetime.now(UTC).isoformat(timespec="seconds"),
                "seconds": seconds,
            }
            run = replace(run, records=(*run.records, record), made=made)
        self.tell(self.epoch, record)
        if self.job.proves and self.begun == 0 and self.epoch <= 2:
            self._prove(record)
        return run

    def _fit(self) -> dict[str, Any]:
        """Fit in one step; the record has the seconds that it took, and each metric by its full name."""
        begun = time.perf_counter()
        fit = self.code(self.experiment.specification, self.job.seed)
        seconds = time.perf_counter() - begun
        if not isinstance(fit, Fit):
            self.refuse(f"its fit returned {type(fit).__name__}; return Fit(metrics, arrays)")
        self.training.snapshot = lambda: (fit.metrics, fit.arrays)
        return {**without_times(self.plain(fit.metrics, "the metrics")), "seconds": seconds}

    def _keep(self, run: Run) -> Run:
        """The run, written, with what is kept at this epoch."""
        found = self.training.snapshot()
        if not isinstance(found, tuple) or len(found) != 2:
            self.refuse(f"snapshot returned {type(found).__name__}; return metrics, arrays", "snapshot")
        metrics, arrays = self.plain(found[0], "the metrics"), self.arrays(found[1])
        if odd := [name for name in arrays if name.startswith(STATE)]:
            self.refuse(f"an array is named {odd[0]!r}; no name may begin with {STATE!r}", "snapshot")
        run = self.store.keep(run, self.epoch, metrics, {**arrays, **self._state()})
        later = run.state if run.state and run.state.epoch > self.epoch else None
        self.saved = time.monotonic()
        return self.store.write(replace(run, state=later))

    def _save(self, run: Run) -> Run:
        """The run, written, with the state of this epoch, unless there is a later one."""
        if self.epoch == 0 or (run.state and run.state.epoch >= self.epoch):
            return run
        begun = time.monotonic()
        run = self.store.write(self.store.keep_state(run, self.epoch, self._state()))
        self.saved = time.monotonic()
        self.pause = max(SAVED, 10 * (self.saved - begun))  # of a state that takes long to write
        return run

    def _state(self) -> Arrays:
        return {f"{STATE}{name}": array for name, array in self.arrays(self.training.state()).items()}

    def _prove(self, record: Mapping[str, Any]) -> None:
        """Train the second epoch from the state after the first, too: it must give the same.

        Where it does not, it is trained a third time: a processor that never adds in one order gives a third
        result, near the others; a state that forgets something gives the second again, or one far away. The
        training goes on from there, since the one before may share generators with it.
        """
        if self.epoch == 1:
            self.first = self._state()
            return
        import numpy

        def seen(record: Mapping[str, Any]) -> Arrays:
            told = {name: numpy.asarray(value) for name, value in without_times(record).items()}
            return {**self._state(), **told}

        def again() -> Arrays:
            self.training = None  # so that one of them is in memory
            self.training = self._start(1, self.first)
            return seen(self.plain(self.training.advance(), "the values of epoch 2"))

        here, second = seen(record), again()
        odd = _differing_arrays(here, second)
        if odd and (not _differing_arrays(second, again()) or _differing_arrays(here, second, NEAR)):
            text = f"its epoch 2 gives another {odd[0].removeprefix(STATE)!r} when it continues from the"
            needed = "all that an epoch depends on, such as generators and what the optimiser keeps"
            self.refuse(f"{text} state of epoch 1; state must return {needed}", "state")
        self.first = {}

    def plain(self, values: Any, what: str) -> dict[str, Any]:
        """Numbers and texts by name as JSON has them, NumPy's converted. Raises `UsageError` for others."""

        def leaf(value: Any) -> Any:
            value = value.tolist() if hasattr(value, "tolist") else value  # of NumPy
            if value is not None and not isinstance(value, (bool, int, float, str, list)):
                kind = type(value).__name__
                self.refuse(f"{what} have a value of {kind}; allowed are numbers, texts and lists")
            return value

        if not isinstance(values, Mapping):
            self.refuse(f"{what} are {type(values).__name__}; return a dict of numbers")
        found: dict[str, Any] = map_leaves(values, leaf)
        return found

    def arrays(self, given: Any) -> Arrays:
        """Arrays that can be kept, copied. Raises `UsageError` for others."""
        try:
            return validated_arrays(given)
        except UsageError as error:
            self.refuse(str(error))

    def refuse(self, text: str, method: str = "") -> NoReturn:
        """Raise `UsageError` at the method of the training, or at the function that runs the experiment."""
        places: tuple[Any, ...] = (getattr(type(self.training), method, None), self.code)
        for function in map(inspect.unwrap, places):
            with suppress(TypeError, OSError):  # nobody may know where it is defined
                _, line = inspect.getsourcelines(function)
                file = display_path(inspect.getsourcefile(function) or "")
                raise UsageError(text, location=f"{file}:{line}")
        raise UsageError(text)


@cache
def _processor() -> str:
    with suppress(OSError):
        told = Path("/proc/cpuinfo").read_text("utf-8", "replace")
        if found := re.search(r"^(?:model name|Model).*?:(.*)", told, re.MULTILINE):
            return found[1].strip()
    return platform.processor() or platform.machine()


def without_times(values: Mapping[str, Any]) -> dict[str, Any]:
    """What does not differ when a run is repeated, by full name: all but measured times."""
    return {name: value for name, value in flatten_metrics(values).items() if not name.endswith(TIMES)}


def _differing_arrays(one: Arrays, other: Arrays, share: float = 0.0) -> list[str]:
    """The names of arrays that are not equal, or farther apart than a share of their length."""
    import numpy as np

    def alike(a: Any, b: Any) -> bool:
        if b is None or a.shape != b.shape:
            return False
        if a.dtype.kind != "f" or not share:
            return bool(np.array_equal(a, b, equal_nan=a.dtype.kind == "f"))
        apart = np.linalg.norm(np.nan_to_num(a.astype(float) - b.astype(float)))
        return bool(apart <= share * np.linalg.norm(np.nan_to_num(a.astype(float))))

    return [name for name in one if not alike(one[name], other.get(name))]
