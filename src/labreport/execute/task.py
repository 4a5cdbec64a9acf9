"""One training as it travels to a worker; plain and picklable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from labreport.fingerprint.observed import Allowed
from labreport.trajectory import Trajectory


@dataclass(frozen=True)
class Task:
    """Continue from `trajectory` until it has `epochs` epochs and all of `snapshots`.

    `start` names the function, `"module:function"`, that begins a run, or with `one_step`, does all of it
    (see `labreport.execute.one_step`). `program` groups tasks that share compiled programs;
    `cost` is the expected work of one epoch, in any unit. Tasks of a lower `rank` go first.
    """

    trajectory: Trajectory
    specification: Any
    start: str
    epochs: int
    snapshots: tuple[int, ...]
    source: str
    threads: int = 1
    program: str = ""
    cost: float = 1.0
    one_step: bool = False
    allowed: Allowed | None = None
    """What may be loaded and read for it."""
    rank: int = 0
    exclusive: bool = False
    """Whether no other task may be carried out at the same time."""
    title: str = ""
    """What an exclusive one is called on the screen."""

    @property
    def key(self) -> str:
        """The key of the trajectory."""
        return self.trajectory.key

    @property
    def name(self) -> str:
        """The experiment that it is first trained for."""
        return self.trajectory.name

    @property
    def seed(self) -> int:
        """The seed to train with."""
        return self.trajectory.seed

    @property
    def remaining(self) -> int:
        """Epochs still to train."""
        return sum(end - begin for begin, end in self.trajectory.stretches(self.epochs, self.snapshots))

    @property
    def work(self) -> float:
        """The expected work that is left."""
        return self.cost * self.remaining
