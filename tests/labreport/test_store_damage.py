"""Files of the store and the cache, damaged in every way: noticed, moved away, reported, made again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from faults import examples

from labreport.errors import StoreError
from labreport.store import Store, checked_json
from labreport.store.cache import Cache
from labreport.store.files import Damaged


@dataclass(frozen=True)
class Kind:
    """A kind of file: where one is, another of its kind, who reads it (None when refused), who makes it."""

    path: Path
    twin: Path
    read: Callable[[], object]
    make: Callable[[], object]
    notices: list[str]
    quarantine: Path


KINDS = ("document", "arrays", "checkpoint", "cached")


def kind(name: str, directory: Path) -> Kind:
    """A filled store and cache below `directory`, and one of their files."""
    store, first, second = examples.filled(directory / "results")
    store.save_checkpoint(second.key, examples.checkpoint(1))
    cache = examples.filled_cache(directory / "cache")
    quarantine = store.directory / "quarantine"
    if name == "document":
        return Kind(
            store.entry_path(first.key),
            store.entry_path(second.key),
            lambda: store.entry(first.key),
            lambda: store.put(examples.entry(), examples.arrays()),
            store.notices,
            quarantine,
        )
    if name == "arrays":
        return Kind(
            store.referenced_files(first.key)[0],
            store.referenced_files(second.key)[0],
            lambda: store.check(first.key) or None,
            lambda: store.put(examples.entry(), examples.arrays()),
            store.notices,
            quarantine,
        )
    if name == "checkpoint":
        return Kind(
            store.checkpoints.path(first.key),
            store.checkpoints.path(second.key),
            lambda: store.checkpoint(first.key),
            lambda: store.save_checkpoint(first.key, examples.checkpoint()),
            store.notices,
            quarantine,
        )
    return Kind(
        cache.path("answer", "one"),
        cache.path("answer", "two"),
        lambda: cache.get("answer", "one"),
        lambda: cache.put("answer", "one", "key of one", {"quantities": {"accuracy": 0.5}, "text": "one"}),
        cache.notices,
        cache.directory / "quarantine",
    )


def expect_refusal(file: Kind, reason: str = "") -> None:
    """The damaged file is missing to its reader, kept in quarantine, told in one line, and made again."""
    refused(file, reason)
    file.make()
    assert file.read() is not None


def refused(file: Kind, reason: str = "") -> None:
    """The damaged file is missing to its reader, kept in quarantine, and told in one line."""
    small = file.path.is_file() and file.path.stat().st_size < 1 << 20
    was = file.path.read_bytes() if small else None
    file.notices.clear()
    assert file.read() is None
    assert len(file.notices) == 1
    assert file.path.name in file.notices[0]
    assert reason in file.notices[0]
    assert "\n" not in file.notices[0]
    assert not os.path.lexists(file.path)
    kept = [path for path in file.quarantine.iterdir() if path.name.startswith(file.path.name)]
    assert kept
    if was is not None:
        assert was in [path.read_bytes() for path in kept if path.is_file()]


def keep(file: Kind) -> dict[Path, bytes]:
    """The files beside one, with their contents."""
    return {path: path.read_bytes() for path in file.path.parent.iterdir() if path.is_file()}


def put_back(file: Kind, others: dict[Path, bytes]) -> None:
    """Undo what a refusal did to the files beside, and empty the quarantine."""
    shutil.rmtree(file.quarantine)
    for path, content in others.items():
        if not path.exists():
            path.write_bytes(content)


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """Fail, rather than hang, when the block takes longer."""

    def late(*_: object) -> None:
        raise TimeoutError

    previous = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


@pytest.mark.parametrize("name", KINDS)
def test_truncation_at_each_length_is_noticed(name: str, tmp_path: Path) -> None:
    """Whatever a full disk or a crash leaves of a file, it is refused."""
    file = kind(name, tmp_path)
    data = file.path.read_bytes()
    assert len(data) < 4096
    others = keep(file)
    for length in range(len(data)):
        file.path.write_bytes(data[:length])
        refused(file)
        put_back(file, others)
    file.path.write_bytes(data)
    assert file.read() is not None


@pytest.mark.parametrize("name", KINDS)
def test_a_flip_of_any_byte_is_noticed(name: str, tmp_path: Path) -> None:
    """No byte of any file goes unchecked."""
    file = kind(name, tmp_path)
    data = file.path.read_bytes()
    others = keep(file)
    for position in range(len(data)):
        flipped = bytearray(data)
        flipped[position] ^= 1 << position % 8
        file.path.write_bytes(flipped)
        refused(file)
        put_back(file, others)
    file.path.write_bytes(data)
    assert file.read() is not None


def test_a_flip_of_any_bit_of_a_document_is_noticed(tmp_path: Path) -> None:
    """All bits of all bytes, in the reader alone."""
    file = kind("document", tmp_path)
    data = file.path.read_bytes()
    for position in range(len(data)):
        for bit in range(8):
            flipped = bytearray(data)
            flipped[position] ^= 1 << bit
            with pytest.raises(Damaged):
                checked_json.decode(bytes(flipped))


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("length", [0, 1, 4096])
def test_zeros_in_place_of_a_file_are_noticed(name: str, length: int, tmp_path: Path) -> None:
    """Emptied, or filled with zeros as a file system does after power loss."""
    file = kind(name, tmp_path)
    file.path.write_bytes(bytes(length))
    expect_refusal(file)


@pytest.mark.parametrize("name", KINDS)
def test_bytes_after_the_end_are_noticed(name: str, tmp_path: Path) -> None:
    """A file that is longer than written is another file."""
    file = kind(name, tmp_path)
    file.path.write_bytes(file.path.read_bytes() + b"\n")
    expect_refusal(file)


@pytest.mark.parametrize("name", KINDS)
def test_two_swapped_files_are_both_noticed(name: str, tmp_path: Path) -> None:
    """Each is valid in itself, and neither belongs where it is."""
    file = kind(name, tmp_path)
    first, second = file.path.read_bytes(), file.twin.read_bytes()
    file.path.write_bytes(second)
    file.twin.write_bytes(first)
    expect_refusal(file)


@pytest.mark.parametrize("name", KINDS)
def test_a_folder_in_place_of_a_file_is_noticed(name: str, tmp_path: Path) -> None:
    """With what is in it, it goes to quarantine."""
    file = kind(name, tmp_path)
    file.path.unlink()
    file.path.mkdir()
    (file.path / "inside").write_text("kept")
    expect_refusal(file)
    assert list(file.quarantine.rglob("inside"))


@pytest.mark.parametrize("name", KINDS)
def test_a_fifo_in_place_of_a_file_does_not_block(name: str, tmp_path: Path) -> None:
    """An ordinary open would wait for a writer that never comes."""
    file = kind(name, tmp_path)
    file.path.unlink()
    os.mkfifo(file.path)
    with within(5):
        expect_refusal(file)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("target", ["nowhere", "itself", "/dev/zero", "/dev/null", "."])
def test_a_link_to_no_regular_file_is_noticed(name: str, target: str, tmp_path: Path) -> None:
    """Dangling, in a circle, to an endless device, to a folder."""
    file = kind(name, tmp_path)
    file.path.unlink()
    file.path.symlink_to(file.path.name if target == "itself" else target)
    with within(5):
        expect_refusal(file)


@pytest.mark.parametrize("name", KINDS)
def test_a_socket_in_place_of_a_file_is_noticed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot even be opened."""
    file = kind(name, tmp_path)
    file.path.unlink()
    monkeypatch.chdir(file.path.parent)
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(file.path.name[-60:])
    Path(file.path.name[-60:]).rename(file.path)
    expect_refusal(file)


@pytest.mark.parametrize("name", KINDS)
def test_a_huge_file_is_refused_without_reading_it(name: str, tmp_path: Path) -> None:
    """A sparse terabyte takes neither memory nor time."""
    file = kind(name, tmp_path)
    os.truncate(file.path, 1 << 40)
    with within(5):
        expect_refusal(file, "bytes")


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
