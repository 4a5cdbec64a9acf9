"""Whether a library is there is read from its metadata, whatever its module is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from labreport import installed
from labreport.bootstrap.needed import lacking


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages with one library, whose module has another name, and one program."""
    folder = tmp_path / "site-packages"
    for name, files in (
        ("other_name-1.2.dist-info", ["differs/__init__.py"]),
        ("a_program-3.0.dist-info", ["../../bin/a-program"]),
        ("without_list-2.0.dist-info", []),
    ):
        (folder / name).mkdir(parents=True)
        if files:
            lines = [f"{file},," for file in (*files, f"{name}/RECORD")]
            (folder / name / "RECORD").write_text("\n".join(lines) + "\n")
    (folder / "differs").mkdir()
    (folder / "differs" / "__init__.py").touch()
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr(installed, "_found", None)
    return folder


def asked(folder: Path, *lines: str, content: str = "") -> list[str]:
    """What is lacking of a project that asks for `lines`, and for `content` in its group of that kind."""
    listed = ", ".join(f'"{line}"' for line in lines)
    group = f'[project.optional-dependencies]\nexercise = ["{content}"]\n' if content else ""
    (folder / "pyproject.toml").write_text(f'[project]\nname = "x"\ndependencies = [{listed}]\n{group}')
    return lacking(str(folder))


def test_a_library_may_be_imported_under_another_name(packages: Path) -> None:
    """As scikit-learn, pillow and PyYAML are; a program has no module at all."""
    assert asked(packages, "other-name>=1.2", "a-program>=3", "Without.List>=2") == []


def test_an_older_version_and_an_absent_library_are_named(packages: Path) -> None:
    """A clause each."""
    assert asked(packages, "other-name>=1.3", "absent.library>=1") == [
        "other-name 1.2 is older than 1.3",
        "absent.library is not installed",
    ]


def test_a_library_whose_files_have_gone_is_not_installed(packages: Path) -> None:
    """Although its metadata are still there."""
    (packages / "differs" / "__init__.py").unlink()
    (packages / "differs").rmdir()
    assert asked(packages, "other-name") == ["other-name is not installed"]


def test_a_module_may_come_from_a_distribution_of_another_name(packages: Path) -> None:
    """As tensorflow's does from tensorflow-cpu."""
    assert asked(packages, "differs") == []


def test_what_the_content_needs_is_needed(packages: Path) -> None:
    """The set-up of a repository installs it without being asked."""
    assert asked(packages, "other-name", content="absent-content") == ["absent-content is not installed"]
