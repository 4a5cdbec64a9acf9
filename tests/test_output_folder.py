"""What is not this program's own is safe: folders without its mark, links, files called like its own."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from faults import formats
from faults.foreign import FOREIGN, one_file
from faults.formats import LEDGER, LOCK, MARK, PUBLISHING, QUARANTINE, RESULTS, tree
from program import Program, Ran
from wine import PROJECT, Wine

COMMANDS = (
    ("--seeds", "3"),
    ("nonsense",),
    ("--force", "nonsense"),
    ("clean",),
    ("clean", "--dry-run"),
    ("status",),
    ("why", "tree"),
    ("verify",),
    ("--dry-run",),
    ("tree", "--seeds", "3"),
)
CHANGING = (("--seeds", "3"), ("clean",), ("tree", "--seeds", "3"))
"""Commands that would write into the folder."""
LINKED = (RESULTS, "cache", QUARANTINE, PUBLISHING, "cache/answer")
"""Where the program expects a folder of its own."""


@pytest.fixture(scope="module")
def built() -> Program:
    """A complete report of three seeds; copied, never changed."""
    return Wine.built("--seeds", "3")


@pytest.mark.parametrize("fill", FOREIGN, ids=lambda fill: str(fill.__name__))
def test_a_folder_of_somebody_else_is_refused_untouched(
    built: Program, tmp_path: Path, fill: Callable[[Path], None]
) -> None:
    """One line, exit code 2, by a build; and no command changes a byte, a time or a name.

    All commands are tried on the folder whose mark is not this program's.
    """
    folder = tmp_path / "output"
    folder.mkdir()
    fill(folder)
    before = tree(tmp_path)
    for words in COMMANDS if fill is FOREIGN[-1] else CHANGING[:1]:
        ran = built.run(*words, "--output", str(folder))
        assert tree(tmp_path) == before, f"{words} changed something"
        assert "Traceback" not in ran.err
        if words in CHANGING:
            assert_refused(ran, folder)


def assert_refused(ran: Ran, folder: Path) -> None:
    """Exit code 2, and one line that names the folder."""
    assert ran.code == 2, ran.err
    assert len(ran.err.strip().splitlines()) == 1, ran.err
    assert str(folder) in ran.err


def test_an_empty_folder_and_one_that_is_not_there_are_taken(built: Program, tmp_path: Path) -> None:
    """And bear the mark afterwards, which names program and project."""
    (tmp_path / "empty").mkdir()
    for name in ("empty", "new", "deep/below"):
        folder = tmp_path / name
        ran = built.run("tree", "--seeds", "3", "--output", str(folder))
        assert ran.code == 0, ran.err
        mark = json.loads((folder / MARK).read_text())
        assert {"made by", "project"} <= set(mark)


def test_a_folder_that_bears_the_mark_of_another_project_is_refused(built: Program, tmp_path: Path) -> None:
    """Its results are of no use here, and are not cleaned away either."""
    folder = tmp_path / "output"
    shutil.copytree(built.folder / "report", folder, symlinks=True)
    data = (folder / MARK).read_bytes()
    plain = json.loads(data)
    plain.pop("checksum", None)
    (folder / MARK).write_bytes(formats.reseal(data, {**plain, "project": "somebody-else"}))
    before = tree(folder)
    for words in CHANGING:
        assert_refused(built.run(*words, "--output", str(folder)), folder)
        assert tree(folder) == before


@pytest.mark.parametrize("present", ["missing", "empty", "own"])
def test_a_usage_error_writes_and_removes_nothing(built: Program, tmp_path: Path, present: str) -> None:
    """Whether the folder is not there, empty, or holds a report with files of the user's in it."""
    folder = tmp_path / "output"
    if present == "empty":
        folder.mkdir()
    if present == "own":
        shutil.copytree(built.folder / "report", folder, symlinks=True)
        (folder / "mine").mkdir()
        (folder / "mine" / ".tmp-1").write_text("mine")
    before = tree(tmp_path)
    several = (("nonsense",), ("--seeds", "0"), ("--force", "nonsense"), ("why",), ("--no",))
    for words in several if present == "own" else several[:2]:
        ran = built.run(*words, "--output", str(folder))
        assert ran.code == 2
    after = tree(tmp_path)
    if present == "own":
        # The lock of a folder of its own may be taken, and whether it can be written to may be tried
        for name in ("output", f"output/{LOCK}"):
            del before[name], after[name]
    assert after == before


def test_a_file_in_place_of_the_folder_is_refused_untouched(built: Program, tmp_path: Path) -> None:
    """One line, exit code 2."""
    path = tmp_path / "output"
    path.write_text("mine")
    before = tree(tmp_path)
    assert_refused(built.run("--seeds", "3", "--output", str(path)), path)
    assert tree(tmp_path) == before


@pytest.mark.parametrize("full", [True, False], ids=["full", "own"])
def test_a_link_to_the_output_folder_is_followed_or_refused_but_never_replaced(
    built: Program, tmp_path: Path, full: bool
) -> None:
    """A folder of somebody else's behind it stays as it is; one of this program's own may be used."""
    target = tmp_path / "target"
    if full:
        target.mkdir()
        one_file(target)
    else:
        shutil.copytree(built.folder / "report", target, symlinks=True)
    link = tmp_path / "output"
    link.symlink_to(target)
    before = tree(target)
    ran = built.run("--seeds", "3", "--output", str(link))
    assert link.is_symlink()
    assert ran.code == 2 or not full
    if ran.code == 2:
        assert tree(target) == before
    else:
        assert ran.code == 0, ran.err
        assert formats.documents(link) == formats.documents(built.folder / "report")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        *((name, words) for name in LINKED for words in CHANGING[:2]),
        *((name, CHANGING[2]) for name in (RESULTS, "cache")),
    ],
)
def test_nothing_is_removed_or_written_through_a_link_in_the_report(
    built: Program, tmp_path: Path, name: str, words: tuple[str, ...]
) -> None:
    """Where the program expects a folder of its own, there is a link to one of somebody else's."""
    program = built.copy(tmp_path / "checkout")
    outside = tmp_path / "outside"
    outside.mkdir()
    for inside in ("report.pdf", "a.json", ".tmp-1", f"{'0' * 64}.json", "deep/.tmp-2"):
        (outside / inside).parent.mkdir(exist_ok=True)
        (outside / inside).write_text("mine")
    place = program.folder / "report" / name
    if place.is_dir():
        shutil.rmtree(place)
    place.symlink_to(outside)
    program.edit(PROJECT, "Does more data help?", "Do more data help?")
    before = tree(outside)
    ran = program.run(*words)
    assert tree(outside) == before
    assert "Traceback" not in ran.err
    if ran.code != 0:
        assert len(ran.err.strip().splitlines()) == 1
        assert name in ran.err


def test_files_of_the_user_in_a_report_stay(built: Program, tmp_path: Path) -> None:
    """A rebuild and `clean` leave alone what this program did not make, whatever it is called."""
    program = built.copy(tmp_path / "checkout")
    report = program.folder / "report"
    mine = report / "mine"
    (mine / ".tmp-folder").mkdir(parents=True)
    for name in (".tmp-1-abc", ".tmp-folder/x", "report.pdf", LEDGER, "results"):
        (mine / name).write_text("mine")
    (report / "notes.txt").write_text("mine")
    kept, notes = tree(mine), (report / "notes.txt").lstat()
    program.edit(PROJECT, "hardest(results, TREE)", 'hardest(results, TREE, "truth")')
    for words in (("--seeds", "3"), ("clean",), ("--seeds", "3", "--force", "mistakes")):
        assert program.run(*words).code == 0
        assert tree(mine) == kept
        assert (report / "notes.txt").lstat().st_mtime_ns == notes.st_mtime_ns


def test_a_report_is_made_of_regular_files(built: Program) -> None:
    """So that it can be copied, sent and served."""
    for name in formats.DOCUMENTS:
        path = built.folder / "report" / name
        assert path.is_file()
        assert not path.is_symlink()


def test_every_command_runs_where_the_folder_cannot_be_made(built: Program, tmp_path: Path) -> None:
    """A file where a parent folder should be: one line and 2."""
    (tmp_path / "file").write_text("mine")
    folder = tmp_path / "file" / "below"
    assert_refused(built.run("--seeds", "3", "--output", str(folder)), folder)
    assert os.listdir(tmp_path) == ["file"]
