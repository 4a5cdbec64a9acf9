"""Print an experiment as the code that a reader would type."""

from __future__ import annotations

import argparse
from pathlib import Path

from labreport.console.terminal import Terminal
from labreport.errors import UnknownName, UsageError
from labreport.execute.session import load_project
from labreport.locate import find_project
from labreport.nodes.workshop import function


def run(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Print it."""
    project = load_project(find_project(root))
    experiments = {experiment.name: experiment for experiment in project.all_experiments}
    if arguments.word not in experiments:
        raise UnknownName(project.words.run, arguments.word, experiments)
    if not project.show_code:
        raise UsageError("this project cannot show code; set show_code in its Project to a function.")
    terminal.result(function(project.show_code, "project.show_code")(experiments[arguments.word]))
    return 0
