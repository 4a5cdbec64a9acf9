"""Running a command: its function, its folder, and its exit code."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from importlib import import_module

from labreport.cli.parser import Arguments, parse
from labreport.cli.terminal import INTERRUPTED, Terminal, guarded
from labreport.errors import working_in
from labreport.threads import thread_environment

OWN_MODULE = ("build", "check", "watch", "new")
"""Commands with a module of their own name; the others are in `commands`."""
WITHOUT_AUTHOR_CODE = ("watch", "new")
"""Commands whose process does not run code of the author's."""
ENDINGS = {"build": INTERRUPTED, "watch": "Stopped watching."}
"""The message after Ctrl-C; for other commands `Interrupted.`"""


def run(argv: Sequence[str], root: str, checkout: Callable[..., int | None] | None = None) -> int:
    """Run a command line and return the exit code. `checkout` is explained at `main` in `stamp`."""
    arguments = parse(argv, root, checkout is not None)
    terminal = Terminal(arguments.quiet, arguments.verbose, arguments.debug)
    interrupted = ENDINGS.get(arguments.command, "Interrupted.")
    return guarded(lambda: _run_command(arguments, terminal, checkout), terminal, interrupted)


def _run_command(arguments: Arguments, terminal: Terminal, checkout: Callable[..., int | None] | None) -> int:
    exit_code = checkout(arguments, terminal.warn) if checkout else None
    if exit_code is not None:
        return exit_code
    # Statistics and drawings are too small to gain by threads
    for variable, threads in thread_environment(1).items():
        os.environ.setdefault(variable, threads)
    name: str = arguments.command.replace("-", "_")
    module = name if name in OWN_MODULE else "commands"
    command = getattr(import_module(f"labreport.cli.{module}"), name)
    runs_project = name not in WITHOUT_AUTHOR_CODE and arguments.project.is_dir()
    with working_in(arguments.project) if runs_project else nullcontext():
        return int(command(arguments, terminal) or 0)
