"""Named arrays as the bytes of an `.npz`: equal arrays give equal bytes; reading allocates no surprise.

The only room of the store that imports NumPy, and it does so when first called.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

from labreport.store.files import Damaged, TooLarge

LIMIT = 64 << 20
"""Bytes of one file, and of the arrays in it: reading takes at most twice this in memory."""

_PART = r"[A-Za-z0-9_:\-][A-Za-z0-9_.:\-]*"
_NAME = re.compile(rf"{_PART}(?:[/ ]{_PART})*\Z")
_KINDS = "biufcSU"
_MEMBERS = 4096
_HEADER_LIMIT = 10_000
_REFUSALS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ValueError,
    LookupError,
    TypeError,
    SyntaxError,
    ArithmeticError,
    EOFError,
    OSError,
    RuntimeError,
)
"""What `zipfile` and NumPy raise for what they cannot read."""
_END_OF_ZIP = struct.Struct("<4s4H2LH")
_EPOCH = (1980, 1, 1, 0, 0, 0)


def pack(arrays: Mapping[str, Any]) -> bytes:
    """The bytes of an uncompressed `.npz`; names sorted, time stamps fixed.

    Raises `ValueError` for a name or an array that `unpack` would refuse, `TooLarge` for too much.
    """
    import numpy

    total = 0
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
        for name in sorted(arrays):
            if not isinstance(name, str) or len(name) > 200 or not _NAME.match(name):
                raise ValueError(f"an array is named {name!r}; letters, digits and _.:-/ are allowed")
            array = numpy.asarray(arrays[name], order="C")
            if array.dtype.kind not in _KINDS:
                raise ValueError(f"array {name!r} has the type {array.dtype}; numbers and text are allowed")
            total += array.nbytes
            if total > LIMIT or len(arrays) > _MEMBERS:
                raise TooLarge(
                    f"{len(arrays)} arrays of {total:,} bytes or more; "
                    f"at most {_MEMBERS:,} of {LIMIT:,} bytes together are allowed"
                )
            content = io.BytesIO()
            numpy.lib.format.write_array(content, array, allow_pickle=False)
            member = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
            member.create_system = 3
            member.external_attr = 0o600 << 16
            archive.writestr(member, content.getbuffer())
    data = stream.getvalue()
    if len(data) > LIMIT:
        raise TooLarge(f"the arrays take {len(data):,} bytes; at most {LIMIT:,} are allowed")
    return data


def unpack(data: bytes) -> dict[str, Any]:
    """The arrays by name, read-only. Raises `Damaged`, before allocation, for anything out of bounds."""
    import numpy

    _check_directory(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_members(archive)
            for member in archive.infolist():
                _check_header(archive, member)
        with numpy.load(io.BytesIO(data), allow_pickle=False, max_header_size=_HEADER_LIMIT) as arrays:
            found = {name: arrays[name] for name in arrays.files}
    except _REFUSALS as error:
        raise Damaged(f"holds no valid arrays ({error})") from None
    for array in found.values():
        array.setflags(write=False)
    return found


def _check_directory(data: bytes) -> None:
    """Refuse what would make `zipfile` itself use much memory: a huge list of members, zip64, comments."""
    if len(data) > LIMIT:
        raise Damaged(f"has {len(data):,} bytes; at most {LIMIT:,} are allowed")
    if len(data) < _END_OF_ZIP.size:
        raise Damaged("is no zip archive")
    signature, *_, count, size, offset, comment = _END_OF_ZIP.unpack(data[-_END_OF_ZIP.size :])
    if signature != b"PK\x05\x06" or comment or offset + size + _END_OF_ZIP.size != len(data):
        raise Damaged("is no zip archive as the store writes it")
    if count > _MEMBERS or size > 512 * _MEMBERS or data[-_END_OF_ZIP.size - 20 :][:4] == b"PK\x06\x07":
        raise Damaged(f"lists {count:,} arrays in {size:,} bytes; at most {_MEMBERS:,} are allowed")


def _check_members(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    names = [member.filename for member in members]
    if len(set(names)) != len(names):
        raise Damaged("names an array twice")
    for member in members:
        name = member.filename
        if not name.endswith(".npy") or not _NAME.match(name) or len(name) > 204:
            raise Damaged(f"holds {name[:60]!r}, which is no array")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or member.flag_bits & 1:
            raise Damaged(f"holds {name!r} in a way that the store does not write")
    total = sum(member.file_size for member in members)
    if total > LIMIT:
        raise Damaged(f"unpacks to {total:,} bytes; at most {LIMIT:,} are allowed")


def _check_header(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Refuse pickled objects, and shapes that do not fit the bytes which are there."""
    from tokenize import TokenError

    from numpy.lib import format as npy

    with archive.open(member) as stream, warnings.catch_warnings():
        warnings.simplefilter("error")
        version = npy.read_magic(stream)
        readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
        if version not in readers:
            raise Damaged(f"holds {member.filename!r} of an unknown version")
        try:
            shape, _, dtype = readers[version](stream, max_header_size=_HEADER_LIMIT)
        except (Warning, MemoryError, TokenError) as refusal:
            # NumPy evaluates a header as a literal; Python, by version, gives up on deep ones in these ways
            raise Damaged(f"holds {member.filename!r} with an odd header ({refusal})") from None
        start = stream.tell()
    if dtype.hasobject or dtype.kind not in _KINDS:
        raise Damaged(f"holds {member.filename!r} of type {dtype}; numbers and text are allowed")
    size = dtype.itemsize
    for length in shape:
        if not 0 <= length <= LIMIT:
            raise Damaged(f"holds {member.filename!r} of shape {shape}")
        size *= length
    if start + size != member.file_size:
        raise Damaged(f"holds {member.filename!r} of another size than its shape says")
