"""How long the rest of a build will take: what each part should take, corrected by what the others took."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import StrEnum

ENOUGH = 0.05
"""Share of the trainings that must have been measured before their speed is believed, where nothing else is
known of it."""


class Kind(StrEnum):
    """How parts follow each other: trainings on several lanes, then those that run alone, then the report."""

    TOGETHER = "together"
    ALONE = "alone"
    MADE = "made"


TRUST = {Kind.TOGETHER: 0.1, Kind.ALONE: 0.1, Kind.MADE: 1.0}
"""What was expected counts as much as measuring this share of the work would: that figures are slow says less
of the paper than one training says of the next."""


@dataclass
class _Part:
    seconds: float
    kind: Kind
    left: float = 1.0
    since: float | None = None
    """When it began or was last heard of; None while it has done nothing that counts."""


class TimeLeft:
    """The parts of a build, each with the seconds that it should take by itself on one of so many `lanes`.

    Where the seconds of trainings are not `known`, they are work in any unit, and nothing is said until some
    of it was measured. What is under way counts as done by as much as the clock says.
    """

    def __init__(
        self, lanes: int = 1, known: bool = True, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.lanes = lanes
        self.known = known
        self._clock = clock
        self._parts: dict[Hashable, _Part] = {}
        self._measured = {kind: [0.0, 0.0] for kind in Kind}
        self._begun = clock()

    def expect(self, key: Hashable, seconds: float, kind: Kind = Kind.TOGETHER) -> None:
        """One more part."""
        self._parts[key] = _Part(seconds, kind)

    def begin(self, key: Hashable) -> None:
        """A part is begun that is heard of again only at its end."""
        if part := self._parts.get(key):
            part.since = self._clock()

    def work(self, key: Hashable, share: float) -> None:
        """This share of a part was just done, since it was last heard of.

        The first time, where it was not begun before, is not measured: processes start and compile in it.
        """
        part, now = self._parts.get(key), self._clock()
        if part is None:
            return
        if part.since is not None:
            measured = self._measured[part.kind]
            measured[0] += now - part.since
            measured[1] += part.seconds * min(share, part.left)
        part.left = max(part.left - share, 0.0)
        part.since = now

    def end(self, key: Hashable) -> None:
        """A part is done, or need not be done."""
        if part := self._parts.get(key):
            part.left, part.since = 0.0, None

    def again(self, key: Hashable) -> None:
        """A part must be done from its beginning."""
        if part := self._parts.get(key):
            part.left, part.since = 1.0, None

    @property
    def planned(self) -> bool:
        """Whether it knows of any part."""
        return bool(self._parts)

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return self._clock() - self._begun

    @property
    def share(self) -> float:
        """How much of all is done, from 0 to 1; what is under way included."""
        total = sum(part.seconds * self._speed(part.kind) for part in self._parts.values())
        return 1.0 - sum(map(self._rest, self._parts.values())) / total if total else 0.0

    def seconds(self) -> float | None:
        """Seconds until the end, or None while nothing can be said."""
        rest: dict[Kind, list[float]] = {kind: [0.0] for kind in Kind}
        for part in self._parts.values():
            rest[part.kind].append(self._rest(part))
        together, alone, made = (rest[kind] for kind in Kind)
        if not self.known and any(together + alone) and self._said() < ENOUGH:
            return None
        return max(sum(together) / max(self.lanes, 1), *together) + sum(alone) + sum(made)

    def __str__(self) -> str:
        found = self.seconds()
        return "estimating the time" if found is None else f"{duration(found)} left"

    def _rest(self, part: _Part) -> float:
        """Seconds that a part will still take by itself."""
        seconds = part.seconds * part.left * self._speed(part.kind)
        return max(seconds - (self._clock() - part.since), 0.0) if part.since is not None else seconds

    def _speed(self, kind: Kind) -> float:
        """How many times as long as expected parts of a kind take."""
        if self.known or kind is Kind.MADE:
            trust = TRUST[kind] * sum(part.seconds for part in self._parts.values() if part.kind is kind)
            measured, expected = self._measured[kind]
        else:
            trust, trained = 0.0, (Kind.TOGETHER, Kind.ALONE)
            measured, expected = (sum(self._measured[one][place] for one in trained) for place in (0, 1))
        return (measured + trust) / (expected + trust) if expected + trust else 1.0

    def _said(self) -> float:
        """The share of the trainings that was measured."""
        expected = sum(self._measured[kind][1] for kind in (Kind.TOGETHER, Kind.ALONE))
        return expected / sum(part.seconds for part in self._parts.values() if part.kind is not Kind.MADE)


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
