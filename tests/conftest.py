"""Groups of tests: each option runs its own group, and no option the ordinary tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from program import Program

GROUPS = {
    "slow": "the tests that train real networks, or take more than a few seconds",
    "browser": "the tests that drive Debian's Chromium",
    "faults": "the long campaign of injected faults",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """One option a group."""
    group = parser.getgroup("groups of tests")
    for name, meaning in GROUPS.items():
        group.addoption(f"--{name}", action="store_true", help=f"run {meaning}")


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


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A checkout with a complete report; copied, never changed."""
    from program import Program

    program = Program.fresh(tmp_path_factory.mktemp("built") / "checkout")
    ran = program.run()
    assert ran.code == 0, ran.err
    return program


@pytest.fixture
def program(built: Program, tmp_path: Path) -> Program:
    """A copy of the complete checkout, at another place."""
    return built.copy(tmp_path / "checkout")
