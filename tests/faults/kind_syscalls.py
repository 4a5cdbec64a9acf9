"""Kind 2: at the n-th use of a system call the process is killed, or the call fails, once or from then on."""

from __future__ import annotations

import errno
import os
import threading
from random import Random

from faults import injection
from faults.injection import Effect, Point
from faults.judge import after_fault, recovers, require, shows_traceback
from faults.skipped import Skipped
from faults.world import Place

EFFECTS = (
    Effect("signal=KILL"),
    Effect("error=ENOSPC"),
    Effect("error=EIO"),
    Effect("error=ENOSPC", persistent=True),
    Effect("error=EIO", persistent=True),
)
_known: dict[tuple[str, int], list[Point]] = {}
_finding = threading.Lock()


def syscall(place: Place, random: Random, index: int) -> str:
    """One point at which a build touches its output directory, one effect."""
    if not injection.available():
        raise Skipped("needs strace, allowed to trace")
    effect = EFFECTS[index % len(EFFECTS)]
    start = random.choice((0, 1))
    candidates = points(place, start)
    if effect.persistent:
        # A process that can open or write nothing any more cannot say why
        candidates = [point for point in candidates if point.call not in ("openat", "read", "write")]
    point = random.choice(candidates)
    place.start_from(start)
    log = place.folder / "injected"
    try:
        ran = place.run(prefix=injection.under(point, effect, log))
    except TimeoutError:
        # Counts drift between runs. Of a pipe that fails, the interpreter believes that its end is dead
        if effect.what.startswith("error=") and injection.hit_a_pipe(log):
            raise Skipped(f"{effect.what} of a pipe, which no disk gives") from None
        raise
    if shows_traceback(ran) and injection.hit_python(log):
        raise Skipped(f"{effect.what} of Python's own files, read before the program can say anything")
    killed = effect.what == "signal=KILL"
    live = after_fault(place, ran, start, killed or ran.code == 0)
    if not killed and ran.code != 0:
        # Counts drift between runs, so that the fault may hit a library's file instead of the report's
        named = str(place.report) in ran.err or reason(effect) in ran.err or ran.err.count("\n") == 1
        require(named, f"names path or cause: {ran.err[-500:]}")
    recovers(place, live)
    often = "from the" if effect.persistent else "at the"
    return f"{effect.what} {often} {point.number}. {point.call}, from {start} seeds: exit {ran.code}"


def reason(effect: Effect) -> str:
    """What the system says of an error."""
    return os.strerror(getattr(errno, effect.what.removeprefix("error=")))


def points(place: Place, start: int) -> list[Point]:
    """Where an undisturbed build touches its output directory; found once for each start."""
    with _finding:
        known = (str(place.world.folder), start)
        if known not in _known:
            trial = Place(place.world, place.world.folder / f"points-{start}", place.seeds)
            trial.folder.mkdir()
            trial.start_from(start)
            log = trial.folder / "strace"
            _known[known] = injection.points(trial.command(), trial.environment(), [trial.report], log)
        return _known[known]
