"""Output folders have an owner: what this program did not make is neither overwritten nor removed."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from owner import Owner

from labreport.commands.clean import _cached
from labreport.errors import UsageError
from labreport.execute.session import Session
from labreport.store.cache import Cache
from labreport.store.files import temporary_name
from labreport.store.output import FOLDERS, MARK, check_owner, claim, remove_strays


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
    """The message names both."""
    claim(tmp_path, Owner("wine"))
    with pytest.raises(UsageError, match=r"holds the report of another project, 'wine', not of 'exercise'"):
        claim(tmp_path, Owner())


@pytest.mark.parametrize("content", [b"", b"\0" * 9, b"[]", b"{", b'{"project": 1}', b"\xff", b"[" * 9_000])
def test_a_damaged_mark_is_written_again(content: bytes, tmp_path: Path) -> None:
    """It still says that the folder is the program's; a kill may have cut it."""
    claim(tmp_path, Owner())
    good = (tmp_path / MARK).read_bytes()
    (tmp_path / MARK).write_bytes(content)
    claim(tmp_path, Owner())
    assert (tmp_path / MARK).read_bytes() == good


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
