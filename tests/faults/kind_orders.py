"""Experiments that share a trajectory, asked for in every order; numbers of seeds that change; `--force`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import permutations
from random import Random

from faults.formats import Stored
from faults.judge import after_fault, goes_on, recovers, require, settled, trajectories
from faults.kind_kills import VICTIMS, strike
from faults.wishes import SHARING, wanted
from faults.world import Place, Ran, finish

ORDERS = tuple(permutations(SHARING, 2))


def orders(place: Place, random: Random, index: int) -> str:
    """Two or three parts of a trajectory, one after the other, some interrupted; then everything."""
    place.seeds = random.choice((1, 2))
    parts = list(ORDERS[index % len(ORDERS)])
    said = []
    for part in [*parts, *random.choices(SHARING, k=random.choice((0, 1)))]:
        victim = random.choice((None, None, *VICTIMS))
        said.append(f"{part} {victim or 'whole'}")
        live = trajectories(place.report)
        if victim is None:
            goes_on(place, live, part)
            complete(place, part)
        else:
            interrupted(place, random, victim, [part], live)
    recovers(place, trajectories(place.report), more_results=True)
    return f"{', '.join(said)}, then everything; {place.seeds} seeds"


def forced(place: Place, random: Random, index: int) -> str:
    """One of those that share a trajectory is rebuilt by force: the others keep what they had."""
    place.seeds = random.choice((1, 2))
    place.start_from(place.seeds)
    target = SHARING[:4][index % 4]
    words = random.choice(([], [target], ["alpha"], ["alpha-10"]))
    before = trajectories(place.report)
    victim = random.choice((None, None, *VICTIMS))
    if victim is not None:
        process = place.popen(place.command(*words, "--force", target), place.environment())
        time.sleep(random.uniform(0, place.world.seconds))
        strike(process, victim)
        ran = finish(process)
        require("Traceback" not in ran.err, f"no traceback: {ran.err[-1000:]}")
        # What was to be rebuilt may be half made; all else is as it was
        touched = set(wanted(place.seeds, [target]))
        rest = {walk: value for walk, value in before.items() if walk not in touched}
        live = after_fault(place, None, place.seeds, killed=True, before=rest)
        recovers(place, live, more_results=True)
        return f"--force {target} of {words or 'everything'}, {victim}: exit {ran.code}"
    ran = place.run(*words, "--force", target)
    require(ran.code == 0, f"--force works: {ran.code} {ran.err[-1000:]}")
    require("disk" not in ran.err, f"no blame for the disk: {ran.err[-500:]}")
    after = trajectories(place.report)
    shorter = [walk for walk, old in before.items() if after[walk].epochs < old.epochs]
    require(not shorter, f"the others keep their epochs: {shorter}")
    recovers(place, after, more_results=True)
    return f"--force {target} of {words or 'everything'}"


def seeds(place: Place, random: Random, index: int) -> str:
    """The number of seeds changes from build to build: only new ones are trained, and none is lost."""
    sequence = ((1, 2, 1), (2, 1, 2), (1, 2, 1, 2))[index % 3]
    said: list[str] = []
    for number in sequence:
        previous, place.seeds = place.seeds if said else 0, number
        live = trajectories(place.report)
        if random.random() < 0.4:
            victim = random.choice(VICTIMS)
            interrupted(place, random, victim, [], live, previous)
            live = trajectories(place.report)
            said.append(f"{number} ({victim})")
        goes_on(place, live)
        kept = trajectories(place.report)
        require(not [walk for walk in live if walk not in kept], "results of more seeds are kept")
        settled(place, more_results=True)
        said.append(str(number))
    return f"seeds {', '.join(said)}"


def interrupted(
    place: Place,
    random: Random,
    victim: str,
    words: Sequence[str],
    before: dict[str, Stored],
    start: int = 0,
) -> Ran:
    """A build that is struck at a random moment, judged."""
    process = place.popen(place.command(*words), place.environment())
    time.sleep(random.uniform(0, place.world.seconds))
    sent = strike(process, victim)
    ran = finish(process)
    after_fault(place, ran if victim != "worker" else None, start, killed=sent, before=before)
    return ran


def complete(place: Place, part: str) -> None:
    """All that a part asks of its trajectories is stored."""
    live = trajectories(place.report)
    for walk, wish in wanted(place.seeds, [part]).items():
        require(walk in live and live[walk].epochs >= wish.epochs, f"{part}: {walk} is trained to its end")
        missing = wish.snapshots - set(live[walk].snapshots)
        require(not missing, f"{part}: {walk} has its snapshots, but not {missing}")
