"""`changes`: everything that the last rebuild changed in the answers."""

from __future__ import annotations

import argparse
from pathlib import Path

from labreport.console.summary import list_changes
from labreport.console.terminal import Terminal
from labreport.execute.build import titles
from labreport.execute.session import open_session
from labreport.locate import find_project


def run(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """List it, question by question."""
    session = open_session(find_project(root), arguments.output, repair=False)
    changed = session.ledger.changed
    list_changes(terminal, changed, titles(session.project.outline))
    if not changed:
        terminal.result("No rebuild has changed an answer.")
    return 0
