"""What a Dask cluster costs: a run on it beside the same run by a local worker, and many workers at once.

The runs sleep, so that the machine is not a bottleneck; scheduler and workers are on this machine.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROJECT = '''
"""Fits that sleep."""

import time
from dataclasses import dataclass

from labreport import Experiment, Fit, Project, study


@dataclass(frozen=True)
class Nap:
    seconds: float = 0.0
    number: int = 0


def fit(specification, seed):
    time.sleep(specification.seconds)
    return Fit({"slept": specification.seconds})


NAPS = study("naps", Experiment("base", Nap(SECONDS), fit=fit), number=tuple(range(RUNS)))
project = Project("Naps", studies=(NAPS,), seeds=1)
'''
CLUSTER = """
import asyncio, sys
import dask
from distributed import Scheduler, Worker
# Each worker looks at the open files of its process twice a second; 64 workers share one process here
dask.config.set({"distributed.admin.system-monitor.interval": "10s"})
async def main(count):
    async with Scheduler(host="127.0.0.1", port=0, dashboard=False) as scheduler:
        workers = [await Worker(scheduler.address, nthreads=1, dashboard=False, heartbeat_interval="5s")
                   for _ in range(count)]
        print(scheduler.address, flush=True)
        await scheduler.finished()
asyncio.run(main(int(sys.argv[1])))
"""
Row = tuple[str, str, str]


def train(folder: Path, address: str) -> list[float]:
    """The moments at which results were stored, in seconds; `address` is empty for two local workers."""
    command = [sys.executable, "-P", __file__, str(folder), address]
    ran = subprocess.run(command, capture_output=True, text=True)
    if ran.returncode != 0:
        raise RuntimeError(ran.stderr[-2000:])
    found: list[float] = json.loads(ran.stdout.splitlines()[-1])
    return found


def project(folder: Path, runs: int, seconds: float) -> Path:
    """A project with so many runs of so many seconds, and no results."""
    folder.mkdir()
    text = PROJECT.replace("SECONDS", str(seconds)).replace("RUNS", str(runs))
    (folder / "project.py").write_text(text)
    return folder


def stored(folder: Path, address: str) -> list[float]:
    """The training part of a build, in this process; see `train`."""
    sys.path.insert(0, str(ROOT / "src"))
    from labreport.console.progress import Progress
    from labreport.console.terminal import Terminal
    from labreport.execute import training
    from labreport.execute.session import Build, Request, open_session
    from labreport.locate import find_project
    from labreport.processes import safe_spawn
    from labreport.store.output import output_lock

    moments: list[float] = []
    keep = training.Trainings.keep

    def noted(self: training.Trainings, piece: object, finished: bool) -> None:
        keep(self, piece, finished)  # type: ignore[arg-type]
        moments.extend([time.monotonic()] if finished else [])

    training.Trainings.keep = noted  # type: ignore[method-assign]
    place, output = find_project(folder), folder / "report"
    with output_lock(output, place, 60, print), safe_spawn():
        session = open_session(place, output)
        request = Request(place, output, scheduler=address, jobs=2)
        work = training.trainings(session, session.planner.plan().stale("result"))
        terminal = Terminal(quiet=True)
        training.train(Build(session, request, terminal, Progress(terminal)), work)
    return moments


def rate(moments: list[float], workers: int) -> float:
    """Seconds between two results of one worker, in the second half: by then each has started."""
    steady = sorted(moments)[len(moments) // 2 :]
    return (steady[-1] - steady[0]) / (len(steady) - 1) * workers


def rows(quick: bool) -> list[Row]:
    """Overhead of each run on two workers, and the throughput of 64."""
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        scratch, number = Path(name), 0

        def measured(runs: int, seconds: float, address: str, workers: int) -> float:
            nonlocal number
            number += 1
            return rate(train(project(scratch / f"p{number}", runs, seconds), address), workers)

        with _Started(2) as address:
            for seconds, runs, rounds in ((0.0, 100, 1 if quick else 5), (2.0, 8 if quick else 20, 1)):
                pairs = [
                    (measured(runs, seconds, "", 2), measured(runs, seconds, address, 2))
                    for _ in range(rounds)
                ]
                local, there = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
                what = f"{there - local:+.3f} s for each run, {local:.3f} s by a local worker"
                found.append((f"two workers, runs of {seconds:g} s", what, "at most 0.020 s, 5 % of 2 s"))
        with _Started(64) as address:
            each = measured(64 * (8 if quick else 12), 1.0, address, 64)
            what = f"{1 / each:.2f} of the ideal throughput"
            found.append(("64 workers in one process, runs of 1 s", what, "at least 0.8"))
    return found


class _Started:
    """A scheduler and so many workers, in one process of their own."""

    def __init__(self, workers: int) -> None:
        command = [sys.executable, "-P", "-c", CLUSTER, str(workers)]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def __enter__(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


if __name__ == "__main__":
    print(json.dumps(stored(Path(sys.argv[1]), sys.argv[2])))
