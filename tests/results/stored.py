"""Runs that were made up, in a store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from labreport.project import Experiment, study
from labreport.results import Run, Store, sha256_of
from labreport.results.files import validated_arrays


@dataclass(frozen=True)
class Spec:
    """What is run."""

    rows: int = 3


SMALL = Experiment("small", Spec(), epochs=10, start=print)
ROWS = study("rows", SMALL, rows=(10, 20))
NAMES = ("small", "wide", "rows/rows=10", "rows/rows=20")


def key_of(name: str, seed: int, version: str = "") -> str:
    """The key of a run."""
    return sha256_of([name, seed, version])


def stored_run(store: Store, name: str, seed: int, version: str = "") -> Run:
    """A stored run of ten epochs whose accuracy is its seed and epoch; `version` makes another key."""
    records = []
    for epoch in range(1, 11):
        records.append({"loss": seed + epoch / 100, "more": {"deep": epoch}})
    run = Run(key_of(name, seed, version), name, seed, {"specification": name}, tuple(records))
    for epoch in (5, 10):
        arrays = {"guess": range(epoch), "state.w": [1.0, 1.0], "words": ["a", "bcd"], "empty": []}
        metrics = {"test": {"accuracy": seed + epoch / 100}}
        run = store.save_checkpoint(run, epoch, metrics, validated_arrays(arrays))
    return store.write(run)


def with_state(store: Store, name: str) -> tuple[Run, Path]:
    """The same, with a state after six epochs; and the file of that."""
    run = store.write(store.save_state(stored_run(store, name, 0), 6, validated_arrays({"w": [1.0]})))
    assert run.state is not None
    return run, run.state.file
