"""`python build.py test`: pytest, with a choice of tests; all other words are pytest's own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

GROUPS = {"--slow": "slow", "--browser": "browser"}
ORDINARY = "not slow and not browser"
EXIT_CODES = {0: 0, 2: 130, 4: 2}
"""pytest's exit status to this program's: passed, interrupted, bad usage; any other is a failure, 1."""
ALONE = ("-n", "-s", "-p", "--co", "--pdb")
"""Options that say themselves how many processes there are, or that need one."""


def command(words: list[str]) -> list[str]:
    """The command line of the tests that `words` ask for: the ordinary ones unless a group is named."""
    groups = [GROUPS[word] for word in words if word in GROUPS]
    rest = [word for word in words if word not in GROUPS]
    command = [sys.executable, "-m", "pytest"]
    runs_in_one_process = any(word.startswith(ALONE) or ".py" in word for word in rest)
    if not runs_in_one_process:
        command += ["-n", "auto", "--dist", "worksteal"]
    if "-m" not in rest:
        command += ["-m", " or ".join(groups) or ORDINARY]
    return command + rest


def run(words: list[str]) -> int:
    """Run pytest in this interpreter; the exit code."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(command(words), cwd=Path(__file__).parents[1], env=environment) as pytest:
        while True:
            try:
                return EXIT_CODES.get(pytest.wait(), 1)
            except KeyboardInterrupt:
                continue  # pytest got the same Ctrl-C, and has its summary to print
