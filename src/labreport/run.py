"""What the engine asks of an author's code: a fit in one step, or a run that trains epoch by epoch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Arrays = Mapping[str, Any]
"""Names to NumPy arrays; no object arrays."""


@dataclass(frozen=True)
class Fit:
    """What `fit(specification, seed)` returns: what was measured, and the arrays worth keeping.

    `metrics` are numbers by name, in one level or two: `{"accuracy": 0.9}` or
    `{"test": {"accuracy": 0.9}}`, which is read as `"test accuracy"`. `arrays` are NumPy arrays, or lists
    that NumPy makes arrays of: numbers, booleans and texts.
    """

    metrics: Mapping[str, Any] = field(default_factory=dict)
    arrays: Arrays = field(default_factory=dict)


Fitting = Callable[[Any, int], Fit]
"""`fit(specification, seed)`: a whole run in one step."""


class Run(Protocol):
    """A training that can be driven epoch by epoch, looked at, and stopped anywhere in between."""

    def advance(self) -> dict[str, Any]:
        """Train one epoch and return its record: plain JSON values, `"seconds"` among them."""

    def snapshot(self) -> tuple[dict[str, Any], Arrays]:
        """Exact metrics (plain JSON values) and arrays worth keeping at this epoch."""

    def state(self) -> Arrays:
        """All that `start` needs to continue from here and end in the same bits."""


class Start(Protocol):
    """`start(specification, seed, epoch=0, state=None)`: a run that has been trained for `epoch` epochs."""

    def __call__(self, specification: Any, seed: int, epoch: int = 0, state: Arrays | None = None) -> Run:
        """Begin from nothing, or continue from `state`, which is what `Run.state` returned at `epoch`."""
