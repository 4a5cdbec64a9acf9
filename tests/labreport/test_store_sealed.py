"""Sealed documents: plain JSON in, the same out, and nothing else accepted."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory import MEMORY_LIMIT, peak_memory

from labreport.store.files import Damaged, TooLarge
from labreport.store.sealed import LIMIT, Sealed, check_plain, seal, unseal

NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


class Document(Sealed):
    """Any value."""

    value: Any


def signed(rest: bytes) -> bytes:
    """A document of `rest` whose checksum agrees."""
    return b'{\n "checksum": "' + hashlib.sha256(rest).hexdigest().encode() + b'",' + rest


@given(PLAIN, st.booleans())
def test_a_document_gives_back_what_it_was_given(value: Any, readable: bool) -> None:
    """Any plain value, any text: the same types, the same bits, and ordinary JSON for other tools."""
    check_plain(value)
    data = seal({"value": value}, readable=readable)
    assert same(unseal(data, Document).value, value)
    assert same(json.loads(data)["value"], value)


def same(first: Any, second: Any) -> bool:
    """Equal in value and type, minus zero and plus zero told apart."""
    return json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)


def test_the_order_of_members_changes_no_byte() -> None:
    """So equal values have equal files."""
    assert seal({"a": {"x": 1, "y": 2}, "b": 3}) == seal({"b": 3, "a": {"y": 2, "x": 1}})


def test_numbers_and_mappings_of_other_libraries_are_plain_values() -> None:
    """NumPy's `float64` is a float, and what it says of itself must not matter."""
    value = OrderedDict(loss=numpy.float64(0.1), pair=(1, 2))
    check_plain(value)
    assert unseal(seal({"value": value}), Document).value == {"loss": 0.1, "pair": [1, 2]}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (float("nan"), r"x\.a\[1\] is nan; finite numbers"),
        (float("-inf"), r"x\.a\[1\] is -inf"),
        (2**64, "an integer of more than 64 bits"),
        (-(2**63) - 1, "an integer of more than 64 bits"),
        ("\ud800", "half of a pair"),
        (object(), "is a object; plain JSON values"),
        (b"bytes", "is a bytes"),
        (numpy.float32(1), "is a float32"),
        ({1: 2}, "has the key 1; strings"),
        ({1, 2}, "is a set"),
    ],
)
def test_what_is_not_plain_is_refused_with_its_place(value: Any, message: str) -> None:
    """Before it is written, for an encoder would write some of it as something else."""
    with pytest.raises(ValueError, match=message):
        check_plain({"a": [0, value]}, "x")


def test_a_value_in_itself_is_refused() -> None:
    """As is any that is nested too deep."""
    value: list[Any] = []
    value.append(value)
    with pytest.raises(ValueError, match="nested more than 32 deep"):
        check_plain(value)
    with pytest.raises(ValueError, match="not plain JSON"):
        seal({"value": value})


def test_a_flip_of_any_bit_and_any_truncation_is_noticed() -> None:
    """All bits of all bytes, and every length."""
    data = seal({"value": {"loss": [0.5, 0.25], "é": None}})
    for position in range(len(data)):
        for bit in range(8):
            flipped = bytearray(data)
            flipped[position] ^= 1 << bit
            with pytest.raises(Damaged):
                unseal(bytes(flipped), Document)
        with pytest.raises(Damaged):
            unseal(data[:position], Document)
    with pytest.raises(Damaged):
        unseal(data + b"\n", Document)


@pytest.mark.parametrize(
    "value",
    [
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"NaN",
        b"-Infinity",
        b"1e999",
        b'"\xff"',
        b"1} {",
        b"[1, 2",
        b"",
        b"__import__('os').system('true')",
        b'1, "more": 2',
    ],
)
def test_hostile_json_with_a_good_checksum_is_damaged(value: bytes) -> None:
    """A forger can make the checksum agree; what follows is still checked."""
    assert unseal(signed(b'\n "value": 1\n}\n'), Document).value == 1
    with pytest.raises(Damaged):
        unseal(signed(b'\n "value": ' + value + b"\n}\n"), Document)


@pytest.mark.parametrize("structure", ["UTF-16", "byte order mark", "plain"])
def test_other_files_are_not_documents(structure: str) -> None:
    """Whatever they hold, they do not begin as one."""
    data = {"UTF-16": '{"a": 1}'.encode("utf-16"), "byte order mark": b"\xef\xbb\xbf", "plain": b"{}"}
    with pytest.raises(Damaged, match="is not a checked document"):
        unseal(data[structure] * 100, Document)


def test_too_large_a_document_is_refused_when_written() -> None:
    """Rather than when it is read."""
    with pytest.raises(TooLarge, match="at most 90 are allowed"):
        seal({"value": 1}, 90)
    with pytest.raises(ValueError, match="needs members"):
        seal({})


@pytest.mark.slow
@pytest.mark.parametrize("pattern", [b"[],", b'{"a":{}},'])
def test_a_document_of_the_largest_size_takes_little_memory(pattern: bytes, tmp_path: Path) -> None:
    """Under 300 MB, whatever it is filled with."""
    head = b'\n "value": ['
    data = signed(head + pattern * ((LIMIT - 200 - len(head)) // len(pattern)) + b"1]\n}\n")
    assert LIMIT - 300 < len(data) <= LIMIT
    path = tmp_path / "document"
    path.write_bytes(data)
    program = (
        "from typing import Any\nfrom labreport.store import files, sealed\n"
        "class Document(sealed.Sealed):\n    value: Any\n"
        "sealed.unseal(files.read_regular(path, sealed.LIMIT), Document)"
    )
    assert peak_memory(program, path) < MEMORY_LIMIT


def test_a_checksum_alone_is_not_enough() -> None:
    """Members are typed, and none may be missing or more."""
    for members in ({"value": 1, "other": 2}, {"other": 2}):
        with pytest.raises(Damaged, match="is not the document that was written"):
            unseal(seal(members), Document)
