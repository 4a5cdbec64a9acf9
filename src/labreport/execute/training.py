"""From stale results to trainings, one for each trajectory: handed to lanes, longest first, and stored.

A lane is a place where one task runs at a time. A local one is one process behind one pipe, so a worker that
dies breaks its own lane and no other, and nothing is left behind that would have to be given back.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import time
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Set
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from labreport.authoring import place
from labreport.console.plan import counted, duration
from labreport.console.progress import START, Progress, Training
from labreport.console.terminal import Terminal, shown
from labreport.errors import ExperimentFailed, OutdatedCode, StoreError
from labreport.execute.making import FirstReport, wanted
from labreport.execute.pace import note_trainings, was_slower
from labreport.execute.session import Build, Session
from labreport.execute.worker import Epoch, Message, Outcome, Task, decoded
from labreport.nodes.content import ResultNode
from labreport.nodes.workshop import function
from labreport.plan.nodes import Forced, SharesForced, Status
from labreport.processes import Child, how_ended
from labreport.program import nearby
from labreport.store.arrays import Filed
from labreport.store.files import TEMPORARY
from labreport.trajectory import Arrays, Snapshot, Trajectory, all_finite
from labreport.trajectory.store import Store, StoredArrays

DECLARE = "data_files of the project, or files of the experiment"
"""Where an author says that a run reads a file."""
RESULT = 600_000
"""Bytes of a result where none is stored yet: about what a network of the exercise takes."""
REST = 20_000_000
"""Bytes of answers, figures and documents, and of what is written beside them before it takes their place."""
NAMED = 4
"""Experiments that a message about many of them names."""
SERVE = "labreport.execute.worker:serve"
"""What a worker process does."""
_Rank = tuple[int, bool, int]
"""A task's own rank, whether it is exclusive, and the seed of one that is."""
TRIES = 2
"""A worker that dies is replaced once for the same task."""
LOSSES = 20
"""So many machines may be lost under one task before it counts as what kills them."""
SAVERS = 16
"""Results that are written to the disk at a time."""
GIVE_UP = 4 * TRIES
"""So many deaths on each lane, with no sign of life between them: no worker can work here."""
STALL_SECONDS = 1800.0
"""A worker that sends nothing for so long hangs; it is ended, and counts as dead."""
_NONE_WORKS = (
    "no worker process stays alive: each one died before it sent anything; "
    "run one experiment by itself (build.py NAME --jobs 1) and see what it prints"
)
WORTH_A_LINE = 1.0
"""Seconds of a training from which a line is left of it on the screen."""
_TICK = 0.03
"""Seconds between two looks at what workers have sent."""


@dataclass
class Trainings:
    """The trainings of one build, how to keep what workers return, and how far they are.

    What a forced one replaces stays in the store until the replacement is finished.
    """

    session: Session
    tasks: tuple[Task, ...]
    forced: frozenset[str]
    _held: dict[str, Trajectory] = field(default_factory=dict)
    _running: dict[str, bool] = field(default_factory=dict)
    """By key, whether the disk has something to continue from."""
    _finished: int = 0

    def prepare(self, task: Task) -> Task:
        """The task as it is to be sent: from what is stored now, with the arrays to continue from."""
        held = self._held.get(task.key)
        self._running[task.key] = False
        if task.key in self.forced and held is None:
            return task
        found = held or self.session.store.sound(task.key) or task.trajectory
        begins = {begin for begin, _ in found.stretches(task.epochs, task.snapshots)}
        base = replace(
            found,
            snapshots={
                epoch: Snapshot(kept.metrics, _to_send(task, kept.arrays))
                if epoch in begins
                else Snapshot(kept.metrics, {}, elsewhere=True)
                for epoch, kept in found.snapshots.items()
            },
            checkpoints={epoch: _to_send(task, kept) for epoch, kept in found.checkpoints.items()},
        )
        self._running[task.key] = bool(base.epochs) and held is None
        return replace(task, trajectory=base)

    def keep(self, piece: Trajectory, finished: bool) -> None:
        """Store what a worker has sent, together with what there is of the same trajectory.

        Raises `StoreError`.
        """
        store, key = self.session.store, piece.key
        if key in self.forced and not finished:
            self._held[key] = _joined(piece, before := self._held.get(key))
            remove_written(before, self._held[key])
            return
        before = self._held.pop(key, None) if key in self.forced else store.sound(key, self.session.digests)
        joined, replaced = _joined(piece, before), store.paths(key)
        store.put(joined.finished() if finished else joined)
        for one in (before, joined):
            remove_written(one)
        self.session.digests.forget([*replaced, *store.paths(key)])
        if finished:
            self._running.pop(key, None)
            self._finished += 1
        else:
            self._running[key] = True

    def told(self) -> str:
        """What an interruption costs, in a line; nothing is promised that is not on the disk."""
        saved = sum(self._running.values())
        counts = {
            "finished": self._finished,
            "kept up to the last checkpoint": saved,
            "to begin from nothing": len(self._running) - saved,
        }
        work = self.session.project.work
        found = ", ".join(f"{counted(count, work)} {how}" for how, count in counts.items() if count)
        return f"Interrupted; run the same command again{': ' if found else ''}{found}."


def _to_send(task: Task, kept: Arrays) -> Arrays:
    return kept.to_send(bool(task.folder)) if isinstance(kept, StoredArrays) else kept


def remove_written(trajectory: Trajectory | None, but: Trajectory | None = None) -> None:
    """Remove what a worker wrote for `trajectory`, if it got no name of its own; `but` keeps what it has."""
    paths = [
        {kept.path for kept in one.states.values() if isinstance(kept, Filed)} if one else set[Path]()
        for one in (trajectory, but)
    ]
    for path in paths[0] - paths[1]:
        if path.name.startswith(TEMPORARY):
            path.unlink(missing_ok=True)


def _joined(piece: Trajectory, before: Trajectory | None) -> Trajectory:
    """A worker's piece, with the arrays that it does not have from `before`."""
    own = {epoch: kept for epoch, kept in piece.snapshots.items() if not kept.elsewhere}
    piece = replace(piece, snapshots=own)
    return piece.merge(before) if before is not None else piece


def trainings(session: Session, stale: Iterable[Status]) -> Trainings:
    """One task for each trajectory that a stale result needs.

    A forced one is trained as far as any experiment of the project has it already, not only as far as the
    one that was named: they share it, and the replacement must not be shorter.
    """
    project, store = session.project, session.store
    cost = function(project.cost, "project.cost") if project.cost else None
    program = function(project.program, "project.program") if project.program else None
    wishes: dict[str, list[Status]] = {}
    for status in stale:
        wishes.setdefault(status.key, []).append(status)
    forced = frozenset(
        key
        for key, group in wishes.items()
        if any(isinstance(reason, Forced | SharesForced) for status in group for reason in status.reasons)
    )
    tasks, proven = [], set[str]()
    for key, group in wishes.items():
        experiments = [status.node.experiment for status in group if isinstance(status.node, ResultNode)]
        first = experiments[0]
        epochs = {experiment.epochs for experiment in experiments}
        snapshots = {epoch for experiment in experiments for epoch in experiment.snapshots}
        found = store.sound(key, session.digests)
        empty = Trajectory(key, group[0].ingredients, first.name)
        if key in forced and found is not None:
            epochs.add(found.epochs)
            snapshots |= set(found.snapshots)
        base = empty if found is None or key in forced else found
        tasks.append(
            Task(
                trajectory=base,
                specification=first.specification,
                start=first.code,
                epochs=max(epochs),
                snapshots=tuple(sorted(snapshots)),
                source=str(session.source),
                threads=project.threads,
                program=program(first.specification) if program else first.name,
                cost=float(cost(first.specification)) if cost else 1.0,
                one_step=first.one_step,
                exclusive=first.exclusive,
                title=(first.exclusive and first.title) or f"{first.name}, {project.words.seed} {empty.seed}",
                proves=base.epochs == 0 and not first.exclusive and first.name not in proven,
                allowed=session.planner.fingerprints.allowed(
                    f"result {first.name!r}", group[0].ingredients, DECLARE
                ),
            )
        )
        proven.add(first.name)
    return Trainings(session, tuple(tasks), forced)


def check_room(session: Session, trainings: int, terminal: Terminal) -> None:
    """Warn where less is free than results of so many trainings, and the rest, are likely to need."""
    needed = REST + trainings * _usual(session.store)
    with suppress(OSError):
        free = shutil.disk_usage(session.output).free
        if free < needed:
            where = shown(str(session.output))
            terminal.warn(
                f"{where} has {free / 1e6:,.0f} MB free; this build may need {needed / 1e6:,.0f} MB"
            )


def _usual(store: Store) -> float:
    """Bytes of a stored result with its arrays, in the mean."""
    with suppress(OSError), os.scandir(store.folder) as entries:
        size = sum(entry.stat(follow_symlinks=False).st_size for entry in entries)
        return size / len(keys) if (keys := store.keys()) else RESULT
    return RESULT


def train(build: Build, work: Trainings) -> list[str]:
    """Do the trainings; the names of what was made for a first report meanwhile."""
    session, request, terminal, progress = build.session, build.request, build.terminal, build.progress
    if not work.tasks:
        return []
    check_room(session, len(work.tasks), terminal)
    request.told("training", {task.key for task in work.tasks})
    first = FirstReport(session, terminal) if wanted(session, request) else None
    session.quarantine.make_folder(session.store.folder)
    folder = "" if request.scheduler else str(session.store.folder)
    ranks = {task.key: int(first is not None and task.key not in first.keys) for task in work.tasks}
    tasks = [replace(task, rank=ranks[task.key], folder=folder) for task in work.tasks]

    def keep(piece: Trajectory, finished: bool) -> None:
        # On a cluster, data and libraries are those of the key, whatever is edited here
        edited = "" if request.scheduler else session.planner.fingerprints.edited(piece.ingredients)
        if edited:
            raise OutdatedCode(edited)
        work.keep(piece, finished)
        if finished and first is not None:
            first.trained(piece.key)

    with _lanes(build, tasks) as (lanes, look):
        progress.trainings(len(tasks), session.project.work)

        def look_at_all() -> None:
            look()
            progress.time.lanes = max(len(lanes), 1)
            if first is not None:
                first.look(progress.time.seconds())

        trainer = Trainer(lanes, keep, work.prepare, look=look_at_all)
        terminal.standing = work.told
        with first or contextlib.nullcontext():
            build.failures = failures = trainer.run(tasks, progress)
        terminal.standing = None
    slow = 1.0 if request.scheduler else was_slower(progress.time, len(lanes))
    note_trainings(session, trainer.took, trainer.started, slow)
    failed = {failure.task.key for failure in failures}
    if failures and (problem := session.planner.fingerprints.edited()):
        raise OutdatedCode(problem)  # another text may have failed than the one that was planned
    build.trained = [f"{task.name}#{task.seed}" for task in tasks if task.key not in failed]
    for text, those in trainer.warned.items():
        more = f", and {counted(len(those) - 1, f'more {session.project.work}')}" if len(those) > 1 else ""
        terminal.warn(f"{those[0].title}{more}: {text}")
    _show_failures(terminal, failures, session.project.work, session.project.words.seed)
    session.planner.stored({task.key for task in tasks} - failed)
    return first.made if first is not None else []


def _show_failures(terminal: Terminal, failures: Sequence[Failure], work: str, seed: str) -> None:
    """One line for each cause, whatever the number of experiments and seeds that it ended."""
    groups: dict[str, list[Failure]] = {}
    for failure in failures:
        groups.setdefault(failure.cause, []).append(failure)
    for cause, group in groups.items():
        first = group[0]
        what = f"experiment {first.task.name!r} {seed} {first.task.seed}"
        if len(group) > 1:
            names = list(dict.fromkeys(failure.task.name for failure in group))
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            listed = ", ".join(map(repr, names[:NAMED]))
            kind = "experiment" if len(names) == 1 else "experiments"
            what = f"{kind} {listed}{more} ({counted(len(group), work)})"
        terminal.failure(first.error, f"{what}: {cause}")


@contextlib.contextmanager
def _lanes(build: Build, tasks: Sequence[Task]) -> Iterator[tuple[Sequence[Lane], Callable[[], None]]]:
    """Where to run tasks, and what to call all the time meanwhile."""
    session, scheduler = build.session, build.request.scheduler
    if scheduler:
        from labreport.execute.cluster import Pool, job

        with contextlib.closing(Pool(scheduler, job(session.project, tasks))) as found:
            yield found.lanes, lambda: found.look(build.terminal)
        return
    count = min(build.processes, len(tasks))
    lanes = [ProcessLane(session.project.threads, session.source) for _ in range(count)]
    yield lanes, lambda: None


class WorkerLost(BrokenExecutor):
    """The machine of a worker, or the way to it, is gone: nothing that the task did."""


class CannotStart(BrokenExecutor):
    """No worker process can be started here; the text says why, and what to do."""

    def __init__(self, error: Exception) -> None:
        number = error.errno if isinstance(error, OSError) else None
        what = {
            errno.EMFILE: "allow more open files (ulimit -n), or fewer workers (--jobs)",
            errno.ENFILE: "close other programs, or allow fewer workers (--jobs)",
            errno.EAGAIN: "allow more processes (ulimit -u), or fewer workers (--jobs)",
            errno.ENOMEM: "free some memory, or allow fewer workers (--jobs)",
        }.get(number or 0, "try with fewer workers (--jobs)")
        super().__init__(
            f"no worker process can be started: {getattr(error, 'strerror', None) or error}; {what}"
        )


class WorkerDied(BrokenExecutor):
    """The process of a worker has ended; the text says how, as far as that is known: `with exit code 3`."""


class Lane(Protocol):
    """One place to run tasks."""

    ready: bool
    """Whether it can take tasks; once it cannot, it never can again."""

    def submit(self, task: Task) -> None:
        """Begin a task; the lane is busy until its outcome has come."""

    def messages(self) -> list[Message]:
        """What has come since the last call. The last of each task is its outcome, whatever becomes of it."""

    def renew(self) -> None:
        """Replace a worker that died or hangs."""

    def close(self) -> None:
        """End the worker at once."""


class ProcessLane:
    """A spawned process on this machine, started when its first task comes."""

    ready = True

    def __init__(self, threads: int, source: Path) -> None:
        self._threads = threads
        self._source = source
        self._child: Child | None = None
        self._busy = False
        self._ended: list[Outcome] = []
        """What came of a task of which its process did not say so."""

    def submit(self, task: Task) -> None:
        """Begin a task."""
        self._busy = True
        try:
            if self._child is None:
                self._child = Child(SERVE, self._threads, str(self._source))
            self._child.connection.send(task)
        except (OSError, NotImplementedError, RuntimeError) as error:
            self.close()
            self._ended = [Outcome(error=CannotStart(error))]

    def messages(self) -> list[Message]:
        """What came since the last call."""
        received: list[Message] = []
        try:
            while self._busy and self._child is not None and self._child.connection.poll():
                received.append(decoded(self._child.connection.recv_bytes()))
                self._busy = not isinstance(received[-1], Outcome)
        except Exception:  # the worker was killed while it sent: what is left of a message may raise anything
            self.close(0.5)  # so that it is known how it ended, where it ends by itself
        if self._busy and self._child is not None and not self._child.alive:
            self.close()
        received += self._ended
        self._ended.clear()
        return received

    def renew(self) -> None:
        """The next task starts a fresh process."""
        self.close()

    def close(self, patience: float = 0.0) -> None:
        """Kill the process; nothing is lost, since what is finished is stored."""
        child, self._child = self._child, None
        code = child.end(patience) if child is not None else None
        if self._busy:
            self._busy = False
            self._ended.append(Outcome(error=WorkerDied(how_ended(code))))


class Waiting:
    """Tasks by rank and program, the longest first; choosing one takes as long however many there are.

    Exclusive ones come after all others of their rank: what they measure, the results that are there by then
    do not wait for. Among them, those of one seed follow each other, so that what is compared is measured in
    turn, however the machine changes meanwhile.
    """

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._queues: dict[tuple[_Rank, str], deque[Task]] = {}
        for task in sorted(tasks, key=lambda task: -task.work):
            self._queues.setdefault((_rank(task), task.program), deque()).append(task)

    def __bool__(self) -> bool:
        return bool(self._queues)

    def __iter__(self) -> Iterator[Task]:
        return chain.from_iterable(self._queues.values())

    def choose(self, compiled: Set[str], elsewhere: Set[str]) -> Task:
        """The longest task of the lowest rank: of a program that a lane has compiled, else of a new one."""
        first = self._first
        programs = [program for rank, program in self._queues if rank == first]
        own = [name for name in programs if name in compiled]
        new = (name for name in programs if name not in elsewhere)
        longest = max(own, key=lambda name: (self._queues[first, name][0].work, name), default=None)
        program = longest if longest is not None else next(new, programs[0])
        task = self._queues[first, program].popleft()
        if not self._queues[first, program]:
            del self._queues[first, program]
        return task

    @property
    def exclusive(self) -> bool:
        """Whether the next task must be carried out by itself."""
        return bool(self._queues) and self._first[1]

    @property
    def _first(self) -> _Rank:
        return min(rank for rank, _ in self._queues)

    def has(self, program: str) -> bool:
        """Whether a task of this program is waiting."""
        return any(program == one for _, one in self._queues)

    def put_back(self, task: Task) -> None:
        """It is the next one of its rank."""
        place = _rank(task), task.program
        queue = self._queues.pop(place, deque())
        queue.appendleft(task)
        self._queues = {place: queue, **self._queues}

    def clear(self) -> None:
        """None is to be carried out any more."""
        self._queues.clear()


def _rank(task: Task) -> _Rank:
    return task.rank, task.exclusive, task.seed if task.exclusive else 0


@dataclass(frozen=True)
class Failure:
    """A task that gave no result."""

    task: Task
    cause: str
    error: BaseException | None = None
    """What the worker raised, for `--debug`."""


@dataclass
class _Active:
    """A task on a lane: when it began and was last heard of, its place among those that run by themselves,
    why it was ended, and whether the lane has done nothing before.
    """

    task: Task
    lane: int
    heard: float
    place: str = ""
    ended: str = ""
    hung: str = ""
    cold: bool = False
    begun: float = field(default_factory=time.monotonic)

    def at(self, epoch: int = 0, measure: str = "") -> Training:
        """How far it is, for the screen."""
        return Training(self.task.title, epoch, self.task.epochs, measure, self.place)


class Trainer:
    """Runs tasks on lanes, a list that may grow meanwhile.

    `keep` stores what a worker sends, and learns when it is the last of a task; `look` is called again and
    again. `took` are, by experiment, the seconds that a unit of work took in each task, with whether it was
    the first of its lane; `started` is how long it was until any had done some work.
    """

    def __init__(
        self,
        lanes: Sequence[Lane],
        keep: Callable[[Trajectory, bool], None],
        prepare: Callable[[Task], Task] = lambda task: task,
        stall_seconds: float = STALL_SECONDS,
        look: Callable[[], None] = lambda: None,
    ) -> None:
        self._lanes = lanes
        self._look = look
        self._keep = keep
        self._prepare = prepare
        self._stall = stall_seconds
        self._tries: dict[str, int] = {}
        self.took: defaultdict[str, list[tuple[bool, float]]] = defaultdict(list)
        self.started = 0.0
        self.warned: dict[str, list[Task]] = {}
        """Python's warnings, each with the tasks in which it was given."""
        self._begun = time.monotonic()
        self._warm: set[int] = set()
        """Lanes that have done something, and need not start any more."""
        self._losses: dict[str, int] = {}
        self._savers = ThreadPoolExecutor(SAVERS, "labreport-save")
        self._deaths = 0
        """Of workers, since one last sent anything."""
        self._none_works = _NONE_WORKS

    def run(self, tasks: Sequence[Task], progress: Progress) -> list[Failure]:
        """Carry out all tasks; returns those that failed. Raises the `StoreError` of `keep` or `prepare`,
        and `OutdatedCode`.
        """
        waiting = Waiting(tasks)
        progress.time.begin(START)
        active: dict[int, _Active] = {}
        compiled: defaultdict[int, set[str]] = defaultdict(set)
        failures: list[Failure] = []
        singly = [task.key for task in tasks if task.exclusive]
        measured: list[str] = []
        try:
            while waiting or active:
                self._look()
                for lane in [
                    lane for lane, one in enumerate(self._lanes) if one.ready and lane not in active
                ]:
                    if waiting and not _must_wait(waiting, active.values()):
                        others = [own for other, own in compiled.items() if other != lane]
                        task = waiting.choose(compiled[lane], set[str]().union(*others))
                        compiled[lane].add(task.program)
                        if not waiting.has(task.program):
                            for own in compiled.values():
                                own.discard(task.program)  # so that they stay few, however many there are
                        running = active[lane] = _Active(self._prepare(task), lane, time.monotonic())
                        running.cold = lane not in self._warm
                        if task.exclusive:
                            measured += [task.key] if task.key not in measured else []
                            running.place = f"by itself, {len(measured)}/{len(singly)}"
                        if running.task.remaining == 1 and lane in self._warm:
                            progress.time.begin(task.key)
                        progress.training(lane, running.at())
                        self._tries[task.key] = self._tries.get(task.key, 0) + 1
                        self._lanes[lane].submit(running.task)
                    else:
                        progress.idle(lane)
                done = self._listen(active.values(), progress)
                for running, outcome, kept in done:
                    del active[running.lane]
                    failure = self._settle(running, outcome, kept, waiting, progress)
                    if failure:
                        failures.append(failure)
                if self._deaths >= GIVE_UP * max(len(self._lanes), 1) and waiting:
                    failures += [Failure(task, self._none_works) for task in waiting]
                    waiting.clear()
                self._end_hanging(active.values())
                if not done:
                    time.sleep(_TICK)
        finally:
            for lane, worker in enumerate(self._lanes):
                worker.close()
                progress.idle(lane)
            self._savers.shutdown()
        return failures

    def _settle(
        self, busy: _Active, outcome: Outcome, kept: Future[None] | None, waiting: Waiting, progress: Progress
    ) -> Failure | None:
        """Say what came of a task, whose result is `kept` if it has one."""
        task, error = busy.task, outcome.raised if kept is None else kept.exception()
        if isinstance(error, (StoreError, OutdatedCode)):
            raise error  # the disk, or an edit, which the next result would meet as well
        if isinstance(error, BrokenExecutor):
            self._lanes[busy.lane].renew()
            if isinstance(error, WorkerLost) and self._losses.get(task.key, 0) < LOSSES:
                self._losses[task.key] = self._losses.get(task.key, 0) + 1
                self._tries[task.key] -= 1
            else:
                self._deaths += 1
                self._none_works = str(error) if isinstance(error, CannotStart) else _NONE_WORKS
            if self._tries[task.key] < TRIES and not busy.ended:
                waiting.put_back(task)
                progress.time.again(task.key)
                return None
            progress.finished(task.key)
            return Failure(task, busy.ended or busy.hung or _ended(error))
        self._deaths = 0
        if error is not None:  # the trainer's own code may raise anything
            progress.finished(task.key)
            cause = busy.ended or _cause(error)
            if where := place(error, Path(task.source)):
                cause += f" at {where}"
            elif where := getattr(error, "place", ""):
                cause += f" ({nearby(Path(task.source) / where)})"
            return Failure(task, cause, error)
        assert outcome.trajectory is not None
        took = time.monotonic() - busy.begun
        line = _line(task, outcome.trajectory, took) if took >= WORTH_A_LINE else ""
        progress.finished(task.key, line)
        if task.work:
            self.took[task.name].append((busy.cold, took / task.work))
        self._has_started(busy, progress)
        return None

    def _has_started(self, running: _Active, progress: Progress) -> None:
        """Work of a lane was done, and perhaps the first of all."""
        if not self._warm:
            progress.time.end(START)
            self.started = time.monotonic() - self._begun
        self._warm.add(running.lane)

    def _listen(
        self, active: Iterable[_Active], progress: Progress
    ) -> list[tuple[_Active, Outcome, Future[None] | None]]:
        """What has ended, each with what came of it.

        Results that end at the same time are stored at once; the disk takes little longer for many than for
        one.
        """
        done: list[tuple[_Active, Outcome, Future[None] | None]] = []
        for running in active:
            for message in self._lanes[running.lane].messages():
                if isinstance(message, Outcome):
                    for text in message.warned:
                        self.warned.setdefault(text, []).append(running.task)
                    piece = message.trajectory
                    kept = self._savers.submit(self._keep, piece, True) if piece is not None else None
                    done.append((running, message, kept))
                elif message.key == running.task.key and not running.ended:
                    running.heard = time.monotonic()
                    self._deaths = 0
                    self._hear(running, message, progress)
        return done

    def _hear(self, running: _Active, message: Epoch | Trajectory, progress: Progress) -> None:
        """Show how far a task is, or keep what it sent on the way."""
        if isinstance(message, Epoch):
            self._has_started(running, progress)
            progress.time.work(running.task.key, 1 / max(running.task.remaining, 1))
            progress.training(running.lane, running.at(message.epoch, measure(message.record)))
            return
        try:
            self._keep(message, False)
        except (StoreError, OutdatedCode):
            raise
        except Exception as error:  # values of this experiment that cannot be kept
            running.ended = _cause(error)
            self._lanes[running.lane].renew()

    def _end_hanging(self, active: Iterable[_Active]) -> None:
        for running in active:
            if running.task.one_step:
                continue  # it sends nothing before its end, however long it takes
            if time.monotonic() - running.heard > self._stall:
                running.heard = time.monotonic()
                running.hung = f"its worker sent nothing for {duration(self._stall)}, {TRIES} times"
                self._lanes[running.lane].renew()


def _must_wait(waiting: Waiting, active: Collection[_Active]) -> bool:
    """Whether a task is carried out by itself, or the next one is to be and others are not done yet."""
    return bool(active) and (waiting.exclusive or any(running.task.exclusive for running in active))


def _ended(error: BrokenExecutor) -> str:
    """Why a task has no worker, in one line."""
    if isinstance(error, CannotStart):
        return str(error)
    how = f", last {error}" if isinstance(error, WorkerDied) and str(error) else ""
    return f"its worker died {TRIES} times{how}"


def _cause(error: BaseException) -> str:
    """An exception in one line."""
    if isinstance(error, ExperimentFailed):
        return str(error)
    return str(getattr(error, "explained", f"{type(error).__name__}: {error}")).splitlines()[0][:300]


def measure(record: Any) -> str:
    """What a record says of how well it goes, if it says so."""
    if not all_finite(record):
        return "diverged"
    for name, label in (("validation_accuracy", "validation"), ("accuracy", "accuracy"), ("loss", "loss")):
        value = record.get(name)
        if isinstance(value, float):
            return f"{label} {100 * value:.1f} %" if name != "loss" else f"{label} {value:.3f}"
    numbers = [(name, value) for name, value in record.items() if name not in ("epoch", "seconds")]
    name, value = next(iter(numbers), ("seconds", record.get("seconds")))
    if not isinstance(value, (int, float)):
        return ""
    return f"{value:.2f} s an epoch" if name == "seconds" else f"{name} {value:.4g}"


def _line(task: Task, piece: Trajectory, took: float) -> str:
    epochs = "" if task.one_step else counted(piece.epochs, "epoch")
    how = (epochs, measure(piece.records[-1]), duration(took))
    return "  ".join((task.title, *filter(None, how)))
