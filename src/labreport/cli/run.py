"""One command from its words to its exit code."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from labreport.cli.parser import parse
from labreport.cli.terminal import INTERRUPTED, Terminal, guarded

_ENDINGS = {
    "build": INTERRUPTED,
    "verify": "Verification stopped.",
    "watch": "Stopped watching.",
    "test": "Tests stopped.",
}
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""What this process computes, statistics and drawings, is small, and has the same bits with one thread."""


def run(argv: Sequence[str], root: str, checkout: Callable[[], Any] | None = None) -> int:
    """Carry out a command line; the exit code."""
    arguments = parse(argv, "python build.py" if checkout else "labreport", checkout is not None)
    terminal = Terminal(arguments.quiet, getattr(arguments, "verbose", False), arguments.debug)
    folder = Path(os.path.abspath(arguments.project or root))
    arguments.output = Path(os.path.abspath(arguments.output or folder / "report"))
    arguments.argv, arguments.program = argv, "python build.py" if checkout else "labreport"

    def action() -> int:
        if checkout is not None:
            tools = checkout()
            tools.set_up(arguments, folder, terminal.warn)
            if arguments.command == "test":
                return int(tools.run_tests(arguments.words))
        for name in _ONE_THREAD:
            os.environ.setdefault(name, "1")
        module = arguments.command if arguments.command in ("new", "watch") else "commands"
        command = getattr(import_module(f"labreport.cli.{module}"), arguments.command.replace("-", "_"))
        return int(command(arguments, folder, terminal))

    return guarded(action, terminal, _ENDINGS.get(arguments.command, "Interrupted."))
