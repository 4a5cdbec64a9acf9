"""What is quick to rebuild but slower than reading it: answers, figures, sections, by kind and slug."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Literal

import msgspec

from labreport.errors import StoreError
from labreport.store.files import Damaged, OtherVersion, read_regular, write_atomically
from labreport.store.quarantine import Quarantine
from labreport.store.sealed import LIMIT, Sealed, check_plain, encode, seal, unseal

FORMAT = "labreport cache 2"
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
            members = {"digest": digest, "format": FORMAT, "key": key, "kind": kind, "slug": slug}
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
