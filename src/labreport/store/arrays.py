"""Named arrays as the bytes of a safetensors file: equal arrays give equal bytes, and nothing is executed.

The only room of the store that imports NumPy, and it does so when first called. Arrays are written without a
second copy of them in memory, and those of a large file are read one by one.
"""

from __future__ import annotations

import hashlib
import math
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from labreport.errors import StoreError
from labreport.fingerprint.files import sha256
from labreport.store.files import Damaged, TooLarge, shown, temporary_name, write_atomically

LARGE = 8 << 20
"""Bytes of a file that is not read whole: its arrays are read one by one, by the process that needs them."""
HEADER_LIMIT = 1 << 20
"""Bytes of the names, types and shapes in front of the arrays."""
_TEXT = "|U"
"""In front of the length of its texts, at the end of an array's name in the file: the format has no texts."""
_TYPES = ("U64", "I64", "F64", "F32", "U32", "I32", "F16", "U16", "I16", "I8", "U8", "BOOL")
"""The format's types of numbers, in the order in which the arrays of a file follow each other."""


def checked(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers, booleans and texts of any shape, as NumPy's arrays in the order of their names.

    Raises `ValueError` for a name or an array that cannot be kept.
    """
    import numpy

    found = {}
    for name in sorted(arrays, key=str):
        if (
            not isinstance(name, str)
            or not name
            or len(name) > 200
            or _TEXT in name
            or not name.isprintable()
        ):
            raise ValueError(f"an array is named {name!r}; 1 to 200 printable characters are allowed")
        array = numpy.asarray(arrays[name], order="C")
        if array.dtype.kind != "U" and (array.dtype.kind not in "biuf" or array.dtype.itemsize > 8):
            kind = array.dtype if array.dtype != object else f"object ({type(arrays[name]).__name__})"
            raise ValueError(f"array {name!r} has the type {kind}; numbers and text are allowed")
        found[name] = array
    return found


def parts(arrays: Mapping[str, Any]) -> list[bytes | memoryview]:
    """A file with `arrays`, piece by piece: its header, and the memory of each array.

    Raises what `checked` does, and `TooLarge` for too many names.
    """
    found, header, end = {}, dict[str, Any](), 0
    for name, array in checked(arrays).items():
        if array.dtype.kind == "U":
            length = array.dtype.itemsize // 4
            array = array.astype(f"<U{length}").reshape(*array.shape, 1).view("<u4")
            name = f"{name}{_TEXT}{length}"
        bits = "" if array.dtype.kind == "b" else 8 * array.dtype.itemsize
        kind = "BOOL" if not bits else f"{array.dtype.kind.upper()}{bits}"
        found[name] = kind, array.astype(array.dtype.newbyteorder("<"), copy=False)
    ordered = sorted(found.items(), key=lambda one: (_TYPES.index(one[1][0]), one[0]))
    for name, (kind, array) in ordered:
        begin, end = end, end + array.nbytes
        header[name] = {"dtype": kind, "shape": array.shape, "data_offsets": [begin, end]}
    text = msgspec.json.encode(header)
    text += b" " * (-len(text) % 8)
    if len(text) > HEADER_LIMIT:
        raise TooLarge(f"there are too many arrays, {len(found):,}, for one file")
    data = [array.reshape(-1).view("u1").data for _, (_, array) in ordered]
    return [len(text).to_bytes(8, "little") + text, *data]


def write(arrays: Mapping[str, Any], folder: Path) -> Filed:
    """`arrays` in a new file of `folder` with a temporary name, on the disk when this returns.

    Raises what `parts` does, and `StoreError` where it cannot be written; there is no file then.
    """
    pieces, path = parts(arrays), folder / temporary_name()
    write_atomically(path, *pieces)
    return Filed(path, *measured(pieces))


def measured(pieces: Sequence[bytes | memoryview]) -> tuple[int, str]:
    """The size and the SHA-256 of a file of these parts."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return sum(map(len, pieces)), digest.hexdigest()


class Filed(Mapping[str, Any]):
    """The arrays of a file of `size` bytes: each is read when it is asked for, and nobody keeps it.

    It can be sent to another process of this machine. An array of more than `limit` bytes is refused. Raises
    `StoreError` for a file that is not there, or not what was written.
    """

    def __init__(self, path: Path, size: int, digest: str, limit: int | None = None) -> None:
        self.path = path
        self.size = size
        self.digest = digest
        self.limit = limit

    def __reduce__(self) -> tuple[Any, ...]:
        return Filed, (self.path, self.size, self.digest, self.limit)

    def __getitem__(self, name: str) -> Any:
        own = self._told()[name]
        with self._opened() as file:
            part = file.get_slice(own)
            kind, size = part.get_dtype(), math.prod(part.get_shape())
            size *= 1 if kind == "BOOL" else int(kind[1:]) // 8
            if self.limit is not None and size > self.limit:
                text = f"array {name!r} of {shown(self.path)} has {size:,} bytes"
                raise StoreError(f"{text}; at most {self.limit:,} are read of a report that was loaded")
            return _restored(own, file.get_tensor(own))[1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._told())

    def __len__(self) -> int:
        return len(self._told())

    @cached_property
    def names(self) -> dict[str, str]:
        """What each array is called in the file, once that was compared with what was written.

        Raises `FileNotFoundError` and `Damaged`.
        """
        if (size := os.stat(self.path).st_size) != self.size:
            raise Damaged(f"has {size:,} bytes instead of {self.size:,}")
        if sha256(self.path) != self.digest:
            raise Damaged("differs from its checksum")
        with open(self.path, "rb") as file:
            _check_header(file.read(8))
        with self._opened() as tensors:
            return {name.rpartition(_TEXT)[0] or name: name for name in sorted(tensors.keys())}

    def _told(self) -> dict[str, str]:
        """`names`; raises only `StoreError`."""
        try:
            return self.names
        except (Damaged, FileNotFoundError) as damage:
            reason = damage if isinstance(damage, Damaged) else "is missing"
            raise StoreError(f"{shown(self.path)} {reason}; run again to rebuild it") from None

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        from safetensors import SafetensorError, safe_open

        try:
            # Read rather than mapped: a file that is cut short meanwhile would kill the process
            with safe_open(self.path, "numpy", backend="pread") as file:
                yield file
        except (SafetensorError, ValueError, TypeError, LookupError, MemoryError, OSError) as error:
            raise Damaged(f"holds no valid arrays ({error})") from None


def unpack(data: bytes) -> dict[str, Any]:
    """The arrays by name, read-only. Raises `Damaged` for anything that `parts` does not make."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    _check_header(data)
    try:
        return dict(sorted(_restored(name, array) for name, array in load(data).items()))
    except (SafetensorError, ValueError, TypeError, LookupError, MemoryError) as error:
        raise Damaged(f"holds no valid arrays ({error})") from None


def _restored(name: str, array: Any) -> tuple[str, Any]:
    """The name and the array, read-only, of one in a file. Raises `ValueError` and `TypeError`."""
    if _TEXT in name:
        name, _, length = name.rpartition(_TEXT)
        if array.dtype != "<u4" or array.max(initial=0) > sys.maxunicode:
            raise ValueError(f"array {name[:80]!r} holds no text")
        array = array.view(f"<U{int(length)}").reshape(array.shape[:-1])
    elif array.dtype.kind not in "biuf":
        raise ValueError(f"array {name[:80]!r} has the type {array.dtype}")
    array.setflags(write=False)
    return name, array


def _check_header(data: bytes) -> None:
    """Raise `Damaged` where the header, whose length a file states first, is too long."""
    if int.from_bytes(data[:8], "little") > HEADER_LIMIT:
        raise Damaged(f"has more than {HEADER_LIMIT:,} bytes of names, types and shapes")


def near(one: Any, other: Any, share: float) -> bool:
    """Whether two arrays are equal; of numbers that are not whole, nearer than a `share` of their length."""
    import numpy as np

    if other is None or one.shape != other.shape or one.dtype.kind != "f":
        return other is not None and np.array_equal(one, other)
    far = size = 0.0
    a, b = one.reshape(-1), other.reshape(-1)
    for begin in range(0, a.size, LARGE):  # in parts, which take little memory
        first, second = (each[begin : begin + LARGE].astype(float) for each in (a, b))
        far += float(np.linalg.norm(np.nan_to_num(first - second))) ** 2
        size += float(np.linalg.norm(np.nan_to_num(first))) ** 2
    return far <= share**2 * size
