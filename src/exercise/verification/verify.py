"""Every stored snapshot measured again, then every answer from what was measured."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from exercise.networks import Network
from exercise.verification.answers import answer_checks
from exercise.verification.compare import differences
from exercise.verification.plain import Measurement, measure, plain_model
from labreport.errors import StoreError
from labreport.processes import cores
from labreport.results import Results, Runs, Snapshot
from labreport.run import Check


def verify(results: Results) -> Iterator[Check]:
    """A check for each experiment: its snapshots of all seeds by plain Keras, confusion matrices of the test
    images, and `count_params`; then a check for each answer, from what plain Keras found.
    """
    measured: dict[str, Runs] = {}
    with ThreadPoolExecutor(cores()) as pool:  # one thread of TensorFlow's takes part in each
        for name, runs in results.items():
            network = runs.experiment.specification
            if not isinstance(network, Network):
                measured[name] = runs  # times leave no weights
                continue
            measurements = pool.map(
                partial(_measured, network), (each for run in runs for each in run.snapshots.values())
            )
            found: list[str] = []
            again = []
            for run in runs:
                snapshots = dict(run.snapshots)
                for (epoch, snapshot), measurement in zip(run.snapshots.items(), measurements, strict=False):
                    where = f"seed {run.seed}, epoch {epoch}: "
                    if isinstance(measurement, StoreError):
                        found.append(f"{where}{measurement}")
                        continue
                    snapshots[epoch] = _as_snapshot(snapshot, measurement)
                    record = run.records[epoch - 1]
                    wrong = differences(network, record, snapshot, measurement)
                    found += [f"{where}{difference}" for difference in wrong]
                again.append(replace(run, snapshots=snapshots))
            measured[name] = Runs(runs.experiment, tuple(again))
            yield Check(
                f"plain Keras {name}",
                not found,
                found[0] if found else _agreement(runs, network),
                "experiments, every snapshot evaluated by plain Keras",
            )
    yield from answer_checks(results, measured)


def _measured(network: Network, snapshot: Snapshot) -> Measurement | StoreError:
    try:
        return measure(plain_model(network, threading.get_ident()), snapshot.arrays)
    except StoreError as error:
        return error


def _as_snapshot(snapshot: Snapshot, measurement: Measurement) -> Snapshot:
    """The snapshot as plain Keras sees it; weights are as they were stored."""
    arrays = {
        **snapshot.arrays,
        "predictions": measurement.test.digits,
        "confidence": measurement.test.confidence,
        "validation_predictions": measurement.validation.digits,
    }
    return Snapshot(snapshot.epoch, measurement.metrics, lambda: arrays)


def _agreement(runs: Runs, network: Network) -> str:
    snapshots = sum(len(run.snapshots) for run in runs)
    return f"{snapshots} snapshots and their confusion matrices, {network.parameters:,} parameters"
