"""`python build.py test`: whatever the tests need, then pytest with the user's arguments."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

from labreport.bootstrap import python_for_tests

EXIT_CODES = {0: 0, 2: 130, 4: 2}
"""pytest's exit status to this program's: passed, interrupted, bad usage; any other is a failure, 1."""


def run(root: str | os.PathLike[str], args: Sequence[str]) -> int:
    """Run the tests of the checkout at `root` and return an exit code; `args` are pytest's.

    `--slow`, `--browser` and `--faults` select those groups (see `tests/conftest.py`); without any,
    the ordinary tests run, style and types among them.
    """
    command = [python_for_tests(os.fspath(root)), "-m", "pytest", *args]
    with subprocess.Popen(command, cwd=root) as pytest:
        try:
            while True:
                try:
                    return EXIT_CODES.get(pytest.wait(), 1)
                except KeyboardInterrupt:
                    continue  # pytest got the same Ctrl-C, and has its summary to print
        finally:
            pytest.terminate()
