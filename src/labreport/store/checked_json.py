"""One readable JSON document that carries its own checksum, looked at before anything is parsed.

{
 "checksum": "SHA-256 of all that follows this line",
 "header": { what a planner needs, flat and first },
 …the rest, sorted
}
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from labreport.store import plain_json
from labreport.store.files import Damaged, TooLarge

LIMIT = 8 << 20
"""Bytes of a document; parsed, the worst text of this size takes some 200 MB of memory."""

_OPEN = b'{\n "checksum": "'
_CLOSE = b'",\n'
_HEADER = b' "header": {\n'
_HEADER_END = b"\n },\n"
_START = len(_OPEN) + 64 + len(_CLOSE)


def encode(header: Mapping[str, Any], body: Mapping[str, Any]) -> bytes:
    """The document. Raises `ValueError` for values that are not plain JSON, `TooLarge` for too many."""
    if not header or not body:
        raise ValueError("a document needs a header and a body")
    head = plain_json.dump(dict(header)).replace("\n", "\n ")
    rest = f' "header": {head},\n{plain_json.dump(dict(body))[2:]}\n'.encode("ascii")
    if _START + len(rest) > LIMIT:
        raise TooLarge(f"the document has {_START + len(rest):,} bytes; at most {LIMIT:,} are allowed")
    return _OPEN + hashlib.sha256(rest).hexdigest().encode() + _CLOSE + rest


def decode(data: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and body. Raises `Damaged`."""
    end = _header_end(data)
    return _parse(data[_START + len(_HEADER) - 2 : end] + b"\n}"), _parse(
        b"{\n" + data[end + len(_HEADER_END) :]
    )


def decode_header(data: bytes) -> dict[str, Any]:
    """The header alone, the body checked but not parsed. Raises `Damaged`."""
    return _parse(data[_START + len(_HEADER) - 2 : _header_end(data)] + b"\n}")


def body_digest(data: bytes) -> str:
    """SHA-256 of the body's bytes in a document that was just encoded or decoded."""
    return hashlib.sha256(data[_header_end(data) :]).hexdigest()


def _header_end(data: bytes) -> int:
    """Where the header ends, in a document whose checksum agrees."""
    if len(data) < _START or not data.startswith(_OPEN) or data[_START - len(_CLOSE) : _START] != _CLOSE:
        raise Damaged("is no checked document")
    rest = memoryview(data)[_START:]
    if hashlib.sha256(rest).hexdigest().encode() != data[len(_OPEN) : len(_OPEN) + 64]:
        raise Damaged("differs from its checksum")
    end = data.find(_HEADER_END, _START)
    if not data.startswith(_HEADER, _START) or end < 0:
        raise Damaged("has no header")
    return end


def _parse(text: bytes) -> dict[str, Any]:
    try:
        value = plain_json.parse(text)
    except ValueError as error:
        raise Damaged(f"is not the JSON that was written: {error}") from None
    if not isinstance(value, dict):
        raise Damaged("is no JSON object")
    return value
