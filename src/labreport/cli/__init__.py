"""The command line: what is asked for, in which project, and the exit code."""

from __future__ import annotations

import os
import sys

from labreport.cli.stamp import unchanged

TYPE_CHECKING = False
if TYPE_CHECKING:  # a run with nothing to do ends before any of these is loaded
    from collections.abc import Callable, Sequence
    from typing import Any

FRONT = "LABREPORT_FRONT"
"""Environment variable: the interpreter at the front door, which may continue in another."""


def main(argv: Sequence[str], root: str, checkout: Callable[[], Any] | None = None) -> int:
    """Carry out a command line for the project in `root`; the exit code.

    `checkout` gives the package `tools` of a checkout, which installs libraries and runs tests.
    """
    front = os.environ.setdefault(FRONT, sys.executable)
    try:
        code = unchanged(front, argv, root)
        if code is not None:
            return code
        from labreport.cli.parser import run

        return run(argv, root, checkout)
    except KeyboardInterrupt:  # so early that nothing was begun
        sys.stderr.write("Interrupted; run the same command again.\n")
        return 130


def console() -> int:
    """Carry out the command `labreport` for the project in the current folder, or in `--project`."""
    return main(sys.argv[1:], os.getcwd())
