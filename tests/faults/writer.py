"""A small program that uses the store as a build does; faults are injected into it by the hundred.

    python writer.py DIRECTORY LOG GENERATION

It takes the lock, sweeps up, "trains" what is missing with a checkpoint on the way (a line in LOG for
each training), extends one result, keeps an answer, and publishes a report that says GENERATION.
"""

from __future__ import annotations

import sys
from pathlib import Path

from faults import examples

from labreport.errors import LabReportError
from labreport.store import Store
from labreport.store.cache import Cache
from labreport.store.files import remove_strays
from labreport.store.lock import output_lock
from labreport.store.publish import DOCUMENTS, publish

SEEDS = (0, 1)


def work(directory: Path, log: Path, generation: str) -> None:
    """All that a build writes."""
    with output_lock(directory, 10, lambda message: None):
        remove_strays(directory)
        store = Store(directory / "results")
        for seed in SEEDS:
            train(store, seed, 4, (2, 4), log)
        train(store, 0, 8, (2, 4, 8), log)
        store.drop_checkpoints(store.keys())
        Cache(directory / "cache").put("answer", "one", generation, {"generation": generation})
        publish(directory, {name: f"{name} {generation}".encode() for name in DOCUMENTS})
        for notice in store.notices:
            print(notice)


def train(store: Store, seed: int, epochs: int, snapshots: tuple[int, ...], log: Path) -> None:
    """Store a result unless it is there, saving a checkpoint half way."""
    wanted = examples.entry(seed, epochs, snapshots)
    have = store.entry(wanted.key) if store.check(wanted.key) else None
    if have is not None and len(have.records) >= epochs:
        return
    known = set(have.snapshots) if have is not None else set()
    saved = store.checkpoint(wanted.key)
    with log.open("a", encoding="utf-8") as lines:
        lines.write(f"{wanted.key} from {saved.epoch if saved else 0} to {epochs}\n")
    store.save_checkpoint(wanted.key, examples.checkpoint(seed, epochs - 1))
    new = examples.arrays(seed, tuple(epoch for epoch in snapshots if epoch not in known))
    store.put(wanted, new)
    store.drop_checkpoint(wanted.key)


def main() -> int:
    """Exit codes as the program's: one line for an error, no traceback."""
    try:
        work(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
    except LabReportError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
