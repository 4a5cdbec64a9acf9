"""The six networks of the exercise for some seeds, in as many single-threaded workers as there are cores."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))

from exercise.catalogue import EXERCISE
from exercise.networks import Network, epoch_cost


def train(network: Network, epochs: int, snapshots: tuple[int, ...], seed: int) -> tuple[int, int]:
    """One run from beginning to end; this worker and its peak memory (bytes)."""
    from exercise.training import start

    run = start(network, seed)
    for epoch in range(1, epochs + 1):
        run.advance()
        if epoch in snapshots:
            run.snapshot()
    unit = 1 if sys.platform == "darwin" else 1024
    return os.getpid(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def main() -> None:
    """Print the seconds from the start of the workers to the end of the last run, and their memory."""
    seeds, divisor = json.loads(sys.argv[1])
    runs: list[tuple[Any, ...]] = [
        (item.specification, max(1, item.epochs // divisor), item.snapshots, seed)
        for item in EXERCISE
        for seed in range(seeds)
    ]
    runs.sort(key=lambda run: -epoch_cost(run[0]) * run[1])
    begun = time.perf_counter()
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as workers:
        memory = dict(workers.map(train, *zip(*runs, strict=True)))
    print(json.dumps({"seconds": time.perf_counter() - begun, "memory": max(memory.values())}))


if __name__ == "__main__":
    main()
