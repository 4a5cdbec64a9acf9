"""What belongs to this checkout and not to the engine: its set-up, its tests, its benchmarks."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from labreport.commands.parser import Command, Declared
from labreport.console.terminal import Terminal

COMMANDS = {
    "bench": Declared(
        "run the benchmarks of this checkout",
        tail="""\
parts: first, rendering, staleness, training, watching (these, unless some are
named), catalogues, cluster; --quick measures fewer rounds""",
        call="tools.tests:bench",
        interrupted="Benchmarks stopped; they start from the beginning next time.",
    ),
    "test": Declared(
        "run the tests of this checkout",
        tail="""\
groups of tests (without any, the ordinary tests run):
  --slow      real trainings, and properties with many examples
  --browser   page and PDF in Chromium and in the accessibility checkers
  --faults    the campaign of injected faults
  --edits     the campaign of random edits
  --lint      the checks of style and types
  --affected  only the tests of what changed since the branch left main

All other words are pytest's: files, -k EXPRESSION, -x, ...""",
        call="tools.tests:run",
    ),
}
"""Commands that the engine by itself does not have."""
INSTALLING = ("build", "watch", "verify", "test", "bench")
"""The commands that run what a project declares, for which libraries are installed. With `--dry-run` or
`--quick` they do not; nor do all others, which use what is there."""
ALONE = ("new", "init", "completion")
"""Commands that need no library."""


def set_up(command: Command, folder: Path, terminal: Terminal) -> None:
    """Make sure of the libraries that a command needs; this process may be replaced by one that has them."""
    from tools import environment, requirements, tests

    if command.name in ALONE:
        return
    if command.name == "test":
        wanted = requirements.layers(requirements.ROOT, "dask", "test")
        if find_spec("pytest") is None and not environment.is_ready(wanted):
            tests.check(command.arguments.words)
    else:
        clustered = getattr(command.arguments, "scheduler", None)
        wanted = requirements.layers(folder, *(["dask"] if clustered else []))
    looks = any(getattr(command.arguments, option, False) for option in ("dry_run", "quick"))
    environment.ensure(wanted, terminal, installs=command.name in INSTALLING and not looks)
