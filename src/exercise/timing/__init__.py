"""How long an epoch of a network takes by plain Keras, on all cores.

Meant for an experiment that is `exclusive`: only where nothing runs beside it are times those of one network.
Programs of others may run beside it all the same. Then the epochs differ, and they are all measured again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import weakref
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from exercise import mnist
from exercise.networks import CLASSES, TIMED_EPOCHS, Timing, steady
from labreport.errors import ExperimentFailed
from labreport.run import Arrays

PROGRAM = Path(__file__).with_name("plain_fit.py")
LIMITING = ("_NUM_THREADS", "TF_NUM_INTRAOP", "TF_NUM_INTEROP")
"""Parts of the names of variables that limit a process to some threads."""
ATTEMPTS = 4
"""How often the epochs are measured at most, until they are steady."""


def start(specification: Timing, seed: int, epoch: int = 0, state: Arrays | None = None) -> TimingRun:
    """A run that times epochs of `specification`; one that continues knows what was measured before."""
    return TimingRun(specification, epoch, [float(each) for each in (state or {}).get("seconds", ())])


class TimingRun:
    """Times the network of `timing`; see `labreport.run.Run`."""

    def __init__(self, timing: Timing, epoch: int, seconds: list[float]) -> None:
        self._timing = timing
        self._epoch = epoch
        self._seconds = seconds

    def advance(self) -> dict[str, Any]:
        """The next of the epochs that were timed. The record holds its seconds, validation included.

        With the first of them all are timed, and all again while they are not steady; those are kept that
        took least in all. Raises `ExperimentFailed` where plain Keras ends.
        """
        if self._epoch >= len(self._seconds):
            self._seconds[self._epoch :] = self._measured()
        self._epoch += 1
        return {"epoch": self._epoch, "seconds": self._seconds[self._epoch - 1]}

    def snapshot(self) -> tuple[dict[str, Any], Arrays]:
        """Nothing but the records is kept."""
        return {}, {}

    def state(self) -> Arrays:
        """What was measured, those that are not told yet included."""
        return {"seconds": self._seconds}

    def _measured(self) -> list[float]:
        """Seconds of so many epochs, one after the other."""
        self._begin()
        attempts: list[list[float]] = []
        while len(attempts) < ATTEMPTS and not (attempts and steady(attempts[-1])):
            attempts.append([self._fit() for _ in range(TIMED_EPOCHS)])
        return attempts[-1] if steady(attempts[-1]) else min(attempts, key=sum)

    def _begin(self) -> None:
        """Start plain Keras: here, because a run that continues may have been told all seconds."""
        self._told = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        free = {
            name: value for name, value in os.environ.items() if not any(part in name for part in LIMITING)
        }
        self._process: subprocess.Popen[str] = subprocess.Popen(
            [sys.executable, str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._told,
            text=True,
            env={**free, "TF_CPP_MIN_LOG_LEVEL": "3"},
        )
        weakref.finalize(self, _end, self._process, self._told)
        given = {"data": str(mnist.PACKAGED), "classes": CLASSES, "network": asdict(self._timing.network)}
        self._say(json.dumps(given))
        self._fit()  # the first epoch, in which Keras compiles, is not counted

    def _fit(self) -> float:
        """Seconds of the next epoch of plain Keras."""
        self._say("continue")
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        try:
            return float(said)
        except ValueError:
            self._process.wait()
            self._told.seek(0)
            last = self._told.read().strip().splitlines()[-1:] or [said.strip() or "it ended"]
            raise ExperimentFailed(f"plain Keras could not be timed: {last[0]}") from None

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it has ended; `_fit` says why
            print(line, file=self._process.stdin, flush=True)


def _end(process: subprocess.Popen[str], told: IO[str]) -> None:
    """End plain Keras, and wait until it is gone: the next network is timed with nothing beside it."""
    process.kill()
    process.communicate()
    told.close()
