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


LONGER = {
    "src/labreport/page/mistakes.py": 480,
    "src/labreport/placed.py": 335,
    "src/labreport/plan/fingerprints.py": 365,
    "src/labreport/provenance/crate.py": 317,
    "src/labreport/recorded/declare.py": 523,
    "src/labreport/stats/findings.py": 504,
    "src/labreport/stats/operations/crossed.py": 465,
    "src/labreport/stats/rounding.py": 349,
    "src/labreport/stats/words.py": 608,
    "tests/edits/patterns.py": 323,
    "tests/labreport/test_console.py": 404,
    "tests/labreport/test_grading_form.py": 406,
    "tests/labreport/test_recheck.py": 442,
    "tests/labreport/test_stats_findings.py": 388,
    "tests/test_commands.py": 342,
    "tests/test_rooms.py": 305,
    "tests/test_setup.py": 381,
    "tests/test_staleness.py": 311,
    "tests/worlds/truth.py": 335,
}
"""Files that hold two ideas still, and their lines: none may become longer, and no other may join them."""


def test_no_file_holds_two_ideas() -> None:
    """A source file of more than 300 lines is two."""
    files = [ROOT / "build.py", *(ROOT / "src").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in files
    }
    assert {} == {name: length for name, length in lengths.items() if length > LONGER.get(name, 300)}


def test_the_front_door_is_short() -> None:
    """`build.py` opens the door and does nothing else."""
    assert len((ROOT / "build.py").read_text().splitlines()) <= 60
