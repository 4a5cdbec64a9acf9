"""Output folders have an owner: what this program did not make is neither overwritten nor removed."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from owner import Owner

from labreport.commands.stored import _cached
from labreport.errors import UsageError
from labreport.execute.session import Session
from labreport.store.files import temporary_name
from labreport.store.output import FOLDERS, MARK, check_owner, claim, mark_as_own, remove_strays
from labreport.store.sealed import Cache, seal


@pytest.mark.parametrize("name", ["report", "a/b/c", "new\nline", "emoji🙂", "\udcff"])
def test_a_new_or_empty_folder_is_claimed_and_stays_claimed(name: str, tmp_path: Path) -> None:
    """Once marked, it belongs to the project whatever else comes into it."""
    output = tmp_path / name
    claim(output, Owner())
    (output / "report.html").write_text("")
    claim(output, Owner())
    check_owner(output, Owner())
    assert {path.name for path in output.iterdir()} == {MARK, "report.html"}


@pytest.mark.parametrize("content", ["report.pdf", "ledger.json", ".tmp-1-0123456789ab", "results"])
@pytest.mark.parametrize("marked", ["not", "a folder", "a link"])
def test_a_folder_of_somebody_else_is_refused_unchanged(content: str, marked: str, tmp_path: Path) -> None:
    """Also where it holds files of the very names that the program uses; one line, exit code 2."""
    (tmp_path / content).write_text("mine")
    if marked == "a folder":
        (tmp_path / MARK).mkdir()
    elif marked == "a link":
        (tmp_path / MARK).symlink_to(content)
    for act in (check_owner, claim):
        with pytest.raises(UsageError, match="is not empty and has no mark of this program; ") as caught:
            act(tmp_path, Owner())
        assert "\n" not in str(caught.value)
    assert (tmp_path / content).read_text() == "mine"


def test_the_folder_of_another_project_is_refused(tmp_path: Path) -> None:
    """The message names both, and also of two of one name it is known which one made it."""
    wine, lab, other = (
        Owner(tmp_path / folder / name, name=name)
        for folder, name in (("a", "wine"), ("a", "lab"), ("b", "lab"))
    )
    claim(tmp_path / "out", wine)
    with pytest.raises(UsageError, match=r"holds the report of another project, 'wine', not of 'exercise'"):
        claim(tmp_path / "out", Owner())
    claim(tmp_path / "shared", lab)
    there = replace(other, others=(lab.root,))
    for adopt in (False, True):
        with pytest.raises(UsageError, match=r"'lab' in .*/a/lab, not of 'lab' in .*/b/lab; choose"):
            check_owner(tmp_path / "shared", there, adopt)
    check_owner(tmp_path / "shared", other)  # the other one is not there any more: this is where it has moved


def test_the_place_of_the_report_in_another_project_is_refused(tmp_path: Path) -> None:
    """Whether there is a report in it or not; other folders in it are taken, and then known as this one's."""
    inner = tmp_path / "outer" / "inner"
    outer = Owner(inner.parent, name="outer", others=(inner,))
    inner.mkdir(parents=True)
    with pytest.raises(UsageError, match=r"is the place of the report of another project, .*/outer/inner; "):
        claim(inner / "report", outer)
    assert not (inner / "report").exists()
    claim(inner / "out", outer)
    (inner / "out" / "report.html").write_text("")
    check_owner(inner / "out", outer)


def test_a_report_moves_and_is_copied_with_its_project(tmp_path: Path) -> None:
    """Under any name, because the mark says where the project is from there."""
    before, after = Owner(tmp_path / "lab", name="lab"), Owner(tmp_path / "deep" / "new", name="new")
    claim(before.root / "report", before)
    (before.root / "report" / "report.html").write_text("")
    shutil.copytree(before.root, after.root)
    check_owner(after.root / "report", replace(after, others=(before.root,)))
    check_owner(before.root / "report", before)


@pytest.mark.parametrize(
    "content", [None, b"", b"\0" * 9, b"[]", b"{", b'{"project": 1}', b"\xff", b"[" * 9_000]
)
def test_a_report_whose_mark_is_lost_goes_to_nobody_by_guess(content: bytes | None, tmp_path: Path) -> None:
    """It is known again in the project's own folder, and elsewhere if the user says so."""
    own, elsewhere, foreign = Owner(tmp_path / "lab", name="lab"), tmp_path / "out", tmp_path / "photos"
    for folder in (own.root / "report", elsewhere, foreign):
        claim(folder, own)
        (folder / MARK).unlink() if content is None else (folder / MARK).write_bytes(content)
        (folder / "results").mkdir()
        (folder / "results" / f"{'0' * 64}.json").write_bytes(
            seal({"a": 1}) if folder != foreign else b"mine"
        )
    good = (own.root / "report" / MARK).read_bytes() if content is not None else None
    claim(own.root / "report", own)
    assert (own.root / "report" / MARK).read_bytes() != good
    with pytest.raises(
        UsageError, match=r"whose mark, .labreport, is lost; .* build once with --adopt, else "
    ):
        claim(elsewhere, own)
    claim(elsewhere, own, adopt=True)
    claim(elsewhere, own)
    for adopt in (False, True):
        with pytest.raises(UsageError, match="is not empty and has no mark of this program; nothing"):
            claim(foreign, own, adopt)


@pytest.mark.parametrize("content", [None, b"", b'{"made by": "lab'])
def test_a_folder_with_nothing_but_a_begun_mark_is_taken(content: bytes | None, tmp_path: Path) -> None:
    """A kill may have cut it."""
    if content is not None:
        (tmp_path / MARK).write_bytes(content)
    claim(tmp_path, Owner())
    check_owner(tmp_path, Owner())


def test_a_mark_of_an_older_version_counts_by_its_name(tmp_path: Path) -> None:
    """It says no more; a build writes it again."""
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / MARK).write_text('{"made by": "labreport", "project": "exercise"}')
    with pytest.raises(UsageError, match="another project, 'exercise', not of 'wine'"):
        claim(tmp_path, Owner(name="wine"))
    claim(tmp_path, Owner())
    mark_as_own(tmp_path, Owner())
    assert "root" in (tmp_path / MARK).read_text()


@pytest.mark.parametrize("name", FOLDERS)
def test_a_link_in_place_of_one_of_its_folders_is_refused(name: str, tmp_path: Path) -> None:
    """Whatever it points to would be written and removed."""
    claim(tmp_path / "report", Owner())
    (tmp_path / "mine").mkdir()
    (tmp_path / "report" / name).symlink_to(tmp_path / "mine")
    with pytest.raises(UsageError, match=f"{name} is a link"):
        check_owner(tmp_path / "report", Owner())


def test_a_file_in_place_of_the_folder_is_one_line(tmp_path: Path) -> None:
    """The path, and what to do."""
    (tmp_path / "report").write_text("in the way")
    with pytest.raises(UsageError, match=r"report is not a folder; choose another with --output"):
        claim(tmp_path / "report", Owner())


@pytest.mark.parametrize("through_link", [False, True])
def test_only_what_killed_writers_left_in_its_own_folders_is_removed(
    through_link: bool, tmp_path: Path
) -> None:
    """Nothing of other names, nothing deeper, nothing behind a link; the output itself may be a link."""
    output, mine = tmp_path / "report", tmp_path / "mine"
    places = [output, output / "results", output / "cache", output / "cache/answer", output / "quarantine"]
    kept = [mine, output / "notes", output / "results/deeper"]
    for folder in (*places, *kept):
        folder.mkdir(parents=True, exist_ok=True)
    (output / "cache/linked").symlink_to(mine)
    strays = [folder / temporary_name() for folder in places]
    others = [folder / temporary_name() for folder in kept]
    others += [output / name for name in (".tmp-mine", ".tmp-1-x", "tmp-1-0123456789ab", ".tmp")]
    for path in (*strays[1:], *others):
        path.write_text("")
    strays[0].mkdir()
    (strays[0] / "report.html").write_text("half")
    (tmp_path / "link").symlink_to(output)
    remove_strays(tmp_path / "link" if through_link else output)
    assert not [path for path in strays if os.path.lexists(path)]
    assert all(path.exists() for path in others)


def test_clean_finds_nothing_behind_a_link(tmp_path: Path) -> None:
    """A folder of the cache may be one, by somebody's hand; what it leads to is not the program's."""
    for folder in ("mine", "cache/answer"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "old.json").write_text("")
    (tmp_path / "cache/figure").symlink_to(tmp_path / "mine")
    verification = SimpleNamespace(path=tmp_path / "cache/verification/found.json")
    session = SimpleNamespace(
        cache=Cache(tmp_path / "cache"),
        graph=SimpleNamespace(nodes={}),
        planner=SimpleNamespace(verification=verification),
    )
    assert [paths for _, paths, _ in _cached(cast(Session, session))] == [
        [tmp_path / "cache/answer/old.json"]
    ]
