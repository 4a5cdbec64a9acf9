"""How long an epoch of each network takes: by this program on one thread, and by plain Keras on all of them.

Meant for an experiment that is `exclusive`: only where nothing runs beside it are times those of one network.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from exercise import mnist
from exercise.networks import CLASSES, Network, Timing
from exercise.training.run import start as begin
from labreport.errors import ExperimentFailed
from labreport.run import Arrays

PROGRAM = Path(__file__).with_name("plain_fit.py")
LIMITING = ("_NUM_THREADS", "TF_NUM_INTRAOP", "TF_NUM_INTEROP")
"""Parts of the names of variables that limit a process to some threads."""
PATIENCE = 1_200.0
"""Seconds after which plain Keras is given up."""


def start(specification: Timing, seed: int, epoch: int = 0, state: Arrays | None = None) -> TimesRun:
    """A run of one epoch, in which everything is timed."""
    return TimesRun(specification, seed)


class TimesRun:
    """Times the networks of `timing`; see `labreport.run.Run`."""

    def __init__(self, timing: Timing, seed: int) -> None:
        self._timing = timing
        self._seed = seed

    def advance(self) -> dict[str, Any]:
        """Time every network. The record holds the seconds of each epoch that counts, by network:
        `own seconds` of this program, `fit seconds` of plain Keras.

        Raises `ExperimentFailed` where plain Keras does not finish.
        """
        begun = time.perf_counter()
        return {
            "epoch": 1,
            "own seconds": {name: self._own(network) for name, network in self._timing.networks},
            "fit seconds": self._fit(),
            "seconds": time.perf_counter() - begun,
        }

    def snapshot(self) -> tuple[dict[str, Any], Arrays]:
        """Nothing but the record is kept."""
        return {}, {}

    def state(self) -> Arrays:
        """There is nothing to continue from; the number of epochs stands for that."""
        return {"epochs": np.array([1])}

    def _own(self, network: Network) -> list[float]:
        run = begin(network, self._seed)
        records = [run.advance() for _ in range(1 + self._timing.epochs)]
        return [float(record["seconds"]) for record in records[1:]]

    def _fit(self) -> dict[str, list[float]]:
        given = {
            "data": str(mnist.PACKAGED),
            "classes": CLASSES,
            "epochs": 1 + self._timing.epochs,
            "networks": {name: asdict(network) for name, network in self._timing.networks},
        }
        free = {
            name: value for name, value in os.environ.items() if not any(part in name for part in LIMITING)
        }
        try:
            ran = subprocess.run(
                [sys.executable, str(PROGRAM)],
                input=json.dumps(given),
                capture_output=True,
                text=True,
                env={**free, "TF_CPP_MIN_LOG_LEVEL": "3"},
                timeout=PATIENCE,
            )
            found: dict[str, list[float]] = json.loads(ran.stdout.splitlines()[-1])
        except (OSError, subprocess.TimeoutExpired, IndexError, ValueError) as error:
            said = ran.stderr.strip().splitlines()[-1:] if "ran" in locals() else []
            raise ExperimentFailed(f"plain Keras could not be timed: {' '.join(said) or error}") from error
        return {name: seconds[1:] for name, seconds in found.items()}
