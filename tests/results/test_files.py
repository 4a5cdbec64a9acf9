"""Files that are written whole, read back, digested and locked."""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labreport.results import files
from labreport.results.files import Busy, Damaged, lock, read_json, safe_name, sha256_of, write_json

LIKE_NUMBERS = st.sampled_from(["nan", "\\inf"])
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), LIKE_NUMBERS)


def branches(children: Any) -> Any:
    """Lists and mappings of what there is."""
    return st.lists(children) | st.dictionaries(st.text(), children)


TREES = st.recursive(LEAVES, branches, max_leaves=8)


@settings(max_examples=15)
@given(st.dictionaries(st.text(), TREES))
def test_json_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, values: Any) -> None:
    """Also numbers that are not finite, and texts that look like them."""
    values.pop(files.CHECKSUM, None)
    path = tmp_path_factory.mktemp("json") / "file.json"
    write_json(path, values)
    assert repr(values) == repr(read_json(path))


def test_a_byte_that_differs_is_noticed(tmp_path: Path) -> None:
    """In a value, in the checksum, or at the end; blanks do not count."""
    path = tmp_path / "file.json"
    write_json(path, {"a": [1, 2.5], "b": math.nan})
    data = path.read_bytes()
    changes = {b"2.5": b"2.4", b'"b"': b'"c"', b"}": b"", b'"checksum": "': b'"checksum": "0'}
    for old, new in changes.items():
        path.write_bytes(data.replace(old, new))
        with pytest.raises(Damaged):
            read_json(path)
    path.write_bytes(data.replace(b" ", b""))
    assert [1, 2.5] == (read_json(path) or {})["a"]


def test_a_file_that_is_not_there_is_none(tmp_path: Path) -> None:
    """And one that is a folder is damaged."""
    assert read_json(tmp_path / "none.json") is None
    with pytest.raises(Damaged):
        read_json(tmp_path)


def test_a_file_is_on_the_disk_before_it_is_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole: a power cut leaves what was there before."""
    path = tmp_path / "file.json"
    synced: list[tuple[int, bool]] = []

    def note(descriptor: int) -> None:
        synced.append((os.fstat(descriptor).st_size, path.exists()))

    monkeypatch.setattr(os, "fsync", note)
    files.write_bytes(path, b"12345")
    assert synced == [(5, False)]


def test_a_digest_knows_values_not_their_order() -> None:
    """Names in another order give the same, a whole number and a fraction do not."""
    assert sha256_of({"a": 1, "b": (2,)}) == sha256_of({"b": [2], "a": 1})
    assert sha256_of({"a": 1}) != sha256_of({"a": 1.0})


def test_a_lock_is_held_by_one(tmp_path: Path) -> None:
    """The next is told when it is asked to stop; afterwards it gets the lock."""
    path = tmp_path / "folder" / "lock"

    def take() -> None:
        with lock(path, stop=lambda: True):
            pass

    with lock(path), ThreadPoolExecutor() as pool, pytest.raises(Busy):
        pool.submit(take).result()
    take()


def test_a_lock_is_waited_for(tmp_path: Path) -> None:
    """Whoever holds it ends, and the other goes on."""
    order = []

    def wait() -> None:
        with lock(tmp_path / "lock"):
            order.append("second")

    with ThreadPoolExecutor() as pool:
        with lock(tmp_path / "lock"):
            waiting = pool.submit(wait)
            order.append("first")
        waiting.result(timeout=10)
    assert order == ["first", "second"]


NAMES = ["small", "rows/rows=10", "a b", "..", "", "ä" * 300, "a\x00b", "CON?", "-x", "A:b"]


@pytest.mark.parametrize("name", NAMES)
def test_names_on_disk_are_safe_and_different(name: str, tmp_path: Path) -> None:
    """Every name makes a file in its folder; names that differ in an odd character make two."""
    (tmp_path / safe_name(name)).touch()
    assert [path.name for path in tmp_path.iterdir()] == [safe_name(name)]
    assert safe_name(f"{name}/") != safe_name(f"{name}:")
