"""`--show-code NAME`: one experiment as the code that a reader would type."""

from __future__ import annotations

from labreport.console.terminal import Terminal
from labreport.errors import UsageError
from labreport.execute.session import load_project
from labreport.nodes.calls import function


def show_code(terminal: Terminal, name: str) -> int:
    """Print it."""
    project = load_project()
    experiments = {experiment.name: experiment for experiment in project.all_experiments}
    if name not in experiments:
        known = ", ".join(experiment.name for experiment in project.experiments)
        raise UsageError(
            f"--show-code {name!r}: no such experiment; there are {known}, and the cells of the studies"
        )
    if not project.show_code:
        raise UsageError("--show-code: this exercise does not say how; set show_code in its project.py")
    terminal.result(function(project.show_code, "project.show_code")(experiments[name]))
    return 0
