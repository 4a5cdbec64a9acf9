"""`status` and `--dry-run`: the same plan that a build follows, shown and not carried out."""

from __future__ import annotations

import argparse
import json
import textwrap
from collections.abc import Iterable
from pathlib import Path

from labreport.console.counts import work
from labreport.console.plan import show_causes, show_plan
from labreport.console.plan import why as first_reason
from labreport.console.terminal import Terminal, shown
from labreport.console.time_left import TimeLeft, duration
from labreport.execute.pace import foresee
from labreport.execute.session import open_session
from labreport.execute.tasks import trainings
from labreport.execute.training import cores
from labreport.locate import find_project
from labreport.plan.nodes import Plan, State, Status

MARKS = {State.FRESH: ("fresh", "green"), State.STALE: ("stale", "red"), State.PENDING: ("waits", "yellow")}


def run(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Whether all is fresh, then what is not; 1 when anything is stale."""
    session = open_session(find_project(root), arguments.output, arguments.seeds, repair=False)
    plan = session.planner.plan()
    if arguments.json:
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
        return 1 if plan.stale() else 0
    stale = plan.stale()
    for line in textwrap.wrap(_headline(plan), terminal.width, subsequent_indent="  "):
        terminal.result(terminal.paint(line, "yellow" if stale else "green"))
    if arguments.verbose:
        for group in by_experiment(plan.statuses):
            _line(terminal, group)
    else:
        show_causes(terminal.result, terminal.width, stale)
    return 1 if stale else 0


def dry_run(
    terminal: Terminal,
    root: Path,
    output: Path,
    seeds: int | None,
    targets: tuple[str, ...],
    force: tuple[str, ...] | None,
    verbose: bool,
) -> int:
    """What a build would make, and why."""
    session = open_session(find_project(root), output, seeds, force, repair=False)
    names = [name for word in targets for name in session.graph.resolve(word)] or None
    plan = session.planner.plan(names)
    if not plan.stale():
        terminal.say("Nothing to do.")
        return 0
    show_plan(terminal, plan, verbose)
    time = TimeLeft()
    foresee(session, plan, trainings(session, plan.stale("result")).tasks, time, cores())
    if (seconds := time.seconds()) is not None:
        terminal.say(f"This would take about {duration(seconds)}.")
    return 0


def _headline(plan: Plan) -> str:
    stale = plan.stale()
    return f"Stale: {work(stale)}." if stale else f"All is fresh: {work(plan.statuses)}."


def by_experiment(statuses: Iterable[Status]) -> list[list[Status]]:
    """Results of one experiment that are in the same state together; everything else by itself."""
    groups: dict[tuple[str, str, str], list[Status]] = {}
    for found in statuses:
        slug = found.node.slug.rpartition("#")[0] if found.node.kind == "result" else found.node.slug
        groups.setdefault((found.node.kind, slug, f"{found.state} {first_reason(found)}"), []).append(found)
    return list(groups.values())


def label_of(group: list[Status]) -> str:
    """The name of a group, for results with its seeds: `result/wide#0–4`."""
    node = group[0].node
    if node.kind != "result":
        return node.label if node.kind == "document" else node.name
    seeds = [int(found.node.slug.rpartition("#")[2]) for found in group]
    run = (
        f"{seeds[0]}–{seeds[-1]}"
        if len(seeds) > 1 and seeds == list(range(seeds[0], seeds[-1] + 1))
        else ",".join(map(str, seeds))
    )
    return f"{node.name.rpartition('#')[0]}#{run}"


def _line(terminal: Terminal, group: list[Status]) -> None:
    word, colour = MARKS[group[0].state]
    reason = first_reason(group[0])
    label = shown(label_of(group))
    room = max(terminal.width - 9 - max(len(label), 34), 12)
    reason = shown(reason if len(reason) <= room else reason[: room - 1] + "…")
    terminal.result(f"{terminal.paint(word, colour)}  {label:34}  {terminal.paint(reason, 'dim')}".rstrip())
