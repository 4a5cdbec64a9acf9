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
from labreport.errors import LabReportError
from labreport.project import Arrays

PROGRAM = Path(__file__).with_name("plain_fit.py")
LIMITING = ("_NUM_THREADS", "TF_NUM_INTRAOP", "TF_NUM_INTEROP")
"""Parts of the names of variables that limit a process to some threads."""
ATTEMPTS = 4
"""How often the epochs are measured at most, until they are steady."""


def start(specification: Timing, seed: int, epoch: int = 0, state: Arrays | None = None) -> TimingRun:
    """A run that times epochs of `specification`; one that continues knows what was measured before."""
    return TimingRun(specification, [float(each) for each in (state or {}).get("seconds", ())])


class TimingRun:
    """Times the network of `timing`; see `labreport.project.Training`."""

    def __init__(self, timing: Timing, seconds: list[float]) -> None:
        self._timing = timing
        self._seconds = seconds
        """Of all epochs that were measured, in order."""

    def advance(self) -> dict[str, Any]:
        """Measure one epoch; the record holds its seconds, validation included.

        With the last of them all are measured again while they are not steady, `ATTEMPTS` times at most; no
        record tells that. Raises `LabReportError` where plain Keras ends.
        """
        if not hasattr(self, "_process"):
            self._begin()
        self._seconds.append(self._fit())
        record = {"epoch": len(self._seconds), "seconds": self._seconds[-1]}
        if len(self._seconds) == TIMED_EPOCHS:
            while len(self._seconds) < ATTEMPTS * TIMED_EPOCHS and not steady(self._kept()):
                self._seconds += [self._fit() for _ in range(TIMED_EPOCHS)]
        return record

    def snapshot(self) -> tuple[dict[str, Any], Arrays]:
        """`seconds`, shape (epochs,): those of the first steady measurement, else of the quickest."""
        return {}, {"seconds": self._kept()}

    def state(self) -> Arrays:
        """All that was measured."""
        return {"seconds": self._seconds}

    def _kept(self) -> list[float]:
        starts = range(0, len(self._seconds), TIMED_EPOCHS)
        attempts = [self._seconds[each : each + TIMED_EPOCHS] for each in starts]
        return next(filter(steady, attempts), None) or min(attempts, key=sum)

    def _begin(self) -> None:
        """Start plain Keras, which a run that continues with all epochs measured does not need."""
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
            raise LabReportError(f"plain Keras could not be timed: {last[0]}") from None

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it has ended; `_fit` says why
            print(line, file=self._process.stdin, flush=True)


def _end(process: subprocess.Popen[str], told: IO[str]) -> None:
    """End plain Keras, and wait until it is gone: the next network is timed with nothing beside it."""
    process.kill()
    process.communicate()
    told.close()
