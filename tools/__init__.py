"""What belongs to this checkout and not to the engine: its environment, its tests."""

from __future__ import annotations

import argparse
from collections.abc import Callable

INSTALLING = ("build", "watch", "verify", "test")
"""The commands that run what a project declares, for which libraries are installed."""


def begin(arguments: argparse.Namespace, say: Callable[[str], None]) -> int | None:
    """Make sure of the libraries that a command needs, and carry out `test`; its exit code.

    A project lists packages in the `requirements.txt` beside it, or pins them in a `requirements.lock`. This
    process may be replaced by one that has them. Raises `LabReportError` where they cannot be had.
    """
    from tools import environment, tests

    if arguments.command == "new":
        return None
    root = environment.ROOT
    is_testing = arguments.command == "test"
    projects = (root, root / "examples" / "wine") if is_testing else (arguments.project,)
    files = [root / "tools" / "engine.lock"]
    for project in projects:
        for name in ("requirements.lock", "requirements.txt"):
            if (project / name).is_file():
                files.append(project / name)
                break
    if is_testing or arguments.scheduler:
        files.append(root / "tools" / "dask.lock")
    if is_testing:
        files.append(root / "tools" / "test.lock")
    installs = arguments.command in INSTALLING and not arguments.dry_run
    environment.ensure(files, say, installs=installs)
    return tests.run(arguments.argv[1:]) if is_testing else None
