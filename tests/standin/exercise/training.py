"""The stand-in trainer: bits depend only on specification and seed, and it continues from its state.

Three environment variables serve tests. `STANDIN_LOG` names a file that gets one line for each start
and each epoch, except for those by which the engine proves that a state holds all. `STANDIN_SLOW` is how
many seconds more each epoch takes. `STANDIN_FAULT` is `RATE#SEED@EPOCH:DEED`: in that epoch of that walk
the deed is done, which is `raise`, `die` (the worker kills itself), `die-once` (it does so the first time
only), `kill-build` (it kills the build, too), or a signal: `NAME-build` to the build, `NAME-group` to it
and all its workers, `NAME-worker` to the worker itself, where NAME is `INT`, `TERM` or `KILL`. With `+MS`
behind it, a signal is sent so many milliseconds later, while the walk continues.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import numpy
import numpy.typing

from exercise.walks import Walk
from labreport.run import Arrays

Vector = numpy.typing.NDArray[numpy.float64]

_SIGNALS = {"INT": signal.SIGINT, "TERM": signal.SIGTERM, "KILL": signal.SIGKILL}

TARGET = Path(__file__).with_name("data") / "target.txt"
_REACHED: dict[tuple[Walk, int], int] = {}
"""The last epoch of each walk and seed that this process has trained."""


class WalkRun:
    """A walk that is at `epoch`."""

    def __init__(self, walk: Walk, seed: int, epoch: int, position: Vector, target: Vector) -> None:
        self._walk = walk
        self._seed = seed
        self._epoch = epoch
        self._position = position
        self._target = target

    def advance(self) -> dict[str, Any]:
        """Walk one epoch; its seconds are the specification's, so that records are equal bit for bit."""
        self._epoch += 1
        if self._epoch > _REACHED.get((self._walk, self._seed), 0):
            _REACHED[self._walk, self._seed] = self._epoch
            _log("epoch", self._walk, self._seed, self._epoch)
            _maybe_fail(self._walk, self._seed, self._epoch)
        time.sleep(self._walk.pause + float(os.environ.get("STANDIN_SLOW", "0")))
        stumble = numpy.random.default_rng([self._seed, self._epoch]).normal(size=self._position.shape)
        step = self._walk.rate * (self._target - self._position) + self._walk.noise * stumble
        self._position = self._position + step
        loss = self._loss()
        return {
            "loss": loss,
            "accuracy": 1 / (1 + loss),
            "validation_loss": 1.1 * loss,
            "validation_accuracy": 1 / (1 + 1.1 * loss),
            "seconds": self._walk.pause,
        }

    def snapshot(self) -> tuple[dict[str, Any], Arrays]:
        """Loss and accuracy of each split, and where the walk is."""
        loss = self._loss()
        metrics = {
            split: {"loss": factor * loss, "accuracy": 1 / (1 + factor * loss)}
            for split, factor in (("training", 1.0), ("validation", 1.1), ("test", 1.2))
        }
        return metrics, {
            "position": self._position.astype(numpy.float32),
            "distance": self._target - self._position,
        }

    def state(self) -> Arrays:
        """The position; all else follows from specification, seed and epoch."""
        return {"position": self._position}

    def _loss(self) -> float:
        return float(numpy.mean((self._target - self._position) ** 2))


def start(specification: Walk, seed: int, epoch: int = 0, state: Arrays | None = None) -> WalkRun:
    """Begin at a random place, or continue from `state`."""
    if epoch == 0 or epoch > _REACHED.get((specification, seed), 0):
        _REACHED[specification, seed] = epoch
        _log("start", specification, seed, epoch)
    target: Vector = numpy.loadtxt(TARGET)
    if state is None:
        position = numpy.random.default_rng([seed, 0]).normal(size=target.shape)
    else:
        position = numpy.array(state["position"])
    return WalkRun(specification, seed, epoch, position, target)


def _log(event: str, walk: Walk, seed: int, epoch: int) -> None:
    path = os.environ.get("STANDIN_LOG")
    if path:
        with open(path, "a", encoding="utf-8") as stream:
            stream.write(
                f"{event} rate={walk.rate} noise={walk.noise} seed={seed} epoch={epoch} pid={os.getpid()}\n"
            )


def _maybe_fail(walk: Walk, seed: int, epoch: int) -> None:
    fault = os.environ.get("STANDIN_FAULT", "")
    where, _, deed = fault.partition(":")
    if where != f"{walk.rate}#{seed}@{epoch}":
        return
    if deed == "raise":
        raise RuntimeError("the walk lost its way")
    name, _, whom = deed.partition("+")[0].partition("-")
    if name in _SIGNALS:
        delay = int(deed.partition("+")[2] or 0) / 1000
        if delay:
            threading.Timer(delay, _send, (_SIGNALS[name], whom)).start()
        else:
            _send(_SIGNALS[name], whom)
    if deed == "kill-build":
        os.kill(os.getppid(), signal.SIGKILL)
    if deed in ("die", "kill-build"):
        os.kill(os.getpid(), signal.SIGKILL)
    if deed == "die-once":
        marker = Path(os.environ["STANDIN_LOG"] + ".died")
        if not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)


def _send(number: signal.Signals, whom: str) -> None:
    if whom == "group":
        os.killpg(0, number)
    else:
        os.kill(os.getppid() if whom == "build" else os.getpid(), number)
