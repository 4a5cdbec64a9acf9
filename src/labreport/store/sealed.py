"""One readable JSON document that contains a checksum over everything else in it.

{
 "checksum": "SHA-256 of all that follows this line",
 …the members, sorted
}

Results, cached values and the ledger are all written in this form. What is
read is first compared with its checksum, then decoded into a typed structure; nothing else is accepted.

`Cache` keeps in it what is quick to rebuild but slower than reading it: answers, figures, sections.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_type_hints

import msgspec

from labreport.errors import StoreError
from labreport.store.files import Damaged, OtherVersion, Quarantine, TooLarge, read_regular, write_atomically

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


def is_text(value: str) -> bool:
    """Whether UTF-8 can hold it: no character is half of a pair."""
    return value.isascii() or not any(0xD800 <= ord(character) <= 0xDFFF for character in value)


def check_plain(value: Any, where: str = "the value", depth: int = 0, *, finite: bool = True) -> None:
    """Raise `ValueError`, naming the place, unless `value` is made of plain JSON values, finite if so asked.

    Tuples count as lists. A mere encoder would write NaN as null in silence.
    """
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        if not is_text(value):
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


_FORMAT = "labreport cache 2"
_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789-_.=,")
_LONGEST = 120


class Cached(Sealed):
    """A payload (plain JSON values), the key of what it was made of, and the digest of what it is."""

    digest: str
    format: Literal["labreport cache 2"]
    key: str
    kind: str
    payload: Any
    slug: str


class Cache:
    """Files `KIND/SLUG.json` in one folder, each a sealed document, one for each slug.

    What is damaged is set aside and counts as missing, as in the store of trajectories.
    """

    def __init__(self, directory: Path, quarantine: Quarantine | None = None) -> None:
        self.directory = directory
        self._quarantine = quarantine or Quarantine(directory.parent)

    def path(self, kind: str, slug: str) -> Path:
        """Where `slug` is kept."""
        return self.directory / file_name(kind) / f"{file_name(slug)}.json"

    def get(self, kind: str, slug: str) -> Cached | None:
        """What is kept under `slug`; None when it is missing or damaged."""
        path = self.path(kind, slug)
        try:
            found = unseal(read_regular(path, LIMIT), Cached)
            if (found.kind, found.slug) != (kind, slug):
                raise Damaged(f"belongs to {found.kind[:40]} {found.slug[:80]!r}")
        except (FileNotFoundError, OtherVersion):  # what is quick to rebuild is written over
            return None
        except Damaged as damage:
            self._quarantine.take(path, str(damage))
            return None
        return found

    def put(self, kind: str, slug: str, key: str, payload: Any) -> str:
        """Keep `payload`; its digest. Raises `StoreError`."""
        path = self.path(kind, slug)
        try:
            check_plain(payload, "payload")
            text = encode(payload)
            digest = hashlib.sha256(text).hexdigest()
            members = {"digest": digest, "format": _FORMAT, "key": key, "kind": kind, "slug": slug}
            data = seal({**members, "payload": msgspec.Raw(text)})
        except ValueError as error:
            raise StoreError(f"cannot keep {kind} {slug!r}: {error}") from error
        self._quarantine.make_folder(self.directory)
        self._quarantine.make_folder(path.parent)
        self.get(kind, slug)  # what is damaged is set aside, not written over
        write_atomically(path, data)
        return digest


def file_name(slug: str) -> str:
    """A name for `slug`: itself where it is plain, else percent-encoded, and cut with its digest if long.

    Capitals are encoded too, because some file systems do not tell them apart; a leading dot, because
    such files are hidden, or ours.
    """
    data = slug.encode("utf-8", "surrogatepass")
    text = "".join(chr(byte) if byte in _SAFE else f"%{byte:02x}" for byte in data)
    if text.startswith("."):
        text = f"%2e{text[1:]}"
    if len(text) > _LONGEST:
        text = f"{text[:60]}%-{hashlib.sha256(data).hexdigest()[:32]}"
    return text or "%"
