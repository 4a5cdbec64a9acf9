"""How long an epoch of a network takes in plain Keras, on all cores.

It is meant for experiments that are `exclusive`: other runs at the same time would change the result. All
networks are timed by one process of plain Keras, which lives as long as the worker that started it.
"""

from __future__ import annotations

import functools
import json
import math
import os
import subprocess
import sys
import tempfile
import weakref
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO

from exercise import mnist
from exercise.networks import CLASSES, Network, Timing
from labreport import Fit
from labreport.errors import LabReportError

PROGRAM = Path(__file__).with_name("plain_fit.py")
THREAD_LIMITS = ("_NUM_THREADS", "TF_NUM_INTRAOP", "TF_NUM_INTEROP")
"""Parts of the names of environment variables that limit the number of threads."""


DISTURBED = 1.5
"""An epoch that takes this many times as long as an earlier one of its network is measured again, since other
programs may have disturbed it.
"""
ATTEMPTS = 4
"""The maximal number of measurements of an epoch; the shortest is used."""


def time_epoch(timing: Timing, seed: int) -> Fit:
    """Train one epoch of the network in plain Keras, and return its `epoch seconds`, validation included.

    The seed has no effect: it is the number of the round, in which all networks are timed in turn. Raises
    `LabReportError` if the process ends.
    """
    keras = plain_keras()
    fastest = keras.fastest.get(timing.network, math.inf)
    attempts = [keras.seconds_of_epoch(timing.network)]
    while min(attempts) > DISTURBED * fastest and len(attempts) < ATTEMPTS:
        attempts.append(keras.seconds_of_epoch(timing.network))
    seconds = min(attempts)
    keras.fastest[timing.network] = min(seconds, fastest)
    return Fit({"epoch seconds": seconds})


@functools.cache
def plain_keras() -> PlainKeras:
    """The process of plain Keras, started once in each worker."""
    return PlainKeras()


class PlainKeras:
    """A process that runs `plain_fit.py` on all cores of the machine."""

    def __init__(self) -> None:
        self.fastest: dict[Network, float] = {}
        """The shortest epoch of each network so far, in seconds."""
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        self._process: subprocess.Popen[str] = subprocess.Popen(
            [sys.executable, str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env=_environment(),
        )
        weakref.finalize(self, _end, self._process, self._errors)
        self._send({"data": str(mnist.PACKAGED), "classes": CLASSES})

    def seconds_of_epoch(self, network: Network) -> float:
        """Train one more epoch of the network. Raises `LabReportError` if the process has ended."""
        self._send(asdict(network))
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        try:
            return float(line)
        except ValueError:
            raise LabReportError(f"plain Keras could not be timed: {self._last_words(line)}") from None

    def _send(self, message: object) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it has ended; `seconds_of_epoch` says why
            print(json.dumps(message), file=self._process.stdin, flush=True)

    def _last_words(self, line: str) -> str:
        """The last line on standard error, or else the line that should be a number."""
        self._process.wait()
        self._errors.seek(0)
        errors = self._errors.read().strip().splitlines()
        if errors:
            return errors[-1]
        return line.strip() or "it ended"


def _environment() -> dict[str, str]:
    """The environment variables of this process, without those that limit threads."""
    variables = {"TF_CPP_MIN_LOG_LEVEL": "3"}
    for name, value in os.environ.items():
        if not any(part in name for part in THREAD_LIMITS):
            variables.setdefault(name, value)
    return variables


def _end(process: subprocess.Popen[str], errors: IO[str]) -> None:
    """End the process, and wait for its end."""
    process.kill()
    process.communicate()
    errors.close()
