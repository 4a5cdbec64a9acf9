"""Carry out the experiments, answer the questions, and write report.pdf and report.html."""

from __future__ import annotations

import argparse
from pathlib import Path

from labreport.commands.open import open_report
from labreport.commands.parser import unknown_command_or_name
from labreport.commands.status import dry_run
from labreport.console.summary import show_failure
from labreport.console.terminal import Terminal
from labreport.errors import LabReportError, UnknownName, UsageError
from labreport.execute.build import build
from labreport.execute.request import Request
from labreport.locate import find_project


def run(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Build, or say what a build would do."""
    force = None if "" in (arguments.force or ()) else tuple(arguments.force or ())
    try:
        return _run(arguments, root, terminal, force)
    except UnknownName as error:
        if error.word in arguments.words:
            raise unknown_command_or_name(error.word, error.names) from None
        raise
    except UsageError:
        raise
    except LabReportError as error:
        terminal.failure(error)
        if not arguments.dry_run:
            show_failure(terminal, arguments.output, 1)
        return error.exit_code


def _run(arguments: argparse.Namespace, root: Path, terminal: Terminal, force: tuple[str, ...] | None) -> int:
    if arguments.dry_run:
        names = tuple(arguments.words)
        return dry_run(terminal, root, arguments.output, arguments.seeds, names, force, arguments.verbose)
    request = Request(
        place=find_project(root),
        output=arguments.output,
        seeds=arguments.seeds,
        jobs=arguments.jobs,
        targets=tuple(arguments.words),
        force=force,
        scheduler=arguments.scheduler or "",
        lock_timeout=arguments.lock_timeout,
        verbose=arguments.verbose,
        arguments=f"--seeds {arguments.seeds}" if arguments.seeds else "",
    )
    outcome = build(request, terminal)
    if arguments.open and outcome.exit_code == 0:
        open_report(arguments.output, terminal)
    return outcome.exit_code
