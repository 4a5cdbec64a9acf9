"""What is quick to rebuild but slower than reading it: answers, figures, sections, by kind and slug."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from labreport.errors import StoreError
from labreport.store.files import Damaged, OtherVersion, read_regular, write_atomically
from labreport.store.quarantine import Quarantine
from labreport.store.sealed import LIMIT, Sealed, check_plain, encode, seal, unseal

FORMAT = "labreport cache 2"
_Value = TypeVar("_Value")
_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789-_.=,")
_LONGEST = 120


@dataclass(frozen=True)
class Cached:
    """A payload (plain JSON values), the key of what it was made of, and the digest of what it is."""

    key: str
    digest: str
    payload: Any


class _Document(Sealed):
    digest: str
    format: Literal["labreport cache 2"]
    key: str
    kind: str
    payload: msgspec.Raw
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
        return self._read(kind, slug, _decoded)

    def peek(self, kind: str, slug: str) -> tuple[str, str] | None:
        """Key and digest; the payload is checked but not decoded."""
        return self._read(kind, slug, lambda document: (document.key, document.digest))

    def put(self, kind: str, slug: str, key: str, payload: Any) -> str:
        """Keep `payload`; its digest. Raises `StoreError`."""
        path = self.path(kind, slug)
        try:
            check_plain(payload, "payload")
            text = encode(payload)
            digest = hashlib.sha256(text).hexdigest()
            members = {"digest": digest, "format": FORMAT, "key": key, "kind": kind, "slug": slug}
            data = seal({**members, "payload": msgspec.Raw(text)})
        except ValueError as error:
            raise StoreError(f"cannot keep {kind} {slug!r}: {error}") from error
        self._quarantine.make_folder(self.directory)
        self._quarantine.make_folder(path.parent)
        self.peek(kind, slug)  # what is damaged is set aside, not written over
        write_atomically(path, data)
        return digest

    def _read(self, kind: str, slug: str, view: Callable[[_Document], _Value]) -> _Value | None:
        path = self.path(kind, slug)
        try:
            document = unseal(read_regular(path, LIMIT), _Document)
            if (document.kind, document.slug) != (kind, slug):
                raise Damaged(f"belongs to {document.kind[:40]} {document.slug[:80]!r}")
            return view(document)
        except (FileNotFoundError, OtherVersion):  # what is quick to rebuild is written over
            return None
        except Damaged as damage:
            self._quarantine.take(path, str(damage))
            return None


def _decoded(document: _Document) -> Cached:
    try:
        return Cached(document.key, document.digest, msgspec.json.decode(document.payload))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Damaged(f"has a payload that is not JSON: {error}") from None


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
