"""The list of files that each target has read. Equal lists are stored once, under their hash."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from labreport.results import files

FileHashes = Mapping[str, str]
"""Path of a file to the SHA-256 of its bytes, or to `"missing"`."""


class FileLists:
    """The lists in a folder, each in `HASH.json`. The hash of an empty list is `""`; it has no file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lists: dict[str, FileHashes | None] = {"": {}}

    def store(self, file_hashes: FileHashes) -> str:
        """Store a list unless it is stored already, and give its hash. Raises `DiskError`."""
        if not file_hashes:
            return ""
        list_hash = files.short_hash(file_hashes)
        if self.load(list_hash) is None:
            files.write_json(self.path(list_hash), {"read": dict(sorted(file_hashes.items()))})
            self._lists[list_hash] = dict(file_hashes)
        return list_hash

    def load(self, list_hash: str) -> FileHashes | None:
        """The list with this hash; None if its file is missing or damaged."""
        if self._lists.get(list_hash) is None:
            try:
                members = files.read_json(self.path(list_hash))
            except files.Damaged:
                members = None
            self._lists[list_hash] = members["read"] if members else None
        return self._lists[list_hash]

    def path(self, list_hash: str) -> Path:
        """The file of a list that is not empty."""
        return self.folder / f"{list_hash}.json"
