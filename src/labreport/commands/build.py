"""Carry out the experiments, answer the questions, and write report.pdf and report.html."""

from __future__ import annotations

import argparse
import webbrowser
from pathlib import Path

from labreport.commands.parser import unknown_command_or_name
from labreport.commands.status import dry_run
from labreport.console.summary import report, show_failure
from labreport.console.terminal import Terminal
from labreport.errors import LabReportError, OutdatedCode, UnknownName, UsageError
from labreport.execute.session import Request
from labreport.locate import find_project


def run(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Build, or say what a build would do."""
    force = None if "" in (arguments.force or ()) else tuple(arguments.force or ())
    try:
        if arguments.dry_run:
            return dry_run(arguments, root, force, terminal)
        request = Request(
            place=find_project(root),
            output=arguments.output,
            seeds=arguments.seeds,
            jobs=arguments.jobs,
            targets=tuple(arguments.words),
            force=force,
            scheduler=arguments.scheduler or "",
            lock_timeout=arguments.lock_timeout,
            adopt=arguments.adopt,
            verbose=arguments.verbose,
            arguments=f"--seeds {arguments.seeds}" if arguments.seeds else "",
        )
        code = carry_out(request, terminal)
    except UnknownName as error:
        if error.word in arguments.words:
            raise unknown_command_or_name(error.word, error.names) from None
        raise
    if arguments.open and code == 0:
        found = report(arguments.output)
        if found is not None and not webbrowser.open(found.resolve().as_uri()):
            terminal.warn(f"nothing here opens {found}; open it yourself")
    return code


def carry_out(request: Request, terminal: Terminal) -> int:
    """Build, and say what became of the report where that fails; the exit code.

    Raises `UsageError`; nothing was begun then. And `OutdatedCode`, where something was edited meanwhile.
    """
    from labreport.execute.build import build  # what a dry run has no use for takes long to load

    try:
        return build(request, terminal)
    except (UsageError, OutdatedCode):
        raise
    except LabReportError as error:
        terminal.failure(error)
        show_failure(terminal, request.output, 1 + len(error.more))
        return error.exit_code
