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
VARIABLES = """
import os
class Settings:
    @classmethod
    def from_env(cls):
        made = cls()
        made.class_value = float(os.getenv("APP_" + "class".upper()) or 0)
        return made
MATCHING = {name: value for name, value in os.environ.items() if name.startswith("APP_PRE")}
BY_NAME = float(os.environ.get("APP_NAME", "0"))
BY_CLASS = Settings.from_env().class_value
BY_PREFIX = float(MATCHING.get("APP_PREFIX", 0))
"""


def is_stamped(small: Small) -> bool:
    """Whether the stamp says that nothing is to be done."""
    return stamp.unchanged("test", [], str(small.toy.folder)) == 0


def test_a_variable_that_was_read_at_import_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was not set, one that is another, and one that is the same beside another folder."""
    fit = FIT.replace("ALPHA", "BY_NAME + BY_CLASS + BY_PREFIX")
    small = Small(tmp_path, HEAD + VARIABLES + fit + TAIL)
    small.succeed()
    assert is_stamped(small)
    for name, value, answer in (
        ("NAME", "1", 1),
        ("NAME", "5", 5),
        ("CLASS", "20", 25),
        ("PREFIX", "300", 325),
    ):
        monkeypatch.setenv(f"APP_{name}", value)
        assert not is_stamped(small)
        assert "1 run" in small.succeed()
        assert small.answer() == answer
        monkeypatch.setenv("PWD", f"/{answer}")
        assert is_stamped(small)
    assert "APP_NAME=5" not in (small.toy.report / ".stamp").read_text()


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
    """It has no distribution; and what it imports has none, either. Its name may begin with `_`."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "_common.py").write_text("def alpha():\n    from consts import K\n    return K + 1\n")
    (shared / "consts.py").write_text("K = 1\n")
    head = 'import sys\nsys.path.insert(0, "../shared")\nimport _common\n'
    small = Small(tmp_path, head + HEAD + FIT.replace("ALPHA", "_common.alpha()") + TAIL)
    assert "1 run" in build_afresh(small)
    assert is_stamped(small)
    for edited in ("_common", "consts"):
        file = shared / f"{edited}.py"
        file.write_text(file.read_text().replace("1", "7"))
        assert not is_stamped(small)
        assert "1 run" in build_afresh(small)


def test_a_library_outside_the_environment_that_is_upgraded_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on PYTHONPATH, or in the user's folder."""
    libraries = tmp_path / "libraries"
    (libraries / "labstuff-1.dist-info").mkdir(parents=True)
    (libraries / "labstuff.py").write_text("K = 3\n")
    metadata = "Metadata-Version: 2.1\nName: labstuff\nVersion: {}\n"
    (libraries / "labstuff-1.dist-info" / "METADATA").write_text(metadata.format(1))
    monkeypatch.setattr(sys, "path", [*sys.path, str(libraries)])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    small = Small(tmp_path, "import labstuff\n" + HEAD + FIT.replace("ALPHA", "labstuff.K") + TAIL)
    assert "1 run" in build_afresh(small)
    assert is_stamped(small)
    (libraries / "labstuff-1.dist-info").rename(libraries / "labstuff-2.dist-info")
    (libraries / "labstuff-2.dist-info" / "METADATA").write_text(metadata.format(2))
    assert not is_stamped(small)
    assert "1 run" in build_afresh(small)


def build_afresh(small: Small) -> str:
    """Build the whole report as a new process does, which has loaded nothing and remembers nothing."""
    for module in ("_common", "consts"):
        sys.modules.pop(module, None)
    for function in vars(import_module("labreport.stale.versions")).values():
        if hasattr(function, "cache_clear"):
            function.cache_clear()
    return small.succeed()
