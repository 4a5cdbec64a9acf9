"""Kind 8: a training ends after each of its epochs, in various ways; the next build gets equal bits."""

from __future__ import annotations

from random import Random

from faults.formats import Stored
from faults.judge import after_fault, recovers, require, trajectories
from faults.wishes import wanted
from faults.world import Place

EPOCHS = 10
DEEDS = (
    "kill-build",
    "KILL-build",
    "INT-group",
    "KILL-worker",
    "TERM-build",
    "die",
    "KILL-group",
    "INT-build",
    "raise",
    "KILL-build+12",
    "INT-group+12",
    "die-once",
)
WALKS = (("0.5", 0), ("0.5", 1), ("0.5", 0), ("0.25", 0), ("0.25", 1))
"""The first is shared by several experiments, which ask for it in part."""
_CODES = {"INT": 130, "TERM": 143, "KILL": -9}


def resume(place: Place, random: Random, index: int) -> str:
    """One training, and up to three interruptions of it, each of the build that continues."""
    deed = DEEDS[index % len(DEEDS)]
    rate, seed = random.choice(WALKS)
    last = EPOCHS if rate == "0.5" else 5
    epochs = sorted(random.sample(range(1, last + 1), random.choice((1, 1, 2, 3))))
    epochs[0] = index // len(DEEDS) % last + 1 if len(epochs) == 1 else epochs[0]
    start = random.choice((0, 1)) if seed else 0
    place.start_from(start)
    for epoch in epochs:
        before = trajectories(place.report)
        ran = place.run(environment={"STANDIN_FAULT": f"{rate}#{seed}@{epoch}:{deed}"})
        struck = deed.startswith(("KILL", "INT", "TERM")) or deed == "kill-build"
        live = after_fault(place, ran, start, killed=struck, before=before)
        name, _, whom = deed.partition("+")[0].partition("-")
        if name in _CODES and whom != "worker" and ran.code != 0:
            require(ran.code == _CODES[name], f"exit code {_CODES[name]}, not {ran.code}: {ran.err[-500:]}")
            require(name == "KILL" or "again" in ran.err, f"says how to continue: {ran.err[-500:]}")
        if deed in ("die", "raise", "KILL-worker"):
            require(ran.code == 1, f"a failure: {ran.code} {ran.err[-500:]}")
            names = ("'alpha", "'rates") if rate == "0.5" else ("'beta'",)
            require(any(name in ran.err for name in names), f"the experiment is named: {ran.err[-500:]}")
            require("lost its way" in ran.err or deed != "raise", f"and its cause: {ran.err[-500:]}")
            done = {walk for walk, value in live.items() if finished(value, walk, place.seeds)}
            missing = set(wanted(place.seeds)) - done
            require(missing <= {walk_of(rate, seed)}, f"the rest is trained: {missing}")
        if deed == "die-once":
            require(ran.code == 0, f"a worker that died is replaced: {ran.code} {ran.err[-500:]}")
            break
    recovers(place, live)
    return f"rate {rate}#{seed} {deed} in epochs {epochs}, from {start} seeds: exit {ran.code}"


def walk_of(rate: str, seed: int) -> str:
    """As the log names it."""
    return f"rate={rate} noise=0.01 seed={seed}"


def finished(value: Stored, walk: str, seeds: int) -> bool:
    """Whether a stored trajectory has all that is asked of it."""
    wish = wanted(seeds)[walk]
    return value.epochs >= wish.epochs and wish.snapshots <= set(value.snapshots)
