"""A plan in lines: what is to be made and why."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterable, Sequence

from labreport.console.counts import work
from labreport.console.terminal import Terminal, shown
from labreport.plan.nodes import Plan, State, Status
from labreport.plan.reasons import Upstream

VERBS = {
    "result": "train",
    "answer": "answer",
    "figure": "draw",
    "section": "write",
    "document": "publish",
}
WAITING = "if what they read changes"
_REASONS = 8
"""Reasons that are listed before the rest is counted."""
_NAMES = 3
"""Experiments of one reason that are named; more are counted."""


def show_plan(terminal: Terminal, plan: Plan, verbose: bool) -> None:
    """What is to be made, a line for each reason; with `verbose`, a line for each thing before that."""
    stale = plan.stale()
    if verbose:
        for name, verb, reason in _lines(stale):
            _line(terminal, verb, name, reason)
    begin, reasons = "To make: ", _by_reason(stale)
    for reason, group in itertools.islice(reasons.items(), _REASONS):
        _wrapped(terminal, begin, f"{_what(group)}: {reason}")
        begin = " " * len(begin)
    if len(reasons) > _REASONS:
        _wrapped(terminal, begin, f"… for {len(reasons) - _REASONS} more reasons; --verbose lists everything")


def why(status: Status) -> str:
    """The first reason, and how many more there are."""
    if not status.reasons:
        return ""
    own = (reason for reason in status.reasons if not isinstance(reason, Upstream))
    first = next(own, None) or status.reasons[0]
    more = len(status.reasons) - 1
    return f"{first}{f' (and {more} more)' if more else ''}"


def _by_reason(stale: Iterable[Status]) -> dict[str, list[Status]]:
    """The statuses by the first reason of their own; what only waits for others comes last."""
    groups: dict[str, list[Status]] = {}
    for status in stale:
        own = (str(reason) for reason in status.reasons if not isinstance(reason, Upstream))
        groups.setdefault(next(own, WAITING), []).append(status)
    if WAITING in groups:
        groups[WAITING] = groups.pop(WAITING)
    return groups


def _what(group: Sequence[Status]) -> str:
    """Amounts by kind, with names where there are few: `5 trainings of small`, `section part-two`."""
    if len(group) == 1 and group[0].node.kind != "result":
        return f"{group[0].node.kind} {group[0].node.slug}"
    names = list(dict.fromkeys(_name(status) for status in group))
    kinds = {status.node.kind for status in group}
    if len(names) > _NAMES or len(kinds) > 1:
        return work(group)
    return f"{work(group)} {'of ' if kinds == {'result'} else ''}{', '.join(names)}"


def _name(status: Status) -> str:
    return status.node.slug.rpartition("#")[0] or status.node.slug


def _lines(stale: Iterable[Status]) -> Iterable[tuple[str, str, str]]:
    """Name, verb and reason; results of one experiment together."""
    for (name, kind, reason), group in itertools.groupby(
        stale, key=lambda status: (_name(status), status.node.kind, why(status))
    ):
        members = list(group)
        count = f" × {len(members)} {members[0].node.repeated}s" if len(members) > 1 else ""
        waiting = "if changed: " if members[0].state is State.PENDING else ""
        verb = "run" if kind == "result" and members[0].node.work != "training" else VERBS[kind]
        yield f"{name}{count}", verb, f"{waiting}{reason}"


def _line(terminal: Terminal, verb: str, name: str, reason: str) -> None:
    name = shown(name)
    room = terminal.width - 12 - max(len(name), 26)
    text = shown(reason)
    if len(text) > room:
        text = text[: max(room - 1, 10)] + "…"
    terminal.say(f"  {terminal.paint(f'{verb:8}', 'cyan')}{name:26}  {terminal.paint(text, 'dim')}")


def _wrapped(terminal: Terminal, begin: str, text: str) -> None:
    """`text` on at most three lines, after `begin`."""
    indent = " " * len(begin)
    for line in textwrap.wrap(
        shown(text), terminal.width - len(begin), max_lines=3, placeholder=" …", break_on_hyphens=False
    ):
        terminal.say(begin + line)
        begin = indent
