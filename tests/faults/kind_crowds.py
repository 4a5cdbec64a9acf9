"""Kind 5: two, four or eight builds at once in one output directory, and one of them is killed."""

from __future__ import annotations

import time
from random import Random

from faults.judge import after_fault, recovers, require
from faults.kind_kills import strike
from faults.world import Place, finish

SIZES = (2, 4, 8)


def crowd(place: Place, random: Random, index: int) -> str:
    """All but the killed one end well, each after the other; no unlocking by hand."""
    size = SIZES[index % len(SIZES)]
    start = random.choice((0, 1))
    place.start_from(start)
    processes = [place.popen(place.command(), place.environment()) for _ in range(size)]
    time.sleep(random.uniform(0, 2 * place.world.seconds))
    victim = random.randrange(size)
    killed = strike(processes[victim], "group")
    for number, process in enumerate(processes):
        ran = finish(process)
        if number != victim or not killed:
            require(ran.code == 0, f"a build that was not killed works: {ran.code} {ran.err[-500:]}")
            require("Traceback" not in ran.err, f"no traceback: {ran.err[-500:]}")
    live = after_fault(place, None, start, killed=True)
    recovers(place, live)
    return f"{size} builds, one of them killed, from {start} seeds"
