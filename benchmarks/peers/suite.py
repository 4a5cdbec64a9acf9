"""The six networks of the exercise for some seeds, trained by the engine in a worker for each core."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src"


def main() -> None:
    """Print the seconds from the start of the workers to the end of the last run."""
    sys.path.insert(0, str(SOURCE))

    from exercise.catalogue import NETWORKS
    from exercise.networks import epoch_cost, program_name
    from labreport.console.progress import Progress
    from labreport.console.terminal import Terminal
    from labreport.execute.lanes import ProcessLane
    from labreport.execute.task import Finished, Task
    from labreport.execute.train import Trainer

    seeds: int = json.loads(sys.argv[1])
    tasks = [
        Task(
            key=f"{item.name}#{seed}",
            name=item.name,
            seed=seed,
            specification=item.specification,
            start=item.start,
            until=item.epochs,
            snapshots=item.snapshots,
            source=str(SOURCE),
            threads=1,
            program=program_name(item.specification),
            cost=epoch_cost(item.specification),
        )
        for item in NETWORKS
        for seed in range(seeds)
    ]
    finished: list[Finished] = []
    begun = time.perf_counter()
    trainer = Trainer(
        [ProcessLane(1, SOURCE) for _ in range(os.cpu_count() or 1)],
        lambda task, done: finished.append(done),
        lambda task, shares_disk: task,
    )
    work = sum(task.cost * task.until for task in tasks)
    failures = trainer.run(tasks, Progress(Terminal(quiet=True), work, len(tasks)))
    seconds = time.perf_counter() - begun
    if failures or len(finished) != len(tasks):
        raise RuntimeError(
            f"{len(tasks) - len(finished)} runs failed: {[failure.cause for failure in failures]}"
        )
    print(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main()
