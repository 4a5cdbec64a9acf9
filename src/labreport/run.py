"""What the engine asks of an author's code: a fit in one step or a run epoch by epoch, and checks."""

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


@dataclass(frozen=True)
class Check:
    """One thing that a verification checked.

    `name` says what was checked, `detail` what was found: how much agreed, or the first difference.

    `kind` says in words what checks of its sort have in common, for a summary. What could not be `compared`
    with anything has neither passed nor failed. `since` is the day on which it was made, if not now.
    """

    name: str
    passed: bool
    detail: str
    kind: str
    compared: bool = True
    since: str = ""

    @property
    def result(self) -> str:
        """In one word: `passed`, `failed` or `open`."""
        return "failed" if not self.passed else "passed" if self.compared else "open"
