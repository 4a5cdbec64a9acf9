"""Lists of the files that targets have read, each stored once under its own digest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from labreport.results import files

Reads = Mapping[str, str]
"""A file's path to the SHA-256 of its bytes, or to `"missing"`."""


class ReadLists:
    """`folder/DIGEST.json` for each list; the digest of an empty list is the empty text, and has no file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lists: dict[str, Reads | None] = {"": {}}

    def store(self, reads: Reads) -> str:
        """The digest of a list, which is stored unless it is already. Raises `DiskError`."""
        if not reads:
            return ""
        digest = files.short_hash(reads)
        if self.load(digest) is None:
            files.write_json(self.path(digest), {"read": dict(sorted(reads.items()))})
            self._lists[digest] = dict(reads)
        return digest

    def load(self, digest: str) -> Reads | None:
        """The list of this digest; None where its file is missing or damaged."""
        if self._lists.get(digest) is None:
            try:
                members = files.read_json(self.path(digest))
            except files.Damaged:
                members = None
            self._lists[digest] = members["read"] if members else None
        return self._lists[digest]

    def path(self, digest: str) -> Path:
        """The file of a list; there is none of the empty one."""
        return self.folder / f"{digest}.json"
