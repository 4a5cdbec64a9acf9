"""One readable JSON document that contains a checksum over everything else in it.

{
 "checksum": "SHA-256 of all that follows this line",
 …the members, sorted
}

Results, cached values and the ledger are all written in this form. What is
read is first compared with its checksum, then decoded into a typed structure; nothing else is accepted.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec

from labreport.store.files import Damaged, OtherVersion, TooLarge

LIMIT = 8 << 20
"""Bytes of a document; decoded, the worst text of this size takes some 200 MB of memory."""
DEPTH = 32
"""Levels of lists and objects in a value."""

_OPEN = b'{\n "checksum": "'
_CLOSE = b'",'
_START = len(_OPEN) + 64 + len(_CLOSE)
_Value = TypeVar("_Value")


class Sealed(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Base of the typed structures: the checksum is a member of every document."""

    checksum: str


def seal(members: Mapping[str, Any], limit: int = LIMIT, *, readable: bool = True) -> bytes:
    """The document with `members`, plain JSON values or `msgspec.Raw`, and its checksum.

    Raises `ValueError` for what is not plain JSON, `TooLarge` for more than `limit` bytes.
    """
    if not members:
        raise ValueError("a document needs members")
    try:
        text = encode(members)
    except (TypeError, UnicodeEncodeError, OverflowError, RecursionError) as error:
        raise ValueError(f"not plain JSON: {error}") from None
    rest = b"\n " + text[1:] + b"\n"
    if readable:
        rest = msgspec.json.format(text, indent=1)[1:] + b"\n"
    if _START + len(rest) > limit:
        raise TooLarge(f"the document has {_START + len(rest):,} bytes; at most {limit:,} are allowed")
    return _OPEN + hashlib.sha256(rest).hexdigest().encode() + _CLOSE + rest


def encode(value: Any) -> bytes:
    """Plain values as JSON with sorted keys; NumPy's `float64` is a float. Raises `TypeError`."""
    return msgspec.json.encode(value, order="sorted", enc_hook=_as_builtin)


def _as_builtin(value: Any) -> Any:
    builtins: tuple[Any, ...] = (float, int, str, dict, list)
    for builtin in builtins:
        if isinstance(value, Mapping if builtin is dict else builtin):
            return builtin(value)
    raise TypeError(f"a {type(value).__name__} is not plain JSON")


def unseal(data: bytes, structure: type[_Value]) -> _Value:
    """The document as a `structure`. Raises `Damaged`."""
    if len(data) < _START or not data.startswith(_OPEN) or data[_START - len(_CLOSE) : _START] != _CLOSE:
        raise Damaged("is not a checked document")
    if not is_sealed(data):
        raise Damaged("differs from its checksum")
    try:
        return msgspec.json.decode(data, type=structure)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        _check_version(data, structure)
        raise Damaged(f"is not the document that was written: {error}") from None


class _Form(msgspec.Struct):
    format: str = ""


def _check_version(data: bytes, structure: type[Any]) -> None:
    """Raise `OtherVersion` where a document has the form of another version: another number in its format."""
    hint = get_type_hints(structure).get("format")
    with suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        form = msgspec.json.decode(data, type=_Form).format
        for own in get_args(hint):
            same_kind = form.rpartition(" ")[0] == own.rpartition(" ")[0]
            if form != own and same_kind and form.rpartition(" ")[2].isdecimal():
                raise OtherVersion(form)


def is_sealed(data: bytes) -> bool:
    """Whether it begins with the checksum of all that follows."""
    found = hashlib.sha256(memoryview(data)[_START:]).hexdigest().encode()
    return data.startswith(_OPEN) and found == data[len(_OPEN) : len(_OPEN) + 64]


def check_plain(value: Any, where: str = "the value", depth: int = 0, *, finite: bool = True) -> None:
    """Raise `ValueError`, naming the place, unless `value` is made of plain JSON values, finite if so asked.

    Tuples count as lists. A mere encoder would write NaN as null in silence.
    """
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        if not value.isascii() and any(0xD800 <= ord(character) <= 0xDFFF for character in value):
            raise ValueError(f"{where} has a character that is half of a pair, which UTF-8 cannot hold")
    elif isinstance(value, float):
        if finite and not math.isfinite(value):
            raise ValueError(f"{where} is {value}; finite numbers are allowed")
    elif isinstance(value, int):
        if not -(2**63) <= value < 2**64:
            raise ValueError(f"{where} is an integer of more than 64 bits")
    elif depth >= DEPTH:
        raise ValueError(f"{where} is nested more than {DEPTH} deep")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise ValueError(f"{where} has the key {key!r}; strings are allowed")
            check_plain(item, f"{where}.{key}", depth + 1, finite=finite)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            check_plain(item, f"{where}[{index}]", depth + 1, finite=finite)
    else:
        raise ValueError(f"{where} is a {type(value).__name__}; plain JSON values are allowed")
