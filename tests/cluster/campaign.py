"""Faults injected into trainings on a real cluster: `python tests/cluster/campaign.py [ROUNDS] [KIND ...]`.

In each trial the stand-in is trained by a process that was forked for it, on a scheduler and workers that
are started as a user would start them. Something is done to one of them at a random moment; then what is
stored is compared with what a local build has stored. Prints a row for each kind.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path += [str(TESTS), str(TESTS.parent / "src")]

from cluster.started import Cluster  # noqa: E402
from standin.checkout import make_checkout  # noqa: E402

SEED = 2029
LIMIT = 240.0
"""Seconds after which a trial counts as one that hangs."""
EDITS = {
    "src/labreport/execute/worker.py": ("CHECKPOINT_SECONDS = 5.0", "CHECKPOINT_SECONDS = 0.3"),
    "src/exercise/walks.py": ("pause: float = 0.002", "pause: float = 0.05"),
    "src/exercise/catalogue.py": ("ALPHA.specification, 10, (10,)", "ALPHA.specification, 25, (25,)"),
}


@dataclass
class World:
    """A cluster, a checkout, and the build that runs at the moment."""

    cluster: Cluster
    checkout: Path
    random: random.Random
    names: tuple[str, ...] = ()
    build: int = 0

    def begin(self) -> None:
        """Start a build in a process of its own, which has the libraries already."""
        self.build = os.fork()
        if self.build == 0:
            code = 1
            try:
                with (self.cluster.folder / "build.log").open("ab", buffering=0) as log:
                    os.dup2(log.fileno(), 1)
                    os.dup2(log.fileno(), 2)
                    code = train(self.checkout, self.cluster.address, self.names)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)

    def ended(self) -> int | None:
        """The exit code of the build once it has ended."""
        found, status = os.waitpid(self.build, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if found else None

    def wait(self) -> int | None:
        """The exit code of the build; None if it hangs, and is killed."""
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            if (code := self.ended()) is not None:
                return code
            time.sleep(0.02)
        os.kill(self.build, signal.SIGKILL)
        os.waitpid(self.build, 0)
        return None

    def freeze(self, process: int, seconds: float) -> None:
        """Stop a process for a while."""
        os.kill(process, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(process, signal.SIGCONT)

    def full(self) -> None:
        """Two workers as at the beginning."""
        self.cluster.workers = [worker for worker in self.cluster.workers if worker.poll() is None]
        while len(self.cluster.workers) < 2:
            self.cluster.join(STANDIN_LOG=str(self.log))

    @property
    def log(self) -> Path:
        """Where all runs note their epochs."""
        return self.cluster.folder / "epochs"


def train(checkout: Path, address: str, names: tuple[str, ...]) -> int:
    """The training part of a build of some nodes, or all; `address` is empty for local workers."""
    sys.path.insert(0, str(checkout / "src"))
    for name in [name for name in sys.modules if name.partition(".")[0] in ("labreport", "exercise")]:
        del sys.modules[name]
    from labreport.console.progress import Progress
    from labreport.console.terminal import Terminal
    from labreport.execute.session import Build, Request, open_session
    from labreport.execute.training import train as train_stale
    from labreport.execute.training import trainings
    from labreport.locate import find_project
    from labreport.store.output import output_lock

    place, output, terminal = find_project(checkout), checkout / "report", Terminal()
    with output_lock(output, place, 60, terminal.say):
        session = open_session(place, output)
        try:
            request = Request(place, output, scheduler=address, jobs=2, targets=names)
            build = Build(session, request, terminal, Progress(terminal))
            work = trainings(session, session.planner.plan(names or None).stale("result"))
            train_stale(build, work)
        finally:
            session.save()
    return build.exit_code


def bits(report: Path) -> dict[str, object]:
    """By key, all that was measured, and the digests of all arrays that were kept."""
    from labreport.trajectory.store import Store

    store = Store(report / "results", repair=False)
    found: dict[str, object] = {}
    for key in [*store.keys()]:
        one = store.sound(key)
        assert one is not None, store.notices
        kept = {
            epoch: (shot.metrics, vars(shot.arrays)["file"].sha256) for epoch, shot in one.snapshots.items()
        }
        found[key] = (one.records, kept)
    return found


def kill_a_worker(world: World) -> None:
    """One of two is killed."""
    world.random.choice(world.cluster.workers).kill()


def kill_a_run(world: World) -> None:
    """The process of a run is killed, not its worker."""
    worker = world.random.choice(world.cluster.workers).pid
    children = Path(f"/proc/{worker}/task/{worker}/children").read_text().split()
    runs = subprocess.run(["pgrep", "-P", str(worker)], capture_output=True, text=True).stdout.split()
    for child in {*children, *runs}:
        os.kill(int(child), signal.SIGKILL)


def kill_all_workers(world: World) -> None:
    """All are killed, and others started."""
    for worker in world.cluster.workers:
        worker.kill()
        worker.wait()
    world.full()


def join_in_the_middle(world: World) -> None:
    """A third one joins."""
    world.cluster.join(STANDIN_LOG=str(world.log))


def restart_the_scheduler(world: World) -> None:
    """It is killed and started again at the same address, and so are its workers, which end with it."""
    assert world.cluster.scheduler is not None
    world.cluster.scheduler.kill()
    world.cluster.scheduler.wait()
    for worker in world.cluster.workers:
        worker.wait()
    world.cluster.start(0, int(world.cluster.address.rpartition(":")[2]))
    world.full()


def kill_the_program(world: World) -> None:
    """It is killed and run again."""
    os.kill(world.build, signal.SIGKILL)
    os.waitpid(world.build, 0)
    world.begin()


def freeze_the_program(world: World, seconds: float = 30.0) -> None:
    """It is stopped for 30 s."""
    world.freeze(world.build, seconds)


def freeze_the_scheduler(world: World, seconds: float = 30.0) -> None:
    """It is stopped for 30 s."""
    assert world.cluster.scheduler is not None
    world.freeze(world.cluster.scheduler.pid, seconds)


def freeze_a_worker(world: World, seconds: float = 30.0) -> None:
    """It is stopped for 30 s; its runs are not, but cannot be heard."""
    world.freeze(world.random.choice(world.cluster.workers).pid, seconds)


def nothing(world: World) -> None:
    """Undisturbed, to compare with."""


KINDS: dict[Callable[[World], None], float] = {
    nothing: 0,
    kill_a_worker: 0,
    kill_a_run: 0,
    kill_all_workers: 0,
    join_in_the_middle: 0,
    restart_the_scheduler: 0,
    kill_the_program: 0,
    freeze_the_program: 30,
    freeze_the_scheduler: 30,
    freeze_a_worker: 30,
}
"""What is done, and how many seconds that itself takes."""


@dataclass
class Row:
    """What came of the trials of a kind."""

    finished: list[bool] = field(default_factory=list)
    equal: list[bool] = field(default_factory=list)
    again: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def trial(world: World, deed: Callable[[World], None], wanted: object, row: Row) -> None:
    """One build with one deed at a random moment of it."""
    world.full()
    shutil.rmtree(world.checkout / "report", ignore_errors=True)
    world.log.write_text("")
    began = time.monotonic()
    world.begin()
    while not world.log.stat().st_size and world.ended() is None:
        time.sleep(0.02)
    time.sleep(world.random.uniform(0.1, 3.0))
    deed(world)
    row.finished.append(world.wait() == 0)
    row.seconds.append(time.monotonic() - began)
    row.equal.append(bits(world.checkout / "report") == wanted)
    lines = [line.partition(" pid=")[0] for line in world.log.read_text().splitlines() if "epoch " in line]
    lines = [line for line in lines if line.startswith("epoch")]
    row.again.append(len(lines) - len(set(lines)))


def main(words: list[str]) -> int:
    """So many rounds of all kinds, or of those named."""
    rounds = next((int(word) for word in words if word.isdigit()), 5)
    kinds = [kind for kind in KINDS if not set(words) - {str(rounds)} or kind.__name__ in words]
    import distributed  # noqa: F401 - so that the processes that are forked have it

    with tempfile.TemporaryDirectory(prefix="labreport-cluster-") as scratch:
        checkout = make_checkout(Path(scratch) / "checkout", False)
        for name, (old, new) in EDITS.items():
            text = (checkout / name).read_text()
            assert old in text, old
            (checkout / name).write_text(text.replace(old, new))
        cluster = Cluster(Path(scratch) / "cluster")
        world = World(cluster, checkout, random.Random(SEED))
        rows = {kind: Row() for kind in kinds}
        try:
            cluster.folder.mkdir()
            world.begin()
            assert world.wait() == 0, (cluster.folder / "build.log").read_text()
            wanted = bits(checkout / "report")
            cluster.start(0)
            for _ in range(rounds):
                for kind in kinds:
                    trial(world, kind, wanted, rows[kind])
                    row = rows[kind]
                    told = row.finished[-1], row.equal[-1], row.again[-1], round(row.seconds[-1], 1)
                    print(kind.__name__, *told, file=sys.stderr, flush=True)
        finally:
            if not all(all(row.finished) and all(row.equal) for row in rows.values()):
                print((cluster.folder / "build.log").read_text()[-4000:], file=sys.stderr)
            cluster.stop()
    usual = statistics.median(rows[nothing].seconds) if nothing in rows else 0.0
    print(f"| fault (seed {SEED}) | trials | finished | equal | epochs trained twice | seconds lost |")
    print("|---|--:|--:|--:|--:|--:|")
    for kind, row in rows.items():
        lost = statistics.median(row.seconds) - usual - KINDS[kind]
        name = kind.__name__.replace("_", " ")
        print(
            f"| {name} | {len(row.finished)} | {sum(row.finished)} | {sum(row.equal)} "
            f"| {statistics.median(row.again):g} (at most {max(row.again)}) | {lost:.1f} |"
        )
    return 0 if all(all(row.finished) and all(row.equal) for row in rows.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
