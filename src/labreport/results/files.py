"""Whole files of JSON and of arrays: a crash leaves the old or the new, and nothing stored is unpickled."""

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
"""Plain JSON values by name: None, booleans, numbers, texts, and lists and objects of these."""
CHECKSUM = "checksum"
"""The name under which a JSON file has the digest of all its other members."""
STATE = "state."
"""In front of the names of those arrays from which a run continues."""
_NOT_FINITE = re.compile(r"\\*(nan|inf|-inf)")
_TEXT = "|U"
"""Behind the name of an array of texts, with their length: the format has numbers only."""
_LONGEST_NAME = 100  # bytes of a file's name
HASH_DIGITS = 16
"""So much of a digest tells versions of one thing apart."""


class DiskError(LabReportError):
    """A file cannot be written: the disk is full, or the folder is not writable."""


class Damaged(LabReportError):
    """A file is not what was written; `file` is its path."""

    def __init__(self, file: Path, text: str) -> None:
        super().__init__(text)
        self.file = file


class Busy(LabReportError):
    """Another process holds a lock."""


# Bytes and JSON


def write_bytes(path: Path, data: bytes) -> None:
    """Put `data` at `path`, and make its folders: a crash leaves what was there before, or this.

    Raises `DiskError` in one line; nothing is left behind then.
    """
    writer = f"{os.getpid()}-{threading.get_ident()}"  # several may write one list of what was read
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
    """Write what `json_bytes` gives. Raises `DiskError`."""
    write_bytes(path, json_bytes(values))


def json_bytes(values: Mapping[str, object]) -> bytes:
    """Give values as a JSON file with a checksum inside.

    Floats that are not finite become the texts "nan", "inf" and "-inf"; such texts get a backslash in front.
    """
    members = to_plain_json(values)
    checksum = _sha256_of_json(members)
    text = json.dumps({**members, CHECKSUM: checksum}, indent=1, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode("utf-8", "surrogatepass")


def read_json(path: Path) -> JsonObject | None:
    """What `write_json` has written, tuples as lists; None where there is no file. Raises `Damaged`."""
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
    """Values as JSON has them: floats that are not finite as texts, tuples as lists."""
    members: JsonObject = map_leaves(values, _to_json)
    return members


def sha256_of(values: object) -> str:
    """The SHA-256 of values as canonical JSON, in hexadecimal: names sorted, no blanks.

    `{"a": 1, "b": (2,)}` and `{"b": [2], "a": 1}` have the same, `1` and `1.0` have not.
    """
    return _sha256_of_json(map_leaves(values, _to_json))


def short_hash(values: object) -> str:
    """The beginning of what `sha256_of` gives."""
    return sha256_of(values)[:HASH_DIGITS]


def _sha256_of_json(values: object) -> str:
    """The digest of values that are plain JSON already."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def sha256_of_file(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal. Raises `OSError`."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def map_leaves(value: object, function: Callable[[Any], object]) -> Any:
    """A copy of nested mappings, lists and tuples as dicts and lists, with `function` of all other values."""
    if isinstance(value, Mapping):
        return {str(name): map_leaves(member, function) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [map_leaves(member, function) for member in value]
    return function(value)


def _to_json(value: object) -> object:
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        value = value.item()  # a number of NumPy
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
    """Give numbers, booleans and texts of any shape, as NumPy arrays, by name. Raises `UsageError`."""
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
    """Write what `validated_arrays` gave to a file; its SHA-256 and its size in bytes. Raises `DiskError`."""
    from safetensors.numpy import save

    tensors = {}
    for name, array in arrays.items():
        if array.dtype.kind == "U":
            length = max(array.dtype.itemsize // 4, 1)  # of the longest text; UTF-32 has four bytes a sign
            numbers = array.astype(f"<U{length}").reshape(*array.shape, 1).view("<u4")
            tensors[f"{name}{_TEXT}{length}"] = numbers
        else:
            tensors[name] = array
    data = save(tensors)
    write_bytes(path, data)
    return hashlib.sha256(data).hexdigest(), len(data)


class StoredArrays(Mapping[str, "ndarray"]):
    """The arrays of a file by name, read-only: each is read when it is asked for, and nobody keeps it."""

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
    """Hold the operating system's lock on a file within; it ends with the process, however that ends.

    Where another process has it, `stop()` is asked again and again whether to wait no longer. Raises `Busy`
    then, and `DiskError` where there can be no such file.
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
    """Write a name so that every file system takes it: odd characters as `_`, told apart by a short hash.

    `small` stays as it is, and `rows/rows=10` becomes `rows_rows=10-` and six digits.
    """
    replaced = re.sub(r"[^\w.=,+-]", "_", text)
    if replaced == text and len(text.encode()) <= _LONGEST_NAME and text and text[0] not in ".-":
        return text
    beginning = replaced[:60].lstrip(".-")
    return f"{beginning}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"
