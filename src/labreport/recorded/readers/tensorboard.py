"""Runs in TensorBoard's event files: a folder is a run, a folder inside it a part of the run.

Scalars only, as `tf.summary`, Keras and PyTorch's `SummaryWriter` write them. Neither is needed to read them.

A file is a sequence of TFRecords: length (8 bytes), its checksum (4), data, its checksum (4), all
little-endian; the checksum is the masked CRC-32C. Data is a message `Event` of `event.proto` in the wire
format of Protocol Buffers.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from labreport.recorded.raw import Options, RawRun, Reader, at, bad, chosen, content, rows

EVENTS = "tfevents"
"""In the name of every event file; a number behind it, the time of its making, orders several of one run."""
_FORMATS = {1: "<f", 2: "<d", 3: "<i", 9: "<q"}
"""Types of a tensor of one number (`DataType` in `types.proto`), as `struct` spells them."""
_VALUES = {5: "<f", 6: "<d"}
"""Fields of `TensorProto` with numbers of fixed size; 7 and 10 hold integers."""

SCALAR_BYTES = 1 << 16
"""Records of more bytes than this hold pictures, graphs or audio, and are not looked into."""
_TABLE = []
for _byte in range(256):
    for _ in range(8):
        _byte = (_byte >> 1) ^ 0x82F63B78 if _byte & 1 else _byte >> 1
    _TABLE.append(_byte)
_WIRES = {1: 8, 5: 4}
"""Wire types of fixed size, and their bytes."""


def read(folder: Path, name: str, options: Options) -> list[RawRun]:
    """The run in the folder or event file `name`. A scalar in a folder inside is called `FOLDER/TAG`.

    Of two values of one tag and step, as after a restart, the later file's counts.
    """
    top = folder / name
    paths = [top] if top.is_file() else sorted(path for path in top.rglob(f"*{EVENTS}*") if path.is_file())
    if not paths:
        raise bad(
            name, f"holds no event file of TensorBoard (their names contain {EVENTS!r}); correct the path"
        )
    series: dict[str, dict[int, float]] = {}
    files, times = [], []
    for path in paths:
        inside = path.relative_to(top).parent.as_posix() if path != top else "."
        file = name if path == top else f"{name}/{path.relative_to(top).as_posix()}"
        files.append(file)
        for time, tag, step, value in scalars(file, content(folder, file)):
            times.append(time)
            series.setdefault(tag if inside == "." else f"{inside}/{tag}", {})[step] = value
    if not series:
        raise bad(name, "holds no scalar; record one with tf.summary.scalar or add_scalar")
    metrics = chosen(name, series, options)
    made = {"started": at(min(times)), "finished": at(max(times))} if min(times) > 0 else {}
    return [RawRun(name, {}, rows(series), tuple(files), metrics, made=made)]


def scalars(name: str, data: bytes) -> Iterator[tuple[float, str, int, float]]:
    """Time in seconds since 1970, tag, step and value of every scalar in an event file.

    Raises `UsageError` for a damaged one.
    """
    try:
        for record in _records(data):
            found = {number: value for number, _, value in _fields(record) if number in (1, 2, 5)}
            time, step, summary = found.get(1, b""), found.get(2, 0), found.get(5, b"")
            seconds = float(struct.unpack("<d", time)[0]) if isinstance(time, bytes) and time else 0.0
            if isinstance(step, int) and isinstance(summary, bytes):
                for number, _, value in _fields(summary):
                    if number == 1 and isinstance(value, bytes):
                        yield from ((seconds, tag, _signed(step), scalar) for tag, scalar in _scalar(value))
    except (_Broken, struct.error, UnicodeDecodeError) as error:
        raise bad(
            name, f"not a whole event file: it {error}; let the run finish, or remove the file"
        ) from None


def _scalar(message: bytes) -> Iterator[tuple[str, float]]:
    """Tag and value of a `Summary.Value`, where it is one number."""
    found = {number: value for number, _, value in _fields(message)}
    tag, simple, tensor = found.get(1, b""), found.get(2), found.get(8)
    if isinstance(tag, bytes) and isinstance(simple, bytes):
        yield tag.decode(), float(struct.unpack("<f", simple)[0])
    elif isinstance(tag, bytes) and isinstance(tensor, bytes):
        value = _number(tensor)
        if value is not None:
            yield tag.decode(), value


def _number(tensor: bytes) -> float | None:
    """The number in a `TensorProto` without dimensions; None for any other tensor."""
    found = {number: value for number, _, value in _fields(tensor)}
    kind, shape, raw = found.get(1, 0), found.get(2, b""), found.get(4, b"")
    if (
        kind not in _FORMATS
        or not isinstance(shape, bytes)
        or any(number == 2 for number, _, _ in _fields(shape))
    ):
        return None
    if isinstance(raw, bytes) and raw:
        return float(struct.unpack(_FORMATS[int(kind)], raw)[0])
    for number, value in found.items():
        if isinstance(value, bytes) and number in _VALUES:
            return float(struct.unpack_from(_VALUES[number], value)[0])
        if number in (7, 10):
            whole = (_varint(value, 0)[0] if value else 0) if isinstance(value, bytes) else value
            return float(_signed(whole))
    return 0.0  # what a message does not hold is zero


class _Broken(Exception):
    """The bytes are not what the format says; the text says where and in what way."""


def _records(data: bytes) -> Iterator[bytes]:
    """The data of every record; empty for one that is too large to hold scalars. Raises `_Broken`."""
    position = 0
    while position < len(data):
        end = position + 12
        if end > len(data):
            raise _Broken(f"ends in the middle of a record, at byte {position}")
        (length,) = struct.unpack_from("<Q", data, position)
        if _masked(data[position : position + 8]) != struct.unpack_from("<I", data, position + 8)[0]:
            raise _Broken(f"differs from its checksum at byte {position}")
        if end + length + 4 > len(data):
            raise _Broken(f"ends in the middle of a record, at byte {position}")
        body = data[end : end + length] if length <= SCALAR_BYTES else b""
        if body and _masked(body) != struct.unpack_from("<I", data, end + length)[0]:
            raise _Broken(f"differs from its checksum at byte {end}")
        yield body
        position = end + length + 4


def _fields(data: bytes) -> Iterator[tuple[int, int, int | bytes]]:
    """Number, wire type and value of each field of a message. Raises `_Broken`."""
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        wire = tag & 7
        value: int | bytes
        if wire == 0:
            value, position = _varint(data, position)
        else:
            size = _WIRES.get(wire)
            if size is None:
                if wire != 2:
                    raise _Broken(f"has a field of wire type {wire}")
                size, position = _varint(data, position)
            value = data[position : position + size]
            position += size
            if position > len(data):
                raise _Broken("has a field that is longer than its message")
        yield tag >> 3, wire, value


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if position >= len(data) or shift > 63:
            raise _Broken("has a number that does not end")
        byte = data[position]
        value |= (byte & 0x7F) << shift
        position += 1
        shift += 7
        if byte < 0x80:
            return value, position


def _masked(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


READER = Reader("tensorboard", read, inside="**/*tfevents*")
