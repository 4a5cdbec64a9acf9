"""Running one task: its run is begun or continued, trained epoch by epoch, stored, and its state proved."""

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
"""What may be lost when everything is killed, beside the epoch that is under way."""


def run_task(
    find_dependencies: Callable[[], Dependencies],
    task: Task,
    store: Store,
    on_epoch: OnEpoch,
    should_stop: Callable[[], bool],
) -> Failure | None:
    """Run a task in this process, whatever the author's code does; None where nothing failed.

    `find_dependencies` loads the project; `should_stop` is asked between epochs.
    """
    try:
        rests_on = find_dependencies()
        with lock(store.folder / ".locks" / f"{task.seed}-{task.key[:HASH_DIGITS]}", stop=should_stop):
            return _run_locked(rests_on, task, store, on_epoch, should_stop)
    except Busy:  # another build is at it, and this one was asked to stop
        return None
    except BaseException as error:
        return _failure_of(error)


def _run_locked(
    rests_on: Dependencies,
    task: Task,
    store: Store,
    on_epoch: OnEpoch,
    should_stop: Callable[[], bool],
) -> Failure | None:
    """Run a task that no other process runs; its run is removed if its code was edited meanwhile."""
    experiment = rests_on.project.experiment(task.name)
    run = _run_to_continue(task, store, rests_on)
    if not run.missing(task.epochs):
        return None
    _check_inputs(rests_on, experiment, task)
    with rests_on.observe(experiment, store.reads.load(run.reads)) as observation:
        threads = rests_on.project.threads
        runner = Runner(experiment, threads, task, store, run, observation, on_epoch, should_stop)
        try:
            runner.train()
        except BaseException as error:
            return replace(_failure_of(error), missing=_missing_files(observation))
    try:
        _check_inputs(rests_on, experiment, task)
    except UsageError:
        store.remove(runner.run)
        raise
    return None


def _failure_of(error: BaseException) -> Failure:
    """An error as a failure; the author's code may raise anything."""
    if isinstance(error, DiskError):
        return Failure(str(error), is_disk_error=True)
    if isinstance(error, LabReportError):
        return Failure(error.message, error.location or raised_at(error))
    return Failure(f"{type(error).__name__}: {error}".strip(": "), raised_at(error))


def _missing_files(observation: Observation) -> tuple[str, ...]:
    """The files that were looked for and are not there."""
    with suppress(LabReportError):
        return tuple(path for path, digest in observation.reads().items() if digest == MISSING)
    return ()


def _run_to_continue(task: Task, store: Store, rests_on: Dependencies) -> Run:
    """The stored run of a task, if what it read is the same now; else one that is begun from nothing."""
    run = store.reload(task.key, task.seed, task.name)
    if run is not None:
        reads = store.reads.load(run.reads)
        is_alone = run.provenance.get("exclusive") or not task.exclusive
        if reads is not None and not rests_on.digests.changed(reads) and is_alone:
            return run
    return Run(task.key, task.name, task.seed, task.inputs)


def _check_inputs(rests_on: Dependencies, experiment: Experiment, task: Task) -> None:
    """Raise `UsageError` where a result would not belong under its key."""
    inputs = rests_on.run_inputs(experiment, task.seed)
    for label in {**inputs, **task.inputs}:
        here, expected = inputs.get(label, "not there"), task.inputs.get(label, "none")
        if here != expected:
            text = f"{label} is {here} instead of {expected}"
            raise UsageError(f"{text}: edited since the build began, or another on this worker; build again")


@dataclass
class Runner:
    """Trains one run until the checkpoints of its task are stored, or until it is asked to stop."""

    experiment: Experiment
    threads: int
    task: Task
    store: Store
    run: Run
    """What there is of the run so far."""
    observation: Observation
    on_epoch: OnEpoch
    should_stop: Callable[[], bool]
    training: Training = field(init=False)
    has_started: bool = False
    epoch: int = 0
    """How many epochs the training has behind it."""
    has_ended: bool = False
    """Whether `advance` has returned None."""
    state_to_prove: Arrays | None = None
    """The state after the first epoch since the start, from which the second is trained once more."""
    last_write: float = field(default_factory=time.monotonic)
    pause: float = field(default_factory=lambda: SECONDS_BETWEEN_STATES)
    """Seconds between two states."""

    def train(self) -> None:
        """Train until the run has all checkpoints of its task, each from the nearest state before it."""
        while missing := self.run.missing(self.task.epochs):
            self._start_before(missing[0])
            # A checkpoint that turned out to be damaged is missing now, too
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
        return self.has_ended or (self.run.finished and self.epoch == len(self.run.records))

    # Starting

    def _start_before(self, target: int) -> None:
        """Start the training from the last state before an epoch, unless it is nearer already.

        The run loses checkpoints that turn out to be damaged.
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
        """The last checkpoint or state that is not after an epoch."""
        usable = [checkpoint for checkpoint in self.run.stored_checkpoints if checkpoint.epoch <= target]
        return max(usable, key=lambda checkpoint: checkpoint.epoch, default=None)

    def _start(self, epoch: int, arrays: Arrays | None) -> None:
        """Start a training that has so many epochs behind it, from the state among these arrays."""
        specification, seed = self.experiment.specification, self.task.seed
        self.epoch = epoch
        if not self.experiment.start:
            self.training = _FitOnce(self.experiment.code, specification, seed)
            return
        state = None
        if arrays is not None:
            names = [name for name in arrays if name.startswith(STATE)]
            # Copied, since a training may change its state in place
            state = validated_arrays({name.removeprefix(STATE): arrays[name] for name in names})
        self.training = self.experiment.code(specification, seed, epoch, state)

    # Training

    def _advance(self) -> None:
        """Train an epoch; its record is new, or that of the run."""
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
        """The author's method of the training; of a `fit`, that function."""
        return getattr(self.training, method) if self.experiment.start else self.experiment.code

    def _end(self) -> None:
        """End the run after this epoch; what an earlier training of it had beyond is gone."""
        if self.epoch == 0:
            text = "advance returned None before the end of its first epoch"
            refuse_function(text, self._code_of("advance"))
        self.has_ended = True
        for checkpoint in self.run.stored_checkpoints:
            if checkpoint.epoch > self.epoch:
                self.run = self.run.without(checkpoint.file)
        self.run = replace(self.run, records=self.run.records[: self.epoch], finished=True)

    def _provenance(self, seconds: float) -> dict[str, object]:
        """Where and when a run was made that has trained another epoch in so many seconds."""
        earlier = self.run.provenance
        provenance = {**earlier, **describe_machine(self.run.inputs, self.threads)}
        provenance["seconds"] = earlier.get("seconds", 0.0) + seconds
        provenance.setdefault("proved", False)
        provenance["call_hashes"] = self.task.call_hashes
        provenance["exclusive"] = self.task.exclusive and earlier.get("exclusive", True)
        return provenance

    # Storing

    def _save_checkpoint(self) -> None:
        """Write the run with a checkpoint at this epoch."""
        metrics, arrays = checked_snapshot(self.training.snapshot(), self._code_of("snapshot"))
        self.run = self.store.save_checkpoint(self.run, self.epoch, metrics, {**arrays, **self._state()})
        if self.run.state and self.run.state.epoch <= self.epoch:
            self.run = replace(self.run, state=None)
        self._write()

    def _save_state(self) -> None:
        """Write the run with the state of this epoch, unless there is a later one."""
        if self.epoch == 0 or (self.run.state and self.run.state.epoch >= self.epoch):
            return
        begun = time.monotonic()
        self.run = self.store.save_state(self.run, self.epoch, self._state())
        self._write()
        seconds = time.monotonic() - begun
        self.pause = max(SECONDS_BETWEEN_STATES, 10 * seconds)  # of a state that takes long to write

    def _write(self) -> None:
        """Write the run with the list of what was read for it so far."""
        reads = self.store.reads.store(self.observation.reads())
        self.last_write = time.monotonic()
        self.run = self.store.write(replace(self.run, reads=reads))

    def _state(self) -> Arrays:
        arrays = checked_arrays(self.training.state(), self._code_of("state"))
        return {f"{STATE}{name}": array for name, array in arrays.items()}

    # Proving that the state is whole

    def _prove(self, record: Mapping[str, Any]) -> None:
        """Train this epoch again from the state before it, which has to give the same.

        Where it does not, it is trained a third time: a processor that never adds in one order gives a third
        result, near the others; a state that forgets something gives the second again, or one far away. The
        training goes on from there, since the one before may share generators with it.
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
        del self.training  # so that one of them is in memory
        epoch = self.epoch
        self._start(epoch - 1, self.state_to_prove)
        returned = self.training.advance()
        self.epoch = epoch
        return self._result_of_epoch(self._checked_record(returned))

    def _result_of_epoch(self, record: Mapping[str, Any]) -> Arrays:
        """State and record of the epoch that was trained last, but measured times."""
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
    """A `fit` as a training of one epoch; its record has each metric by its full name, and the seconds."""

    function: Callable[..., object]
    specification: object
    seed: int
    result: Fit = field(default_factory=Fit)

    def advance(self) -> dict[str, Any]:
        """Call the function; its metrics are the record."""
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
        """What the fit returned."""
        return dict(self.result.metrics), self.result.arrays

    def state(self) -> Arrays:
        """Give none: after its only epoch nothing goes on."""
        return {}
