"""Small results, checkpoints and cached values, and a store filled with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy

from labreport.fingerprint.canonical import digest
from labreport.store import Checkpoint, Entry, Store
from labreport.store.cache import Cache


def entry(seed: int = 0, epochs: int = 4, snapshots: tuple[int, ...] = (2, 4), name: str = "alpha") -> Entry:
    """A result without array files, as a worker hands it over."""
    ingredients = {"specification": {"rate": 0.5, "layers": [3, 2]}, "seed": seed, "threads": 1}
    return Entry(
        digest(ingredients),
        ingredients,
        name,
        seed,
        [record(seed, epoch) for epoch in range(1, epochs + 1)],
        {epoch: {"test": {"loss": 1 / epoch, "accuracy": 1 - 1 / epoch}} for epoch in snapshots},
        provenance={"processor": "made of sand", "date": "2024-02-29"},
    )


def record(seed: int, epoch: int) -> dict[str, Any]:
    """What one epoch reports."""
    return {"loss": (seed + 1) / epoch, "gradient_norm": [0.25, 0.5], "seconds": 0.125}


def arrays(seed: int = 0, snapshots: tuple[int, ...] = (2, 4)) -> dict[int, dict[str, Any]]:
    """Arrays of each epoch kept."""
    return {
        epoch: {
            "layer-0/kernel": numpy.arange(6, dtype=numpy.float32).reshape(2, 3) + seed + epoch,
            "predictions": numpy.arange(5, dtype=numpy.uint8),
        }
        for epoch in snapshots
    }


def checkpoint(seed: int = 0, epoch: int = 3) -> Checkpoint:
    """A run that stands at `epoch`, with the snapshot of epoch 2 behind it."""
    made = entry(seed, epoch, (2,))
    segments = ({"first": 1, "last": epoch},)
    kept = arrays(seed, (2,))
    return Checkpoint(epoch, made.records, made.snapshots, kept, {"position": numpy.ones(3)}, segments)


def filled(directory: Path) -> tuple[Store, Entry, Entry]:
    """A store with two results and a checkpoint; the two as stored."""
    store = Store(directory)
    first, second = (store.put(entry(seed), arrays(seed)) for seed in (0, 1))
    store.save_checkpoint(first.key, checkpoint())
    return store, first, second


def filled_cache(directory: Path) -> Cache:
    """A cache with two answers of equal size."""
    cache = Cache(directory)
    for slug in ("one", "two"):
        cache.put("answer", slug, f"key of {slug}", {"quantities": {"accuracy": 0.5}, "text": slug})
    return cache


def equal_arrays(first: Any, second: Any) -> bool:
    """Whether two groups of arrays have the same names, types, shapes and bits."""
    return first.keys() == second.keys() and all(
        first[name].dtype == second[name].dtype
        and first[name].shape == second[name].shape
        and first[name].tobytes() == second[name].tobytes()
        for name in first
    )
