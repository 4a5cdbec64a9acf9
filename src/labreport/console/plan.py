"""A plan in lines: what is to be made and why, results of one experiment together."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterable

from labreport.console.terminal import Terminal, shown
from labreport.plan.nodes import Plan, State, Status
from labreport.plan.reasons import Upstream

WORDS = {
    "result": ("train", "results"),
    "answer": ("answer", "answers"),
    "figure": ("draw", "figures"),
    "section": ("write", "sections"),
    "document": ("publish", "documents"),
}
_SHOWN = 12
"""Lines of one kind before the rest is counted."""


def show_plan(terminal: Terminal, plan: Plan, verbose: bool) -> None:
    """The plan: a line for each thing to make, with its reason, then the counts."""
    for kind, (verb, plural) in WORDS.items():
        stale = plan.stale(kind)
        lines = list(_lines(stale))
        for name, why in lines if verbose else lines[:_SHOWN]:
            _line(terminal, verb, name, why)
        if len(lines) > _SHOWN and not verbose:
            terminal.say(terminal.paint(f"  {'':8}… and {len(lines) - _SHOWN} more {plural}", "dim"))
    for line in textwrap.wrap(counts(plan), terminal.width, subsequent_indent="  "):
        terminal.say(line)


def counts(plan: Plan) -> str:
    """How many of each kind are to be made: `5 of 120 results, 2 of 14 figures`."""
    parts = []
    for kind, (_, plural) in WORDS.items():
        among = sum(status.node.kind == kind for status in plan.statuses)
        if among:
            parts.append(f"{len(plan.stale(kind))} of {among} {plural}")
    return "To make: " + ", ".join(parts)


def why(status: Status) -> str:
    """The first reason, and how many more there are."""
    if not status.reasons:
        return ""
    own = (reason for reason in status.reasons if not isinstance(reason, Upstream))
    first = next(own, None) or status.reasons[0]
    more = len(status.reasons) - 1
    return f"{first}{f' (and {more} more)' if more else ''}"


def _lines(stale: Iterable[Status]) -> Iterable[tuple[str, str]]:
    def same(status: Status) -> tuple[str, str]:
        return status.node.slug.rpartition("#")[0] or status.node.slug, why(status)

    for (name, reason), group in itertools.groupby(stale, key=same):
        members = list(group)
        count = f" × {len(members)} seeds" if len(members) > 1 else ""
        waiting = "if changed: " if members[0].state is State.PENDING else ""
        yield f"{name}{count}", f"{waiting}{reason}"


def _line(terminal: Terminal, verb: str, name: str, reason: str) -> None:
    name = shown(name)
    room = terminal.width - 12 - max(len(name), 26)
    text = shown(reason)
    if len(text) > room:
        text = text[: max(room - 1, 10)] + "…"
    terminal.say(f"  {terminal.paint(f'{verb:8}', 'cyan')}{name:26}  {terminal.paint(text, 'dim')}")
