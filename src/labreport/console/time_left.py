"""How long the rest of a build will take: what each part should take, corrected by what the others took."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import StrEnum

ENOUGH = 0.05
"""Share of the trainings that must have been measured before their speed is believed, where nothing else is
known of it."""
START = "start"
"""The part of a build in which workers start."""
FEW = 10.0
"""Seconds below which no number is said: it would be over before it were right."""


class Kind(StrEnum):
    """How parts follow each other: trainings on several lanes, then one at a time, then the report."""

    TOGETHER = "together"
    SINGLY = "singly"
    MADE = "made"


TRUST = {Kind.TOGETHER: 0.1, Kind.SINGLY: 0.1, Kind.MADE: 1.0}
"""What was expected counts as much as measuring this share of the work would: that figures are slow says less
of the paper than one training says of the next."""

TOLD = 0.25
"""How much of it counts for one kind that another took longer than expected."""


@dataclass(eq=False)
class _Part:
    seconds: float
    kind: Kind
    left: float = 0.0


class TimeLeft:
    """The parts of a build, each with the seconds that it should take by itself on one of so many `lanes`.

    Where the seconds of trainings are not `known`, they are work in any unit, and nothing is said until some
    of it was measured. What is under way counts as done by as much as the clock says. It is asked at every
    epoch, so it keeps sums, and looks only at the parts that are under way.
    """

    def __init__(
        self, lanes: int = 1, known: bool = True, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.lanes = lanes
        self.known = known
        self._clock = clock
        self._parts: dict[Hashable, _Part] = {}
        self._all = dict.fromkeys(Kind, 0.0)
        self._left = dict.fromkeys(Kind, 0.0)
        self._since: dict[_Part, float] = {}
        """Parts that are under way: when each began, or was last heard of."""
        self._waiting: list[tuple[float, int, _Part]] = []
        """Parts of the kind `TOGETHER`, the longest first; those that wait no longer are dropped when met."""
        self._measured = {kind: [0.0, 0.0] for kind in Kind}
        self._begun = clock()

    def expect(self, key: Hashable, seconds: float, kind: Kind = Kind.TOGETHER) -> None:
        """One more part, or the same one again."""
        if part := self._parts.get(key):
            self._set(part, 0.0, None)
            self._all[part.kind] -= part.seconds
        self._parts[key] = part = _Part(seconds, kind)
        self._all[kind] += seconds
        self._set(part, 1.0, None)

    def begin(self, key: Hashable) -> None:
        """A part is begun that is heard of again only at its end."""
        if part := self._parts.get(key):
            self._set(part, part.left, self._clock())

    def work(self, key: Hashable, share: float) -> None:
        """This share of a part was just done, since it was last heard of.

        The first time, where it was not begun before, is not measured: processes start and compile in it.
        """
        part, now = self._parts.get(key), self._clock()
        if part is None:
            return
        if (since := self._since.get(part)) is not None:
            measured = self._measured[part.kind]
            measured[0] += now - since
            measured[1] += part.seconds * min(share, part.left)
        self._set(part, max(part.left - share, 0.0), now)

    def end(self, key: Hashable) -> None:
        """A part is done, or need not be done."""
        if part := self._parts.get(key):
            self._set(part, 0.0, None)

    def again(self, key: Hashable) -> None:
        """A part must be done from its beginning."""
        if part := self._parts.get(key):
            self._set(part, 1.0, None)

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
        total = sum(self._all[kind] * self._speed(kind) for kind in Kind)
        return 1.0 - sum(self._rest(kind)[0] for kind in Kind) / total if total else 0.0

    def seconds(self) -> float | None:
        """Seconds until the end, or None while nothing can be said."""
        (together, longest), (singly, _), (made, _) = map(self._rest, Kind)
        if not self.known and together + singly and self._said() < ENOUGH:
            return None
        return max(together / max(self.lanes, 1), longest) + singly + made

    def __str__(self) -> str:
        found = self.seconds()
        return "estimating the time" if found is None else f"{about(found)} left"

    def _set(self, part: _Part, left: float, since: float | None) -> None:
        """Say how much of a part is left, and since when it is under way."""
        self._left[part.kind] += part.seconds * (left - part.left)
        part.left = left
        if since is not None:
            self._since[part] = since
            return
        self._since.pop(part, None)
        if left and part.kind is Kind.TOGETHER:
            heapq.heappush(self._waiting, (-part.seconds * left, id(part), part))

    def _rest(self, kind: Kind) -> tuple[float, float]:
        """Seconds that all parts of a kind will still take one after the other, and that the longest will."""
        speed, now = self._speed(kind), self._clock()
        begun = [(part.seconds * part.left, at) for part, at in self._since.items() if part.kind is kind]
        rest = [max(seconds * speed - (now - at), 0.0) for seconds, at in begun]
        waiting = max(self._left[kind] - sum(seconds for seconds, _ in begun), 0.0)
        while self._waiting and (self._waiting[0][2] in self._since or not self._waiting[0][2].left):
            heapq.heappop(self._waiting)
        longest = -self._waiting[0][0] if self._waiting and kind is Kind.TOGETHER else 0.0
        return waiting * speed + sum(rest), max(longest * speed, *rest, 0.0)

    def _speed(self, kind: Kind) -> float:
        """How many times as long as expected parts of a kind take.

        Until that is measured, what the others took tells a part of it: the machine may be as busy.
        """
        if self.known or kind is Kind.MADE:
            trust = TRUST[kind] * self._all[kind]
            measured, expected = self._measured[kind]
            others = [self._measured[one] for one in Kind if one is not kind and self.known]
            took, should = (sum(one[place] for one in others) for place in (0, 1))
            measured += trust * TOLD * ((took / should if should else 1.0) - 1.0)
        else:
            trust, trained = 0.0, (Kind.TOGETHER, Kind.SINGLY)
            measured, expected = (sum(self._measured[one][place] for one in trained) for place in (0, 1))
        return (measured + trust) / (expected + trust) if expected + trust else 1.0

    def _said(self) -> float:
        """The share of the trainings that was measured."""
        trained = (Kind.TOGETHER, Kind.SINGLY)
        return sum(self._measured[kind][1] for kind in trained) / sum(self._all[kind] for kind in trained)


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


def about(seconds: float) -> str:
    """A time that is expected, as far as it can be known: `a few seconds`, `35 s`, `3 min 10 s`, `17 min`."""
    if seconds < FEW:
        return "a few seconds"
    step = 5 if seconds < 60 else 10 if seconds < 600 else 60
    return duration(step * round(seconds / step)).removesuffix(" 00 s")
