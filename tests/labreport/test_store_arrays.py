"""Arrays as safetensors files: exact, without pickle, and refused before they cost anything."""

from __future__ import annotations

import json
import pickle
import struct
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn
from memory import MEMORY_LIMIT, peak_memory
from safetensors.numpy import save

from labreport.errors import StoreError
from labreport.store import arrays
from labreport.store.files import Damaged, TooLarge

TYPES = st.sampled_from(["?", "<i1", "<u1", "<i4", "<i8", "<u8", "<f2", "<f4", "<f8", "<U3", ">f4", ">U2"])
ARRAYS = TYPES.flatmap(
    lambda kind: stn.arrays(
        numpy.dtype(kind), stn.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
    )
)
READ = (
    "from labreport.store import arrays, files\n"
    "try: arrays.unpack(files.read_regular(path, arrays.LARGE))\n"
    "except files.Damaged: print('refused', file=sys.stderr)"
)


def pack(given: Mapping[str, Any]) -> bytes:
    """The bytes of a file with these arrays."""
    return b"".join(arrays.parts(given))


def tensors(header: Any, data: bytes = b"") -> bytes:
    """The bytes of a file with any header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def tensor(kind: str = "F64", shape: tuple[Any, ...] = (2,), end: Any = 16) -> dict[str, Any]:
    """How a header describes one array."""
    return {"dtype": kind, "shape": list(shape), "data_offsets": [0, end]}


class Explosive:
    """Runs code when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return (_explode, ("unpickled",))


def _explode(message: str) -> None:
    raise AssertionError(message)


@given(
    st.dictionaries(st.text("abcä.-/ ", min_size=1, max_size=9).filter(str.isprintable), ARRAYS, max_size=4)
)
def test_arrays_read_back_with_type_shape_and_bits(given_arrays: dict[str, Any]) -> None:
    """Numbers, booleans and text of any shape, read-only, and equal arrays give equal bytes."""
    data = pack(given_arrays)
    if not any(array.dtype.kind == "U" for array in given_arrays.values()):
        assert data == save(given_arrays)  # as the library writes it
    found = arrays.unpack(data)
    assert data == pack(dict(reversed(given_arrays.items())))
    assert list(found) == sorted(given_arrays)
    for name, array in given_arrays.items():
        assert found[name].shape == array.shape
        assert found[name].dtype == (array.dtype.newbyteorder("<") if array.dtype.itemsize else "<U1")
        numpy.testing.assert_array_equal(found[name], array)
        assert not found[name].flags.writeable


@given(st.binary(max_size=60), st.integers(0, 300), st.integers(0, 255))
def test_any_bytes_are_arrays_or_damaged(noise: bytes, position: int, byte: int) -> None:
    """Never another exception, whether all is noise or one byte of a good file."""
    good = bytearray(pack({"a": numpy.arange(6.0), "b": numpy.array(["text"])}))
    good[position % len(good)] = byte
    for data in (noise, tensors(noise), bytes(good)):
        try:
            for array in arrays.unpack(data).values():
                array.tolist()
        except Damaged:
            continue


HOSTILE: dict[str, bytes] = {
    "pickle": pickle.dumps(Explosive()),
    "zip": b"PK\3\4" + bytes(100),
    "nothing": b"",
    "no header": struct.pack("<Q", 10),
    "huge header": struct.pack("<Q", 2**63) + b"{}",
    "header of half a file": tensors(b"{" + b" " * (2 << 20) + b"}"),
    "deep header": tensors(b"[" * 100_000),
    "not UTF-8": tensors(b'{"\xff": 1}'),
    "huge shape": tensors({"a": tensor(shape=(10**12,))}, bytes(16)),
    "overflowing shape": tensors({"a": tensor(shape=(2**32, 2**32, 2))}, bytes(16)),
    "negative shape": tensors({"a": tensor(shape=(-2,))}, bytes(16)),
    "boolean shape": tensors({"a": tensor(shape=(True, 2))}, bytes(16)),
    "shape too small": tensors({"a": tensor(shape=(1,))}, bytes(16)),
    "beyond the end": tensors({"a": tensor(shape=(3,), end=24)}, bytes(16)),
    "end before begin": tensors({"a": {**tensor(), "data_offsets": [16, 0]}}, bytes(16)),
    "overlapping": tensors({"a": tensor(), "b": tensor()}, bytes(16)),
    "trailing bytes": tensors({"a": tensor()}, bytes(17)),
    "unknown type": tensors({"a": tensor("PICKLE")}, bytes(16)),
    "complex numbers": tensors({"a": tensor("C64")}, bytes(16)),
    "half brain floats": tensors({"a": tensor("BF16", (8,))}, bytes(16)),
    "text of no length": tensors({"a|U0": tensor("U32", (4,))}, bytes(16)),
    "text of negative length": tensors({"a|U-1": tensor("U32", (4,))}, bytes(16)),
    "text of huge length": tensors({"a|U99999999": tensor("U32", (4,))}, bytes(16)),
    "text of numbers": tensors({"a|U4": tensor()}, bytes(16)),
    "text of no characters": tensors({"a|U4": tensor("U32", (1, 4))}, b"\xff" * 16),
}


@cache
def hostile(name: str) -> bytes:
    """The bytes; those of a million arrays take long to make."""
    if name == "a million arrays":
        return tensors({f"a{index}": tensor("F32", (0,), 0) for index in range(300_000)})
    return HOSTILE[name]


@pytest.mark.parametrize("name", [*HOSTILE, "a million arrays"])
def test_hostile_arrays_are_refused(name: str) -> None:
    """Each with `Damaged` in one line, and nothing else."""
    with pytest.raises(Damaged) as caught:
        arrays.unpack(hostile(name))
    assert "\n" not in str(caught.value)


def test_the_maker_of_hostile_arrays_can_make_good_ones() -> None:
    """So it is not some slip of its that is refused."""
    assert arrays.unpack(tensors({"a": tensor()}, bytes(16)))["a"].tolist() == [0.0, 0.0]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a million arrays", "huge header", "header of half a file"])
def test_hostile_arrays_take_little_memory(name: str, tmp_path: Path) -> None:
    """Refusing them costs less than reading the largest good file."""
    path = tmp_path / "arrays"
    path.write_bytes(hostile(name))
    assert peak_memory(READ, path) < MEMORY_LIMIT


def test_large_arrays_are_written_and_read_without_a_second_copy(tmp_path: Path) -> None:
    """Of 400 MB in four arrays, which are in memory already, only one is there twice."""
    program = (
        "import numpy; from labreport.store import arrays\n"
        "given = {f'a{index}': numpy.full(12_500_000, index * 1.0) for index in range(4)}\n"
        "found = arrays.write(given, path); assert len(found) == 4\n"
        "assert all((found[name] == given[name]).all() for name in given)"
    )
    assert peak_memory(program, tmp_path) < 400e6 + 2 * 100e6 + 100e6


@pytest.mark.parametrize("damage", ["flipped", "short", "missing"])
def test_a_damaged_file_of_large_arrays_is_refused(damage: str, tmp_path: Path) -> None:
    """In one line, whichever process reads it; whole, it can be sent to another."""
    found = pickle.loads(
        pickle.dumps(arrays.write({"a": numpy.arange(6.0), "b": numpy.array(["é"])}, tmp_path))
    )
    assert (found["a"].tolist(), found["b"].tolist()) == ([0, 1, 2, 3, 4, 5], ["é"])
    data, again = bytearray(found.path.read_bytes()), arrays.Filed(found.path, found.size, found.digest)
    data[-1] ^= 1
    found.path.unlink()
    if damage != "missing":
        found.path.write_bytes(data[:-1] if damage == "short" else data)
    with pytest.raises(StoreError, match=r"differs from its checksum|bytes instead of|is missing"):
        again["a"]


@pytest.mark.parametrize("name", ["", "a\nb", "a\0b", "x" * 201, "a|U3", 1])
def test_arrays_of_odd_names_are_refused_when_written(name: Any) -> None:
    """What is written can be read back."""
    with pytest.raises(ValueError, match="is named"):
        pack({name: numpy.zeros(1)})


@pytest.mark.parametrize("value", [Explosive(), None, 1j, b"bytes", [[1], [1, 2]], numpy.longdouble(1)])
def test_what_is_neither_number_nor_text_is_refused_when_written(value: Any) -> None:
    """With `ValueError`, which names the array or says what is wrong with it."""
    with pytest.raises(ValueError, match=r"array 'a' has the type|inhomogeneous"):
        pack({"a": value})


def test_too_many_names_are_refused_when_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written that would be refused when read."""
    monkeypatch.setattr(arrays, "HEADER_LIMIT", 1000)
    with pytest.raises(TooLarge):
        pack({f"a{index}": numpy.zeros(0) for index in range(50)})
