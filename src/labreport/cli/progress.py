"""Progress of a build: a bar for each run under way, and one for all runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn
from rich.progress import Progress as Bars

from labreport.cli.output import show_causes
from labreport.cli.terminal import Terminal, duration, visible
from labreport.plan import Plan, Target
from labreport.run import EpochReached, Event, Failed, Finished, Task
from labreport.stats.wording import count_text

PAUSE = 10.0
"""Seconds between two lines of progress where bars are not shown."""


class Progress:
    """Shows bars of the runs on a terminal, by rich; elsewhere, plain lines.

    Bars are shown within the context `bars`, and removed at its end. `on_running` is called when runs begin.
    """

    def __init__(
        self,
        terminal: Terminal,
        on_running: Callable[[], object] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.note = terminal.warn
        self._terminal, self._on_running, self._clock = terminal, on_running, clock
        self._has_bars = terminal.interactive and not terminal.quiet
        self.bars = Bars(
            TextColumn("  {task.description}", markup=False),
            BarColumn(16),
            TextColumn("{task.fields[note]}", markup=False),
            console=Console(width=terminal.width, no_color=not terminal.colour),
            transient=True,
            speed_estimate_period=3600,
            disable=not self._has_bars,
            get_time=clock,
        )
        self._bar_of_all = self.bars.add_task("", total=1.0, note="")
        """Its length is in seconds of work, estimated by the cost of an epoch."""
        self._bar_of_run: dict[str, TaskID] = {}
        """The bars of runs under way, by the keys of their tasks."""
        self._epochs_done: dict[str, int] = {}
        """The number for each run, by the key of its task."""
        self._finished = 0
        self._word_for_run = "run"
        self._time_of_last_line = clock()

    def planned(self, plan: Plan, targets: Sequence[Target]) -> None:
        """Print what will be made, and why."""
        self._word_for_run = plan.project.words.run
        show_causes(self._terminal, self._terminal.say, plan, targets)

    def running(self, tasks: Sequence[Task]) -> None:
        """Start counting these runs."""
        self._on_running()
        self._finished = 0
        self._epochs_done = {task.key: 0 for task in tasks}
        seconds = sum(_seconds_of_epoch(task) * task.epochs[-1] for task in tasks)
        self.bars.reset(self._bar_of_all, total=seconds)

    def event(self, event: Event | Target) -> None:
        """Show the progress of a run, or which target is being made."""
        match event:
            case Target():
                self.bars.update(self._bar_of_all, description="", note=f"making {event}")
                return
            case EpochReached(task, epoch):
                self._count_epochs(task, epoch)
                self._show_bar(task, epoch)
            case Finished(task):
                self._finished += 1
                self._end(task)
            case Failed():
                for task in event.tasks:
                    self._end(task)
        elapsed = duration(self.bars.tasks[0].elapsed or 0.0)
        self.bars.update(self._bar_of_all, description=elapsed, note=self._summary())
        if isinstance(event, EpochReached) and not self._has_bars:
            self._print_line_of_progress(event)

    def _count_epochs(self, task: Task, epoch: int) -> None:
        """Count the epochs since the last event of this run."""
        more_epochs = epoch - self._epochs_done[task.key]
        self._epochs_done[task.key] = epoch
        self.bars.update(self._bar_of_all, advance=_seconds_of_epoch(task) * more_epochs)

    def _show_bar(self, task: Task, epoch: int) -> None:
        if task.key not in self._bar_of_run:
            bar = self.bars.add_task(_label_of_task(task), total=task.epochs[-1], note="")
            self._bar_of_run[task.key] = bar
        self.bars.update(self._bar_of_run[task.key], completed=epoch, note=_note_of(task, epoch))

    def _end(self, task: Task) -> None:
        self._count_epochs(task, task.epochs[-1])
        if task.key in self._bar_of_run:
            self.bars.remove_task(self._bar_of_run.pop(task.key))

    def _print_line_of_progress(self, event: EpochReached) -> None:
        """Print a line of progress from time to time, where bars are not shown."""
        now = self._clock()
        if now - self._time_of_last_line < PAUSE:
            return
        self._time_of_last_line = now
        task = event.task
        line = f"  {self.bars.tasks[0].percentage:3.0f} %  {self._summary()}"
        self._terminal.say(f"{line}  {_label_of_task(task)}  {_note_of(task, event.epoch)}".rstrip())

    def _summary(self) -> str:
        """The progress of all runs: `3/15 runs 2 min left`."""
        runs = count_text(len(self._epochs_done), self._word_for_run)
        return f"{self._finished}/{runs}  {self.left()}".rstrip()

    def left(self) -> str:
        """The estimated time left; empty if it is not known yet."""
        seconds = self.bars.tasks[0].time_remaining
        return f"{duration(seconds)} left" if seconds else ""


def _seconds_of_epoch(task: Task) -> float:
    return max(task.cost, 1e-9)


def _label_of_task(task: Task) -> str:
    return visible(f"{task.name}, seed {task.seed}")[:30]


def _note_of(task: Task, epoch: int) -> str:
    epochs = task.epochs[-1]
    return "" if epochs == 1 else f"epoch {epoch:>3}/{epochs}"
