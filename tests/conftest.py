"""Groups of tests: each option runs its own group, and no option the ordinary tests."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from program import Program

GROUPS = {
    "slow": "the tests that train real networks, or take more than a few seconds",
    "browser": "the tests that drive Debian's Chromium",
    "faults": "the long campaign of injected faults",
    "edits": "the campaign of random edits: nothing that is called fresh may come out different",
    "lint": "the checks of style and types: ruff and mypy",
}
SHARED = "LABREPORT_TESTS"
"""See `prepared.py`."""
EXAMPLES = {"ordinary": 25, "slow": 500}
"""How many examples a property is tried with: in ordinary runs, and with `--slow`."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """One option a group."""
    group = parser.getgroup("groups of tests")
    for name, meaning in GROUPS.items():
        group.addoption(f"--{name}", action="store_true", help=f"run {meaning}")
    group.addoption(
        "--affected",
        action="store_true",
        help="of these, only the tests of what changed since the branch left main (see tools/affected.py)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """How thoroughly properties are tried, and the folder of what all processes of the tests share."""
    # A program that a test starts writes no compiled code into the engine that all share
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    if SHARED not in os.environ:
        os.environ[SHARED] = tempfile.mkdtemp(prefix="labreport-tests-")
        os.environ["LABREPORT_CACHE"] = os.path.join(os.environ[SHARED], "kept")
        config.add_cleanup(lambda: shutil.rmtree(os.environ.pop(SHARED), ignore_errors=True))
    if not config.pluginmanager.hasplugin("hypothesispytest"):
        return
    from hypothesis import settings

    for name, count in EXAMPLES.items():
        settings.register_profile(name, max_examples=count, deadline=None)
    settings.load_profile("slow" if config.getoption("slow") else "ordinary")


def pytest_report_header(config: pytest.Config) -> str:
    """What runs, in a line."""
    chosen = [name for name in GROUPS if config.getoption(name)] or ["ordinary"]
    only = ", and of them those that a change affects" if config.getoption("affected") else ""
    others = ", ".join(f"--{name}" for name in GROUPS if name not in chosen)
    return f"groups: {', '.join(chosen)}{only} (others: {others})"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what is not in a group asked for; named tests and `-m` are left to pytest."""
    named = any("::" in argument for argument in config.invocation_params.args)
    if named or config.getoption("markexpr"):
        return
    wanted = {name for name in GROUPS if config.getoption(name)} or {"ordinary"}
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        groups = {name for name in GROUPS if item.get_closest_marker(name)} or {"ordinary"}
        (kept if groups & wanted else left_out).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


def pytest_collection_finish() -> None:
    """Leave modules and tests, which live to the end, out of each search for garbage."""
    gc.collect()
    gc.freeze()


@cache
def _affected() -> frozenset[Path]:
    from tools.affected import ROOT, affected, changed_files

    return frozenset(ROOT / path for path in affected(changed_files()))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With `--affected`, other files are not even imported: some load TensorFlow."""
    if not config.getoption("affected") or not collection_path.match("test_*.py"):
        return None
    return True if collection_path not in _affected() else None


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A change that affects no test is not a failure."""
    if session.config.getoption("affected") and session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
        session.exitstatus = pytest.ExitCode.OK


@pytest.fixture(scope="session")
def built() -> Program:
    """A checkout with a complete report, made by one worker; copied, never changed."""
    from program import Program

    return Program.built("--jobs", "1")


@pytest.fixture(scope="session", autouse=True)
def _engine_unchanged() -> Iterator[None]:
    """No test writes into the engine that checkouts share; `Program.own_engine` makes a copy."""
    yield
    prepared = sys.modules.get("prepared")  # where no test has asked for one, there is none
    assert prepared is None or prepared.changed() == []


@pytest.fixture
def program(built: Program, tmp_path: Path) -> Program:
    """A copy of the complete checkout, at another place."""
    return built.copy(tmp_path / "checkout")
