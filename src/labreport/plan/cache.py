"""The cache of answers, figures, sections and documents, each in `report/cache/KIND/NAME.json`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from labreport.results import FileLists, files
from labreport.results.files import JsonObject

CACHED_KINDS = ("answer", "figure", "section", "document")


@dataclass(frozen=True)
class CacheEntry:
    """The value of a target that was made, with its inputs and its SHA-256.

    A document's bytes are not in `value` but in its own file, and `value_sha256` is that of the file.
    `file_list_hash` is the hash of the list of files that were read for it, which is in `Cache.file_lists`.
    """

    inputs: dict[str, str]
    value: JsonObject
    value_sha256: str
    file_list_hash: str


class Cache:
    """The entries below a folder, by kind and name: `KIND/NAME.json`. Each is read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file_lists = FileLists(folder / "reads")
        self._entries: dict[Path, CacheEntry | None] = {}

    def entry(self, kind: str, name: str) -> CacheEntry | None:
        """The stored entry of a target, whether stale or fresh; None if there is none, or it is damaged."""
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
