"""One run: it is begun or continued, stored where that is asked for, proved, and stopped between epochs."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, NoReturn, TypeAlias

from labreport.errors import LabReportError, UsageError, display_path, raised_at
from labreport.project import Experiment, Fit, Project, Training, flatten_metrics
from labreport.results import TIMES, Run, Store
from labreport.results.files import STATE, Busy, Damaged, DiskError, lock, map_leaves, validated_arrays
from labreport.run.provenance import describe_machine
from labreport.run.task import Failed, Task
from labreport.stale import Dependencies, Observation, dependencies

SECONDS_BETWEEN_STATES = 5.0
"""What may be lost when everything is killed, beside the epoch that is under way."""
NEAR = 1e-3
"""How far a state may be from its twin, as a share of its length, where no two epochs give equal bits."""
OnEpoch: TypeAlias = Callable[[int, Mapping[str, Any]], None]
"""What is called after each epoch, with its number and its record."""
ArraysByName: TypeAlias = dict[str, Any]


def run_task(
    load: Callable[[], Project],
    task: Task,
    store: Store,
    on_epoch: OnEpoch,
    should_stop: Callable[[], bool],
) -> Failed | None:
    """Carry out a task in this process, whatever the author's code does; what kept it from its end, or None.

    `load` gives the project; `should_stop` is asked between epochs.
    """
    missing: list[str] = []
    try:
        project = load()
        dependencies(project, store.folder)  # as it was loaded: before any code of the project is called
        with lock(store.folder / ".locks" / f"{task.seed}-{task.key[:16]}", stop=should_stop):
            _train(project, task, store, on_epoch, should_stop, missing)
    except Busy:  # another build is at it, and this one was asked to stop
        return None
    except DiskError as error:
        return Failed(str(error), disk=True)
    except LabReportError as error:
        location = error.location or raised_at(error)
        return Failed(error.message, location, missing=tuple(missing))
    except BaseException as error:  # the author's code may raise anything
        text = f"{type(error).__name__}: {error}".strip(": ")
        return Failed(text, raised_at(error), missing=tuple(missing))
    return None


def _train(
    project: Project,
    task: Task,
    store: Store,
    on_epoch: OnEpoch,
    should_stop: Callable[[], bool],
    missing: list[str],
) -> None:
    """Train what the task lacks. Files that were looked for and are not there are added to `missing`."""
    seen = dependencies(project, store.folder)
    experiment = project.experiment(task.name)
    run = _run_to_continue(task, store, seen)
    if not run.missing(task.epochs):
        return
    _check_inputs(seen, experiment, task)
    with seen.observe(experiment, store.reads.load(run.reads)) as observation:
        try:
            run = Runner(project, task, store, observation, on_epoch, should_stop).train(run)
        except BaseException:
            with suppress(LabReportError):
                missing += [path for path, digest in observation.reads().items() if digest == "missing"]
            raise
    try:
        _check_inputs(seen, experiment, task)
    except UsageError:
        store.remove(run)
        raise


def _run_to_continue(task: Task, store: Store, seen: Dependencies) -> Run:
    """The stored run of a task, if what it read is the same now; else one that is begun from nothing."""
    run = store.reload(task.key, task.seed, task.name)
    if run is not None:
        reads = store.reads.load(run.reads)
        is_alone = run.provenance.get("exclusive") or not task.exclusive
        if reads is not None and not seen.changed_reads(reads) and is_alone:
            return run
    return Run(task.key, task.name, task.seed, task.inputs)


def _check_inputs(seen: Dependencies, experiment: Experiment, task: Task) -> None:
    """Raise `UsageError` where a result would not belong under its key."""
    inputs = seen.run_inputs(experiment, task.seed)
    for label in {**inputs, **task.inputs}:
        here, expected = inputs.get(label, "not there"), task.inputs.get(label, "none")
        if here != expected:
            text = f"{label} is {here} instead of {expected}"
            raise UsageError(f"{text}: edited since the build began, or another on this worker; build again")


class Runner:
    """Trains one run until the checkpoints of its task are stored, or until it is asked to stop."""

    def __init__(
        self,
        project: Project,
        task: Task,
        store: Store,
        observation: Observation,
        on_epoch: OnEpoch,
        should_stop: Callable[[], bool],
    ) -> None:
        self.task, self.store, self.observation = task, store, observation
        self.on_epoch, self.should_stop = on_epoch, should_stop
        self.experiment, self.threads = project.experiment(task.name), project.threads
        self.function = self.experiment.code
        self.training: Training | None = None
        self.epoch = 0
        """How many epochs the training has behind it."""
        self.started_at = 0
        """The epoch from whose state it was started; 0 from nothing."""
        self.has_ended = False
        """Whether `advance` has returned None."""
        self.was_stopped = False
        self.first_state: ArraysByName = {}
        """The state after the first epoch, from which the second is trained once more."""
        self.last_write = time.monotonic()
        self.pause = SECONDS_BETWEEN_STATES

    def train(self, run: Run) -> Run:
        """The run with all checkpoints of its task, each trained from the nearest state before it."""
        if self.task.proves and self.experiment.start and run.records:
            run = self._prove_apart(run)
        while not self.was_stopped and (missing := run.missing(self.task.epochs)):
            run = self._start_before(run, missing[0])
            # A checkpoint that turned out to be damaged is missing now, too
            run = self._train_until(run, run.missing(self.task.epochs)[0])
        return run

    def _train_until(self, run: Run, target: int) -> Run:
        """The run with a checkpoint at an epoch, or with a state where it was stopped before."""
        while self.epoch < target and not self._is_at_end(run):
            if self.should_stop():
                self.was_stopped = True
                return self._save_state(run)
            run = self._advance(run)
            is_due = time.monotonic() - self.last_write > self.pause
            if self.epoch < target and is_due:
                run = self._save_state(run)
        return self._save_checkpoint(run)

    def _is_at_end(self, run: Run) -> bool:
        return self.has_ended or (run.finished and self.epoch == len(run.records))

    # Starting

    def _start_before(self, run: Run, target: int) -> Run:
        """Start the training from the last state before an epoch, unless it is nearer already.

        The run comes back without checkpoints that turn out to be damaged.
        """
        while True:
            usable = [checkpoint for checkpoint in run.stored if checkpoint.epoch <= target]
            latest = max(usable, key=lambda checkpoint: checkpoint.epoch, default=None)
            epoch = latest.epoch if latest else 0
            if self.training is not None and epoch <= self.epoch <= target:
                return run
            try:
                state = _state_in(latest.arrays) if latest else None
            except Damaged as damage:
                self.store.discard(damage.file)
                run = run.without(damage.file)
                continue
            self.training = self._start(epoch, state)
            self.epoch = self.started_at = epoch
            self.has_ended = False
            return run

    def _start(self, epoch: int, state: ArraysByName | None) -> Training:
        """A training that has so many epochs behind it."""
        specification, seed = self.experiment.specification, self.task.seed
        if not self.experiment.start:
            return _FitOnce(self, specification, seed)
        # Copied, since a training may change its state in place
        copied = None if state is None else validated_arrays(state)
        training: Training = self.function(specification, seed, epoch, copied)
        return training

    # Training

    def _advance(self, run: Run) -> Run:
        """Train an epoch; the run with its record, if that is new."""
        assert self.training is not None
        begun = time.monotonic()
        returned = self.training.advance()
        seconds = time.monotonic() - begun
        if returned is None:
            return self._end(run)
        self.epoch += 1
        record = self.json_members(returned, f"the values of epoch {self.epoch}")
        if self.epoch > len(run.records):
            provenance = self._provenance(run, seconds)
            run = replace(run, records=(*run.records, record), provenance=provenance)
        self.on_epoch(self.epoch, record)
        if self.task.proves and self.experiment.start and self.started_at == 0:
            if self.epoch == 1:
                self.first_state = self._state()
            if self.epoch == 2:
                run = self._prove(run, record)
        return run

    def _end(self, run: Run) -> Run:
        """The run that ends after this epoch; what an earlier training of it had beyond is gone."""
        if self.epoch == 0:
            self.refuse("advance returned None before the end of its first epoch", "advance")
        self.has_ended = True
        for checkpoint in run.stored:
            if checkpoint.epoch > self.epoch:
                run = run.without(checkpoint.file)
        return replace(run, records=run.records[: self.epoch], finished=True)

    def _provenance(self, run: Run, seconds: float) -> dict[str, Any]:
        """Where and when a run was made that has trained another epoch in so many seconds."""
        earlier = run.provenance
        provenance = describe_machine(run.inputs, self.threads)
        provenance["seconds"] = earlier.get("seconds", 0.0) + seconds
        provenance["proved"] = earlier.get("proved", False)
        provenance["calls"] = self.task.calls
        provenance["exclusive"] = self.task.exclusive and earlier.get("exclusive", True)
        return provenance

    # Storing

    def _save_checkpoint(self, run: Run) -> Run:
        """The run, written, with a checkpoint at this epoch."""
        assert self.training is not None
        returned = self.training.snapshot()
        if not isinstance(returned, tuple) or len(returned) != 2:
            self.refuse(f"snapshot returned {type(returned).__name__}; return metrics, arrays", "snapshot")
        metrics = self.json_members(returned[0], "the metrics")
        arrays = self._arrays(returned[1])
        for name in arrays:
            if name.startswith(STATE):
                self.refuse(f"an array is named {name!r}; no name may begin with {STATE!r}", "snapshot")
        run = self.store.save_checkpoint(run, self.epoch, metrics, {**arrays, **self._state()})
        if run.state and run.state.epoch <= self.epoch:
            run = replace(run, state=None)
        return self._write(run)

    def _save_state(self, run: Run) -> Run:
        """The run, written, with the state of this epoch, unless there is a later one."""
        if self.epoch == 0 or (run.state and run.state.epoch >= self.epoch):
            return run
        begun = time.monotonic()
        run = self._write(self.store.save_state(run, self.epoch, self._state()))
        seconds = time.monotonic() - begun
        self.pause = max(SECONDS_BETWEEN_STATES, 10 * seconds)  # of a state that takes long to write
        return run

    def _write(self, run: Run) -> Run:
        """The run, written, with the list of what was read for it so far."""
        reads = self.store.reads.store(self.observation.reads())
        self.last_write = time.monotonic()
        return self.store.write(replace(run, reads=reads))

    def _state(self) -> ArraysByName:
        assert self.training is not None
        arrays = self._arrays(self.training.state())
        return {f"{STATE}{name}": array for name, array in arrays.items()}

    # Proving that the state is whole

    def _prove_apart(self, run: Run) -> Run:
        """The run, proved, of a training that has epochs behind it: two are trained only for this."""
        self.training, self.epoch = self._start(0, None), 0
        records = []
        for epoch in (1, 2):
            record = self.training.advance()
            if record is None:
                break
            records.append(self.json_members(record, f"the values of epoch {epoch}"))
            if epoch == 1:
                self.first_state = self._state()
        if len(records) == 2:
            run = self._prove(run, records[1])
        self.training = None
        return run

    def _prove(self, run: Run, record: Mapping[str, Any]) -> Run:
        """The run, proved: its second epoch from the state after the first gives the same.

        Where it does not, it is trained a third time: a processor that never adds in one order gives a third
        result, near the others; a state that forgets something gives the second again, or one far away. The
        training goes on from there, since the one before may share generators with it.
        """
        undisturbed = self._result_of_epoch(record)
        repeated = self._repeat_second_epoch()
        unequal = unequal_names(undisturbed, repeated)
        if unequal:
            again = self._repeat_second_epoch()
            is_repeatable = not unequal_names(repeated, again)
            is_far = bool(unequal_names(undisturbed, repeated, NEAR))
            if is_repeatable or is_far:
                name = unequal[0].removeprefix(STATE)
                text = f"its epoch 2 gives another {name!r} when it continues from the state of epoch 1"
                needed = "all that an epoch depends on, such as generators and what the optimiser keeps"
                way_out = "as arrays, not as pickled bytes, which may differ where the weights are equal"
                self.refuse(f"{text}; state must return {needed}, {way_out}", "state")
        self.first_state = {}
        return replace(run, provenance={**run.provenance, "proved": True})

    def _repeat_second_epoch(self) -> ArraysByName:
        """The result of the second epoch, trained from the state after the first."""
        self.training = None  # so that one of them is in memory
        state = {name.removeprefix(STATE): array for name, array in self.first_state.items()}
        self.training = self._start(1, state)
        return self._result_of_epoch(self.json_members(self.training.advance(), "the values of epoch 2"))

    def _result_of_epoch(self, record: Mapping[str, Any]) -> ArraysByName:
        """State and record of the epoch that was trained last, but measured times."""
        import numpy

        values = {name: numpy.asarray(value) for name, value in without_times(record).items()}
        return {**self._state(), **values}

    # Checking what the author's code returns

    def json_members(self, values: Any, what: str) -> dict[str, Any]:
        """Numbers and texts by name as JSON has them, NumPy's converted. Raises `UsageError` for others."""

        def as_json(value: Any) -> Any:
            value = value.tolist() if hasattr(value, "tolist") else value  # of NumPy
            if value is not None and not isinstance(value, (bool, int, float, str, list)):
                kind = type(value).__name__
                self.refuse(f"{what} have a value of {kind}; allowed are numbers, texts and lists")
            return value

        if not isinstance(values, Mapping):
            self.refuse(f"{what} are {type(values).__name__}; return a dict of numbers")
        members: dict[str, Any] = map_leaves(values, as_json)
        return members

    def _arrays(self, values: Any) -> ArraysByName:
        """Arrays that can be stored, copied. Raises `UsageError` for others."""
        try:
            return validated_arrays(values)
        except UsageError as error:
            self.refuse(str(error))

    def refuse(self, text: str, method: str = "") -> NoReturn:
        """Raise `UsageError` at the method of the training, or at the function that runs the experiment."""
        for function in (getattr(type(self.training), method, None), self.function):
            with suppress(TypeError, OSError):  # nobody may know where it is defined
                source = inspect.unwrap(function)  # type: ignore[arg-type]
                _, line = inspect.getsourcelines(source)
                file = display_path(inspect.getsourcefile(source) or "")
                raise UsageError(text, f"{file}:{line}")
        raise UsageError(text)


class _FitOnce:
    """A `fit` as a training of one epoch; its record has each metric by its full name, and the seconds."""

    def __init__(self, runner: Runner, specification: Any, seed: int) -> None:
        self.runner, self.specification, self.seed = runner, specification, seed
        self.result = Fit()

    def advance(self) -> dict[str, Any]:
        """Fit."""
        begun = time.perf_counter()
        result = self.runner.function(self.specification, self.seed)
        seconds = time.perf_counter() - begun
        if not isinstance(result, Fit):
            self.runner.refuse(f"its fit returned {type(result).__name__}; return Fit(metrics, arrays)")
        self.result = result
        metrics = self.runner.json_members(result.metrics, "the metrics")
        return {**without_times(metrics), "seconds": seconds}

    def snapshot(self) -> tuple[Any, Any]:
        """What the fit returned."""
        return self.result.metrics, self.result.arrays

    def state(self) -> dict[str, Any]:
        """Nothing: it does not go on."""
        return {}


def _state_in(arrays: Mapping[str, Any]) -> ArraysByName:
    """The arrays of a checkpoint from which a training continues, by the names that it gave them."""
    return {name.removeprefix(STATE): arrays[name] for name in arrays if name.startswith(STATE)}


def without_times(values: Mapping[str, Any]) -> dict[str, Any]:
    """What does not differ when a run is repeated, by full name: all but measured times."""
    return {name: value for name, value in flatten_metrics(values).items() if not name.endswith(TIMES)}


def unequal_names(arrays: ArraysByName, repeated: ArraysByName, tolerance: float = 0.0) -> list[str]:
    """The names of arrays that are not equal to those of the same name.

    With a tolerance, numbers may be as far apart as that share of their length.
    """
    return [name for name in arrays if not _are_equal(arrays[name], repeated.get(name), tolerance)]


def _are_equal(array: Any, repeated: Any, tolerance: float) -> bool:
    import numpy as np

    if repeated is None or array.shape != repeated.shape:
        return False
    is_number = array.dtype.kind == "f"
    if not is_number or not tolerance:
        return bool(np.array_equal(array, repeated, equal_nan=is_number))
    numbers = array.astype(float)
    difference = np.nan_to_num(numbers - repeated.astype(float))
    length = np.linalg.norm(np.nan_to_num(numbers))
    return bool(np.linalg.norm(difference) <= tolerance * length)
