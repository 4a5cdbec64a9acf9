"""Results that were edited by hand, renamed or lost their arrays are refused, and kept aside."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from damage import expect_refusal, kind
from faults import examples

from labreport.errors import StoreError
from labreport.store import Store, checked_json
from labreport.store.cache import Cache


def test_a_link_to_a_good_file_is_read(tmp_path: Path) -> None:
    """What counts is the content: somebody may keep the store's files elsewhere."""
    file = kind("document", tmp_path)
    elsewhere = tmp_path / "elsewhere.json"
    shutil.move(file.path, elsewhere)
    file.path.symlink_to(elsewhere)
    assert file.read() is not None
    assert file.notices == []


def test_a_missing_array_file_takes_its_document_away(tmp_path: Path) -> None:
    """An entry without its arrays is no entry; one line says which file is gone."""
    store, first, _ = examples.filled(tmp_path / "results")
    path = store.referenced_files(first.key)[1]
    path.unlink()
    assert not store.check(first.key)
    assert len(store.notices) == 1
    assert f"names {path.name}, which is missing" in store.notices[0]
    assert store.entry(first.key) is None


def test_arrays_damaged_after_planning_are_refused_when_read(tmp_path: Path) -> None:
    """The last look is at the bytes that are used."""
    store, first, _ = examples.filled(tmp_path / "results")
    path = store.referenced_files(first.key)[0]
    data = bytearray(path.read_bytes())
    data[-80] ^= 1
    path.write_bytes(data)
    with pytest.raises(StoreError, match="differs from its checksum; run again to make 'alpha' again"):
        store.arrays(first, 2)
    assert store.entry(first.key) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [('"seconds": 0.125', '"seconds": 0.126'), ('"seed": 0', '"seed": 1'), ("made of sand", "made of gold")],
)
def test_a_hand_edited_result_is_refused(old: str, new: str, tmp_path: Path) -> None:
    """Also where the edit leaves valid JSON of the same length."""
    file = kind("document", tmp_path)
    text = file.path.read_text()
    assert old in text
    file.path.write_text(text.replace(old, new))
    expect_refusal(file, "differs from its checksum")


def test_ingredients_edited_together_with_the_checksum_are_refused(tmp_path: Path) -> None:
    """The key must be the digest of the ingredients."""
    file = kind("document", tmp_path)
    header, body = checked_json.decode(file.path.read_bytes())
    body["ingredients"]["specification"]["rate"] = 0.25
    file.path.write_bytes(checked_json.encode(header, body))
    expect_refusal(file, "ingredients that do not give its key")


def test_an_entry_that_names_another_key_than_its_ingredients_give_is_refused(tmp_path: Path) -> None:
    """Key, ingredients, array files and the file's own name must all agree."""
    file = kind("document", tmp_path)
    header, body = checked_json.decode(file.path.read_bytes())
    other = "0" * 64
    arrays = {
        epoch: {**item, "file": item["file"].replace(header["key"], other)}
        for epoch, item in header["arrays"].items()
    }
    file.path.write_bytes(checked_json.encode({**header, "key": other, "arrays": arrays}, body))
    expect_refusal(file, "belongs to another key")


def test_damaged_files_of_one_name_are_all_kept(tmp_path: Path) -> None:
    """The second does not take the first one's place in quarantine."""
    file = kind("document", tmp_path)
    for content in (b"first", b"second"):
        file.path.write_bytes(content)
        expect_refusal(file)
    contents = {path.read_bytes() for path in file.quarantine.iterdir() if path.is_file()}
    assert {b"first", b"second"} <= contents


def test_an_unreadable_folder_is_one_line(tmp_path: Path) -> None:
    """A file in place of the results folder ends the build with its path."""
    (tmp_path / "results").write_text("in the way")
    with pytest.raises(StoreError, match="results"):
        Store(tmp_path / "results").put(examples.entry(), examples.arrays())


def test_cached_values_of_another_slug_are_refused_though_intact(tmp_path: Path) -> None:
    """A file copied to another name is not what that name stands for."""
    cache = examples.filled_cache(tmp_path / "cache")
    shutil.copy(cache.path("answer", "one"), cache.path("answer", "two"))
    assert cache.peek("answer", "two") is None
    assert "belongs to answer 'one'" in cache.notices[0]
    assert Cache(tmp_path / "cache").get("answer", "one") is not None
