"""The lock files: pinned, hashed, without an address, and enough for what `pyproject.toml` asks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from labreport.bootstrap.needed import lacking, requirements, supported_pythons

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = ROOT / "docs" / "decisions" / "libraries.md"
LOCK_FILES = ("requirements.lock", "requirements-dask.lock", "requirements-test.lock")

_ENTRY = re.compile(
    r"""(?P<name>[a-z0-9-]+)==(?P<version>[0-9a-z.]+)
        (?:\ ;\ [a-z_]+\ [=!<>]+\ '[\w.]+'(?:\ and\ [^\\]+)?)?\ \\\n
        (?:\ {4}--hash=sha256:[0-9a-f]{64}\ \\\n)*
        \ {4}--hash=sha256:[0-9a-f]{64}\n""",
    re.VERBOSE,
)

OLDEST_WITHOUT_KNOWN_HOLES = {"filelock": (3, 20, 3), "jinja2": (3, 1, 6), "weasyprint": (70,)}


def _entries(*lock_files: str) -> list[tuple[str, tuple[int, ...]]]:
    text = "".join((ROOT / name).read_text() for name in lock_files)
    return [(match["name"], _numbers(match["version"])) for match in _ENTRY.finditer(text)]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"[0-9]+", version))


@pytest.mark.parametrize("name", LOCK_FILES)
def test_a_lock_file_holds_pinned_and_hashed_packages_alone(name: str) -> None:
    """Apart from comments, every line is a package at one version, or a hash of it: no option, no address."""
    text = re.sub(r"^ *(#.*)?\n", "", (ROOT / name).read_text(), flags=re.MULTILINE)
    assert "" == _ENTRY.sub("", text)
    assert len(_entries(name)) > 10


@pytest.mark.parametrize("name", LOCK_FILES)
def test_a_lock_file_names_no_address_and_no_path(name: str) -> None:
    """Not even in a comment: where packages come from is the user's own setting."""
    text = (ROOT / name).read_text()
    assert [] == re.findall(r"https?:|git\+|file:|--index|--find-links|--trusted|/[a-z]+/", text)


@pytest.mark.parametrize("extra", ["", "dask", "test"])
def test_the_lock_files_give_what_the_project_asks_for(extra: str) -> None:
    """Each requirement of `pyproject.toml` is there, at a version that will do."""
    locked: dict[str, list[tuple[int, ...]]] = {}
    for name, version in _entries(*LOCK_FILES[: ["", "dask", "test"].index(extra) + 1]):
        locked.setdefault(name, []).append(version)
    short = [
        wanted.distribution
        for wanted in requirements(str(ROOT), extra)
        if min(locked.get(wanted.distribution, [()])) < wanted.minimum
    ]
    assert [] == short


def test_no_package_stands_in_two_lock_files() -> None:
    """Each comes on top of those before it, so it can never move one of their versions."""
    names = [name for lock_file in LOCK_FILES for name in {name for name, _ in _entries(lock_file)}]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("name", OLDEST_WITHOUT_KNOWN_HOLES)
def test_versions_with_known_holes_are_excluded(name: str) -> None:
    """By the lock file, and by what `pyproject.toml` allows in an environment of the user's own."""
    oldest = OLDEST_WITHOUT_KNOWN_HOLES[name]
    (asked,) = (wanted for wanted in requirements(str(ROOT)) if wanted.distribution == name)
    assert asked.minimum >= oldest
    assert all(version >= oldest for locked, version in _entries(LOCK_FILES[0]) if locked == name)


def test_each_library_is_found_under_the_name_it_is_imported_by() -> None:
    """The interpreter that runs this has them all, so one reported as missing has another name."""
    assert [] == lacking(str(ROOT))


@pytest.mark.parametrize("extra", ["", "dask", "test"])
def test_why_each_library_is_used_is_written_down(extra: str) -> None:
    """In its row of the decision about libraries, with its licence."""
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| [^|]+ \|", LIBRARIES.read_text(), flags=re.MULTILINE)
    asked = {wanted.distribution for wanted in requirements(str(ROOT), extra)}
    assert set() == asked - set(rows)


def test_the_supported_pythons_begin_with_the_oldest_allowed() -> None:
    """Classifiers, which the messages of set-up quote, and `requires-python` say the same."""
    project = (ROOT / "pyproject.toml").read_text()
    assert f'requires-python = ">={supported_pythons(str(ROOT))[0]}"' in project
