"""What an experiment sees of a stored trajectory: its own epochs and snapshots, under one digest.

So going on from 50 epochs to 100 changes nothing for whoever reads the first 50.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labreport.experiment import Experiment
from labreport.fingerprint.canonical import digest
from labreport.fingerprint.files import Digests
from labreport.plan.ledger import Ledger

if TYPE_CHECKING:
    from labreport.store import Store
    from labreport.store.entry import Entry


@dataclass(frozen=True)
class View:
    """How far a trajectory is stored. `missing` is the first epoch still wanted, 0 when none is;
    `damaged` names a file that is not what was written; `digest` is empty unless all is there."""

    epochs: int = 0
    missing: int = 0
    damaged: str = ""
    digest: str = ""


class Views:
    """Views by key; those of unchanged files come from the ledger, without reading the entry."""

    def __init__(self, store: Store, digests: Digests, ledger: Ledger) -> None:
        self._store = store
        self._digests = digests
        self._known = ledger.views
        self._entries: dict[str, Entry | None] = {}

    def forget(self) -> None:
        """Read entries anew, after the store has changed."""
        self._entries.clear()

    def of(self, key: str, experiment: Experiment) -> View:
        """What is stored under `key`, for as far as `experiment` goes."""
        path = self._store.entry_path(key)
        found = self._digests(path)
        if found is None:
            if os.path.lexists(path):
                # No file, or one that the disk will not give: the store moves it away, or raises
                self._store.entry(key)
            return View(missing=experiment.epochs)
        label = f"{key}:{experiment.epochs}:{','.join(map(str, experiment.snapshots))}"
        known = self._known.get(label)
        if known is not None and known[0] == found:
            value, arrays = str(known[1]), dict(known[2])
        else:
            entry = self._entry(key)
            if entry is None:
                return View(missing=experiment.epochs, damaged=path.name)
            have = len(entry.records)
            wanted = [epoch for epoch in experiment.snapshots if epoch not in entry.snapshots]
            if have < experiment.epochs or wanted:
                return View(epochs=have, missing=experiment.epochs if have < experiment.epochs else wanted[0])
            arrays = {
                entry.arrays[epoch]["file"]: entry.arrays[epoch]["sha256"] for epoch in experiment.snapshots
            }
            value = digest(seen(entry, experiment))
            self._known[label] = [found, value, arrays]
        for name, written in arrays.items():
            if self._digests(path.with_name(name)) != written:
                return View(epochs=experiment.epochs, damaged=name)
        return View(epochs=experiment.epochs, digest=value)

    def _entry(self, key: str) -> Entry | None:
        if key not in self._entries:
            self._entries[key] = self._store.entry(key)
        return self._entries[key]


def seen(entry: Entry, experiment: Experiment) -> dict[str, object]:
    """The part of an entry that `experiment` reads, as plain values."""
    return {
        "records": list(entry.records[: experiment.epochs]),
        "snapshots": {str(epoch): entry.snapshots[epoch] for epoch in experiment.snapshots},
        "arrays": {str(epoch): entry.arrays[epoch]["sha256"] for epoch in experiment.snapshots},
        "segments": [
            segment for segment in entry.provenance["segments"] if segment["first"] <= experiment.epochs
        ],
    }
