"""The command line: what is asked for, in which project, and the exit code.

Each command has a module, imported when it is asked for, with `run(arguments, root, terminal)`, which
returns the exit code. What it takes is declared in `labreport.commands.parser`, which needs no library.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Protocol

from labreport.commands.parser import COMMANDS, Command, Declared, parse
from labreport.console.terminal import Terminal, guarded
from labreport.errors import LabReportError, UsageError
from labreport.processes import safe_spawn
from labreport.program import place
from labreport.streams import output_problem

_LIMIT = 64 << 20
"""Bytes of the largest file that is compared before it is overwritten."""


class Checkout(Protocol):
    """What the front door of a checkout adds to the engine."""

    @property
    def COMMANDS(self) -> Mapping[str, Declared]:  # noqa: N802 (it is a module's)
        """Commands of its own."""

    def set_up(self, command: Command, folder: Path, terminal: Terminal) -> None:
        """Make sure of the libraries for a command on the project in `folder`; raises `LabReportError`.

        It is called once the command line is known to be right, and before any library is needed.
        """


def main(argv: Sequence[str], root: str, checkout: Callable[[], Checkout] | None = None) -> int:
    """Carry out a command line for the project in `root`; returns the exit code."""
    terminal = Terminal(quiet="--quiet" in argv, debug="--debug" in argv)
    own = checkout() if checkout is not None else None
    try:
        if own is not None:
            COMMANDS.update(own.COMMANDS)
        command = parse(argv)
        place(project=command.arguments.project, output=getattr(command.arguments, "output", None))
        folder = Path(os.path.abspath(command.arguments.project or root))
        if own is not None:
            own.set_up(command, folder, terminal)
    except SystemExit as shown:  # after help or version, or when set-up was interrupted
        return int(shown.code or 0)
    except LabReportError as error:
        terminal.failure(error)
        return error.exit_code
    interrupted = COMMANDS[command.name].interrupted
    terminal.json = getattr(command.arguments, "json", False)
    code = guarded(lambda: _run(command, folder, terminal), terminal, interrupted)
    terminal.end(command.name, code)
    problem = output_problem() if terminal.asked else None
    if problem is not None:
        terminal.error(f"cannot write to standard output: {problem.strerror}")
    return code or int(problem is not None)


def _run(command: Command, folder: Path, terminal: Terminal) -> int:
    arguments, declared = command.arguments, COMMANDS[command.name]
    output = getattr(arguments, "output", None)
    arguments.output = Path(os.path.abspath(output)) if output else folder / "report"
    module, _, function = (declared.call or f"labreport.commands.{command.name}:run").partition(":")
    # The processes of a command with words of its own run as they would by themselves
    with nullcontext() if declared.tail else safe_spawn():
        code: int = getattr(importlib.import_module(module), function)(arguments, folder, terminal)
    return code


def write(files: Sequence[tuple[Path, str]], ours: Callable[[str], bool]) -> None:
    """Write files, in place of such as this program wrote for this purpose only: `ours` says so of a text.

    Raises `UsageError` before anything is written.
    """
    from labreport.store.files import Damaged, read_regular, write_atomically

    for path, text in files:
        try:
            old = "" if path.is_symlink() else read_regular(path, _LIMIT).decode("utf-8", "replace")
        except FileNotFoundError:
            continue
        except Damaged:
            old = ""
        if old != text and not ours(old):
            there = "there; remove it, or name another file"
            what = "a folder; give the name of a file" if path.is_dir() else there
            raise UsageError(f"{path} is {what}: only what this command wrote is overwritten")
    for path, text in files:
        write_atomically(Path(os.path.abspath(path)), text.encode("utf-8", "backslashreplace"))
