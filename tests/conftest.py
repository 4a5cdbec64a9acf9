"""What holds for all tests: no time limit for an example, since a machine may be busy; a count by folder."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("ordinary", deadline=None)
settings.load_profile("ordinary")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests each folder ran."""
    folders = Counter[str]()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            if report.when == "call":
                folders[Path(report.nodeid).parts[1]] += 1
    counts = (f"{folder} {count}" for folder, count in sorted(folders.items()))
    terminalreporter.write_line(f"tests of each folder: {', '.join(counts)}")


@pytest.fixture(autouse=True)
def no_figure_is_left_open() -> Iterator[None]:
    """Close what a test drew by pyplot: seaborn would draw the next on it."""
    yield
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close("all")
