"""What a build does, on the screen: each run, what is made after them, and the time left."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from labreport.cli.lines import causes
from labreport.cli.terminal import Terminal, counted, duration, visible
from labreport.plan import Plan, Thing
from labreport.run import Epoch, Event, Failed, Finished, Task

EVERY = 10.0
"""Seconds between two lines where there is no terminal to draw on."""


class Progress:
    """Bars of the runs under way and of all, drawn by rich; plain lines where there is no terminal.

    It is a context: within it, the bars are on the screen, and they leave nothing behind.
    """

    def __init__(self, terminal: Terminal, clock: Callable[[], float] = time.monotonic) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bars

        self.word, self._terminal, self._clock = "run", terminal, clock
        self._drawn = terminal.interactive and not terminal.quiet
        self._bars = Bars(
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
        self._all = self._bars.add_task("", total=1.0, note="")
        self._rows: dict[str, Any] = {}
        self._weights: dict[str, float] = {}
        self._done: dict[str, float] = {}
        self._finished, self._told = 0, clock()

    def __enter__(self) -> Progress:
        self._bars.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._bars.stop()

    def note(self, text: str) -> None:
        """Say that something was repaired, or left out."""
        self._terminal.warn(text)

    def planned(self, plan: Plan, things: Sequence[Thing]) -> None:
        """Say what will be made and why."""
        self.word = plan.project.words.run
        causes(self._terminal, self._terminal.say, plan, things)

    def running(self, tasks: Sequence[Task], cost: Callable[[Any], float] | None) -> None:
        """Begin to count these runs."""
        for task in tasks:
            each = cost(task.experiment.specification) if cost else 1.0
            self._weights[task.key] = max(each, 1e-9) * task.epochs[-1]
        self._bars.reset(self._all, total=sum(self._weights.values()))

    def event(self, event: Event | Thing) -> None:
        """Show how far a run has come, or what is being made of the results."""
        if isinstance(event, Thing):
            self._bars.update(self._all, description="", note=f"making {event}")
            return
        what = ""
        if isinstance(event, Epoch):
            what = self._trained(event.task, event.epoch)
        for task in event.tasks if isinstance(event, Failed) else ():
            self._ended(task)
        if isinstance(event, Finished):
            self._finished += 1
            self._ended(event.task)
        total = self._bars.tasks[0]
        self._bars.update(self._all, completed=sum(self._done.values()))
        note = f"{self._finished}/{counted(len(self._weights), self.word)}  {self.left()}".rstrip()
        self._bars.update(self._all, description=duration(total.elapsed or 0.0), note=note)
        if what and not self._drawn and self._clock() - self._told >= EVERY:
            self._told = self._clock()
            self._terminal.say(f"  {total.percentage:3.0f} %  {note}{what}")

    def published(self, name: str) -> None:
        """Say nothing: the last lines do."""

    def left(self) -> str:
        """Say how long the runs will still take, or nothing as long as that is not known."""
        seconds = self._bars.tasks[0].time_remaining
        if not seconds:
            return ""
        step = 5 if seconds < 60 else 10 if seconds < 600 else 60
        return f"{duration(max(step * round(seconds / step), step)).removesuffix(' 00 s')} left"

    def _trained(self, task: Task, epoch: int) -> str:
        """Draw the row of a run; what it says."""
        goal, name = task.epochs[-1], visible(f"{task.experiment.name}, seed {task.seed}")[:30]
        self._done[task.key] = self._weights[task.key] * epoch / goal
        note = "" if goal == 1 else f"epoch {epoch:>3}/{goal}" if epoch else "starting"
        if task.key not in self._rows:
            self._rows[task.key] = self._bars.add_task(name, total=goal, note="")
        self._bars.update(self._rows[task.key], completed=epoch, note=note)
        return f"  {name}  {note}".rstrip()

    def _ended(self, task: Task) -> None:
        self._done[task.key] = self._weights[task.key]
        if task.key in self._rows:
            self._bars.remove_task(self._rows.pop(task.key))
