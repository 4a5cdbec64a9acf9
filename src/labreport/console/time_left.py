"""How long the rest of a piece of work will take, once that can be said."""

from __future__ import annotations

import time
from collections.abc import Callable

ENOUGH = 0.05
"""Share of the work that must have been measured before its speed is believed."""
TRUSTED = 0.3
"""Share at which only what was measured counts, and what was expected no more."""


class TimeLeft:
    """Counts work in any unit of cost, and estimates from the speed so far.

    The time until the first piece of work is done is left out: processes start and compile in it.
    `expected` is what all the work is known to have taken before, in seconds, or None.
    """

    def __init__(
        self, total: float, expected: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.total = total
        self.done = 0.0
        self._expected = expected
        self._clock = clock
        self._measured = 0.0
        self._first: float | None = None

    def work(self, cost: float) -> None:
        """Work of this cost was just finished."""
        self.done += cost
        if self._first is None:
            self._first = self._clock()
        else:
            self._measured += cost

    def skip(self, cost: float) -> None:
        """Work of this cost need not be done (or, if negative, must be done again)."""
        self.done += cost

    def seconds(self) -> float | None:
        """Seconds until the end, or None while nothing can be said."""
        left = max(self.total - self.done, 0.0)
        share = self._measured / self.total if self.total else 1.0
        elapsed = self._clock() - self._first if self._first is not None else 0.0
        measured = left * elapsed / self._measured if share >= ENOUGH and self._measured else None
        if self._expected is None:
            return measured
        expected = self._expected * left / self.total if self.total else 0.0
        if measured is None:
            return expected
        weight = min(share / TRUSTED, 1.0)
        return weight * measured + (1 - weight) * expected

    def __str__(self) -> str:
        found = self.seconds()
        return "estimating the time" if found is None else f"{duration(found)} left"


def duration(seconds: float) -> str:
    """`12 s`, `3 min 05 s`, `2 h 10 min`."""
    seconds = max(seconds, 0.0)
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"
