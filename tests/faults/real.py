"""Interrupts the real program, with TensorFlow and the whole exercise, again and again.

    python tests/faults/real.py [--interruptions N] [--seed S] [--targets NAME ...] [--chain N]

Each interruption hits the build that continues after the one before. After a chain of them a build runs to
its end: it must exit 0 with the answers of an undisturbed build, and no epoch that was stored may have
been trained again. Then the next chain begins with an empty folder. Exit code 1 if a promise is broken.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

if __name__ == "__main__":
    ROOT = Path(__file__).resolve().parents[2]
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from faults import formats
from faults.judge import Lost
from faults.kind_kills import VICTIMS, strike
from faults.real_answers import difference, outcome
from faults.world import Ran

ROOT = Path(__file__).resolve().parents[2]
Epoch = tuple[str, int, int]
"""Specification as JSON, seed, and which epoch."""

_HANGS = 900


@dataclass
class Tally:
    """What came of it so far."""

    landed: int = 0
    missed: int = 0
    to_the_end: int = 0
    equal: int = 0
    again: int = 0
    broken: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    def table(self) -> str:
        """The figures, as docs/faults.md prints them."""
        rows = {
            "interruptions that landed": self.landed,
            "builds that ended before theirs": self.missed,
            "builds to the end": self.to_the_end,
            "of them with the answers of an undisturbed build": self.equal,
            "finished epochs trained again": self.again,
            "promises broken": len(self.broken),
            "seconds": round(time.monotonic() - self.started),
        }
        return "\n".join(
            ["| what | number |", "|---|--:|", *(f"| {what} | {n:,} |" for what, n in rows.items())]
        )


@dataclass
class Program:
    """The real program, writing to one output folder."""

    report: Path
    epochs: Path
    targets: tuple[str, ...] = ()
    jobs: int = 2

    def popen(self) -> subprocess.Popen[str]:
        """Start a build in a session of its own."""
        settings = ["--seeds", "1", "--jobs", str(self.jobs), "--output", str(self.report)]
        # What it says goes to a file: a pipe would be held open by a worker that outlives the build
        with self.report.with_suffix(".said").open("w") as said:
            return subprocess.Popen(
                [sys.executable, str(ROOT / "build.py"), *self.targets, *settings],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                text=True,
                env={
                    **os.environ,
                    "PYTHONPATH": str(Path(__file__).with_name("noting")),
                    "REAL_EPOCHS": str(self.epochs),
                },
                start_new_session=True,
            )

    def ended(self, process: subprocess.Popen[str]) -> Ran:
        """Wait for a build; one that hangs is killed, with code -9 and a line that says so."""
        began = time.monotonic()
        try:
            code = process.wait(_HANGS)
            said = self.report.with_suffix(".said").read_text(errors="replace")
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            code, said = process.wait(), f"hangs for {_HANGS} s"
        return Ran(code, said, said, time.monotonic() - began)

    def trained(self) -> list[Epoch]:
        """Every epoch that has begun since the log was made."""
        if not self.epochs.exists():
            return []
        lines = (json.loads(line) for line in self.epochs.read_text().splitlines())
        return [(json.dumps(network, sort_keys=True), seed, epoch) for network, seed, epoch in lines]

    def stored(self) -> dict[tuple[str, int], int]:
        """How many epochs are stored of each specification and seed."""
        found, damaged = formats.stored(self.report)
        if damaged:
            raise Lost(f"no bad live entry: {damaged[0]}")
        return {
            (json.dumps(value.ingredients["specification"], sort_keys=True), value.seed): value.epochs
            for value in found.values()
        }


def interrupt(program: Program, random: Random, seconds: float, tally: Tally) -> str:
    """One interruption at a random moment of the build that continues; what was done."""
    stored = program.stored()
    begun = len(program.trained())
    victim = random.choice(VICTIMS)
    process = program.popen()
    time.sleep(random.uniform(0.3, seconds))
    landed = strike(process, victim)
    ran = program.ended(process)
    tally.landed += landed
    tally.missed += not landed
    asked = {"Ctrl-C": 130, "SIGTERM": 143}.get(victim)
    early = {"Ctrl-C": -signal.SIGINT, "SIGTERM": -signal.SIGTERM}.get(victim)
    if landed and asked is not None and ran.code not in (asked, early, 0):
        tally.broken.append(f"{victim}: exit code {asked}, not {ran.code}: {ran.err[-300:]}")
    if landed and asked is not None and ran.seconds > 5:
        tally.broken.append(f"{victim}: ended after {ran.seconds:.1f} s")
    if victim == "worker" and landed and ran.code not in (0, 1):
        tally.broken.append(f"a worker was killed: exit {ran.code}: {ran.err[-300:]}")
    if "Traceback" in ran.err and victim not in ("build", "group"):
        tally.broken.append(f"{victim}: a traceback: {ran.err[-500:]}")
    count_again(program, stored, begun, tally)
    return f"{victim} {'' if landed else '(too late) '}exit {ran.code}"


def count_again(program: Program, stored: dict[tuple[str, int], int], begun: int, tally: Tally) -> None:
    """Count the epochs that were stored and have been trained again; and see that none was lost."""
    for network, seed, epoch in program.trained()[begun:]:
        if epoch <= stored.get((network, seed), 0):
            tally.again += 1
            tally.broken.append(f"epoch {epoch} of {network[:60]}, seed {seed}, was trained again")
    now = program.stored()
    for what, epochs in stored.items():
        if now.get(what, 0) < epochs:
            tally.broken.append(f"{epochs} epochs of {what[0][:60]} were stored, and now {now.get(what, 0)}")


def to_the_end(program: Program, expected: Any, tally: Tally) -> str:
    """A build that is left alone; what came of it."""
    stored, begun = program.stored(), len(program.trained())
    ran = program.ended(program.popen())
    tally.to_the_end += 1
    count_again(program, stored, begun, tally)
    if ran.code != 0:
        tally.broken.append(f"the last build: exit {ran.code}: {ran.err[-500:]}")
        return f"FAILED, exit {ran.code}"
    differs = difference(outcome(program.report, program.targets), expected)
    tally.equal += not differs
    if differs:
        tally.broken.append(f"answers differ: {differs}")
    origins(program, tally)
    return f"built in {ran.seconds:.0f} s, {'DIFFERENT' if differs else 'equal answers'}"


def origins(program: Program, tally: Tally) -> None:
    """It is known where each epoch was computed."""
    for value in formats.stored(program.report)[0].values():
        known = {epoch for part in value.segments for epoch in range(part["first"], part["last"] + 1)}
        if known < set(range(1, value.epochs + 1)):
            tally.broken.append(f"{value.name}: not known where all epochs were computed: {value.segments}")


def campaign(
    interruptions: int, seed: int, targets: Sequence[str], chain: int, folder: Path, jobs: int = 2
) -> Tally:
    """An undisturbed build, then chains of interruptions; a line for each chain and each broken promise."""
    random = Random(seed)
    undisturbed = Program(folder / "undisturbed", folder / "undisturbed.epochs", tuple(targets), jobs)
    ran = undisturbed.ended(undisturbed.popen())
    if ran.code:
        raise AssertionError(f"the undisturbed build: exit {ran.code}: {ran.err[-500:]}")
    if not undisturbed.trained():
        raise AssertionError("no epoch was noted: trainings are not counted")
    expected = outcome(undisturbed.report, undisturbed.targets)
    tally = Tally()
    say(f"undisturbed: {ran.seconds:.0f} s, {len(undisturbed.trained())} epochs")
    number = 0
    while tally.landed < interruptions and tally.missed < 3 * interruptions:
        number += 1
        program = Program(folder / f"chain-{number}", folder / f"chain-{number}.epochs", tuple(targets), jobs)
        known = len(tally.broken)
        done = []
        try:
            # What is left of a build grows shorter, and so do the moments to hit it in
            for turn in range(min(random.randint(1, chain), interruptions - tally.landed)):
                done.append(interrupt(program, random, ran.seconds / (1 + turn / 2), tally))
            done.append(to_the_end(program, expected, tally))
        except Lost as broken:
            tally.broken.append(str(broken))
        say(f"chain {number}: {'; '.join(done)} ({tally.landed} of {interruptions})")
        for line in tally.broken[known:]:
            say(f"  BROKEN: {line}")
        if len(tally.broken) == known:
            shutil.rmtree(program.report, ignore_errors=True)
    return tally


def say(line: str) -> None:
    """Progress, at once."""
    print(line, flush=True)


def main(arguments: Sequence[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Interrupt the real program and see that nothing is lost.")
    parser.add_argument("--interruptions", type=int, default=100)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument(
        "--targets", nargs="*", default=[], help="only these experiments; default: the report"
    )
    parser.add_argument("--chain", type=int, default=6, help="interruptions in a row, at most")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="labreport-real-"))
    say(f"seed {options.seed}, in {folder}")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell starts background jobs deaf to Ctrl-C, and what they start would be deaf, too
        signal.signal(signal.SIGINT, signal.default_int_handler)
    tally = campaign(
        options.interruptions, options.seed, options.targets, options.chain, folder, options.jobs
    )
    say(tally.table())
    say(f"seed {options.seed}")
    if tally.broken:
        say(f"the folders of broken chains are kept in {folder}")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
