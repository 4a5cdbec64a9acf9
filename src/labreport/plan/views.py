"""What an experiment sees of a stored trajectory: its own epochs and snapshots, under one digest.

So continuing from 50 epochs to 100 changes nothing for whoever reads the first 50.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from labreport.experiment import Experiment
from labreport.fingerprint.canonical import digest
from labreport.fingerprint.files import Digests
from labreport.nonfinite import spelled
from labreport.plan.ledger import Ledger, View
from labreport.trajectory.store import Store, StoredArrays
from labreport.trajectory.trajectory import Trajectory


@dataclass(frozen=True)
class Stored:
    """How far a trajectory is stored. `missing` is the first epoch still wanted, 0 when none is;
    `damaged` names a file that is not what was written; `digest` is empty unless all is there."""

    epochs: int = 0
    missing: int = 0
    damaged: str = ""
    digest: str = ""


class Views:
    """Views by key; those of unchanged files come from the ledger, without reading the document."""

    def __init__(self, store: Store, digests: Digests, ledger: Ledger) -> None:
        self._store = store
        self._shelf = store.shelf
        self._digests = digests
        self._known = ledger.views
        self._trajectories: dict[str, Trajectory | None] = {}

    def forget(self) -> None:
        """Read documents again, after the store has changed."""
        self._trajectories.clear()

    def leftovers(self) -> list[Path]:
        """Array files that a killed run has left beside the documents that the ledger does not know yet."""
        return self._store.orphans(filter(None, self._trajectories.values()))

    def of(self, key: str, experiment: Experiment) -> Stored:
        """What is stored under `key`, for as far as `experiment` goes."""
        name = f"{key}.json"
        document = self._shelf.digest(name, self._digests)
        if document is None:
            if os.path.lexists(self._store.folder / name):
                self._store.get(key)  # not a file of ours: set aside
            return Stored(missing=experiment.epochs)
        label = f"{key}:{experiment.epochs}:{','.join(map(str, experiment.snapshots))}"
        view = self._known.get(label)
        if view is None or view.document != document:
            trajectory = self._trajectory(key)
            if trajectory is None:
                return Stored(missing=experiment.epochs, damaged=name)
            missing = trajectory.missing(experiment.epochs, experiment.snapshots)
            if missing:
                return Stored(epochs=trajectory.epochs, missing=missing[0])
            seen, arrays = _seen(trajectory, experiment)
            view = self._known[label] = View(document, digest(spelled(seen)), arrays)
        for name, written in view.arrays.items():
            if self._shelf.digest(name, self._digests) != written:
                return Stored(epochs=experiment.epochs, damaged=name)
        return Stored(epochs=experiment.epochs, digest=view.digest)

    def _trajectory(self, key: str) -> Trajectory | None:
        if key not in self._trajectories:
            self._trajectories[key] = self._store.get(key)
        return self._trajectories[key]


def _seen(trajectory: Trajectory, experiment: Experiment) -> tuple[dict[str, object], dict[str, str]]:
    """The part of a trajectory that `experiment` reads, as plain values; digests of its array files."""
    part = trajectory.cut(experiment.epochs)
    kept = {epoch: part.snapshots[epoch] for epoch in experiment.snapshots}
    files = {epoch: snapshot.arrays for epoch, snapshot in kept.items()}
    arrays = {
        stored.name: stored.file.sha256 for stored in files.values() if isinstance(stored, StoredArrays)
    }
    seen: dict[str, object] = {
        "records": list(part.records),
        "snapshots": {str(epoch): snapshot.metrics for epoch, snapshot in kept.items()},
        "arrays": arrays,
        "segments": list(part.segments),
    }
    return seen, arrays
