"""What a build does, on the screen: each run, what is made after them, and the time left."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from labreport.cli.lines import causes
from labreport.cli.terminal import Terminal, counted, cut, duration
from labreport.plan import Plan, Thing
from labreport.run import Epoch, Failed, Finished, Started, Task

EVERY = 10.0
"""Seconds between two lines where there is no terminal to draw on."""
ENOUGH = 0.02
"""The share of the work after which the time left is told."""


class Progress:
    """Bars of the runs under way and of all, drawn by rich; plain lines where there is no terminal.

    It is a context: within it, the bars are on the screen, and they leave nothing behind.
    """

    def __init__(self, terminal: Terminal, clock: Callable[[], float] = time.monotonic) -> None:
        self.word, self._terminal, self._clock = "run", terminal, clock
        self._bars: Any = None
        self._rows: dict[Any, Any] = {}
        self._weights: dict[Any, float] = {}
        self._done: dict[Any, float] = {}
        self._finished = 0
        self._begun = self._told = clock()
        self._first: tuple[float, float] | None = None
        """When something was done first, and how much: what was before is the start of processes."""

    def __enter__(self) -> Progress:
        if self._terminal.interactive and not self._terminal.quiet:
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn
            from rich.progress import Progress as Bars

            console = Console(width=self._terminal.width, no_color=not self._terminal.colour)
            columns = [TextColumn("  {task.description}", markup=False), BarColumn(16)]
            note = TextColumn("{task.fields[note]}", markup=False)
            self._bars = Bars(*columns, note, console=console, transient=True, refresh_per_second=4)
            self._bars.start()
        return self

    def __exit__(self, *raised: object) -> None:
        if self._bars is not None:
            self._bars.stop()
            self._bars = None
            self._rows.clear()

    def note(self, text: str) -> None:
        """Say that something was repaired, or left out."""
        self._terminal.warn(text)

    def planned(self, plan: Plan, things: Sequence[Thing]) -> None:
        """Say what will be made and why."""
        self.word = plan.project.words.run
        causes(self._terminal, self._terminal.say, plan, things)

    def running(self, tasks: Sequence[Task], cost: Callable[[Any], float] | None) -> None:
        """Begin to count these runs; `cost` gives about how many seconds an epoch of each takes."""
        for task in tasks:
            each = cost(task.experiment.specification) if cost else 1.0
            self._weights[task.key] = max(each, 1e-9) * task.epochs[-1]
        self._begun = self._clock()
        self._show()

    def event(self, event: Started | Epoch | Finished | Failed) -> None:
        """Show how far a run has come."""
        if isinstance(event, Failed):
            for task in event.tasks:
                self._end(task.key)
            return
        task, goal = event.task, event.task.epochs[-1]
        if isinstance(event, Finished):
            self._finished += 1
            self._end(task.key)
            return
        epoch = event.epoch if isinstance(event, Epoch) else 0
        self._done[task.key] = epoch / goal
        name = f"{task.experiment.name}, seed {task.seed}"
        note = f"epoch {epoch:>3}/{goal}" if goal > 1 and epoch else "" if goal == 1 else "starting"
        self._row(task.key, cut(name, 30), epoch / goal, note)
        self._show(f"  {cut(name, 30)}  {note}".rstrip())

    def making(self, thing: Thing) -> None:
        """Show what is being made of the results."""
        self._row("all", "", None, f"making {thing}")

    def published(self, names: Sequence[str]) -> None:
        """Say nothing: the last lines do."""

    def share(self) -> float:
        """Return how much of the work is done, from 0 to 1."""
        total = sum(self._weights.values())
        done = sum(weight * self._done.get(key, 0.0) for key, weight in self._weights.items())
        return done / total if total else 1.0

    def left(self) -> str:
        """Say how long the runs will still take, or nothing as long as that is not known."""
        share, now = self.share(), self._clock()
        if self._first is None and share:
            self._first = now, share
        if self._first is None or share - self._first[1] < ENOUGH:
            return ""
        seconds = (now - self._first[0]) * (1 - share) / (share - self._first[1])
        step = 5 if seconds < 60 else 10 if seconds < 600 else 60
        about = max(step * round(seconds / step), step)
        return f"{duration(about).removesuffix(' 00 s')} left" if seconds >= EVERY else "a few seconds left"

    def _end(self, key: Any) -> None:
        self._done[key] = 1.0
        if self._bars is not None and key in self._rows:
            self._bars.remove_task(self._rows.pop(key))
        self._show()

    def _show(self, what: str = "") -> None:
        note = f"{self._finished}/{counted(len(self._weights), self.word)}  {self.left()}".rstrip()
        self._row("all", duration(self._clock() - self._begun), self.share(), note)
        if self._bars is None and what and self._clock() - self._told >= EVERY:
            self._told = self._clock()
            self._terminal.say(f"  {100 * self.share():3.0f} %  {note}{what}")

    def _row(self, key: Any, name: str, done: float | None, note: str) -> None:
        if self._bars is None:
            return
        if key not in self._rows:
            self._rows[key] = self._bars.add_task("", total=1.0, note="")
        shown = {} if done is None else {"completed": done}
        self._bars.update(self._rows[key], description=name, note=note, **shown)
