"""Live progress of all workers: one display on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from labreport.console.terminal import Terminal, shown

_EVERY = 10.0
"""Seconds between two plain lines."""


@dataclass
class Training:
    """How far one worker's run has come; `measure` is what it reports, e.g. `accuracy 0.97`."""

    name: str
    epoch: int
    epochs: int
    measure: str


class Progress:
    """Told of every epoch; shows network, epoch, accuracy and time left for the whole.

    `total` is the work in any unit of cost; time left follows from the cost done so far.
    """

    def __init__(self, terminal: Terminal, total: float, runs: int) -> None:
        self._terminal = terminal
        self._total = total
        self._runs = runs
        self._done_runs = 0
        self._done = 0.0
        self._active: dict[int, Training] = {}
        self._started = time.monotonic()
        self._spoken = self._started
        self._live: Any = None

    @contextmanager
    def shown(self) -> Iterator[Progress]:
        """While inside, the display is live (where there is a terminal)."""
        if not self._terminal.interactive or self._terminal.quiet:
            yield self
            return
        from rich.console import Console
        from rich.live import Live

        console = Console(
            file=self._terminal.out, width=self._terminal.width, no_color=not self._terminal.colour
        )
        with Live(get_renderable=self._table, console=console, refresh_per_second=8, transient=True) as live:
            self._live = live
            try:
                yield self
            finally:
                self._live = None

    def epoch(self, lane: int, training: Training, cost: float) -> None:
        """Worker `lane` finished an epoch that cost `cost`."""
        self._active[lane] = training
        self._done += cost
        now = time.monotonic()
        if self._live is None and now - self._spoken >= _EVERY:
            self._spoken = now
            told = f"  {training.epoch:>3}/{training.epochs}  {training.measure}"
            room = self._terminal.width - len(self._summary()) - len(told) - 4
            self._terminal.say(f"  {self._summary()}  {clipped(training.name, room)}{told}")

    def idle(self, lane: int) -> None:
        """Worker `lane` has nothing to do."""
        self._active.pop(lane, None)

    def finished(self, line: str) -> None:
        """A run is stored."""
        self._done_runs += 1
        if self._live is None:
            return
        self._live.console.print(f"  {line}", highlight=False, markup=False, style="dim")

    def skip(self, cost: float) -> None:
        """Work that turned out to be done already, or will not be done."""
        self._done += cost

    def _summary(self) -> str:
        percent = 100 * self._done / self._total if self._total else 100.0
        return f"{percent:3.0f} %  {self._done_runs}/{self._runs} runs  {self._left()}"

    def _left(self) -> str:
        elapsed = time.monotonic() - self._started
        if self._done <= 0 or elapsed < 2:
            return "measuring"
        return f"{duration(elapsed * max(self._total - self._done, 0.0) / self._done)} left"

    def _table(self) -> Any:
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2))
        for column in range(4):
            table.add_column(no_wrap=True, overflow="ellipsis", justify="right" if column == 2 else "left")
        for training in list(self._active.values()):
            table.add_row(
                Text(f"  {clipped(training.name, 30)}"),
                ProgressBar(total=training.epochs, completed=training.epoch, width=16),
                Text(_epochs(training)),
                Text(training.measure),
            )
        table.add_row(
            Text("  all", style="bold"),
            ProgressBar(total=max(self._total, 1e-9), completed=self._done, width=16),
            Text(f"{self._done_runs}/{self._runs} runs"),
            Text(self._left()),
        )
        return table


def _epochs(training: Training) -> str:
    return f"epoch {training.epoch:>3}/{training.epochs}"


def clipped(name: str, room: int) -> str:
    """`name` on one line of at most `room` columns, its middle left out: both ends tell names apart."""
    name = shown(name)
    if len(name) <= max(room, 9):
        return name
    half = (max(room, 9) - 1) // 2
    return f"{name[:half]}…{name[-half:]}"


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
