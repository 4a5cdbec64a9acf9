"""Many small trajectories put into few files."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from labreport.store.files import Damaged, read_regular
from labreport.trajectory.document import decode
from labreport.trajectory.store import Store

MANY = 500
"""Small trajectories that are kept as files of their own, at most."""
SMALL = 64 << 10
"""Bytes of a small one, with its arrays."""
IN_ONE = 1000
"""So many of them are put into one pack."""


def pack(store: Store) -> list[Path]:
    """Put small trajectories into packs where there are `MANY`; the files that are there no more.

    They are removed when what they held is in a pack on the disk, so that a kill loses nothing. What is
    damaged stays. Raises `StoreError`; nothing is lost then either.
    """
    removed: list[Path] = []
    keys = store.loose()
    if len(keys) >= MANY:
        keys = [key for key in keys if sum(os.lstat(path).st_size for path in store.paths(key)) <= SMALL]
    for begin in range(0, len(keys), IN_ONE) if len(keys) >= MANY else ():
        files = [file for key in keys[begin : begin + IN_ONE] for file in _whole(store, key)]
        store.drop({name[:64] for name, _ in files})  # what packs have of these is older
        if files:
            store.pack(files)
        paths = [store.folder / name for name, _ in files]
        store.remove(paths)
        removed += paths
    return removed


def _whole(store: Store, key: str) -> list[tuple[str, bytes]]:
    """The files of their own that make up a trajectory, the document first; none where one is damaged."""
    try:
        path = store.path(key)
        files = [(path.name, read_regular(path, SMALL))]
        for epoch, file in decode(files[0][1], key).arrays.items():
            name = file.name(key, epoch)
            files.append((name, read_regular(store.folder / name, SMALL)))
            if hashlib.sha256(files[-1][1]).hexdigest() != file.sha256:
                return []
    except (Damaged, FileNotFoundError):
        return []
    return files
