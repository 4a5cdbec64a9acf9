"""What holds for all tests: no time limit for an example, since a machine may be busy; a count by folder."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("ordinary", deadline=None)
settings.load_profile("ordinary")


def lost_folders(tests: Path, collected: Iterable[Path]) -> list[str]:
    """The folders with files of tests of which none is collected, as when pytest leaves out their name."""
    folders = {file.relative_to(tests).parts[0] for file in tests.glob("*/**/test_*.py")}
    with_tests = {file.relative_to(tests).parts[0] for file in collected}
    return sorted(folders - with_tests)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse to go on where all tests are asked for, and those of a folder are not among them."""
    if config.args_source == pytest.Config.ArgsSource.TESTPATHS:
        lost = lost_folders(Path(__file__).parent, [item.path for item in items])
        if lost:
            raise pytest.UsageError(f"no test is collected of {', '.join(lost)}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests each folder ran."""
    folders = Counter[str]()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            if report.when == "call":
                folders[Path(report.nodeid).parts[1]] += 1
    if folders:
        counts = (f"{folder} {count}" for folder, count in sorted(folders.items()))
        terminalreporter.write_line(f"tests of each folder: {', '.join(counts)}")


@pytest.fixture(autouse=True, scope="session")
def no_other_process_loads_a_project() -> Iterator[None]:
    """Leave out the two that look for values which differ; `tests/stale/test_unstable.py` starts one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("labreport.stale.unstable._HASH_SEEDS", ())
        yield


@pytest.fixture(autouse=True)
def no_figure_is_left_open() -> Iterator[None]:
    """Close what a test drew by pyplot: seaborn would draw the next on it."""
    yield
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close("all")
