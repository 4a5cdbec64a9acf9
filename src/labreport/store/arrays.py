"""Named arrays as the bytes of a safetensors file: equal arrays give equal bytes, and nothing is executed.

The only room of the store that imports NumPy, and it does so when first called.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from labreport.store.files import Damaged, TooLarge

LIMIT = 64 << 20
"""Bytes of the arrays of one file; reading takes at most twice this in memory."""
HEADER_LIMIT = 1 << 20
"""Bytes of the names, types and shapes in front of them."""
FILE_LIMIT = 8 + HEADER_LIMIT + LIMIT
SUFFIX = ".safetensors"
_TEXT = "|U"
"""In front of the length of its texts, at the end of an array's name in the file: the format has no texts."""


def checked(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers, booleans and texts of any shape, as NumPy's arrays in the order of their names.

    Raises `ValueError` for a name or an array that cannot be kept, `TooLarge` for too much.
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
    total = sum(array.nbytes for array in found.values())
    if total > LIMIT:
        raise TooLarge(f"the arrays have {total:,} bytes; at most {LIMIT:,} are allowed")
    return found


def pack(arrays: Mapping[str, Any]) -> bytes:
    """The bytes of a file with `arrays`. Raises what `checked` does."""
    from safetensors import SafetensorError
    from safetensors.numpy import save

    prepared = {}
    for name, array in checked(arrays).items():
        if array.dtype.kind == "U":
            length = array.dtype.itemsize // 4
            array = array.astype(f"<U{length}").reshape(*array.shape, 1).view("<u4")
            name = f"{name}{_TEXT}{length}"
        prepared[name] = array
    try:
        data = bytes(save(prepared))
    except SafetensorError as error:
        raise ValueError(f"the arrays cannot be kept: {error}") from None
    if _header(data) > HEADER_LIMIT:
        raise TooLarge(f"there are too many arrays, {len(prepared):,}, for one file")
    return data


def unpack(data: bytes) -> dict[str, Any]:
    """The arrays by name, read-only. Raises `Damaged` for anything that `pack` does not write."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    if len(data) > FILE_LIMIT or _header(data) > HEADER_LIMIT:
        raise Damaged(f"has more than {HEADER_LIMIT:,} bytes of header, or {LIMIT:,} of arrays")
    found: dict[str, Any] = {}
    try:
        for name, array in load(data).items():
            if _TEXT in name:
                name, _, length = name.rpartition(_TEXT)
                if array.dtype != "<u4" or array.max(initial=0) > sys.maxunicode:
                    raise ValueError(f"array {name[:80]!r} holds no text")
                array = array.view(f"<U{int(length)}").reshape(array.shape[:-1])
            elif array.dtype.kind not in "biuf":
                raise ValueError(f"array {name[:80]!r} has the type {array.dtype}")
            array.setflags(write=False)
            found[name] = array
    except (SafetensorError, ValueError, TypeError, LookupError, MemoryError) as error:
        raise Damaged(f"holds no valid arrays ({error})") from None
    return dict(sorted(found.items()))


def _header(data: bytes) -> int:
    """Bytes of the header, which a file states first."""
    return int.from_bytes(data[:8], "little")


def near(one: Any, other: Any, share: float) -> bool:
    """Whether two arrays are equal; of numbers that are not whole, nearer than a `share` of their length."""
    import numpy as np

    if other is None or one.shape != other.shape or one.dtype.kind != "f":
        return other is not None and np.array_equal(one, other)
    far, size = (np.linalg.norm(np.nan_to_num(each).ravel()) for each in (one - other, one))
    return bool(far <= share * size)
