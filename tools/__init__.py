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
    root, testing = environment.ROOT, arguments.command == "test"
    found = [root / "tools" / "engine.lock"]
    for project in (root, root / "examples" / "wine") if testing else (arguments.project,):
        files = (project / "requirements.lock", project / "requirements.txt")
        found += [file for file in files if file.is_file()][:1]
    extras = {"dask": testing or arguments.scheduler, "test": testing}
    found += [root / "tools" / f"{name}.lock" for name, wanted in extras.items() if wanted]
    installs = arguments.command in INSTALLING and not getattr(arguments, "dry_run", False)
    environment.ensure(found, say, installs=installs)
    return tests.run(arguments.argv[1:]) if testing else None
