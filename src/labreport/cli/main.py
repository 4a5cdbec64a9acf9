"""How a command is carried out: which function does it, in which folder, and its exit code."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from labreport.cli.parser import parse
from labreport.cli.terminal import INTERRUPTED, Terminal, guarded
from labreport.errors import working_in

MODULES = {"build": "build", "check": "check", "watch": "watch", "new": "new"}
"""Where the function of a command is, if not in `commands`."""
ELSEWHERE = ("watch", "new")
"""Commands in which none of the author's code runs, or only in other processes."""
ENDINGS = {"build": INTERRUPTED, "watch": "Stopped watching."}
"""What Ctrl-C says, of other commands `Interrupted.`"""
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""What this process computes, statistics and drawings, is small, and has the same bits with one thread."""


def run(argv: Sequence[str], root: str, checkout: Callable[..., int | None] | None = None) -> int:
    """Carry out a command line; the exit code."""
    arguments = parse(argv, checkout is not None)
    terminal = Terminal(arguments.quiet, arguments.verbose, arguments.debug)
    arguments.project = Path(os.path.abspath(arguments.project or root))
    for name in ("file", "old"):  # paths from where the command was called
        if getattr(arguments, name, None):
            setattr(arguments, name, os.path.abspath(getattr(arguments, name)))
    arguments.output = Path(os.path.abspath(arguments.output or arguments.project / "report"))

    def action() -> int:
        if checkout is not None:
            code = checkout(arguments, terminal.warn)
            if code is not None:
                return code
        for variable in ONE_THREAD:
            os.environ.setdefault(variable, "1")
        name: str = arguments.command.replace("-", "_")
        module = import_module(f"labreport.cli.{MODULES.get(name, 'commands')}")
        command = getattr(module, name)
        if name in ELSEWHERE or not arguments.project.is_dir():
            return int(command(arguments, terminal) or 0)
        with working_in(arguments.project):
            return int(command(arguments, terminal) or 0)

    return guarded(action, terminal, ENDINGS.get(arguments.command, "Interrupted."))
