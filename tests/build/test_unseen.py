"""What code sees beyond the files of its project is noticed behind the stamp of "nothing to do", too."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import pytest

from build.small import HEAD, TAIL, Small
from labreport.cli import stamp

FIT = """
def fit(spec, seed):
    return Fit({"value": ALPHA})
"""
BY_NAME = 'import os\nALPHA = float(os.environ.get("APP_ALPHA", "0"))\n'
BY_CLASS = """
import os
class Settings:
    @classmethod
    def from_env(cls):
        made = cls()
        made.alpha = float(os.getenv("APP_" + "alpha".upper()) or 0)
        return made
ALPHA = Settings.from_env().alpha
"""
BY_PREFIX = """
import os
FOUND = {name: value for name, value in os.environ.items() if name.startswith("APP_")}
ALPHA = float(FOUND.get("APP_ALPHA", 0))
"""


def is_stamped(small: Small) -> bool:
    """Whether the stamp says that nothing is to be done."""
    return stamp.unchanged("test", [], str(small.toy.folder)) == 0


@pytest.mark.parametrize(
    ("read", "values"),
    [(BY_NAME, (1, 5)), (BY_CLASS, (5,)), (BY_PREFIX, (5,))],
    ids=["by name", "by class", "by prefix"],
)
def test_a_variable_that_was_read_at_import_counts(
    read: str, values: tuple[int, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was not set, one that is another, and one that is the same beside another folder."""
    small = Small(tmp_path, HEAD + read + FIT + TAIL)
    monkeypatch.delenv("APP_ALPHA", raising=False)
    small.succeed()
    assert is_stamped(small)
    for value in values:
        monkeypatch.setenv("APP_ALPHA", str(value))
        assert not is_stamped(small)
        assert "1 run" in small.succeed()
        assert small.answer() == value
        monkeypatch.setenv("PWD", f"/{value}")
        assert is_stamped(small)
    assert "APP_ALPHA=5" not in (small.toy.report / ".stamp").read_text()


def test_a_variable_that_only_a_function_reads_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not read when the project is loaded."""
    fit = FIT.replace("ALPHA", 'float(os.environ.get("APP_ALPHA", 0))')
    small = Small(tmp_path, HEAD + "import os\n" + fit + TAIL)
    monkeypatch.delenv("APP_ALPHA", raising=False)
    small.succeed()
    assert is_stamped(small)
    monkeypatch.setenv("APP_ALPHA", "1")
    assert not is_stamped(small)
    assert "1 run" in small.succeed()
    assert small.answer() == 1


def test_a_module_beside_the_project_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no distribution; and what it imports has none, either."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "common.py").write_text("def alpha():\n    from consts import K\n    return K + 1\n")
    (shared / "consts.py").write_text("K = 1\n")
    head = 'import sys\nsys.path.insert(0, "../shared")\nimport common\n'
    small = Small(tmp_path, head + HEAD + FIT.replace("ALPHA", "common.alpha()") + TAIL)
    assert "1 run" in build_afresh(small)
    assert is_stamped(small)
    for edited in ("common", "consts"):
        file = shared / f"{edited}.py"
        file.write_text(file.read_text().replace("1", "7"))
        assert not is_stamped(small)
        assert "1 run" in build_afresh(small)


def build_afresh(small: Small) -> str:
    """Build the whole report as a new process does, which has loaded nothing and remembers nothing."""
    for module in ("common", "consts"):
        sys.modules.pop(module, None)
    for function in vars(import_module("labreport.stale.versions")).values():
        if hasattr(function, "cache_clear"):
            function.cache_clear()
    return small.succeed()
