"""What a build does, on the screen: each run, what is made after them, and the time left."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bars

from labreport.cli.lines import causes
from labreport.cli.terminal import Terminal, counted, duration, visible
from labreport.plan import Plan, Thing
from labreport.run import Epoch, Event, Failed, Finished, Task

EVERY = 10.0
"""Seconds between two lines where there is no terminal to draw on."""


class Progress:
    """Bars of the runs under way and of all, drawn by rich; plain lines where there is no terminal.

    Within the context `bars` they are on the screen, and they leave nothing behind.
    """

    def __init__(self, terminal: Terminal, clock: Callable[[], float] = time.monotonic) -> None:
        self.word, self._terminal, self._clock = "run", terminal, clock
        self._drawn = terminal.interactive and not terminal.quiet
        self.bars = Bars(
            TextColumn("  {task.description}", markup=False),
            BarColumn(16),
            TextColumn("{task.fields[note]}", markup=False),
            console=Console(width=terminal.width, no_color=not terminal.colour),
            transient=True,
            refresh_per_second=4,
            speed_estimate_period=3600,
            disable=not self._drawn,
            get_time=clock,
        )
        self._all = self.bars.add_task("", total=1.0, note="")
        self._rows: dict[str, Any] = {}
        self._finished, self._told = 0, clock()

    def note(self, text: str) -> None:
        """Say that something was repaired, or left out."""
        self._terminal.warn(text)

    def planned(self, plan: Plan, things: Sequence[Thing]) -> None:
        """Say what will be made and why."""
        self.word = plan.project.words.run
        causes(self._terminal, self._terminal.say, plan, things)

    def running(self, tasks: Sequence[Task], cost: Callable[[Any], float] | None) -> None:
        """Begin to count these runs: a row for each, which is seen while it is under way."""
        for one in tasks:
            name = visible(f"{one.experiment.name}, seed {one.seed}")[:30]
            each = max(cost(one.experiment.specification) if cost else 1.0, 1e-9)
            row = self.bars.add_task(name, total=one.epochs[-1], visible=False, note="", cost=each)
            self._rows[one.key] = row
        _, *rows = self.bars.tasks
        self.bars.reset(self._all, total=sum(row.fields["cost"] * (row.total or 0) for row in rows))

    def event(self, event: Event | Thing) -> None:
        """Show how far a run has come, or what is being made of the results."""
        if isinstance(event, Thing):
            self.bars.update(self._all, description="", note=f"making {event}")
            return
        if isinstance(event, Epoch):
            goal = event.task.epochs[-1]
            note = "" if goal == 1 else f"epoch {event.epoch:>3}/{goal}" if event.epoch else "starting"
            self.bars.update(self._rows[event.task.key], completed=event.epoch, note=note, visible=True)
        else:
            for one in event.tasks if isinstance(event, Failed) else (event.task,):
                self.bars.update(self._rows[one.key], completed=one.epochs[-1], visible=False)
            self._finished += isinstance(event, Finished)
        whole, *rows = self.bars.tasks
        done = sum(row.fields["cost"] * row.completed for row in rows)
        self.bars.update(self._all, completed=done, description=duration(whole.elapsed or 0.0))
        told = f"{self._finished}/{counted(len(rows), self.word)}  {self.left()}".rstrip()
        self.bars.update(self._all, note=told)
        if isinstance(event, Epoch) and not self._drawn and self._clock() - self._told >= EVERY:
            self._told = self._clock()
            row = self.bars.tasks[self._rows[event.task.key]]  # none is ever removed
            line = f"  {whole.percentage:3.0f} %  {told}  {row.description}  {row.fields['note']}"
            self._terminal.say(line.rstrip())

    def published(self, name: str) -> None:
        """Say nothing: the last lines do."""

    def left(self) -> str:
        """Say how long the runs will still take, or nothing as long as that is not known."""
        seconds = self.bars.tasks[0].time_remaining
        if not seconds:
            return ""
        step = 5 if seconds < 60 else 10 if seconds < 600 else 60
        return f"{duration(max(step * round(seconds / step), step)).removesuffix(' 00 s')} left"
