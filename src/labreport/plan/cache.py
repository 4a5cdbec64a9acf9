"""What was made of the results: answers, figures, sections and documents, each in a file of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from labreport.results import ReadLists, files
from labreport.results.files import JsonObject

CACHED_KINDS = ("answer", "figure", "section", "document")


@dataclass(frozen=True)
class CacheEntry:
    """What was made, the inputs of which it was made, and its digest.

    The bytes of a document are in its own file, and `value_sha256` is their digest. `reads` is the digest of
    the list of files that were read for it; `Cache.reads` has the list.
    """

    inputs: dict[str, str]
    value: JsonObject
    value_sha256: str
    reads: str


class Cache:
    """`folder/KIND/NAME.json` for each entry; an entry is read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reads = ReadLists(folder / "reads")
        self._entries: dict[Path, CacheEntry | None] = {}

    def entry(self, kind: str, name: str) -> CacheEntry | None:
        """What was made last under this name, stale or not; None if there is none, or it is damaged."""
        path = self.path(kind, name)
        if path not in self._entries:
            self._entries[path] = _read_entry(path)
        return self._entries[path]

    def store(self, kind: str, name: str, entry: CacheEntry) -> None:
        """Write an entry. Raises `DiskError`."""
        path = self.path(kind, name)
        files.write_json(path, asdict(entry))
        self._entries[path] = entry

    def path(self, kind: str, name: str) -> Path:
        """The file of an entry."""
        return self.folder / kind / f"{files.safe_name(name)}.json"

    def paths(self) -> Iterator[Path]:
        """The files of all entries, also of targets that the project no longer has."""
        for kind in CACHED_KINDS:
            yield from sorted((self.folder / kind).glob("*.json"))


def _read_entry(path: Path) -> CacheEntry | None:
    try:
        members = files.read_json(path)
        return CacheEntry(**members) if members else None
    except (files.Damaged, TypeError):
        return None
