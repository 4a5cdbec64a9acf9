"""Declares recorded runs as a project would, and replays them as a worker would."""

from __future__ import annotations

import importlib
import itertools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labreport.experiment import Experiment

_numbers = itertools.count()


@dataclass(frozen=True)
class Made:
    """What replaying one run gives."""

    records: list[dict[str, Any]]
    metrics: dict[str, Any]
    arrays: dict[str, Any]


@contextmanager
def importable(folder: Path) -> Iterator[None]:
    """The folder is first on the import path."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def declare(folder: Path, call: str) -> Any:
    """What `call` of `recorded` or `recorded_groups` gives in a module of `folder`."""
    module = f"recordings_{next(_numbers)}"
    source = f"from labreport.recorded import recorded, recorded_groups\nFOUND = {call}\n"
    (folder / f"{module}.py").write_text(source)
    importlib.invalidate_caches()
    with importable(folder):
        return importlib.import_module(module).FOUND


def replayed(folder: Path, experiment: Experiment) -> dict[int, Made]:
    """Every run of an experiment by seed, epoch by epoch."""
    with importable(folder):
        return {seed: _replayed(own, seed) for seed, own in experiment.by_seed}


def _replayed(own: Experiment, seed: int) -> Made:
    module, _, name = own.start.partition(":")
    run = vars(importlib.import_module(module))[name](own.specification, seed)
    records = [run.advance() for _ in range(own.epochs)]
    metrics, arrays = run.snapshot()
    return Made(records, metrics, dict(arrays))
