"""What is quick to make again but slower than reading it: answers, figures, sections, by kind and slug."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from labreport.errors import StoreError
from labreport.store import checked_json
from labreport.store.files import Damaged, make_directory, read_regular, write_atomically
from labreport.store.names import file_name
from labreport.store.quarantine import Quarantine

FORMAT = "labreport cache 1"
_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Cached:
    """A payload (plain JSON values), the key of what it was made of, and the digest of what it is."""

    key: str
    digest: str
    payload: Any


class Cache:
    """Files `KIND/SLUG.json` in one folder, each a checked document, one for each slug.

    What is damaged is moved to `quarantine` and counts as missing, as in the store of results.
    """

    def __init__(self, directory: Path, *, mend: bool = True) -> None:
        self.directory = directory
        self.notices: list[str] = []
        self._quarantine = Quarantine(directory, self.notices, mend)

    def path(self, kind: str, slug: str) -> Path:
        """Where `slug` is kept."""
        return self.directory / file_name(kind) / f"{file_name(slug)}.json"

    def get(self, kind: str, slug: str) -> Cached | None:
        """What is kept under `slug`; None when it is missing or damaged."""
        return self._read(kind, slug, _decode)

    def peek(self, kind: str, slug: str) -> tuple[str, str] | None:
        """Key and digest; the payload is checked but not parsed."""
        header = self._read(kind, slug, checked_json.decode_header)
        return (header["key"], header["digest"]) if header is not None else None

    def put(self, kind: str, slug: str, key: str, payload: Any) -> str:
        """Keep `payload`; its digest. Raises `StoreError`."""
        header = {"digest": "0" * 64, "format": FORMAT, "key": key, "kind": kind, "slug": slug}
        body = {"payload": payload}
        path = self.path(kind, slug)
        try:
            header["digest"] = checked_json.body_digest(checked_json.encode(header, body))
            data = checked_json.encode(header, body)
        except ValueError as error:
            raise StoreError(f"cannot keep {kind} {slug!r}: {error}") from error
        make_directory(path.parent)
        self.peek(kind, slug)  # what is damaged is kept in quarantine, not written over
        write_atomically(path, data)
        return header["digest"]

    def _read(self, kind: str, slug: str, decode: Callable[[bytes], _Value]) -> _Value | None:
        path = self.path(kind, slug)
        try:
            data = read_regular(path, checked_json.LIMIT)
            _check(checked_json.decode_header(data), kind, slug)
            return decode(data)
        except FileNotFoundError:
            return None
        except Damaged as damage:
            self._quarantine.take(path, str(damage))
            return None


def _check(header: dict[str, Any], kind: str, slug: str) -> None:
    if set(header) != {"digest", "format", "key", "kind", "slug"} or header["format"] != FORMAT:
        raise Damaged("has another header than a cached file has")
    if not all(isinstance(value, str) for value in header.values()):
        raise Damaged("has a header that is not text")
    if (header["kind"], header["slug"]) != (kind, slug):
        raise Damaged(f"belongs to {header['kind'][:40]} {header['slug'][:80]!r}")


def _decode(data: bytes) -> Cached:
    header, body = checked_json.decode(data)
    if set(body) != {"payload"} or header["digest"] != checked_json.body_digest(data):
        raise Damaged("does not hold what its header says")
    return Cached(header["key"], header["digest"], body["payload"])
