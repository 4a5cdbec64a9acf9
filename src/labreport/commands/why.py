"""`why`: the whole chain from a name down to what changed."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from labreport.commands.status import MARKS, by_experiment, label_of
from labreport.console.terminal import Terminal, shown
from labreport.errors import UnknownName
from labreport.execute.session import Session, open_session
from labreport.locate import find_project
from labreport.plan.nodes import State, Status
from labreport.plan.reasons import Upstream


def run(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Print the chain; 1 when what was named is stale."""
    session = open_session(find_project(root), arguments.output, arguments.seeds, repair=False)
    try:
        names = session.graph.resolve(arguments.word)
    except UnknownName:
        names = (_numbered(arguments.word, session),)
        if names[0] not in session.graph.nodes:
            raise
    statuses = [session.planner.status(name) for name in names]
    seen: set[str] = set()
    for group in by_experiment(statuses):
        _explain(terminal, session, group, 0, seen)
    return 1 if any(found.state is not State.FRESH for found in statuses) else 0


def _numbered(word: str, session: Session) -> str:
    """The name of what the report numbers so, a question as `2.2` or a figure as `Figure 3`; else empty."""
    if question := re.fullmatch(r"(?i)(?:question )?([1-9][0-9]*)\.([1-9][0-9]*)", word):
        asking = [section.questions for section in session.project.outline.sections if section.questions]
        part, number = int(question[1]) - 1, int(question[2]) - 1
        slugs = [one.slug for one in asking[part]] if part < len(asking) else []
        return f"answer/{slugs[number]}" if number < len(slugs) else ""
    figure = re.fullmatch(r"(?i)(?:figure|fig\.?)[ -]?([1-9][0-9]*)", word)
    page = session.output / "report.html"
    if figure is None or not page.is_file():
        return ""
    found = re.findall(r'<figure id="figure-([^"]+)"', page.read_text(encoding="utf-8", errors="replace"))
    return f"figure/{found[int(figure[1]) - 1]}" if int(figure[1]) <= len(found) else ""


def _explain(terminal: Terminal, session: Session, group: list[Status], depth: int, seen: set[str]) -> None:
    indent = "  " * depth
    word, colour = MARKS[group[0].state]
    label = label_of(group)
    if label in seen:
        terminal.result(f"{indent}{shown(label)}: {terminal.paint(word, colour)}, as above")
        return
    seen.add(label)
    first = group[0]
    terminal.result(f"{indent}{terminal.paint(shown(label), 'bold')}: {terminal.paint(word, colour)}")
    if first.state is State.FRESH:
        terminal.result(f"{indent}  nothing that it is made from has changed")
        return
    own = [reason for reason in first.reasons if not isinstance(reason, Upstream)]
    for reason in own:
        terminal.result(f"{indent}  {shown(str(reason))}")
    upstream = {reason.name for found in group for reason in found.reasons if isinstance(reason, Upstream)}
    ordered = [session.planner.status(name) for name in session.graph.nodes if name in upstream]
    for below in by_experiment(ordered):
        _explain(terminal, session, below, depth + 1, seen)
