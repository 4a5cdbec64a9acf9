"""What runs inside a worker process: train to where a task says, and send what was reached on the way.

Tasks and messages are plain and picklable. On a machine of a cluster, the process has the code that was sent,
and first inspects the machine: the key of a result says on what it rests, and a worker that has something
else is left out.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import os
import pickle
import platform
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from labreport.authoring import explained
from labreport.errors import ExperimentFailed, LabReportError, OutdatedCode
from labreport.execute.one_step import in_one_step
from labreport.fingerprint.files import Digests
from labreport.fingerprint.observed import Allowed, Noted, noting
from labreport.plan.fingerprints import Fingerprints, made_by
from labreport.plan.ledger import Ledger
from labreport.processes import begin_child, packed, unpacked
from labreport.project import Project
from labreport.run import Run, Start
from labreport.store.arrays import LARGE, Filed, checked, near, write
from labreport.store.sealed import check_plain
from labreport.trajectory import STATE, Snapshot, Trajectory

CHECKPOINT_SECONDS = 5.0
"""How much of a training may be lost when everything is killed."""
SHARE = 0.1
"""Of the time of a training, what writing its states takes at most: then more may be lost."""
NEAR = 1e-3
"""States of numbers that are not whole, whose distance is less than this share of their length, are the same:
a GPU does not add in one order. What a state forgets makes more of a difference."""


@dataclass(frozen=True)
class Task:
    """Continue from `trajectory` until it has `epochs` epochs and all of `snapshots`.

    `start` names the function, `"module:function"`, that begins a run, or with `one_step`, does all of it
    (see `labreport.execute.one_step`). `program` groups tasks that share compiled programs;
    `cost` is the expected work of one epoch, in any unit. Tasks of a lower `rank` go first.
    """

    trajectory: Trajectory
    specification: Any
    start: str
    epochs: int
    snapshots: tuple[int, ...]
    source: str
    threads: int = 1
    program: str = ""
    cost: float = 1.0
    one_step: bool = False
    allowed: Allowed | None = None
    """What may be loaded and read for it."""
    rank: int = 0
    exclusive: bool = False
    """Whether no other task may be carried out at the same time."""
    title: str = ""
    """What it is called on the screen."""
    proves: bool = False
    """Whether its second epoch is also trained from the state of the first, and must lead to the same."""
    folder: str = ""
    """Where large arrays are written by whoever has them; none on another machine, which sends all."""

    @property
    def key(self) -> str:
        """The key of the trajectory."""
        return self.trajectory.key

    @property
    def name(self) -> str:
        """The experiment that it is first trained for."""
        return self.trajectory.name

    @property
    def seed(self) -> int:
        """The seed to train with."""
        return self.trajectory.seed

    @property
    def remaining(self) -> int:
        """Epochs still to train."""
        return sum(end - begin for begin, end in self.trajectory.stretches(self.epochs, self.snapshots))

    @property
    def work(self) -> float:
        """The expected work that is left."""
        return self.cost * self.remaining


@dataclass(frozen=True)
class Epoch:
    """A message: the training of `key` has reached `epoch`, with this record."""

    key: str
    epoch: int
    record: Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """The last message of a task: what was not sent yet, or what was raised."""

    trajectory: Trajectory | None = None
    error: Exception | None = None
    trace: str = ""
    """The traceback of the error: what it was raised from is not sent with an exception."""
    warned: tuple[str, ...] = ()
    """Python's warnings that were given meanwhile, one line each."""

    @property
    def raised(self) -> Exception | None:
        """The error, with its traceback as its cause where it has one."""
        return unpacked(self.error, self.trace) if self.error is not None and self.trace else self.error


Message = Epoch | Trajectory | Outcome
"""A trajectory is what is to be stored; the arrays that are `elsewhere` were sent before."""
Send = Callable[[Message], None]
_WARNING = 200
"""Characters of a warning that are printed."""
LAST, OTHER = b"O", b"M"
"""With what an outcome begins as bytes, and any other message."""


def decoded(data: bytes) -> Message:
    """The message in what a worker process has sent."""
    found: Message = pickle.loads(data[1:])  # noqa: S301 - from a process that runs our own code
    return found


def thread_variables(threads: int) -> dict[str, str]:
    """The environment of a process whose runs take so many compute threads."""
    names = (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "TF_NUM_INTRAOP_THREADS",
        "TF_NUM_INTEROP_THREADS",
    )
    return dict.fromkeys(names, str(threads))


def serve(channel: Any, threads: int, source: str) -> None:
    """A worker process: carry out one task after the other as they come, until the parent is gone."""
    os.environ.update(thread_variables(threads))
    if source not in sys.path:
        sys.path.insert(0, source)
    attend(channel, pickle.loads)


def attend(channel: Any, read: Callable[[bytes], Task], idle: float | None = None) -> None:
    """Carry out the tasks that `read` finds in what comes, until nothing can come, or did for so long."""

    def send(message: Message) -> None:
        kind = LAST if isinstance(message, Outcome) else OTHER
        try:
            channel.send_bytes(kind + pickle.dumps(message))
        except OSError:
            os._exit(1)

    while channel.poll(idle):
        try:
            data = channel.recv_bytes()
        except (EOFError, OSError):
            return
        carry_out(partial(read, data), send)


def carry_out(read: Callable[[], Task], send: Send) -> None:
    """Carry out a task; the last that is sent is what came of it, whatever the author's code does.

    To `read` it may load that code: a specification is of a class of the project.
    """
    task, warned, before = None, dict[str, None](), warnings.showwarning

    def note(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        warned[f"{category.__name__}: {' '.join(str(message).split())}"[:_WARNING]] = None

    # Written to the terminal, they would be among the rows of the progress
    warnings.showwarning = note
    try:
        task = read()
        trajectory = drive(task, send)
        send(Outcome(trajectory=trajectory, warned=tuple(warned)))
    except BaseException as error:  # the trainer's own code may raise anything
        with contextlib.suppress(Exception):  # of one that has no room for it
            known = getattr(error, "place", "")
            error.place = known or (_place(task) if task is not None else "")  # type: ignore[attr-defined]
            error.explained = explained(error)  # type: ignore[attr-defined]
        told, trace = packed(error)
        if isinstance(error, SystemExit):
            told = ExperimentFailed(f"it called sys.exit({error.code if error.code is not None else ''})")
        send(Outcome(error=told, trace=trace, warned=tuple(warned)))
    finally:
        warnings.showwarning = before


def drive(task: Task, send: Send) -> Trajectory:
    """Train until the task is done, and return what was not sent yet.

    Calls `send` with an `Epoch` after each epoch, and at most every `CHECKPOINT_SECONDS` with the trajectory
    so far; less often where a state takes long to write, and at once where a snapshot is on the disk. Epochs
    that are there already keep their records: they are only trained again on the way to a snapshot that is
    missing before them. Raises `ExperimentFailed` for what was loaded or read and is none of
    the task's ingredients, and `OutdatedCode` for code that was edited since it was planned, before anything
    is sent that could be kept.
    """
    with noting() as noted:
        return _drive(task, send, noted)


def _drive(task: Task, send: Send, noted: Noted) -> Trajectory:
    trajectory, place = task.trajectory, where(task.threads)
    states = trajectory.states
    author, saved, pause = _start(task), time.monotonic(), CHECKPOINT_SECONDS
    begin: Start = in_one_step(author) if task.one_step else author
    _check_code(task)  # before what takes long
    targets = trajectory.missing(task.epochs, task.snapshots)
    for first, last in trajectory.stretches(task.epochs, task.snapshots):
        run: Run = begin(task.specification, task.seed, first, _state(states.get(first)))
        if first in targets:  # trained before, and now a snapshot is wanted there
            trajectory = trajectory.with_snapshot(first, _snapshot(task, run, first))
        for epoch in range(first + 1, last + 1):
            record = _checked(run.advance(), epoch)
            if epoch > trajectory.epochs:
                now = datetime.now(UTC).isoformat(timespec="seconds")
                trajectory = trajectory.extended(record, {**place, "finished": now})
            send(Epoch(task.key, epoch, record))
            if task.proves and first == 0 and epoch <= 2 < last:
                if epoch == 1:
                    state = _aside(task, _arrays(run.state()))
                else:
                    after, method = _aside(task, _arrays(run.state())), type(run).state
                    del run  # so that one of two is in memory
                    run = _continued(task, begin, state, after, method)
            due, began = time.monotonic() - saved > pause, time.monotonic()
            if epoch in targets and epoch in task.snapshots:
                snapshot = _snapshot(task, run, epoch)
                trajectory = trajectory.with_snapshot(epoch, snapshot)
                due |= isinstance(snapshot.arrays, Filed)
            elif (due or epoch == last) and epoch not in trajectory.snapshots:
                kept = _aside(task, _kept(run))
                trajectory = trajectory.with_checkpoint(epoch, kept)
                if isinstance(kept, Filed):
                    pause = max(CHECKPOINT_SECONDS, (time.monotonic() - began) * (1 / SHARE - 1))
            if due and epoch < last:
                _check_used(task, noted)
                send(trajectory)
                trajectory, saved = _sent(trajectory), time.monotonic()
    _check_used(task, noted)
    return trajectory


def _continued(
    task: Task, begin: Start, state: Mapping[str, Any], after: Mapping[str, Any], method: Any
) -> Run:
    """A run after two epochs, begun from the state `after` them, once the `state` of one has led to the same.

    Raises `ExperimentFailed` where it leads elsewhere: `state` forgets something that an epoch depends on.
    """
    other = begin(task.specification, task.seed, 1, dict(state))
    other.advance()
    found = _arrays(other.state())
    odd = [name for name in after if not near(after[name], found.get(name), NEAR)]
    if odd:
        error = ExperimentFailed(
            f"its epoch 2 gives another {odd[0]!r} when it continues from the state of epoch 1; state must "
            "return all that an epoch depends on, such as generators and what the optimiser keeps"
        )
        error.place = _place(task, method)
        raise error
    del other, found
    run = begin(task.specification, task.seed, 2, dict(after))
    for kept in (state, after):
        if isinstance(kept, Filed):
            kept.path.unlink(missing_ok=True)
    return run


def _aside(task: Task, arrays: Mapping[str, Any]) -> Mapping[str, Any]:
    """The arrays of a run, which continues and may change them: in a file where they are large, or copied."""
    if task.folder and sum(array.nbytes for array in arrays.values()) > LARGE:
        return write(arrays, Path(task.folder))
    return {name: array.copy() for name, array in arrays.items()}


def _check_code(task: Task) -> None:
    """Raise `OutdatedCode` where another text of a module runs here than the one in the task's key."""
    if task.allowed is not None and (problem := task.allowed.edited()):
        raise OutdatedCode(problem)


def _check_used(task: Task, noted: Noted) -> None:
    """Raise `ExperimentFailed` for what was loaded or read and is none of the task's ingredients.

    And `OutdatedCode`, as `_check_code`, for what was loaded since.
    """
    _check_code(task)
    if task.allowed is not None and (problem := task.allowed.problem(noted)):
        raise ExperimentFailed(problem)


def _place(task: Task, function: Any = None) -> str:
    """Where a function of the author is, by default the one that a task names: it may be in no traceback."""
    try:
        code = inspect.unwrap(function or _start(task)).__code__
        return f"{os.path.relpath(code.co_filename, task.source)}:{code.co_firstlineno}"
    except Exception:  # it may be anything that can be called
        return ""


def where(threads: int) -> dict[str, Any]:
    """The machine and the moment, for people; no part of a result's identity."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "threads": threads,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "started": datetime.now(UTC).isoformat(timespec="milliseconds"),
    }


def _state(arrays: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What `Run.state` returned, out of the arrays of an epoch."""
    if arrays is None:
        return None
    return {name.removeprefix(STATE): array for name, array in arrays.items() if name.startswith(STATE)}


def _checked(record: Any, epoch: int) -> Mapping[str, Any]:
    """What `Run.advance` returned, if it can be sent and kept. Raises `ExperimentFailed`."""
    if not isinstance(record, Mapping):
        raise ExperimentFailed(f"the record of epoch {epoch} is a {type(record).__name__}, not a mapping")
    try:
        check_plain(record, f"the record of epoch {epoch}", finite=False)
    except ValueError as error:
        raise ExperimentFailed(str(error)) from None
    return record


def _snapshot(task: Task, run: Run, epoch: int) -> Snapshot:
    """What is kept at an epoch. Raises `ExperimentFailed` for an array that would be taken for a state."""
    metrics, arrays = run.snapshot()
    odd = [name for name in arrays if str(name).startswith(STATE)]
    if odd:
        raise ExperimentFailed(
            f"an array of epoch {epoch} is named {odd[0]!r}; no name may begin with {STATE!r}"
        )
    return Snapshot(metrics, _aside(task, {**_arrays(arrays), **_kept(run)}))


def _kept(run: Run) -> dict[str, Any]:
    return {f"{STATE}{name}": array for name, array in _arrays(run.state()).items()}


def _arrays(given: Any) -> Mapping[str, Any]:
    """What `Run.snapshot` or `Run.state` returned, if it can be sent and kept. Raises `ExperimentFailed`."""
    if not isinstance(given, Mapping):
        raise ExperimentFailed(f"its arrays are a {type(given).__name__}; allowed is a dict of arrays")
    try:
        return checked(given)
    except (ValueError, TypeError) as error:
        raise ExperimentFailed(str(error)) from None


def _sent(trajectory: Trajectory) -> Trajectory:
    """The trajectory without the arrays that its receiver has now."""
    return replace(
        trajectory,
        snapshots={
            epoch: Snapshot(kept.metrics, {}, elsewhere=True) for epoch, kept in trajectory.snapshots.items()
        },
    )


def _start(task: Task) -> Any:
    """The author's function that a task names."""
    if task.source not in sys.path:
        sys.path.insert(0, task.source)
    module, _, name = task.start.partition(":")
    return vars(importlib.import_module(module))[name]


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith(("model name", "Model")):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


START = """
import sys
from multiprocessing.connection import Connection

tree, channel = sys.argv[1], Connection(int(sys.argv[2]))
sys.path.insert(0, tree)
try:
    from labreport.sources import begin

    begin("labreport.execute.worker:serve_sent", tree, channel)
except ModuleNotFoundError as error:
    channel.recv_bytes()
    channel.send_bytes(f"Rhas no {error.name}".encode())
"""
"""What the interpreter of such a process is started with, the folder with the code, and the number of a
connection."""
IDLE_SECONDS = 120.0
"""A process that gets no work for so long ends; the next run starts another."""
_LIBRARY = "library "


def serve_sent(tree: str, channel: Connection) -> None:
    """Carry out the tasks that `labreport.execute.cluster` sends, as long as there are any.

    The first of which the result would not belong under its key is refused, and all others with it.
    """
    begin_child(kernel=False)  # it would end with the thread of the worker that has started it
    checked: list[Claim] = []

    def read(data: bytes) -> Task:
        found: tuple[Claim, bytes] = pickle.loads(data)  # noqa: S301 - from the program that started this process
        claim, packed = found
        if claim not in checked:
            if different := different_here(claim, Path(tree)):
                channel.send_bytes(f"R{'; '.join(different)}".encode())
                os._exit(1)
            checked.append(claim)
        task: Task = pickle.loads(packed)  # noqa: S301 - which may load the project's code
        return replace(task, source=tree)

    attend(channel, read, IDLE_SECONDS)


@dataclass(frozen=True)
class Claim:
    """What the keys of some results say: of the code `code`, with all else that decides it in `wanted`.

    `package` is the top-level module of the project, `roots` those whose code is followed, `python` the
    version that wrote the claim, `threads` the number of compute threads, and
    `more` is what has a part in the runs besides that code.
    """

    code: str
    package: str
    roots: tuple[str, ...]
    python: str
    threads: int
    wanted: Mapping[str, Any]
    more: tuple[str, ...] = ()


def claim(task: Task, package: str, roots: tuple[str, ...]) -> Claim:
    """What the key of this task's result says."""
    wanted = {
        name: value
        for name, value in task.trajectory.ingredients.items()
        if name not in ("identity", "specification", "seed", "exclusive")
    }
    more = made_by(task.specification, task.one_step)
    return Claim(task.start, package, roots, platform.python_version(), task.threads, wanted, more)


def different_here(claim: Claim, tree: Path) -> list[str]:
    """What is different here, with the code in `tree`; empty where results belong under the key."""
    project = Project(package=claim.package, source_roots=tuple(claim.roots), threads=claim.threads)
    fingerprints = Fingerprints(project, tree, Digests(tree), Ledger())
    try:
        found = fingerprints.rests_on(claim.code, claim.wanted["data"], libraries(claim.wanted), claim.more)
    except LabReportError as error:
        return [str(error)]
    names = [*claim.wanted, *(name for name in found if name not in claim.wanted)]
    return [
        _told(name, claim.wanted.get(name), found.get(name), claim)
        for name in names
        if claim.wanted.get(name) != found.get(name)
    ]


def libraries(wanted: Mapping[str, Any]) -> dict[str, str]:
    """The versions of libraries among the ingredients of a result."""
    return {name.removeprefix(_LIBRARY): value for name, value in wanted.items() if name.startswith(_LIBRARY)}


def _told(name: str, wanted: Any, found: Any, claim: Claim) -> str:
    """One difference in words."""
    if name.startswith(_LIBRARY):
        library = name.removeprefix(_LIBRARY)
        return f"{library} {found} instead of {wanted}" if found != "none" else f"{library} is not installed"
    if name == "python":
        return f"Python {found} instead of {wanted}"
    if name == "data":
        different = [file for file in wanted if wanted[file] != (found or {}).get(file)]
        return f"data {', '.join(different)} differ"
    here = platform.python_version()
    return f"{name} of {claim.code} differs under Python {here}, from that under {claim.python}"
