"""How many tests each folder has: `.venv/bin/python tools/folders.py`; 1 where one of them is not collected.

A folder may be lost without a word, as when its name is one that pytest leaves out.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1] / "tests"


def count_by_folder(lines: Iterable[str]) -> Counter[str]:
    """The number of tests in each folder, from what `pytest --collect-only -q` prints.

    >>> count_by_folder(["tests/cli/test_stamp.py::test_one", "tests/cli/test_stamp.py::test_two", ""])
    Counter({"cli": 2})
    """
    folders = Counter[str]()
    for line in lines:
        file, is_test, _ = line.partition("::")
        if is_test:
            folders[Path(file).parts[1]] += 1
    return folders


def folders_with_tests(tests: Path) -> list[str]:
    """The folders that have files of tests, in order."""
    return sorted({file.relative_to(tests).parts[0] for file in tests.glob("*/**/test_*.py")})


def main() -> int:
    """Print the number of tests of each folder; the exit code."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", ""]
    collected = subprocess.run(command, cwd=TESTS.parent, stdout=subprocess.PIPE, text=True, check=False)
    counts = count_by_folder(collected.stdout.splitlines())
    folders = folders_with_tests(TESTS)
    for folder in folders:
        print(f"{counts[folder]:5} tests/{folder}")
    lost = [folder for folder in folders if not counts[folder]]
    if lost:
        print(f"error: no test is collected of {', '.join(lost)}", file=sys.stderr)
    return 1 if lost or collected.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
