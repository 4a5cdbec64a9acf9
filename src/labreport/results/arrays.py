"""Named arrays as a safetensors file: equal arrays give equal bytes, and nothing stored is unpickled."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from safetensors import safe_open

from labreport.errors import UsageError
from labreport.results.files import write_bytes

STATE = "state."
"""In front of the names of those arrays from which a run continues."""
_TEXT = "|U"
"""Behind the name of an array of texts, with their length: the format has numbers only."""


def checked(arrays: Any) -> dict[str, Any]:
    """Numbers, booleans and texts of any shape, as NumPy arrays of their own, by name.

    Raises `UsageError` for what cannot be kept.
    """
    import numpy

    if not isinstance(arrays, Mapping):
        raise UsageError(f"the arrays are a {type(arrays).__name__}; allowed is a dict of arrays")
    found = {}
    for name in sorted(arrays, key=str):
        if not isinstance(name, str) or not name or _TEXT in name or not name.isprintable():
            raise UsageError(f"an array is named {name!r}; allowed is a printable text without {_TEXT!r}")
        array = numpy.array(arrays[name], order="C")
        if array.dtype.kind not in "biufU" or (array.dtype.kind == "f" and array.dtype.itemsize > 8):
            kind = type(arrays[name]).__name__ if array.dtype == object else array.dtype
            raise UsageError(f"array {name!r} has the type {kind}; allowed are numbers, booleans and texts")
        found[name] = array
    return found


def write_arrays(path: Path, arrays: Mapping[str, Any]) -> str:
    """Write `checked` arrays to a file; its SHA-256. Raises `DiskError`."""
    from safetensors.numpy import save

    written = {}
    for name, array in arrays.items():
        if array.dtype.kind == "U":
            length = max(array.dtype.itemsize // 4, 1)
            array = array.astype(f"<U{length}").reshape(*array.shape, 1).view("<u4")
            name = f"{name}{_TEXT}{length}"
        written[name] = array
    data = save(written)
    write_bytes(path, data)
    return hashlib.sha256(data).hexdigest()


class KeptArrays(Mapping[str, Any]):
    """The arrays of a file by name, read-only: each is read when it is asked for, and nobody keeps it."""

    def __init__(self, path: Path) -> None:
        self._open = partial(safe_open, path, "numpy")
        with self._open() as file:
            self._names = {name.rpartition(_TEXT)[0] or name: name for name in sorted(file.keys())}

    def __getitem__(self, name: str) -> Any:
        own = self._names[name]
        with self._open() as file:
            array = file.get_tensor(own)
        if own != name:
            array = array.view(f"<U{own.rpartition(_TEXT)[2]}").reshape(array.shape[:-1])
        array.setflags(write=False)
        return array

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
