"""Live progress: bars on a terminal, a plain line now and then elsewhere; and how long the rest will take.

That is what each part should take, corrected by what the others took.
"""

from __future__ import annotations

import heapq
import signal
import sys
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from labreport.console.plan import VERBS, about, counted
from labreport.console.terminal import Terminal, shown

ENOUGH = 0.05
"""Share of the trainings that must have been measured before their speed is believed, where nothing else is
known of it."""
START = "start"
"""The part of a build in which workers start."""
_EVERY = 10.0
"""Seconds between two plain lines."""
_TICK = 0.5
"""Seconds after which the rows are drawn again, whatever happens."""


@dataclass
class Training:
    """How far one worker's run has come; `measure` is what it reports, e.g. `accuracy 0.97`.

    `place` says which one it is of those that run by themselves.
    """

    name: str
    epoch: int
    epochs: int
    measure: str = ""
    place: str = ""

    @property
    def note(self) -> str:
        """How far it is, in words."""
        epochs = f"epoch {self.epoch:>3}/{self.epochs}" if self.epochs > 1 and self.epoch else ""
        begins = "" if self.epoch else "starting"
        return "  ".join(filter(None, (self.place, begins, epochs, self.measure)))


class Progress:
    """What a build does, on the screen: each training, what is made after them, and the time left for all.

    `time` holds the parts of the build; whoever plans them says what each should take.
    """

    def __init__(self, terminal: Terminal, time_left: TimeLeft | None = None, doing: str = "") -> None:
        self.time = time_left or TimeLeft()
        self._terminal = terminal
        self._doing = doing
        self._work = ""
        self._trainings = self._finished = 0
        self._made = self._to_make = 0
        self.took: dict[str, list[float]] = {}
        """By kind, the seconds that each thing took; documents by their part of the time."""
        self._part: tuple[str, str, float] | None = None
        self._rows: dict[str, Any] = {}
        self._bars: Any = None
        """The rows, while they are on the screen."""
        self._drawing = False
        self._spoken = time.monotonic()

    @contextmanager
    def shown(self) -> Iterator[None]:
        """While inside, the rows are on the screen, where there is a terminal; they leave nothing behind.

        They are drawn twice a second meanwhile, whatever the program does: by a signal, not by a thread,
        beside which no process could be forked.
        """
        terminal = self._terminal
        if not terminal.interactive or terminal.quiet or terminal.json or self._bars is not None:
            yield
            return
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bars

        console = Console(file=terminal.out, width=terminal.width, no_color=not terminal.colour)
        columns = [TextColumn(f"{{task.{name}}}", markup=False) for name in ("description", "fields[note]")]
        before = terminal.out, terminal.err
        with Bars(
            columns[0],
            BarColumn(16),
            columns[1],
            console=console,
            transient=True,
            auto_refresh=False,
            redirect_stderr=terminal.errors_interactive,
        ) as self._bars:
            # Lines that are printed meanwhile appear above the rows
            terminal.out = sys.stdout
            terminal.err = sys.stderr if terminal.errors_interactive else terminal.err
            try:
                with _every(_TICK, self._draw_again):
                    if self._doing:
                        self._show()
                    yield
            finally:
                terminal.out, terminal.err = before
                self._rows.clear()
                self._bars = None

    def trainings(self, count: int, work: str) -> None:
        """So many are to be done."""
        self._trainings, self._work = count, work
        self._show()

    def training(self, lane: int, training: Training) -> None:
        """How far the training of worker `lane` has come."""
        name = clipped(training.name, 30)
        self._row(f"lane {lane}", name, training.epoch, training.epochs, training.note)
        self._show()
        told = f"  {100 * self.time.share:3.0f} %  {self._note()}  "
        room = self._terminal.width - len(told) - 2
        if room < len(training.name) + len(note := training.note):
            note = replace(training, measure="").note
        self._speak(f"{told}{clipped(training.name, room - len(note))}  {note}")

    def idle(self, lane: int) -> None:
        """Worker `lane` has nothing to do."""
        if (row := self._rows.pop(f"lane {lane}", None)) is not None:
            self._drawing = True
            self._bars.remove_task(row)
            self._drawing = False

    def finished(self, key: Hashable, line: str = "") -> None:
        """A training is stored."""
        self.time.end(key)
        self._finished += 1
        if self._bars is not None and line:
            self._terminal.say(self._terminal.paint(f"  {shown(line)}", "dim"))
        self._show()

    def to_make(self, count: int) -> None:
        """So many things are to be made of the results."""
        self._to_make = count

    def making(self, kind: str, name: str, part: str) -> None:
        """The next thing of this kind is begun, a part of the time; what was begun before is done."""
        self.made()
        self._part = part, part if kind == "document" else kind, time.monotonic()
        self.time.begin(part)
        self._made = min(self._made + 1, self._to_make)
        room = self._terminal.width - 58
        self._doing = f"{self._made}/{self._to_make}  {VERBS.get(kind, 'make')} {clipped(name, room)}"
        self._show()
        self._speak(f"  {self._note()}")

    def made(self) -> None:
        """Nothing is being made now."""
        if self._part is not None:
            part, kind, begun = self._part
            self.time.work(part, 1.0)
            self.took.setdefault(kind, []).append(time.monotonic() - begun)
        self._part = None

    def _show(self) -> None:
        elapsed = int(self.time.elapsed)
        clock = f"{elapsed // 60}:{elapsed % 60:02}"
        self._row("all", clock, self.time.share, 1.0, self._note())

    def _note(self) -> str:
        if self._finished < self._trainings:
            doing = f"{self._finished}/{counted(self._trainings, self._work)}"
        else:
            doing = self._doing
        return "  ".join(filter(None, (doing, str(self.time) if self.time.planned else "")))

    def _row(self, key: str, name: str, done: float, total: float, note: str) -> None:
        if self._bars is None:
            return
        self._drawing = True
        try:
            if key not in self._rows:
                self._rows[key] = self._bars.add_task("", note="")
            self._bars.update(
                self._rows[key],
                description=f"  {name}",
                completed=done,
                total=max(total, 1e-9),
                note=note,
                refresh=True,
            )
        finally:
            self._drawing = False

    def _speak(self, line: str) -> None:
        """A plain line, where there are no rows and none was printed for a while."""
        now = time.monotonic()
        if self._bars is None and now - self._spoken >= _EVERY:
            self._spoken = now
            self._terminal.say(line)

    def _draw_again(self) -> None:
        """Unless something is being written at this moment."""
        if not self._drawing and not self._terminal.writing:
            with suppress(RuntimeError, OSError, ValueError):  # somebody else writes, or nobody reads
                self._show()


@contextmanager
def _every(seconds: float, call: Callable[[], None]) -> Iterator[None]:
    """Call something again and again while inside; in the main thread of a system that has such a clock."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, lambda number, frame: call())
    clock = signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *clock)
        signal.signal(signal.SIGALRM, before)


def clipped(name: str, room: int) -> str:
    """`name` on one line of at most `room` columns, its middle left out: both ends tell names apart."""
    name = shown(name)
    if len(name) <= max(room, 9):
        return name
    half = (max(room, 9) - 1) // 2
    return f"{name[:half]}…{name[-half:]}"


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
        self.beside = 0.0
        """How many processes of others ran at the beginning."""
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
