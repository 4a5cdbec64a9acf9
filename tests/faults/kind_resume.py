"""Kind 8: a training ends after each of its epochs, in various ways; the next build goes on to equal bits."""

from __future__ import annotations

from random import Random

from faults.judge import after_fault, recovers, require
from faults.world import Place

EPOCHS = 5
DEEDS = ("kill-build", "die", "die-once", "raise")
WALKS = (("0.5", 0), ("0.5", 1), ("0.25", 0), ("0.25", 1))


def resume(place: Place, random: Random, index: int) -> str:
    """One epoch, one deed, one training."""
    epoch = index % EPOCHS + 1
    deed = DEEDS[index // EPOCHS % len(DEEDS)]
    rate, seed = random.choice(WALKS)
    start = random.choice((0, 1)) if seed else 0
    place.start_from(start)
    fault = f"{rate}#{seed}@{epoch}:{deed}"
    ran = place.run(environment={"STANDIN_FAULT": fault})
    live = after_fault(place, ran, start, killed=deed == "kill-build")
    name = {"0.5": "alpha", "0.25": "beta"}[rate]
    if deed in ("die", "raise"):
        require(
            ran.code == 1 and f"'{name}'" in ran.err, f"the experiment is named: {ran.code} {ran.err[-500:]}"
        )
        require("lost its way" in ran.err or deed == "die", f"and its cause: {ran.err[-500:]}")
        missing = {1: 6, 2: 8}[place.seeds] - 1
        require(len(live) == missing, f"the rest is trained: {len(live)} of {missing}")
    if deed == "die-once":
        require(ran.code == 0, f"a worker that died is replaced: {ran.code} {ran.err[-500:]}")
    recovers(place, live)
    return f"{name}#{seed} {deed} in epoch {epoch}, from {start} seeds: exit {ran.code}"
