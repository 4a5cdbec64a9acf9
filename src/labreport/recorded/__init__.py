"""Runs that were made elsewhere, in any library: CSV, JSON lines, MLflow's local store, TensorBoard's files.

`recorded` and `recorded_groups` make experiments of them; `final_values`, `curves` and `facts` are for
answers and figures that read them: such runs differ in length, lack seeds, and may have failed. Light:
planning imports it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from labreport.errors import UsageError
from labreport.recorded.declare import recorded, recorded_groups
from labreport.results import Result, Runs
from labreport.suggest import did_you_mean

__all__ = ["curves", "facts", "final_values", "recorded", "recorded_groups"]


def final_values(runs: Runs, metric: str) -> dict[int, float]:
    """The last value of a metric by seed, without runs that gave no finite number.

    Raises `UsageError` for a metric that no run has.
    """
    found = {run.seed: _final(runs, run, metric) for run in runs}
    return {seed: value for seed, value in found.items() if math.isfinite(value)}


def curves(runs: Runs, metric: str) -> dict[int, list[tuple[int, float]]]:
    """By seed, pairs of epoch (rows counted from 1) and value, where it was measured and finite."""
    for run in runs:
        _final(runs, run, metric)
    return {
        run.seed: [
            (row, record[metric])
            for row, record in enumerate(run.records, 1)
            if math.isfinite(record.get(metric, math.nan))
        ]
        for run in runs
    }


def facts(*experiments: Runs) -> dict[str, Any]:
    """What is uneven: runs of each experiment, seeds that others have, lengths, and where runs diverged."""
    every = sorted({seed for runs in experiments for seed in runs.seeds})
    return {
        runs.experiment.name: {
            "runs": len(runs),
            "missing_seeds": [
                seed for seed in every if runs.experiment.design.paired and seed not in runs.seeds
            ],
            "epochs": {str(run.seed): len(run.records) for run in runs},
            "diverged": {str(seed): epoch for seed, epoch in runs.diverged.items()},
        }
        for runs in experiments
    }


def _final(runs: Runs, run: Result, metric: str) -> float:
    """The last value, which may be not a number. Raises `UsageError` where the source has no such metric."""
    found: Any = run.at().metrics
    refused = getattr(found, "refused", {})
    for part in metric.split("/"):
        found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, (int, float)):
        return float(found)
    if metric in refused:
        raise UsageError(refused[metric])
    known = sorted({name for run in runs for record in run.records for name in record})
    raise UsageError(f"{runs.experiment.name!r} has no metric {metric!r}{did_you_mean(metric, known)}")
