"""What the engine asks of a trainer: an object that trains one epoch when told to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

Arrays = Mapping[str, Any]
"""Names to NumPy arrays; no object arrays."""


class Run(Protocol):
    """A training that can be driven epoch by epoch, looked at, and stopped anywhere in between."""

    def advance(self) -> dict[str, Any]:
        """Train one epoch and return its record: plain JSON values, `"seconds"` among them."""

    def snapshot(self) -> tuple[dict[str, Any], Arrays]:
        """Exact metrics (plain JSON values) and arrays worth keeping at this epoch."""

    def state(self) -> Arrays:
        """All that `start` needs to go on from here and end in the same bits."""


class Start(Protocol):
    """`start(specification, seed, epoch=0, state=None)`: a run that stands at `epoch`."""

    def __call__(self, specification: Any, seed: int, epoch: int = 0, state: Arrays | None = None) -> Run:
        """Begin anew, or go on from `state`, which is what `Run.state` returned at `epoch`."""
