"""Run one task: start or resume its run, train it epoch by epoch, store it, and prove its state."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from labreport.errors import LabReportError, UsageError, raised_at
from labreport.project import Arrays, Experiment, Fit, Training
from labreport.results import Checkpoint, Run, Store
from labreport.results.files import HASH_DIGITS, STATE, Busy, Damaged, DiskError, lock, validated_arrays
from labreport.run.proof import are_near, unequal_names, without_times
from labreport.run.provenance import describe_machine
from labreport.run.returned import checked_arrays, checked_members, checked_snapshot, refuse_function
from labreport.run.task import Failure, OnEpoch, Task
from labreport.stale import MISSING, Dependencies, Observation

SECONDS_BETWEEN_STATES = 5.0
"""How often a state is stored. If the process is killed, this much work and the current epoch are lost."""


def run_task(
    find_dependencies: Callable[[], Dependencies],
    task: Task,
    store: Store,
    on_epoch: OnEpoch,
    should_stop: Callable[[], bool],
) -> Failure | None:
    """Run a task in this process. Gives why it failed, or None; an exception of the author's is a `Failure`.

    `find_dependencies` loads the project. `should_stop` is called between epochs; if it returns True, the
    state is stored and the task ends.
    """
    try:
        dependencies = find_dependencies()
        with lock(store.folder / ".locks" / f"{task.seed}-{task.key[:HASH_DIGITS]}", stop=should_stop):
            return _run_locked(dependencies, task, store, on_epoch, should_stop)
    except Busy:  # another process runs this task, and `should_stop` returned True while this one waited
        return None
    except BaseException as error:
        return _failure_of(error)


def _run_locked(
    dependencies: Dependencies,
    task: Task,
    store: Store,
    on_epoch: OnEpoch,
    should_stop: Callable[[], bool],
) -> Failure | None:
    """Run a task while holding its lock. If a data file is edited meanwhile, the run is removed again."""
    experiment = dependencies.project.experiment(task.name)
    run = _run_to_continue(task, store, dependencies)
    if not run.missing(task.epochs):
        return None
    _check_inputs(dependencies, experiment, task)
    with dependencies.observe(experiment, store.file_lists.load(run.file_list_hash)) as observation:
        threads = dependencies.project.threads
        runner = Runner(experiment, threads, task, store, run, observation, on_epoch, should_stop)
        try:
            runner.train()
        except BaseException as error:
            return replace(_failure_of(error), missing=_missing_files(observation))
    try:
        _check_inputs(dependencies, experiment, task)
    except UsageError:
        store.remove(runner.run)
        raise
    return None


def _failure_of(error: BaseException) -> Failure:
    """The `Failure` for any exception, with the author's line if the author's code raised it."""
    if isinstance(error, DiskError):
        return Failure(str(error), is_disk_error=True)
    if isinstance(error, LabReportError):
        return Failure(error.message, error.location or raised_at(error))
    return Failure(f"{type(error).__name__}: {error}".strip(": "), raised_at(error))


def _missing_files(observation: Observation) -> tuple[str, ...]:
    """The paths that the code tried to open and that do not exist."""
    with suppress(LabReportError):
        return tuple(path for path, sha256 in observation.file_hashes().items() if sha256 == MISSING)
    return ()


def _run_to_continue(task: Task, store: Store, dependencies: Dependencies) -> Run:
    """The stored run of a task, else an empty one.

    A stored run is not continued if a file that it read has changed, or if it did not run alone and the task
    is exclusive.
    """
    run = store.reload(task.key, task.seed, task.name)
    if run is not None:
        file_hashes = store.file_lists.load(run.file_list_hash)
        has_same_files = file_hashes is not None and not dependencies.file_hasher.changed(file_hashes)
        is_exclusive_enough = run.provenance.get("exclusive") or not task.exclusive
        if has_same_files and is_exclusive_enough:
            return run
    return Run(task.key, task.name, task.seed, task.inputs)


def _check_inputs(dependencies: Dependencies, experiment: Experiment, task: Task) -> None:
    """Raise `UsageError` if the inputs in this process are not those behind the key of the task."""
    inputs = dependencies.run_inputs(experiment, task.seed)
    for label in {**inputs, **task.inputs}:
        here, expected = inputs.get(label, "not there"), task.inputs.get(label, "none")
        if here != expected:
            text = f"{label} is {here} instead of {expected}"
            raise UsageError(f"{text}: edited since the build began, or another on this worker; build again")


@dataclass
class Runner:
    """Trains one run until all checkpoints of its task are stored, or `should_stop` returns True."""

    experiment: Experiment
    threads: int
    task: Task
    store: Store
    run: Run
    """The run as far as it is trained."""
    observation: Observation
    on_epoch: OnEpoch
    should_stop: Callable[[], bool]
    training: Training = field(init=False)
    has_started: bool = False
    epoch: int = 0
    """How many epochs `training` has completed."""
    has_ended: bool = False
    """Whether `advance` has returned None: the training stopped early."""
    state_to_prove: Arrays | None = None
    """The state after the first epoch since the start. The next epoch is trained twice from it."""
    last_write: float = field(default_factory=time.monotonic)
    pause: float = field(default_factory=lambda: SECONDS_BETWEEN_STATES)
    """Seconds between two stored states."""

    def train(self) -> None:
        """Train until the run has all checkpoints of its task, each from the nearest earlier state."""
        while missing := self.run.missing(self.task.epochs):
            self._start_before(missing[0])
            # Asked again: starting removes checkpoints that are damaged
            target = self.run.missing(self.task.epochs)[0]
            while self.epoch < target and not self._is_at_end():
                if self.should_stop():
                    self._save_state()
                    return
                self._advance()
                if self.epoch < target and time.monotonic() - self.last_write > self.pause:
                    self._save_state()
            self._save_checkpoint()

    def _is_at_end(self) -> bool:
        return self.has_ended or (self.run.ended_early and self.epoch == len(self.run.records))

    # Starting

    def _start_before(self, target: int) -> None:
        """Start the training from the last stored state up to an epoch, unless it is already closer to it.

        Checkpoints whose arrays are damaged are removed on the way.
        """
        latest = self._latest_checkpoint(target)
        epoch = latest.epoch if latest else 0
        if self.has_started and epoch <= self.epoch <= target:
            return
        try:
            arrays = latest.arrays if latest else None
        except Damaged as damage:
            self.store.discard(damage.file)
            self.run = self.run.without(damage.file)
            self._start_before(target)
            return
        self._start(epoch, arrays)
        self.has_started, self.has_ended, self.state_to_prove = True, False, None

    def _latest_checkpoint(self, target: int) -> Checkpoint | None:
        """The last checkpoint or state at or before an epoch; None if there is none."""
        usable = [checkpoint for checkpoint in self.run.stored_checkpoints if checkpoint.epoch <= target]
        return max(usable, key=lambda checkpoint: checkpoint.epoch, default=None)

    def _start(self, epoch: int, arrays: Arrays | None) -> None:
        """Start the training after `epoch` completed epochs, from the `state.…` arrays of a checkpoint."""
        specification, seed = self.experiment.specification, self.task.seed
        self.epoch = epoch
        if not self.experiment.start:
            self.training = _FitOnce(self.experiment.code, specification, seed)
            return
        state = None
        if arrays is not None:
            names = [name for name in arrays if name.startswith(STATE)]
            # Copied, because a training may change its state in place
            state = validated_arrays({name.removeprefix(STATE): arrays[name] for name in names})
        self.training = self.experiment.code(specification, seed, epoch, state)

    # Training

    def _advance(self) -> None:
        """Train the next epoch, and add its record to the run unless the run has one already."""
        begun = time.monotonic()
        returned = self.training.advance()
        seconds = time.monotonic() - begun
        if returned is None:
            self._end()
            return
        self.epoch += 1
        record = self._checked_record(returned)
        if self.epoch > len(self.run.records):
            records = (*self.run.records, record)
            self.run = replace(self.run, records=records, provenance=self._provenance(seconds))
        self.on_epoch(self.epoch)
        if not self.task.proves or self.run.provenance.get("proved"):
            return
        if self.state_to_prove is None:
            self.state_to_prove = self._state()
        else:
            self._prove(record)

    def _checked_record(self, returned: object) -> dict[str, Any]:
        return checked_members(returned, f"the values of epoch {self.epoch}", self.experiment.code)

    def _code_of(self, method: str) -> Callable[..., object]:
        """The author's function to name in an error: a method of the training, or `fit`."""
        return getattr(self.training, method) if self.experiment.start else self.experiment.code

    def _end(self) -> None:
        """Mark the run as ended early at this epoch, and drop records and checkpoints of later epochs.

        An earlier training of the run may have gone further.
        """
        if self.epoch == 0:
            text = "advance returned None before the end of its first epoch"
            refuse_function(text, self._code_of("advance"))
        self.has_ended = True
        for checkpoint in self.run.stored_checkpoints:
            if checkpoint.epoch > self.epoch:
                self.run = self.run.without(checkpoint.file)
        self.run = replace(self.run, records=self.run.records[: self.epoch], ended_early=True)

    def _provenance(self, seconds: float) -> dict[str, object]:
        """The provenance of the run after one more epoch, which took so many seconds."""
        earlier = self.run.provenance
        provenance = {**earlier, **describe_machine(self.run.inputs, self.threads)}
        provenance["seconds"] = earlier.get("seconds", 0.0) + seconds
        provenance.setdefault("proved", False)
        provenance["call_hashes"] = self.task.call_hashes
        provenance["exclusive"] = self.task.exclusive and earlier.get("exclusive", True)
        return provenance

    # Storing

    def _save_checkpoint(self) -> None:
        """Store a checkpoint of this epoch, and write the run."""
        metrics, arrays = checked_snapshot(self.training.snapshot(), self._code_of("snapshot"))
        self.run = self.store.save_checkpoint(self.run, self.epoch, metrics, {**arrays, **self._state()})
        if self.run.state and self.run.state.epoch <= self.epoch:
            self.run = replace(self.run, state=None)
        self._write()

    def _save_state(self) -> None:
        """Store the state of this epoch to continue from, unless a later one is stored."""
        if self.epoch == 0 or (self.run.state and self.run.state.epoch >= self.epoch):
            return
        begun = time.monotonic()
        self.run = self.store.save_state(self.run, self.epoch, self._state())
        self._write()
        seconds = time.monotonic() - begun
        self.pause = max(SECONDS_BETWEEN_STATES, 10 * seconds)  # a tenth of the time at most goes to writing

    def _write(self) -> None:
        """Write the run, and the list of files that were read for it so far."""
        list_hash = self.store.file_lists.store(self.observation.file_hashes())
        self.last_write = time.monotonic()
        self.run = self.store.write(replace(self.run, file_list_hash=list_hash))

    def _state(self) -> Arrays:
        arrays = checked_arrays(self.training.state(), self._code_of("state"))
        return {f"{STATE}{name}": array for name, array in arrays.items()}

    # Proving that the state is complete

    def _prove(self, record: Mapping[str, Any]) -> None:
        """Train this epoch again from the state before it, and refuse a `state` that is incomplete.

        The result has to be equal. If it is not, the epoch is trained a third time. On a processor that adds
        in changing order, all three differ, but only a little: that is accepted. If the second and the third
        are equal, or far from the first, `state` lacks something: `UsageError`. The training then continues
        from the repeated epoch, because the first training may share random generators with it.
        """
        undisturbed = self._result_of_epoch(record)
        repeated = self._repeat_epoch()
        unequal = unequal_names(undisturbed, repeated)
        if unequal:
            again = self._repeat_epoch()
            is_repeatable = not unequal_names(repeated, again)
            if is_repeatable or unequal_names(undisturbed, repeated, are_near):
                self._refuse_state(unequal[0].removeprefix(STATE))
        self.state_to_prove = None
        self.run = replace(self.run, provenance={**self.run.provenance, "proved": True})

    def _repeat_epoch(self) -> Arrays:
        """The result of this epoch, trained again from the state before it."""
        del self.training  # so that only one training is in memory at a time
        epoch = self.epoch
        self._start(epoch - 1, self.state_to_prove)
        returned = self.training.advance()
        self.epoch = epoch
        return self._result_of_epoch(self._checked_record(returned))

    def _result_of_epoch(self, record: Mapping[str, Any]) -> Arrays:
        """State and record of the last epoch, as arrays by name, without measured times."""
        import numpy

        values = {name: numpy.asarray(value) for name, value in without_times(record).items()}
        return {**self._state(), **values}

    def _refuse_state(self, name: str) -> None:
        text = f"its epoch {self.epoch} gives another {name!r} when it continues from the state of epoch"
        needed = "all that an epoch depends on, such as generators and what the optimiser keeps"
        form = "as arrays, not as pickled bytes, which may differ where the weights are equal"
        refuse_function(
            f"{text} {self.epoch - 1}; state must return {needed}, {form}", self._code_of("state")
        )


@dataclass
class _FitOnce:
    """A `fit` function as a training of one epoch; its record has the metrics and the seconds it took."""

    function: Callable[..., object]
    specification: object
    seed: int
    result: Fit = field(default_factory=Fit)

    def advance(self) -> dict[str, Any]:
        """Call the function, and give its metrics and the time as a record."""
        begun = time.perf_counter()
        result = self.function(self.specification, self.seed)
        seconds = time.perf_counter() - begun
        if not isinstance(result, Fit):
            text = f"its fit returned {type(result).__name__}; return Fit(metrics, arrays)"
            refuse_function(text, self.function)
        self.result = result
        metrics = checked_members(result.metrics, "the metrics", self.function)
        return {**without_times(metrics), "seconds": seconds}

    def snapshot(self) -> tuple[dict[str, Any], Arrays]:
        """The metrics and arrays that the function returned."""
        return dict(self.result.metrics), self.result.arrays

    def state(self) -> Arrays:
        """An empty state, because nothing follows the only epoch."""
        return {}
