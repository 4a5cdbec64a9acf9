"""Digests are remembered with a file's stamp, and never trusted within the clock's resolution."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from labreport.fingerprint import files
from labreport.fingerprint.files import Digests


def old(path: Path, text: str) -> Path:
    """A file that was last changed long ago, as far as its modification time tells."""
    path.write_text(text)
    os.utime(path, ns=(10**18, 10**18))
    return path


def test_an_unchanged_file_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After `settle`, the digest comes from the stamp."""
    path = old(tmp_path / "a", "one")
    first = Digests(tmp_path)
    value = first(path)
    first.settle()
    monkeypatch.setattr(files, "sha256", lambda path: "read again")
    assert Digests(tmp_path, first.export())(path) == value


@pytest.mark.parametrize("text", ["two", "longer"])
def test_a_changed_file_is_read_again(tmp_path: Path, text: str) -> None:
    """Even with the size and modification time of before: the change time tells."""
    path = old(tmp_path / "a", "one")
    first = Digests(tmp_path)
    value = first(path)
    first.settle()
    old(path, text)
    assert Digests(tmp_path, first.export())(path) != value


def test_a_file_changed_just_now_is_not_trusted(tmp_path: Path) -> None:
    """Its clock may not move until after the next change."""
    path = tmp_path / "a"
    path.write_text("one")
    digests = Digests(tmp_path)
    digests(path)
    assert str(path.name) not in digests.export()
    digests.settle()
    assert str(path.name) in digests.export()


def test_what_is_no_regular_file_has_no_digest(tmp_path: Path) -> None:
    """A FIFO does not block, a folder and a missing file give None."""
    os.mkfifo(tmp_path / "fifo")
    digests = Digests(tmp_path)
    assert [digests(tmp_path / name) for name in ("fifo", "absent", ".")] == [None, None, None]


def test_a_huge_file_among_the_outputs_is_not_read(tmp_path: Path) -> None:
    """A sparse file of 40 GiB counts as missing there, at once; elsewhere any size is read."""
    output = tmp_path / "report"
    output.mkdir()
    for folder in (output, tmp_path):
        (folder / "file").write_bytes(b"")
    os.truncate(output / "file", 40 << 30)
    digests = Digests(tmp_path, output=output)
    assert digests(output / "file") is None
    assert digests("report/file") is None
    assert digests(tmp_path / "file") is not None


def test_arrays_of_any_size_are_read_and_such_as_have_grown_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has one size; a sparse file of 40 GiB in its place counts as missing, at once."""
    monkeypatch.setattr(files, "OUTPUT_LIMIT", 1000)
    path = tmp_path / "report" / "one.safetensors"
    path.parent.mkdir()
    path.write_bytes(bytes(2000))
    digests = Digests(tmp_path, output=path.parent)
    assert digests(path) == files.sha256(path)
    os.truncate(path, 40 << 30)
    digests.forget([path])
    assert digests(path) is None


def test_an_edit_in_the_same_second_is_noticed_where_a_clock_knows_seconds_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file is read again until its second is over, as git does."""
    exact = files.stamp

    def coarse(path: str | Path) -> files.Stamp | None:
        found = exact(path)
        second = 1_000_000_000
        return found and (found[0] // second * second, found[1], found[2], found[3] // second * second)

    monkeypatch.setattr(files, "stamp", coarse)
    while not 0.1 < time.time() % 1 < 0.5:
        time.sleep(0.05)
    path = tmp_path / "a"
    path.write_text("one")
    first = Digests(tmp_path)
    value = first(path)
    path.write_text("two")
    assert first.edited([path])
    assert Digests(tmp_path, first.export())(path) != value


def test_an_edit_that_was_undone_is_an_edit(tmp_path: Path) -> None:
    """Whoever read the file in between has read something else."""
    path, linked, same = (old(tmp_path / name, "one") for name in ("a", "b", "c"))
    digests = Digests(tmp_path)
    for each in (path, linked, same):
        digests(each)
    assert digests.edited([path, linked, same]) == ""
    os.link(linked, tmp_path / "d")
    assert digests.edited([linked, same]) == ""
    path.write_text("two")
    path.write_text("one")
    assert digests.edited([same, linked, path]) == str(path)
    same.unlink()
    assert digests.edited([same]) == str(same)


def test_an_edit_that_only_settling_finds_is_one_from_then_on(tmp_path: Path) -> None:
    """The digest that was given before is not that of the file any more."""
    path = tmp_path / "a"
    path.write_text("one")
    digests = Digests(tmp_path)
    digests(path)
    path.write_text("two")
    digests.settle()
    assert digests.edited([path]) == str(path)
