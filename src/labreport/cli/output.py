"""What is said of a build: how far it is, what is stale and why, which claims fail, what has changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from textwrap import shorten
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bars

from labreport.cli.terminal import Terminal, counted, duration, visible
from labreport.page import Claim
from labreport.plan import DOCUMENTS, Plan, Target
from labreport.run import Epoch, Event, Failed, Finished, Task
from labreport.stats import Finding, Namespace, Quantity, as_plus_minus, from_json, sentence

SHOWN = 8
"""Causes, and changes of the answers, that a build lists before it counts the rest."""
_WAS = {True: "held", False: "did not hold", None: "was not known"}
_NOW = {True: "now holds", False: "no longer holds", None: "is not known now"}


class Progress:
    """Bars of the runs under way and of all, drawn by rich; plain lines where there is no terminal.

    Within the context `bars` they are on the screen, and they leave nothing behind.
    """

    def __init__(self, terminal: Terminal, clock: Callable[[], float] = time.monotonic) -> None:
        self.word, self._terminal, self._clock = "run", terminal, clock
        self.note = terminal.warn
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

    def planned(self, plan: Plan, things: Sequence[Target]) -> None:
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

    def event(self, event: Event | Target) -> None:
        """Show how far a run has come, or what is being made of the results."""
        if isinstance(event, Target):
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
        if isinstance(event, Epoch) and not self._drawn and self._clock() - self._told >= 10:  # seconds
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


def causes(terminal: Terminal, say: Callable[[str], None], plan: Plan, stale: Iterable[Target]) -> None:
    """A line for each thing that changed, with all that is made because of it."""
    wanted = {*stale}
    groups = [(one.change, [each for each in one.things if each in wanted]) for one in plan.groups()]
    groups = [(change, things) for change, things in groups if things]
    most = len(groups) if terminal.verbose else SHOWN
    for change, things in groups[:most]:
        say(f"{visible(str(change)) if change else 'never made'}: {amounts(things, plan, named=True)}")
        for thing in things if terminal.verbose else ():
            say(terminal.paint(f"  {thing}", "dim"))
    if len(groups) > most:
        say(f"… and {counted(len(groups) - most, 'more cause')}; --verbose lists them")


def amounts(things: Iterable[Target], plan: Plan, named: bool = False) -> str:
    """Amounts by kind: `70 fits, 4 answers, 3 documents`; with `named`, of one the name.

    Experiments with one specification share their runs, which count once.
    """
    found: dict[str, list[Target]] = {kind: [] for kind in ("run", "answer", "figure", "section", "document")}
    for thing in things:
        found["document" if thing.kind in DOCUMENTS else thing.kind].append(thing)
    parts = []
    for kind, each in found.items():
        names = list(dict.fromkeys(thing.name for thing in each))
        if kind == "run" and each:
            of = f" of {', '.join(names)}" if named and len(names) <= 3 else ""
            parts.append(f"{counted(len({*map(plan.key, each)}), plan.project.words.run)}{of}")
        elif each:
            alone = named and len(each) == 1 and kind != "document"
            parts.append(f"{kind} {names[0]}" if alone else counted(len(each), kind))
    return ", ".join(parts)


def claims(plan: Plan) -> tuple[list[Claim], list[str]]:
    """The claims of the kept sections; a line for each that fails, with what holds instead said once."""
    made = [plan.made("section", one.name) for one in plan.project.chapters]
    every = [Claim(**claim) for one in made if one for claim in one.claims]
    found = list(dict.fromkeys(claim for claim in every if claim.fails))
    first = {claim.now: claim for claim in reversed(found)}
    return every, [visible(str(one if one == first[one.now] else replace(one, now=""))) for one in found]


def show_changes(say: Callable[[str], None], lines: Sequence[str], most: int | None = None) -> None:
    """List what the answers say differently; more than `most` are counted."""
    say("Changed in the answers:" if lines else "No answer says anything else.")
    for line in lines[:most]:
        say(f"  {visible(line)}")
    if more := len(lines[most:]) if most else 0:
        say(f"  and {counted(more, 'more change')}; the command `changes` lists all")


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Say what differs between two `answers.json`, a line for each claim and number, paired by name."""
    old, new = before["questions"], after["questions"]
    yield from (f"{name} is no longer asked" for name in old if name not in new)
    for name, question in new.items():
        if name not in old:
            yield f"{name} is new"
            continue
        was, now = (dict(_said(from_json(one["answer"]))) for one in (old[name], question))
        for path in {**now, **was}:
            if was.get(path) != now.get(path):
                then, so = (shorten(one.get(path, "absent"), 70, placeholder=" …") for one in (was, now))
                yield f"{name}.{path}: was {then}, now {so}"
    held = {known: claim["holds"] for known, claim in _claims(before)}
    for known, claim in _claims(after):
        if (then := held.get(known, claim["holds"])) != claim["holds"]:
            place, text = f"{claim['file']}:{claim['line']}", shorten(claim["text"], 40, placeholder=" …")
            yield f'{place}: {_WAS[then]}, {_NOW[claim["holds"]]}: "{text}"'


def _claims(report: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    """Claims by what they are known by in another build: their conditions, not texts with numbers in them."""
    for part in (*report["questions"].values(), *report["sections"].values()):
        for claim in part["claims"]:
            yield (claim["file"].rpartition("templates/")[2], claim["condition"]), claim


def _said(item: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """What an answer says, by name: each number as printed, with how it was judged; each fact and text."""
    if isinstance(item, Quantity):
        yield path, as_plus_minus(item)
    elif isinstance(item, Finding):
        for group, one in item.groups:
            yield from _said(one, f"{path}.{group}")
        for part in item.parts:
            judged = "" if item.kind == "count" else f" ({part.judgement})"
            names = part.subjects[: 2 if item.kind == "ranking" else item.quantity is not part.quantity]
            yield ".".join((path, *names)), f"{as_plus_minus(part.quantity)}{judged}"
        if item.kind == "fact":
            yield path, sentence(item).rstrip(".")
    elif isinstance(item, Namespace):
        ranked = any(isinstance(one, Finding) and one.kind == "ranking" for one in item.members.values())
        for name, each in item.members.items():
            if not (ranked and name == "difference"):  # its parts are told
                yield from _said(each, f"{path}.{name}".lstrip("."))
    elif isinstance(item, str | list):
        yield path, str(item)
