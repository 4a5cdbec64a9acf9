"""Stored results as files: the JSON documents and the arrays beside them, read without the engine's store."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from exercise import mnist

NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
PREDICTIONS = {"test": "predictions", "validation": "validation_predictions"}


class Files:
    """A report's folder: what `answers.json` says of its results, and the files in `results/`."""

    def __init__(self, folder: Path, results: Mapping[str, Mapping[str, Any]]) -> None:
        self._folder = folder / "results"
        self._results = results
        self.record = functools.cache(self._record)
        self.document = functools.cache(self._document)

    def seeds(self, name: str) -> list[int]:
        """The seeds that were trained, in order."""
        return [int(self.document(key)["seed"]) for key in self._results[name]["keys"]]

    def keys(self, name: str, seeds: list[int]) -> list[str]:
        """The keys of these seeds. Raises `KeyError` for a seed that is not there."""
        found = dict(zip(self.seeds(name), self._results[name]["keys"], strict=True))
        return [found[seed] for seed in seeds]

    def _document(self, key: str) -> dict[str, Any]:
        text = (self._folder / f"{key}.json").read_text(encoding="utf-8")
        found: dict[str, Any] = json.loads(text, object_hook=_number)
        return found

    def _record(self, key: str, epoch: int) -> dict[str, Any]:
        found: dict[str, Any] = self.document(key)["records"][epoch - 1]
        return found

    def metric(self, key: str, epoch: int, split: str, name: str) -> float:
        """A metric of the snapshot at an epoch."""
        return float(self.document(key)["snapshots"][str(epoch)]["metrics"][split][name])

    def arrays(self, key: str, epoch: int | None = None) -> dict[str, NDArray[Any]]:
        """The arrays kept at an epoch, by default the last of those."""
        kept = self.document(key)["snapshots"]
        chosen = str(epoch) if epoch is not None else max(kept, key=int)
        digest = kept[chosen]["arrays"]["sha256"]
        found: dict[str, NDArray[Any]] = load_file(self._folder / f"{key}.{chosen}.{digest[:12]}.safetensors")
        return found

    def predictions(self, key: str, epoch: int, split: str = "test") -> NDArray[np.int64]:
        """The digit that was predicted for each image."""
        return self.arrays(key, epoch)[PREDICTIONS[split]].astype(np.int64)


def labels(split: str) -> NDArray[np.int64]:
    """The digits that the images of a split show."""
    data: NDArray[Any] = getattr(mnist.load(), split).labels
    return data.astype(np.int64)


def _number(members: dict[str, Any]) -> Any:
    """JSON has no spelling for numbers that are not finite; the documents have one."""
    return NOT_FINITE[members["non-finite"]] if "non-finite" in members else members
