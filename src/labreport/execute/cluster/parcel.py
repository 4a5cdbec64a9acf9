"""The code of engine and project as one archive, named by its hash, and the data that belong to it."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from labreport.errors import UsageError
from labreport.execute.cluster.machine import MANIFEST
from labreport.fingerprint.modules import folder_of, search_folder, source_files

_MOMENT = (1980, 1, 1, 0, 0, 0)
"""Of every file in an archive, so that equal code gives an equal archive."""


@dataclass(frozen=True)
class Parcel:
    """What goes to each machine: the archive `content`, whose SHA-256 is `name`; files by their SHA-256."""

    name: str
    content: bytes
    files: dict[str, Path]

    @property
    def sources(self) -> dict[str, bytes | Path]:
        """All that is sent, by SHA-256."""
        return {self.name: self.content, **self.files}

    @property
    def size(self) -> int:
        """Bytes on a worker's disk, at most."""
        return 8 * len(self.content) + sum(path.stat().st_size for path in self.files.values())


def parcel(package: str, roots: Iterable[str], data: dict[str, str]) -> Parcel:
    """The top-level modules `roots`, and the project's data files by name, with the SHA-256 of each.

    Raises `UsageError` for a data file outside of the folder from which the project is imported.
    """
    folder, top = folder_of(package), search_folder(package)
    code = {
        path.relative_to(search_folder(root)).as_posix(): path.read_bytes()
        for root in roots
        for path in source_files((root,))
    }
    places: dict[str, str] = {}
    for name, digest in sorted(data.items()):
        path = folder / name
        if ".." in Path(name).parts or not path.is_relative_to(top):
            raise UsageError(f"{path}: is outside of {top}, and does not travel to a cluster; move it there")
        places[path.relative_to(top).as_posix()] = digest
    code[MANIFEST] = json.dumps({"data": places}).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(code.items()):
            archive.writestr(zipfile.ZipInfo(name, _MOMENT), text, zipfile.ZIP_DEFLATED)
    content = buffer.getvalue()
    files = {digest: folder / name for name, digest in data.items()}
    return Parcel(hashlib.sha256(content).hexdigest(), content, files)
