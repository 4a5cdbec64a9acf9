"""`test` and `bench`: run pytest, or the benchmarks, with the user's arguments."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from labreport.console.terminal import Terminal
from labreport.errors import UsageError, nearest
from labreport.program import FRONT
from tools.requirements import ROOT

EXIT_CODES = {0: 0, 2: 130, 4: 2}
"""pytest's exit status to this program's: passed, interrupted, bad usage; any other is a failure, 1."""

GROUPS = ("--slow", "--browser", "--faults", "--edits", "--lint", "--affected")
"""Each selects a group of tests (see `tests/conftest.py`); without any, the ordinary tests run."""
PARALLEL = ("-n", "auto", "--dist", "worksteal")
"""Options of pytest-xdist: as many processes as there are cores."""
ONE_PROCESS = (
    "-n",
    "-s",
    "-p",
    "--numprocesses",
    "--co",
    "--collect-only",
    "--dist",
    "--edits",
    "--faults",
    "--lint",
    "--pdb",
)
"""Options that say themselves how many processes there are, or that need one."""
OFTEN = (
    *("-k", "-m", "-n", "-p", "-q", "-r", "-s", "-v", "-vv", "-x", "--co", "--collect-only", "--durations"),
    *("--failed-first", "--ff", "--last-failed", "--lf", "--maxfail", "--pdb", "--showlocals", "--stepwise"),
    *("--tb", "--verbose", "--quiet"),
)
"""Options of pytest that are taken before there is a pytest to ask."""


def run(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Run the tests of the checkout at `root`, in this interpreter; the words are pytest's."""
    parallel = () if any(map(_needs_one_process, arguments.words)) else PARALLEL
    command = [sys.executable, "-m", "pytest", *parallel, *arguments.words]
    # The programs that the tests start have front doors of their own
    environment = {name: value for name, value in os.environ.items() if name != FRONT}
    with subprocess.Popen(command, cwd=root, env=environment) as pytest:
        try:
            while True:
                try:
                    return EXIT_CODES.get(pytest.wait(), 1)
                except KeyboardInterrupt:
                    continue  # pytest got the same Ctrl-C, and has its summary to print
        finally:
            pytest.terminate()


def bench(arguments: argparse.Namespace, folder: Path, terminal: Terminal) -> int:
    """Run `benchmarks/run.py` in this interpreter, which looks for no module in the current folder."""
    command = [sys.executable, "-P", str(ROOT / "benchmarks" / "run.py"), *arguments.words]
    return subprocess.run(command, check=False).returncode


def _needs_one_process(word: str) -> bool:
    """Whether a word of the command line asks for it, or names a file or a test, which one runs sooner."""
    return (
        word.partition("=")[0] in ONE_PROCESS
        or word.startswith("-n")
        or word.partition("::")[0].endswith(".py")
    )


def check(words: Sequence[str]) -> None:
    """Raise `UsageError` for an option that nothing is known of while there is no pytest to ask."""
    for word in words:
        option = word.partition("=")[0]
        if option.startswith("-") and option not in (*GROUPS, *OFTEN):
            found = nearest(option, (*GROUPS, *OFTEN))
            meant = f"did you mean {found}?" if found else f"first run the tests with {', '.join(GROUPS)}."
            raise UsageError(f"unknown option {option}; {meant}")
