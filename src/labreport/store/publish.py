"""Puts a complete report in place of the last one, as regular files, and completes it after a kill.

.publishing/manifest.json      the documents and their digests; once it is there, the report is the new one
.publishing/report.html, …     complete documents, moved one by one to where they belong; those that stay are
                               in the manifest only

Each document is replaced in one instant. A kill between two of them leaves the folder, from which the next
run moves the rest.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from labreport.fingerprint.files import OUTPUT_LIMIT, sha256
from labreport.store.files import (
    Damaged,
    read_regular,
    remove,
    sync_directory,
    temporary_name,
    write_new,
    writing,
)
from labreport.store.quarantine import Quarantine
from labreport.store.sealed import LIMIT, Sealed, seal, unseal

FOLDER = ".publishing"
DOCUMENTS = ("report.html", "report.pdf", "answers.json", "workflow.py", "ro-crate-metadata.json")
_MANIFEST = "manifest.json"


class _Manifest(Sealed):
    documents: dict[str, str]


def publish(
    output: Path,
    files: Mapping[str, Path | bytes],
    quarantine: Quarantine,
    kept: Mapping[str, str] | None = None,
) -> None:
    """Make `files` (names to contents, or to paths of them) the report in `output`.

    The documents `kept` (names to digests) stay as they are. One that is in neither, such as a PDF that is
    not made yet or could not be, is removed, rather than left old beside new ones. What has a document's
    name and is not a file is set aside. Raises `StoreError`; the report is then the one it was, or one that
    the next run completes.
    """
    unknown = {*files, *(kept or {})} - set(DOCUMENTS)
    if unknown:
        raise ValueError(f"{sorted(unknown)[0]!r} is not a document; there are {', '.join(DOCUMENTS)}")
    _discard(output / FOLDER)
    unfinished, digests = output / temporary_name(), dict(kept or {})
    with writing(output):
        unfinished.mkdir()
        try:
            for name, given in files.items():
                with writing(unfinished / name):
                    content = given if isinstance(given, bytes) else given.read_bytes()
                    digests[name] = hashlib.sha256(content).hexdigest()
                    write_new(unfinished / name, content)
            with writing(unfinished / _MANIFEST):
                write_new(unfinished / _MANIFEST, seal({"documents": digests}))
            sync_directory(unfinished)
            os.rename(unfinished, output / FOLDER)
        except BaseException:
            with suppress(OSError):
                shutil.rmtree(unfinished)
            raise
        sync_directory(output)
    complete(output, quarantine)


def complete(output: Path, quarantine: Quarantine) -> bool:
    """Move the documents of a publication that was begun to their places; whether there was one."""
    folder = output / FOLDER
    if not os.path.lexists(folder):
        return False
    try:
        manifest = unseal(read_regular(folder / _MANIFEST, LIMIT), _Manifest)
    except (Damaged, FileNotFoundError) as damage:
        quarantine.take(folder, str(damage) if isinstance(damage, Damaged) else "has no manifest")
        return False
    for name in DOCUMENTS:
        place = output / name
        digest = manifest.documents.get(name)
        quarantine.clear(place)
        if digest is None:
            remove(place)
        elif os.path.lexists(folder / name):
            if sha256(folder / name, OUTPUT_LIMIT) != digest:
                quarantine.take(folder / name, "differs from its checksum")
                continue
            with writing(place):
                os.replace(folder / name, place)
    with writing(output):
        sync_directory(output)
    _discard(folder)
    return True


def _discard(folder: Path) -> None:
    """Remove a folder so that a kill in between leaves none without its manifest."""
    temporary = folder.with_name(temporary_name())
    with writing(folder):
        try:
            os.rename(folder, temporary)
        except FileNotFoundError:
            return
    remove(temporary)
