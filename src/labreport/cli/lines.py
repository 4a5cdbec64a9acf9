"""What is stale and why, what changed, which claims fail: in lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from labreport.cli.terminal import Terminal, counted, visible
from labreport.plan import DOCUMENTS, Plan, Thing

if TYPE_CHECKING:
    from labreport.page import Claim

SHOWN = 8
"""Causes, and changes of the answers, that a build lists before it counts the rest."""
_ORDER = ("run", "answer", "figure", "section", "document")


def causes(terminal: Terminal, say: Callable[[str], None], plan: Plan, stale: Sequence[Thing]) -> None:
    """A line for each thing that changed, with all that is made because of it."""
    groups = [(group.change, [one for one in group.things if one in stale]) for group in plan.groups()]
    groups = [(change, things) for change, things in groups if things]
    most = len(groups) if terminal.verbose else SHOWN
    for change, things in groups[:most]:
        told = amounts(things, plan, named=True)
        say(f"{visible(str(change)) if change else 'never made'}: {told}")
        if terminal.verbose:
            for thing in things:
                say(terminal.paint(f"  {thing}", "dim"))
    if len(groups) > most:
        say(f"… and {counted(len(groups) - most, 'more cause')}; --verbose lists them")


def amounts(things: Iterable[Thing], plan: Plan, named: bool = False) -> str:
    """Amounts by kind: `70 fits, 4 answers, 3 documents`; with `named`, of one the name.

    Experiments with one specification share their runs, which count once.
    """
    parts, listed = [], [*things]
    for kind in _ORDER:
        found = [one for one in listed if ("document" if one.kind in DOCUMENTS else one.kind) == kind]
        word = plan.project.words.run if kind == "run" else kind
        subjects = list(dict.fromkeys(thing.name for thing in found))
        if kind == "run" and found:
            of = f" of {', '.join(subjects)}" if named and len(subjects) <= 3 else ""
            parts.append(f"{counted(len({plan.key(thing) for thing in found}), word)}{of}")
        elif named and len(found) == 1 and kind != "document":
            parts.append(f"{word} {subjects[0]}")
        elif found:
            parts.append(counted(len(found), word))
    return ", ".join(parts)


def show_changes(say: Callable[[str], None], lines: Sequence[str], most: int | None) -> None:
    """List what the answers say differently; more than `most` are counted."""
    if not lines:
        if most is None:
            say("No answer says anything else.")
        return
    say("Changed in the answers:")
    for line in lines[:most]:
        say(f"  {visible(line)}")
    if most is not None and len(lines) > most:
        say(f"  and {counted(len(lines) - most, 'more change')}; the command `changes` lists all")


def claims(plan: Plan) -> list[str]:
    """A line for each claim of the kept sections that does not hold; what holds instead is said once."""
    found = list(dict.fromkeys(claim for claim in claims_of(plan) if claim.fails))
    first = {claim.now: claim for claim in reversed(found)}
    return [visible(str(one if one == first[one.now] else replace(one, now=""))) for one in found]


def claims_of(plan: Plan) -> list[Claim]:
    """All claims of the kept sections."""
    from labreport.page import Claim

    made = [plan.made("section", one.name) for one in plan.project.chapters]
    return [Claim(**claim) for one in made if one for claim in one.claims]
