"""Kind 1: the build, a worker, or both are killed, or asked to end, at a random moment."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from random import Random

from faults.judge import after_fault, recovers, require
from faults.world import Place, finish

VICTIMS = ("build", "worker", "group", "Ctrl-C", "SIGTERM")


def kill(place: Place, random: Random, index: int) -> str:
    """One victim, one moment."""
    victim = VICTIMS[index % len(VICTIMS)]
    start = random.choice((0, 1))
    moment = random.uniform(0, 1.1 * place.world.seconds)
    place.start_from(start)
    process = place.popen(place.command(), place.environment())
    time.sleep(moment)
    sent = strike(process, victim)
    began = time.monotonic()
    ran = finish(process)
    asked = sent and victim in ("Ctrl-C", "SIGTERM")
    if asked:
        took = time.monotonic() - began
        require(took < 5, "ends within 5 s when asked to")
        code = {"Ctrl-C": 130, "SIGTERM": 143}[victim]
        early = {"Ctrl-C": -signal.SIGINT, "SIGTERM": -signal.SIGTERM}[victim]
        at_its_end = ran.code == 0 and took < 1.5
        require(
            ran.code in (code, early) or at_its_end, f"exit code {code}, not {ran.code}: {ran.err[-500:]}"
        )
        require(ran.code != code or "again" in ran.err, f"says how to continue: {ran.err[-500:]}")
    live = after_fault(place, ran, start, killed=sent)
    recovers(place, live)
    return f"{victim} at {moment:.2f} s, from {start} seeds: exit {ran.code}, {len(live)} results live"


def strike(process: subprocess.Popen[str], victim: str) -> bool:
    """Send the signal; whether anything was there to get it."""
    target = process.pid
    if victim == "worker":
        children = workers(process.pid)
        if not children:
            return False
        target = children[-1]
    number = {"Ctrl-C": signal.SIGINT, "SIGTERM": signal.SIGTERM}.get(victim, signal.SIGKILL)
    if process.poll() is not None:
        return False
    try:
        if victim in ("group", "Ctrl-C"):
            os.killpg(process.pid, number)
        else:
            os.kill(target, number)
    except ProcessLookupError:
        return False
    return True


def workers(parent: int) -> list[int]:
    """The processes that `parent` has started."""
    try:
        return [int(word) for word in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    except OSError:
        return []
