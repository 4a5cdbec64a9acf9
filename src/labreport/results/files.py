"""Atomic writes of JSON and of arrays (a crash leaves the old file or the new), hashes, and file locks.

Nothing is pickled, so that reading a report of somebody else runs no code.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from safetensors import safe_open

from labreport.errors import LabReportError, UsageError, display_path
from labreport.project import Arrays

if TYPE_CHECKING:
    from numpy import ndarray

JsonObject: TypeAlias = dict[str, Any]
"""A JSON object: names to None, booleans, numbers, texts, lists and objects."""
CHECKSUM = "checksum"
"""The member of a JSON file that holds the SHA-256 of all other members."""
STATE = "state."
"""The prefix of the names of the arrays from which a training continues."""
_NOT_FINITE = re.compile(r"\\*(nan|inf|-inf)")
_TEXT = "|U"
"""The suffix of the stored name of an array of texts, before the length of the longest: `labels|U5`.

safetensors stores numbers only, so the texts are stored as UTF-32 code points.
"""
_LONGEST_NAME = 100  # bytes
HASH_DIGITS = 16
"""The number of hexadecimal digits in a short hash."""


class DiskError(LabReportError):
    """A file cannot be written: the disk is full, or the folder is not writable."""


class Damaged(LabReportError):
    """A file does not have the content that was written; `file` is its path."""

    def __init__(self, file: Path, text: str) -> None:
        super().__init__(text)
        self.file = file


class Busy(LabReportError):
    """Another process holds a lock."""


# Bytes and JSON


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file atomically, and create its folders: after a crash it has its old bytes or `data`.

    Raises `DiskError`; the temporary file is removed then.
    """
    writer = f"{os.getpid()}-{threading.get_ident()}"  # two writers of one path need two temporary files
    temporary = path.with_name(f".{path.name}.{writer}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        text = f"cannot write {display_path(path)}: {error.strerror or error}"
        raise DiskError(f"{text}; mend this and build again, what is finished is kept") from error


def write_json(path: Path, values: Mapping[str, object]) -> None:
    """Write values as a JSON file with a checksum; see `json_bytes`. Raises `DiskError`."""
    write_bytes(path, json_bytes(values))


def json_bytes(values: Mapping[str, object]) -> bytes:
    """The bytes of a JSON file with these values and their checksum.

    NaN and infinities become the texts "nan", "inf" and "-inf"; a real text "nan" becomes "\\nan".
    """
    members = to_plain_json(values)
    checksum = _sha256_of_json(members)
    text = json.dumps({**members, CHECKSUM: checksum}, indent=1, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode("utf-8", "surrogatepass")


def read_json(path: Path) -> JsonObject | None:
    """The values of a file that `write_json` wrote, tuples as lists; None if there is no file.

    Raises `Damaged` if it is no JSON, or differs from its checksum.
    """
    try:
        members = json.loads(path.read_bytes())
        checksum = members.pop(CHECKSUM)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, AttributeError, TypeError, RecursionError):
        raise Damaged(path, f"{display_path(path)} is damaged") from None
    if checksum != _sha256_of_json(members):
        raise Damaged(path, f"{display_path(path)} differs from its checksum")
    values: JsonObject = map_leaves(members, _from_json)
    return values


def to_plain_json(values: Mapping[str, object]) -> JsonObject:
    """A copy that strict JSON can hold: NaN and infinities as texts, tuples as lists, no NumPy scalars."""
    members: JsonObject = map_leaves(values, _to_json)
    return members


def sha256_of(values: object) -> str:
    """The SHA-256 of values written as canonical JSON (names sorted, no blanks), in hexadecimal.

    `{"a": 1, "b": (2,)}` and `{"b": [2], "a": 1}` have equal hashes; `1` and `1.0` do not.
    """
    return _sha256_of_json(map_leaves(values, _to_json))


def short_hash(values: object) -> str:
    """The first 16 digits of `sha256_of(values)`."""
    return sha256_of(values)[:HASH_DIGITS]


def _sha256_of_json(values: object) -> str:
    """The SHA-256 of values that `to_plain_json` has converted."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def sha256_of_file(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal. Raises `OSError`."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def map_leaves(value: object, function: Callable[[Any], object]) -> Any:
    """A copy of nested mappings, lists and tuples, as dicts and lists, with `function` applied to each leaf.

    >>> map_leaves({"a": (1, 2)}, str)
    {'a': ['1', '2']}
    """
    if isinstance(value, Mapping):
        return {str(name): map_leaves(member, function) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [map_leaves(member, function) for member in value]
    return function(value)


def _to_json(value: object) -> object:
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        value = value.item()  # a NumPy scalar
    if isinstance(value, float) and not math.isfinite(value):
        return repr(float(value))
    if isinstance(value, str) and _NOT_FINITE.fullmatch(value):
        return f"\\{value}"
    return value


def _from_json(value: object) -> object:
    if isinstance(value, str) and _NOT_FINITE.fullmatch(value):
        return value[1:] if value[0] == "\\" else float(value)
    return value


# Arrays


def validated_arrays(values: object) -> dict[str, ndarray]:
    """Copies of a dict's values as NumPy arrays of any shape, sorted by name.

    Raises `UsageError` for a name or a type that cannot be stored: allowed are numbers, booleans and texts.
    """
    import numpy

    if not isinstance(values, Mapping):
        raise UsageError(f"the arrays are a {type(values).__name__}; allowed is a dict of arrays")
    arrays = {}
    for name in sorted(values, key=str):
        if not isinstance(name, str) or not name or _TEXT in name or not name.isprintable():
            raise UsageError(f"an array is named {name!r}; allowed is a printable text without {_TEXT!r}")
        array = numpy.array(values[name], order="C")
        too_long = array.dtype.kind == "f" and array.dtype.itemsize > 8
        if array.dtype.kind not in "biufU" or too_long:
            kind = type(values[name]).__name__ if array.dtype == object else array.dtype
            raise UsageError(f"array {name!r} has the type {kind}; allowed are numbers, booleans and texts")
        arrays[name] = array
    return arrays


def write_arrays(path: Path, arrays: Arrays) -> tuple[str, int]:
    """Write arrays from `validated_arrays` to a safetensors file. Raises `DiskError`.

    Gives the SHA-256 of the file and its size in bytes.
    """
    from safetensors.numpy import save

    tensors = {}
    for name, array in arrays.items():
        if array.dtype.kind == "U":
            length = max(array.dtype.itemsize // 4, 1)  # characters of the longest text; four bytes each
            code_points = array.astype(f"<U{length}").reshape(*array.shape, 1).view("<u4")
            tensors[f"{name}{_TEXT}{length}"] = code_points
        else:
            tensors[name] = array
    data = save(tensors)
    write_bytes(path, data)
    return hashlib.sha256(data).hexdigest(), len(data)


class StoredArrays(Mapping[str, "ndarray"]):
    """The arrays of a file by name. Each lookup reads the file again and gives a read-only array."""

    def __init__(self, path: Path) -> None:
        self._open = partial(safe_open, path, "numpy")
        with self._open() as file:
            stored_names = sorted(file.keys())
        self._stored = {name.rpartition(_TEXT)[0] or name: name for name in stored_names}

    def __getitem__(self, name: str) -> ndarray:
        stored_name = self._stored[name]
        with self._open() as file:
            array: ndarray = file.get_tensor(stored_name)
        if stored_name != name:
            length = stored_name.rpartition(_TEXT)[2]
            array = array.view(f"<U{length}").reshape(array.shape[:-1])
        array.setflags(write=False)
        return array

    def __iter__(self) -> Iterator[str]:
        return iter(self._stored)

    def __len__(self) -> int:
        return len(self._stored)


# Locks and names


@contextmanager
def lock(path: Path, stop: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Hold an exclusive lock on a file inside the `with` block. The system frees it if the process dies.

    While another process holds it, `stop()` is called every 0.05 seconds. Raises `Busy` once that returns
    True, and `DiskError` if the file cannot be created.
    """
    from filelock import FileLock, Timeout

    file_lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        acquired = file_lock.acquire(poll_interval=0.05, cancel_check=stop)
    except Timeout:
        raise Busy(f"{display_path(path)}: another build holds it") from None
    except OSError as error:
        raise DiskError(f"cannot lock {display_path(path)}: {error.strerror or error}") from error
    with acquired:
        yield


def safe_name(text: str) -> str:
    """A file name for any text. If characters had to be replaced, a hash keeps different names apart.

    `small` stays `small`; `rows/rows=10` becomes `rows_rows=10-` followed by six digits of its SHA-256.
    """
    replaced = re.sub(r"[^\w.=,+-]", "_", text)
    if replaced == text and len(text.encode()) <= _LONGEST_NAME and text and text[0] not in ".-":
        return text
    beginning = replaced[:60].lstrip(".-")
    return f"{beginning}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"
