"""The format of TensorBoard's event files, as far as scalars need it.

A file is a sequence of TFRecords: length (8 bytes), its checksum (4), data, its checksum (4), all
little-endian; the checksum is the masked CRC-32C. Data is a message `Event` of `event.proto` in the wire
format of Protocol Buffers.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

SCALAR_BYTES = 1 << 16
"""Records of more bytes than this hold pictures, graphs or audio, and are not looked into."""
_TABLE = []
for _byte in range(256):
    for _ in range(8):
        _byte = (_byte >> 1) ^ 0x82F63B78 if _byte & 1 else _byte >> 1
    _TABLE.append(_byte)
_WIRES = {1: 8, 5: 4}
"""Wire types of fixed size, and their bytes."""


class Broken(Exception):
    """The bytes are not what the format says; the text says where and in what way."""


def records(data: bytes) -> Iterator[bytes]:
    """The data of every record; empty for one that is too large to hold scalars. Raises `Broken`."""
    position = 0
    while position < len(data):
        end = position + 12
        if end > len(data):
            raise Broken(f"ends in the middle of a record, at byte {position}")
        (length,) = struct.unpack_from("<Q", data, position)
        if _masked(data[position : position + 8]) != struct.unpack_from("<I", data, position + 8)[0]:
            raise Broken(f"differs from its checksum at byte {position}")
        if end + length + 4 > len(data):
            raise Broken(f"ends in the middle of a record, at byte {position}")
        body = data[end : end + length] if length <= SCALAR_BYTES else b""
        if body and _masked(body) != struct.unpack_from("<I", data, end + length)[0]:
            raise Broken(f"differs from its checksum at byte {end}")
        yield body
        position = end + length + 4


def fields(data: bytes) -> Iterator[tuple[int, int, int | bytes]]:
    """Number, wire type and value of each field of a message. Raises `Broken`."""
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
                    raise Broken(f"has a field of wire type {wire}")
                size, position = _varint(data, position)
            value = data[position : position + size]
            position += size
            if position > len(data):
                raise Broken("has a field that is longer than its message")
        yield tag >> 3, wire, value


def signed(value: int) -> int:
    """A varint as `int64`."""
    return value - (1 << 64) if value >= 1 << 63 else value


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if position >= len(data) or shift > 63:
            raise Broken("has a number that does not end")
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
