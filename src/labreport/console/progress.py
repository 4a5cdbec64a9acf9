"""Live progress: bars on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from labreport.console.plan import VERBS
from labreport.console.terminal import Terminal, shown
from labreport.console.time_left import TimeLeft

_EVERY = 10.0
"""Seconds between two plain lines."""


@dataclass
class Training:
    """How far one worker's run has come; `measure` is what it reports, e.g. `accuracy 0.97`."""

    name: str
    epoch: int
    epochs: int
    measure: str


class Display:
    """Rows with a bar, while inside `shown`, where there is a terminal."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self._rows: dict[str, Any] = {}
        self._bars: Any = None
        self._spoken = time.monotonic()

    @contextmanager
    def shown(self) -> Iterator[None]:
        """While inside, the rows are on the screen; they leave nothing behind."""
        terminal = self.terminal
        if not terminal.interactive or terminal.quiet:
            yield
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        console = Console(file=terminal.out, width=terminal.width, no_color=not terminal.colour)
        columns = [TextColumn(f"{{task.{name}}}", markup=False) for name in ("description", "fields[note]")]
        before = terminal.out, terminal.err
        with Progress(
            columns[0],
            BarColumn(16),
            columns[1],
            console=console,
            transient=True,
            auto_refresh=False,  # by a thread, beside which no process could be forked
            redirect_stderr=terminal.errors_interactive,
        ) as self._bars:
            # Lines that are printed meanwhile appear above the rows
            terminal.out = sys.stdout
            terminal.err = sys.stderr if terminal.errors_interactive else terminal.err
            try:
                yield
            finally:
                terminal.out, terminal.err = before
                self._rows.clear()
                self._bars = None

    def row(self, key: str, name: str, done: float, total: float, note: str) -> None:
        """Show or change one row."""
        if self._bars is None:
            return
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

    def remove(self, key: str) -> None:
        """Take one row away."""
        if key in self._rows:
            self._bars.remove_task(self._rows.pop(key))

    def speak(self, line: str) -> None:
        """A plain line, where there are no rows and none was printed for a while."""
        now = time.monotonic()
        if self._bars is None and now - self._spoken >= _EVERY:
            self._spoken = now
            self.terminal.say(line)

    @property
    def live(self) -> bool:
        """Whether the rows are on the screen."""
        return self._bars is not None


class Progress:
    """Hears of every epoch; shows experiment, epoch, accuracy, and the time left for all of them.

    `total` is the work in any unit of cost; `expected_seconds` is what it took before, if that is known.
    """

    def __init__(
        self,
        terminal: Terminal,
        total: float,
        trainings: int,
        expected_seconds: float | None = None,
        work: str = "training",
        epoch: str = "epoch",
    ) -> None:
        self._work, self._epoch = work, epoch
        self._display = Display(terminal)
        self._time = TimeLeft(total, expected_seconds)
        self._trainings = trainings
        self._finished = 0

    @contextmanager
    def shown(self) -> Iterator[Progress]:
        """While inside, the display is live (where there is a terminal)."""
        with self._display.shown():
            self._show_all()
            yield self

    def epoch(self, lane: int, training: Training, cost: float) -> None:
        """Worker `lane` finished an epoch that cost `cost`."""
        self._time.work(cost)
        epochs = f"{training.epoch:>3}/{training.epochs}" if training.epochs > 1 else ""
        note = f"{self._epoch} {epochs}  {training.measure}" if epochs else training.measure
        name = clipped(training.name, 30)
        self._display.row(f"lane {lane}", name, training.epoch, training.epochs, note)
        self._show_all()
        percent = 100 * self._time.done / self._time.total if self._time.total else 100.0
        told = f"  {percent:3.0f} %  {self._note()}  "
        rest = f"  {epochs}  {training.measure}"
        room = self._display.terminal.width - len(told) - len(rest)
        self._display.speak(f"{told}{clipped(training.name, room)}{rest}")

    def idle(self, lane: int) -> None:
        """Worker `lane` has nothing to do."""
        self._display.remove(f"lane {lane}")

    def finished(self, line: str) -> None:
        """A training is stored."""
        self._finished += 1
        if self._display.live:
            terminal = self._display.terminal
            terminal.say(terminal.paint(f"  {shown(line)}", "dim"))
        self._show_all()

    def seconds_left(self) -> float | None:
        """Seconds until all is done, as shown; None while nothing can be said."""
        return self._time.seconds()

    def skip(self, cost: float) -> None:
        """Work that turned out to be done already, or will not be done."""
        self._time.skip(cost)

    def _show_all(self) -> None:
        self._display.row("all", "all", self._time.done, self._time.total, self._note())

    def _note(self) -> str:
        return f"{self._finished}/{self._trainings} {self._work}s  {self._time}"


class Steps:
    """What is made after the training, thing by thing: `total` of them."""

    def __init__(self, terminal: Terminal, total: int) -> None:
        self._display = Display(terminal)
        self._total = total
        self._begun = 0

    @contextmanager
    def shown(self) -> Iterator[Steps]:
        """While inside, the display is live (where there is a terminal)."""
        with self._display.shown():
            yield self

    def begin(self, kind: str, name: str, count: int = 1) -> None:
        """The next things of this kind are begun, `count` of them."""
        self._begun = min(self._begun + count, self._total)
        room = self._display.terminal.width - 40
        note = f"{self._begun}/{self._total}  {VERBS.get(kind, 'make')} {clipped(name, room)}"
        self._display.row("all", "report", self._begun - 1, self._total, note)
        self._display.speak(f"  {note}")


def clipped(name: str, room: int) -> str:
    """`name` on one line of at most `room` columns, its middle left out: both ends tell names apart."""
    name = shown(name)
    if len(name) <= max(room, 9):
        return name
    half = (max(room, 9) - 1) // 2
    return f"{name[:half]}…{name[-half:]}"
