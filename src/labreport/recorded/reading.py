"""What answers and figures ask of recorded runs: they differ in length, lack seeds, and may have diverged."""

from __future__ import annotations

from typing import Any

from labreport.errors import UsageError
from labreport.recorded.shape import DIVERGED
from labreport.results import Result, Runs
from labreport.suggest import did_you_mean


def final_values(runs: Runs, metric: str) -> dict[int, float]:
    """The last value of a metric by seed, without runs in which it diverged or was not measured.

    Raises `UsageError` for a metric that no run has.
    """
    found = {run.seed: value for run in runs if (value := _final(run, metric)) is not None}
    if not found and not any(metric in record for run in runs for record in run.records):
        raise _unknown(runs, metric)
    return found


def curves(runs: Runs, metric: str) -> dict[int, list[tuple[int, float]]]:
    """By seed, pairs of epoch (rows counted from 1) and value, where it was measured and finite."""
    found = {
        run.seed: [(row, record[metric]) for row, record in enumerate(run.records, 1) if metric in record]
        for run in runs
    }
    if not any(found.values()):
        raise _unknown(runs, metric)
    return found


def facts(*experiments: Runs) -> dict[str, Any]:
    """What is uneven: runs of each experiment, seeds that others have, lengths, and where runs diverged."""
    every = sorted({seed for runs in experiments for seed in runs.seeds})
    return {
        runs.experiment.name: {
            "runs": len(runs),
            "missing_seeds": [seed for seed in every if seed not in runs.seeds],
            "epochs": {str(run.seed): len(run.records) for run in runs},
            "diverged": {str(run.seed): at for run in runs if (at := _last(run).get(DIVERGED)) is not None},
        }
        for runs in experiments
    }


def _last(run: Result) -> dict[str, Any]:
    return dict(run.snapshots[max(run.snapshots)].metrics)


def _final(run: Result, metric: str) -> float | None:
    found: Any = _last(run)
    for part in metric.split("/"):
        found = found.get(part) if isinstance(found, dict) else None
    return float(found) if isinstance(found, (int, float)) else None


def _unknown(runs: Runs, metric: str) -> UsageError:
    known = sorted({name for run in runs for record in run.records for name in record})
    return UsageError(f"{runs.experiment.name!r} has no metric {metric!r}{did_you_mean(metric, known)}")
