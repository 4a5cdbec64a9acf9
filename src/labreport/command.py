"""The command line: what is asked for, in which project, and the exit code."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

from labreport.commands.declared import COMMANDS
from labreport.commands.parser import Command, parse
from labreport.console.terminal import Terminal
from labreport.errors import UsageError
from labreport.guard import guarded
from labreport.processes import safe_spawn
from labreport.streams import output_problem

MAKE_THEIR_OWN = frozenset({"test"})
"""Commands that make the environment themselves, once they know that it is needed."""

SetUp = Callable[[str, Sequence[str]], None]
"""Makes sure of the libraries, from the checkout's folder and the command line."""


def main(argv: Sequence[str], root: str, set_up: SetUp | None = None) -> int:
    """Carry out a command line for the project in `root`; returns the exit code.

    `set_up` is called once the command line is known to be right, and before any library is needed.
    """
    terminal = Terminal(quiet="--quiet" in argv, debug="--debug" in argv)
    try:
        command = parse(argv)
    except SystemExit as shown:  # after help or version
        return int(shown.code or 0)
    except UsageError as error:
        terminal.failure(error)
        return error.exit_code
    if set_up is not None and command.name not in MAKE_THEIR_OWN:
        set_up(root, argv)
    interrupted = COMMANDS[command.name].interrupted
    code = guarded(lambda: _run(command, root, terminal), terminal, interrupted)
    problem = output_problem() if terminal.asked else None
    if problem is not None:
        terminal.error(f"cannot write to standard output: {problem.strerror}")
    return code or int(problem is not None)


def _run(command: Command, root: str, terminal: Terminal) -> int:
    arguments = command.arguments
    folder = Path(os.path.abspath(arguments.project or root))
    output = getattr(arguments, "output", None)
    arguments.output = Path(os.path.abspath(output)) if output else folder / "report"
    module = importlib.import_module(f"labreport.commands.{command.name.replace('-', '_')}")
    # The tests run as pytest would run them
    with nullcontext() if command.name == "test" else safe_spawn():
        code: int = module.run(arguments, folder, terminal)
    return code
