"""How far a build is: bars of the runs under way and of all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn
from rich.progress import Progress as Bars

from labreport.cli.output import show_causes
from labreport.cli.terminal import Terminal, duration, visible
from labreport.plan import Plan, Target
from labreport.run import Epoch, Event, Failed, Finished, Task
from labreport.stats.wording import count_text

PAUSE = 10.0
"""Seconds between two lines, where there is no terminal to draw bars on."""


class Progress:
    """Bars of the runs under way and of all, drawn by rich; plain lines where there is no terminal.

    Within the context `bars` they are on the screen, and they leave nothing behind.
    """

    def __init__(self, terminal: Terminal, clock: Callable[[], float] = time.monotonic) -> None:
        self.word, self._terminal, self._clock = "run", terminal, clock
        self.note = terminal.warn
        self._is_drawn = terminal.interactive and not terminal.quiet
        self.bars = Bars(
            TextColumn("  {task.description}", markup=False),
            BarColumn(16),
            TextColumn("{task.fields[note]}", markup=False),
            console=Console(width=terminal.width, no_color=not terminal.colour),
            transient=True,
            refresh_per_second=4,
            speed_estimate_period=3600,
            disable=not self._is_drawn,
            get_time=clock,
        )
        self._whole = self.bars.add_task("", total=1.0, note="")
        self._rows: dict[str, TaskID] = {}
        """The row of a task, by its key; none is ever removed."""
        self._finished, self._last_line = 0, clock()
        self._done = 0.0
        """Seconds of work that are done, by the cost of an epoch."""
        self._epochs: dict[str, int] = {}

    def planned(self, plan: Plan, targets: Sequence[Target]) -> None:
        """Say what will be made and why."""
        self.word = plan.project.words.run
        show_causes(self._terminal, self._terminal.say, plan, targets)

    def running(self, tasks: Sequence[Task]) -> None:
        """Begin to count these runs: a row for each, which is seen while it is under way."""
        total = 0.0
        for task in tasks:
            name = visible(f"{task.name}, seed {task.seed}")[:30]
            seconds = max(task.cost, 1e-9)
            epochs = task.epochs[-1]
            self._rows[task.key] = self.bars.add_task(name, total=epochs, visible=False, note="")
            total += seconds * epochs
        self.bars.reset(self._whole, total=total)

    def event(self, event: Event | Target) -> None:
        """Show how far a run has come, or what is being made of the results."""
        if isinstance(event, Target):
            self.bars.update(self._whole, description="", note=f"making {event}")
            return
        if isinstance(event, Epoch):
            self._show_epoch(event)
        else:
            self._hide(event)
        summary = self._show_whole()
        if isinstance(event, Epoch) and not self._is_drawn and self._clock() - self._last_line >= PAUSE:
            self._last_line = self._clock()
            row = self.bars.tasks[self._rows[event.task.key]]
            percentage = self.bars.tasks[0].percentage
            line = f"  {percentage:3.0f} %  {summary}  {row.description}  {row.fields['note']}"
            self._terminal.say(line.rstrip())

    def _show_epoch(self, event: Epoch) -> None:
        epochs = event.task.epochs[-1]
        note = "" if epochs == 1 else f"epoch {event.epoch:>3}/{epochs}"
        self._complete(event.task, event.epoch)
        self.bars.update(self._rows[event.task.key], completed=event.epoch, note=note, visible=True)

    def _complete(self, task: Task, epoch: int) -> None:
        """Count the epochs of a task that are done; those of thousands of others are not added up again."""
        self._done += max(task.cost, 1e-9) * (epoch - self._epochs.get(task.key, 0))
        self._epochs[task.key] = epoch

    def _hide(self, event: Finished | Failed) -> None:
        tasks = event.tasks if isinstance(event, Failed) else (event.task,)
        for task in tasks:
            self._complete(task, task.epochs[-1])
            self.bars.update(self._rows[task.key], completed=task.epochs[-1], visible=False)
        if isinstance(event, Finished):
            self._finished += 1

    def _show_whole(self) -> str:
        """Bring the bar of all up to date; what it says: `3/15 runs  2 min left`."""
        elapsed = duration(self.bars.tasks[0].elapsed or 0.0)
        self.bars.update(self._whole, completed=self._done, description=elapsed)
        runs = count_text(len(self._rows), self.word)
        summary = f"{self._finished}/{runs}  {self.left()}".rstrip()
        self.bars.update(self._whole, note=summary)
        return summary

    def published(self, name: str) -> None:
        """Say nothing: the last lines do."""

    def left(self) -> str:
        """Say how long the runs will still take, or nothing as long as that is not known."""
        seconds = self.bars.tasks[0].time_remaining
        return f"{duration(seconds)} left" if seconds else ""
