"""`status`, `why` and `--dry-run`: the same plan that a build follows, shown and not carried out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from labreport.console.plan import show_plan
from labreport.console.plan import why as first_reason
from labreport.console.terminal import Terminal, shown
from labreport.execute.session import Session, open_session
from labreport.plan.nodes import State, Status
from labreport.plan.reasons import Upstream

_MARK = {State.FRESH: ("fresh", "green"), State.STALE: ("stale", "red"), State.PENDING: ("waits", "yellow")}


def status(terminal: Terminal, root: Path, output: Path, seeds: int, as_json: bool) -> int:
    """A line for each experiment, figure, section and document; 1 when anything is stale."""
    session = open_session(root, output, seeds, repair=False)
    plan = session.planner.plan()
    if as_json:
        nodes = [
            {
                "name": found.name,
                "kind": found.node.kind,
                "state": str(found.state),
                "reasons": [str(reason) for reason in found.reasons],
            }
            for found in plan.statuses
        ]
        terminal.result(json.dumps({"fresh": not plan.stale(), "nodes": nodes}, ensure_ascii=False, indent=1))
    else:
        for group in _by_experiment(plan.statuses):
            _line(terminal, group)
    return 1 if plan.stale() else 0


def why(terminal: Terminal, root: Path, output: Path, seeds: int, word: str) -> int:
    """The whole chain from a name down to what changed; 1 when it is stale."""
    session = open_session(root, output, seeds, repair=False)
    names = session.graph.resolve(word)
    statuses = [session.planner.status(name) for name in names]
    seen: set[str] = set()
    for group in _by_experiment(statuses):
        _explain(terminal, session, group, 0, seen)
    return 1 if any(found.state is not State.FRESH for found in statuses) else 0


def dry_run(
    terminal: Terminal,
    root: Path,
    output: Path,
    seeds: int,
    targets: tuple[str, ...],
    force: tuple[str, ...] | None,
    verbose: bool,
) -> int:
    """What a build would make, and why."""
    session = open_session(root, output, seeds, force, repair=False)
    names = [name for word in targets for name in session.graph.resolve(word)] or None
    plan = session.planner.plan(names)
    if plan.stale():
        show_plan(terminal, plan, verbose)
    else:
        terminal.say("Nothing to do.")
    return 0


def _by_experiment(statuses: Iterable[Status]) -> list[list[Status]]:
    """Results of one experiment that stand alike together; everything else alone."""
    groups: dict[tuple[str, str, str], list[Status]] = {}
    for found in statuses:
        slug = found.node.slug.rpartition("#")[0] if found.node.kind == "result" else found.node.slug
        groups.setdefault((found.node.kind, slug, f"{found.state} {first_reason(found)}"), []).append(found)
    return list(groups.values())


def _label(group: list[Status]) -> str:
    node = group[0].node
    if node.kind != "result":
        return node.name
    seeds = [int(found.node.slug.rpartition("#")[2]) for found in group]
    run = (
        f"{seeds[0]}–{seeds[-1]}"
        if len(seeds) > 1 and seeds == list(range(seeds[0], seeds[-1] + 1))
        else ",".join(map(str, seeds))
    )
    return f"{node.name.rpartition('#')[0]}#{run}"


def _line(terminal: Terminal, group: list[Status]) -> None:
    word, colour = _MARK[group[0].state]
    reason = first_reason(group[0])
    label = shown(_label(group))
    room = max(terminal.width - 9 - max(len(label), 34), 12)
    reason = shown(reason if len(reason) <= room else reason[: room - 1] + "…")
    terminal.result(f"{terminal.paint(word, colour)}  {label:34}  {terminal.paint(reason, 'dim')}".rstrip())


def _explain(terminal: Terminal, session: Session, group: list[Status], depth: int, seen: set[str]) -> None:
    indent = "  " * depth
    word, colour = _MARK[group[0].state]
    label = _label(group)
    if label in seen:
        terminal.result(f"{indent}{shown(label)}: {terminal.paint(word, colour)}, as above")
        return
    seen.add(label)
    first = group[0]
    terminal.result(f"{indent}{terminal.paint(shown(label), 'bold')}: {terminal.paint(word, colour)}")
    if first.state is State.FRESH:
        terminal.result(f"{indent}  nothing that it is made of has changed")
        return
    own = [reason for reason in first.reasons if not isinstance(reason, Upstream)]
    for reason in own:
        terminal.result(f"{indent}  {shown(str(reason))}")
    upstream = {reason.name for found in group for reason in found.reasons if isinstance(reason, Upstream)}
    ordered = [session.planner.status(name) for name in session.graph.nodes if name in upstream]
    for below in _by_experiment(ordered):
        _explain(terminal, session, below, depth + 1, seen)
