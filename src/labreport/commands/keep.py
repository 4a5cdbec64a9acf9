"""Decide that stored results stay valid across an edit, or take that back."""

from __future__ import annotations

import argparse
import getpass
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from labreport.console.plan import counted, work
from labreport.console.terminal import Terminal, shown
from labreport.errors import UsageError
from labreport.execute.session import Session, open_session
from labreport.fingerprint.canonical import digest
from labreport.locate import find_project
from labreport.nodes.result import ResultNode
from labreport.plan.ledger import KEPT, Decision
from labreport.plan.nodes import Changed, Status, differences
from labreport.program import called, nearby

LISTED = 20
"""Changes that a decision lists; more are counted."""


def run(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Write the decision; nothing else is changed, so no lock is needed, and a build may be at work."""
    session = open_session(
        find_project(root), arguments.output, arguments.seeds, repair=False, published=True, looks=True
    )
    decisions = session.planner.decisions
    if arguments.undo:
        _undo(arguments.words, session, terminal)
        return 0
    if not arguments.because:
        raise UsageError(
            f"keep needs --because and a reason, for who reads the report; see {called()} keep --help."
        )
    made = [_decision(word, arguments.because, session, terminal) for word in arguments.words]
    decisions.write([*decisions.all, *made])
    kept = [name for one in made for name in one.results]
    terminal.tell(kept=kept)
    terminal.result(
        f"Kept {work(session.planner.status(f'result/{name}') for name in kept)} of "
        f"{', '.join(arguments.words)}. "
        f"Commit {shown(nearby(decisions.path))}; the next build says so in the report."
    )
    return 0


def _decision(word: str, because: str, session: Session, terminal: Terminal) -> Decision:
    """About all results that a word names and that the edit has made stale. Raises `UsageError`."""
    results, lost, changed = {}, list[Status](), dict[str, None]()
    decided = session.planner.decisions.after
    for status in map(session.planner.status, session.graph.resolve(word)):
        node = status.node
        if not isinstance(node, ResultNode):
            raise UsageError(
                f"keep: {word!r} is not an experiment; name an experiment or a study, whose results are kept"
            )
        if status.fresh:
            continue
        record = session.ledger.nodes.get(node.name)
        if record is None or not session.planner.look_up(record.key, node.experiment)[0]:
            lost.append(status)
            continue
        _check_same(node, record.ingredients, status)
        before = digest(record.ingredients)  # which it was decided to keep, or that of which it is the key
        stays = before in decided and before != status.key
        results[node.slug] = (before if stays else record.key, status.key)
        found = session.planner.differences(record.ingredients, status.ingredients)
        changed |= dict.fromkeys(str(replace(one, place="")) for one in found)
    if not results:
        names = ", ".join(status.node.slug for status in lost[:3])
        what = f"of {names} no results of the code before are stored" if lost else "it is fresh"
        raise UsageError(f"keep: there is nothing to keep of {word!r}: {what}")
    if lost:
        terminal.warn(f"{work(lost)} of {word} will be made: none of the code before is stored")
    lines = [*changed][:LISTED]
    lines += [f"and {len(changed) - LISTED} more"] if len(changed) > LISTED else []
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return Decision(word, because, _author(session.place.root), at, lines, results)


def _check_same(node: ResultNode, before: dict[str, object], status: Status) -> None:
    """Raise `UsageError` where a value of the specification is another: then it is another experiment."""
    old, new = before.get("specification"), status.ingredients.get("specification")
    if not isinstance(old, dict) or not isinstance(new, dict):
        return
    old, new = (
        {name: values[name] for name in values if name in old and name in new} for values in (old, new)
    )
    found = [*differences(old, new, {})]
    if "exclusive" in before.keys() ^ status.ingredients.keys():
        found.append(Changed("exclusive"))
    if found:
        text = f"keep: {node.slug} is another experiment than before: {found[0]}"
        raise UsageError(f"{text}; only results whose code, libraries or data were edited can be kept")


def _undo(words: Iterable[str], session: Session, terminal: Terminal) -> None:
    """Take back the last decision about each name. Raises `UsageError` where there is none."""
    decisions = session.planner.decisions
    left = [*decisions.all]
    for word in words:
        own = [one for one in left if one.name == word]
        if not own:
            names = ", ".join(dict.fromkeys(one.name for one in left)) or "nothing"
            raise UsageError(f"keep: no decision is about {word!r}; {KEPT} keeps {names}")
        left.remove(own[-1])
        stay = f"{counted(len(own) - 1, 'earlier decision')} about it {'stays' if len(own) == 2 else 'stay'}"
        rest = f"; {stay}" if len(own) > 1 else ""
        terminal.result(f"Taken back, {own[-1]}{rest}.")
    decisions.write(left)
    terminal.tell(kept=[name for one in left for name in one.results])


def _author(folder: Path) -> str:
    """Who decides: as git knows them, else the name of the login."""
    try:
        command = ["git", "-C", str(folder), "config", "user.name"]
        name = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False).stdout.strip()
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        name = ""
    try:
        return name or getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
