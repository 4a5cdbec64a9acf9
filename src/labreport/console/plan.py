"""A plan in lines: what is to be made and why, and one vocabulary for amounts.

An *experiment* is declared once. A *training* (or what the project calls a run) is one seed of it, and may be
that of several experiments with one specification.
"""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from labreport.console.terminal import Terminal, cut, shown
from labreport.plan.nodes import Plan, State, Status
from labreport.plan.reasons import FOLLOWING, Changed, Reason, Upstream, short

KINDS = ("recording", "result", "answer", "figure", "section", "document")
VERBS = {
    "result": "train",
    "answer": "answer",
    "figure": "draw",
    "section": "write",
    "document": "publish",
}
_CAUSES = 8
"""Causes that are listed before the rest is counted."""
_NAMES = 3
"""Names of what one cause makes that are listed; more are counted."""
Key = tuple[Any, ...]
KEPT = "\xa0"
"""A space at which no line is broken."""


def counted(count: int, what: str) -> str:
    """`1 figure`, `1,200 figures`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def work(statuses: Iterable[Status]) -> str:
    """Amounts by kind, results as the trainings that give them: `147 trainings, 29 answers`."""
    found = list(statuses)
    parts = []
    for kind in KINDS:
        same = [status for status in found if status.node.kind == kind]
        if kind == "result" and same:
            parts.append(counted(len({status.key for status in same}), same[0].node.work))
        elif same:
            parts.append(counted(len(same), kind))
    return ", ".join(parts)


def show_plan(terminal: Terminal, plan: Plan, verbose: bool) -> None:
    """What is to be made, a line for each cause; with `verbose`, a line for each thing before that."""
    stale = plan.stale()
    if verbose:
        for name, verb, reason in _lines(stale):
            text = cut(reason, max(terminal.width - 12 - max(len(name), 26), 11))
            terminal.say(f"  {terminal.paint(f'{verb:8}', 'cyan')}{name:26}  {terminal.paint(text, 'dim')}")
    show_causes(terminal.say, terminal.width, stale, verbose)


def show_causes(
    say: Callable[[str], None], width: int, stale: Sequence[Status], verbose: bool = False
) -> None:
    """A line for each cause: what changed, and all that is made because of it."""
    causes = by_cause(stale)
    for number, (cause, group) in enumerate(causes[:_CAUSES], 1):
        hint = "" if verbose or number < min(len(causes), _CAUSES) or len(stale) == 1 else LISTED
        _wrapped(say, width, f"{cause}: {_what(group)}{hint}")
    if len(causes) > _CAUSES:
        say(f"… and {counted(len(causes) - _CAUSES, 'more cause')}")


LISTED = f"; --verbose{KEPT}lists{KEPT}them"


def by_cause(stale: Iterable[Status]) -> list[tuple[str, list[Status]]]:
    """What is stale, by what changed first: in words, and all that is made because of it.

    A changed specification is one cause, whichever experiments have it and whatever names the definition that
    was edited. What has no cause of its own has that of the first thing that it reads.
    """
    groups: dict[Key, list[Status]] = {}
    keys: dict[str, Key] = {}
    edited: dict[str, Key] = {}
    for status in stale:
        own = _own(status)
        read = (
            keys[reason.name]
            for reason in status.reasons
            if isinstance(reason, Upstream) and reason.name in keys
        )
        if fields := _fields(status, own):
            key: Key = fields
            edited.setdefault(_name(status), key)
        elif own:
            found = [
                edited.get(reason.about, (str(reason),)) if isinstance(reason, Changed) else (str(reason),)
                for reason in own
            ]
            key = next((one for one in found if one not in edited.values()), found[0])
        else:
            key = next(read, ("what it reads",))
        keys[status.name] = key
        groups.setdefault(key, []).append(status)
    return [(_words(key, group), group) for key, group in groups.items()]


def _own(status: Status) -> list[Reason]:
    """The reasons that are not those of what it reads."""
    waits = any(isinstance(reason, Upstream) for reason in status.reasons)
    return [
        reason
        for reason in status.reasons
        if not isinstance(reason, Upstream)
        and not (waits and isinstance(reason, Changed) and reason.what in FOLLOWING)
    ]


def _fields(status: Status, reasons: Sequence[Reason]) -> Key:
    """The name, old and new value of each field of a specification that changed, if nothing else did."""
    values = status.ingredients.get("specification", {})
    changed = [reason for reason in reasons if isinstance(reason, Changed)]
    if len(changed) < len(reasons) or any(one.what.partition(".")[0] not in values for one in changed):
        return ()
    return tuple((one.what.rpartition(".")[2], short(one.old), short(one.new)) for one in changed)


def _words(key: Key, group: Sequence[Status]) -> str:
    if isinstance(key[0], str):
        return key[0]
    return f"{_name(group[0])}: {', '.join(f'{field} {old} → {new}' for field, old, new in key)}"


def why(status: Status) -> str:
    """The first reason, and how many more there are."""
    if not status.reasons:
        return ""
    own = (reason for reason in status.reasons if not isinstance(reason, Upstream))
    first = next(own, None) or status.reasons[0]
    more = len(status.reasons) - 1
    return f"{first}{f' (and {more} more)' if more else ''}"


def _what(group: Sequence[Status]) -> str:
    """Amounts by kind, those that come later after `then`; with names where there are few."""
    trained = [status for status in group if status.node.kind == "result"]
    first = trained or [status for status in group if status.state is State.STALE]
    later = [status for status in group if status not in first]
    return ", then ".join(filter(None, (_amounts(first), _amounts(later))))


def _amounts(group: Sequence[Status]) -> str:
    """`5 trainings of small`, `section part-two`, `3 answers, 4 documents`."""
    found = []
    for _, each in itertools.groupby(group, key=lambda status: status.node.kind):
        same = list(each)
        names = list(dict.fromkeys(_name(status) for status in same))
        if same[0].node.kind == "result":
            of = f" of {', '.join(names)}" if len(names) <= _NAMES else ""
            found.append(f"{work(same)}{of}")
        elif len(same) == 1:
            kind = "" if same[0].node.kind == "document" else f"{same[0].node.kind} "
            found.append(f"{kind}{names[0]}")
        else:
            found.append(work(same))
    return ", ".join(found)


def _name(status: Status) -> str:
    return status.node.label.rpartition("#")[0] or status.node.label


def _lines(stale: Iterable[Status]) -> Iterable[tuple[str, str, str]]:
    """Name, verb and reason; results of one experiment together."""
    for (name, kind, reason), group in itertools.groupby(
        stale, key=lambda status: (_name(status), status.node.kind, why(status))
    ):
        members = list(group)
        count = f" × {len(members)} {members[0].node.repeated}s" if len(members) > 1 else ""
        waiting = "if changed: " if members[0].state is State.PENDING else ""
        verb = "run" if kind == "result" and members[0].node.work != "training" else VERBS[kind]
        yield shown(f"{name}{count}"), verb, f"{waiting}{reason}"


def _wrapped(say: Callable[[str], None], width: int, text: str) -> None:
    """`text` on at most three lines."""
    for line in textwrap.wrap(
        shown(text),
        width,
        subsequent_indent="  ",
        max_lines=3,
        placeholder=" …",
        break_on_hyphens=False,
    ):
        say(line.replace(KEPT, " "))
