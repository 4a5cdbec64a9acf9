"""Lint, layout and types of the whole tree, as `pyproject.toml` configures them."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.lint
@pytest.mark.parametrize(
    ("tool", "arguments"), [("ruff", ("check",)), ("ruff", ("format", "--check")), ("mypy", ())]
)
def test_the_tree_is_clean(tool: str, arguments: tuple[str, ...]) -> None:
    """What the tool has to say is the failure's text."""
    if importlib.util.find_spec(tool) is None:
        pytest.skip(f"{tool} is not installed; python build.py test installs it")
    command = [sys.executable, "-m", tool, *arguments]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_front_door_is_short() -> None:
    """`build.py` opens the door and does nothing else."""
    assert len((ROOT / "build.py").read_text().splitlines()) <= 60
