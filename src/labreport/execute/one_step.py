"""A fit in one step, as the worker drives every run: one epoch, and a snapshot at its end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from labreport.errors import ExperimentFailed
from labreport.run import Arrays, Fit, Fitting, Start

TIMES = "seconds"
"""What is called so, or ends so, is a time, which differs from run to run: no metric of a record is one."""


def in_one_step(fit: Fitting) -> Start:
    """The way to begin a run of one epoch, which is `fit`."""
    return partial(OneStep, fit)


class OneStep:
    """A run whose only epoch calls `fit(specification, seed)`."""

    def __init__(
        self, fit: Fitting, specification: Any, seed: int, epoch: int = 0, state: Arrays | None = None
    ) -> None:
        self._call = partial(fit, specification, seed)
        self._metrics: dict[str, Any] = {}
        self._arrays: Arrays = {}

    def advance(self) -> dict[str, Any]:
        """Fit. The record holds the seconds that it took, and each metric by its full name.

        Raises `ExperimentFailed` for what is not a `Fit` of numbers.
        """
        began = time.perf_counter()
        found = self._call()
        seconds = time.perf_counter() - began
        if not isinstance(found, Fit):
            raise ExperimentFailed(f"its fit returned a {type(found).__name__}; return labreport.Fit(...)")
        self._metrics, self._arrays = _numbers(found.metrics, "metrics", 0), found.arrays
        flat = {name: value for name, value in _flat(self._metrics) if not name.endswith(TIMES)}
        return {**flat, "seconds": seconds}

    def snapshot(self) -> tuple[dict[str, Any], Arrays]:
        """What the fit returned."""
        return self._metrics, self._arrays

    def state(self) -> Arrays:
        """There is nothing to continue from; the number of epochs stands for that."""
        return {"epochs": [1]}


def _numbers(metrics: Any, where: str, depth: int) -> dict[str, Any]:
    """Metrics as plain numbers, those of NumPy converted."""
    if not isinstance(metrics, Mapping):
        raise ExperimentFailed(f"its {where} are a {type(metrics).__name__}; allowed is a dict of numbers")
    found: dict[str, Any] = {}
    for name, value in metrics.items():
        place = f"{where}[{name!r}]"
        if not isinstance(name, str):
            raise ExperimentFailed(f"its {where} have the name {name!r}; allowed are texts")
        if isinstance(value, Mapping) and depth == 0:
            found[name] = _numbers(value, place, depth + 1)
            continue
        if hasattr(value, "item") and getattr(value, "size", 0) == 1:
            value = value.item()  # a number of NumPy
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            kind = type(value).__name__
            raise ExperimentFailed(f"its {place} is a {kind}; allowed are numbers, in one level or two")
        found[name] = value
    return found


def _flat(metrics: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in metrics.items():
        if isinstance(value, Mapping):
            yield from ((f"{name} {inner}", number) for inner, number in value.items())
        else:
            yield name, value
