"""Files of the store and the cache, damaged in every way: noticed, moved away, reported, made again."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from damage import KINDS, expect_refusal, keep, kind, put_back, refused, within

from labreport.store import checked_json
from labreport.store.files import Damaged


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
