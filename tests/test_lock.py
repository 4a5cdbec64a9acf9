"""The lock files: pinned, hashed, without an address, and enough for what `pyproject.toml` asks for."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tools.requirements import PROJECTS, Layer, lacking, layers, lock_files, read_metadata, supported_pythons

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = ROOT / "docs" / "decisions" / "libraries.md"
LOCK_FILES = sorted(str(file.relative_to(ROOT)) for file in lock_files())
ENGINE = "tools/engine.lock"

_ENTRY = re.compile(
    r"""(?P<name>[a-z0-9-]+)==(?P<version>[0-9a-z.]+)
        (?:\ ;\ [a-z_]+\ [=!<>]+\ '[\w.*]+'(?:\ and\ [^\\]+)?)?\ \\\n
        (?:\ {4}--hash=sha256:[0-9a-f]{64}\ \\\n)*
        \ {4}--hash=sha256:[0-9a-f]{64}\n""",
    re.VERBOSE,
)

OLDEST_WITHOUT_KNOWN_HOLES = {"filelock": (3, 20, 3), "jinja2": (3, 1, 6), "weasyprint": (70,)}


def _text(*lock_files: str) -> str:
    return "".join((ROOT / name).read_text() for name in lock_files)


def _entries(*lock_files: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(match["name"], _numbers(match["version"])) for match in _ENTRY.finditer(_text(*lock_files))]


def _versions(lock_file: str) -> dict[str, set[tuple[int, ...]]]:
    """Each package's versions in a lock file: one, or several for different versions of Python."""
    found: dict[str, set[tuple[int, ...]]] = {}
    for package, version in _entries(lock_file):
        found.setdefault(package, set()).add(version)
    return found


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"[0-9]+", version))


@pytest.mark.parametrize("name", LOCK_FILES)
def test_a_lock_file_holds_pinned_and_hashed_packages_alone(name: str) -> None:
    """Apart from comments, every line is a package at one version, or a hash of it: no option, no address."""
    text = re.sub(r"^ *(#.*)?\n", "", (ROOT / name).read_text(), flags=re.MULTILINE)
    assert "" == _ENTRY.sub("", text)
    assert _entries(name)


@pytest.mark.parametrize("name", LOCK_FILES)
def test_a_lock_file_names_no_address_and_no_path(name: str) -> None:
    """Not even in a comment: where packages come from is the user's own setting."""
    text = (ROOT / name).read_text()
    assert [] == re.findall(r"https?:|git\+|file:|--index|--find-links|--trusted|/[a-z]+/", text)


def _as_folder(folder: Path, *lock_files: str) -> str:
    """A folder of installed packages: what the lock files would install."""
    for name, version in re.findall(r"^([a-z0-9-]+)==(\S+)", _text(*lock_files), flags=re.MULTILINE):
        (folder / f"{name.replace('-', '_')}-{version}.dist-info").mkdir(exist_ok=True)
    return str(folder)


@pytest.mark.parametrize("project", PROJECTS)
@pytest.mark.parametrize("extras", [(), ("dask",), ("dask", "test")])
def test_the_lock_files_give_what_is_asked_for(
    project: Path, extras: tuple[str, ...], tmp_path: Path
) -> None:
    """All that `pyproject.toml` and a project ask for is there, at a version that will do."""
    wanted = layers(project, *extras)
    assert [] == lacking(wanted, [_as_folder(tmp_path, *(str(layer.file) for layer in wanted))])


def test_a_package_has_one_version_in_all_lock_files() -> None:
    """So none that is installed on top of another can move it; what the engine has is in no other."""
    found = [(name, frozenset(versions)) for file in LOCK_FILES for name, versions in _versions(file).items()]
    assert len(dict(found)) == len(set(found))
    others = {package for name in LOCK_FILES if name != ENGINE for package, _ in _entries(name)}
    assert set() == others & {package for package, _ in _entries(ENGINE)}


@pytest.mark.parametrize("name", OLDEST_WITHOUT_KNOWN_HOLES)
def test_versions_with_known_holes_are_excluded(name: str) -> None:
    """By the lock file, and by what `pyproject.toml` allows in an environment of the user's own."""
    oldest = OLDEST_WITHOUT_KNOWN_HOLES[name]
    (asked,) = (line for line in read_metadata()["dependencies"] if line.startswith(f"{name}>="))
    assert _numbers(asked.partition(">=")[2].partition(",")[0]) >= oldest
    assert all(version >= oldest for locked, version in _entries(ENGINE) if locked == name)


def test_each_library_is_found_under_the_name_it_is_imported_by() -> None:
    """The interpreter that runs this has them all, so one reported as missing has another name."""
    assert [] == lacking(layers(ROOT, "dask", "test"), sys.path)


def test_why_each_library_is_used_is_written_down() -> None:
    """In its row of the decision about libraries, with its licence."""
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| [^|]+ \|", LIBRARIES.read_text(), flags=re.MULTILINE)
    lines = [line for layer in layers(ROOT, "dask", "test") for line in layer.asked if line[0] != "#"]
    assert set() == {re.split("[<>=]", line)[0] for line in lines} - set(rows)


def test_the_supported_pythons_begin_with_the_oldest_allowed() -> None:
    """Classifiers, which the messages of set-up quote, and `requires-python` say the same."""
    project = (ROOT / "pyproject.toml").read_text()
    assert f'requires-python = ">={supported_pythons()[0]}"' in project


@pytest.fixture
def packages(tmp_path: Path) -> str:
    """A folder of installed packages, one of which brings the module of another."""
    for name in ("other_name-1.2.dist-info", "Without.List-2.0.dist-info", "a_cpu-1.0.dist-info", "a"):
        (tmp_path / name).mkdir()
    (tmp_path / "of_debian-1.4.1-py3.13.egg-info").touch()
    return str(tmp_path)


@pytest.mark.parametrize(
    ("line", "clause"),
    [
        ("other-name>=1.2", ""),
        ("Other.Name[extra] >= 1.2, <2  # why", ""),
        ("without-list", ""),
        ("a>=1", ""),
        ("of-debian==1.4.1", ""),
        ("other-name==1.*", ""),
        ("other-name~=1.1", ""),
        ("other-name>=1.3", "other-name is 1.2, not >=1.3"),
        ("other-name>=1,<1.2", "other-name is 1.2, not >=1,<1.2"),
        ("other-name==1.3", "other-name is 1.2, not ==1.3"),
        ("absent.library>=1", "absent.library is not installed"),
        ("# absent", ""),
        ("-r more.txt", ""),
        ("absent; sys_platform == 'win32'", ""),
        ("absent @ file:///wheels/absent.whl", ""),
        ("./absent", ""),
    ],
)
def test_what_is_absent_or_too_old_is_named(packages: str, line: str, clause: str) -> None:
    """A clause for each; a module may come from a package of another name, as tensorflow-cpu brings one.

    Markers, addresses and options are left to pip.
    """
    assert (
        lacking([Layer(Path("requirements.txt"), [line, ""])], ["/absent", packages])
        == [clause][: bool(clause)]
    )
