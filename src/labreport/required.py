"""What a reader of results takes for granted about them, checked before anything runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from labreport.experiment import Experiment, Study
from labreport.texts import enumeration

LAST = 0
"""Stands for an experiment's last epoch where snapshots are required."""


@dataclass(frozen=True)
class Required:
    """What a reader takes for granted about an experiment, or about every cell of a study, that it reads.

    It reads records of so many `epochs`, and the `snapshots` at these epochs, of which `LAST` is the last.
    """

    name: str
    snapshots: tuple[int, ...] = ()
    epochs: int = 1

    def missing(self, experiment: Experiment) -> tuple[str, str]:
        """What `experiment` lacks and how to give it that, in words, and in which field; empty if nothing."""
        if experiment.epochs < self.epochs:
            text = f"{self.epochs} epochs of {experiment.name!r}, which has {experiment.epochs}"
            return f"{text}; give it {self.epochs} epochs or more", "epochs"
        wanted = {epoch or experiment.epochs for epoch in self.snapshots}
        lacking = sorted(wanted - set(experiment.snapshots))
        if not lacking:
            return "", ""
        kept, wanting = (enumeration([*map(str, each)]) for each in (experiment.snapshots, lacking))
        text = f"epoch {wanting} of {experiment.name!r}, which keeps epoch {kept}"
        text += f"; add {wanting} to its snapshots"
        more = "" if max(lacking) <= experiment.epochs else f", and give it {max(lacking)} epochs"
        return text + more, "snapshots"


def required(
    read: Experiment | Study | Iterable[Experiment | Study], *snapshots: int, epochs: int = 1
) -> tuple[Required, ...]:
    """What is required of each of these experiments and studies alike."""
    each = (read,) if isinstance(read, (Experiment, Study)) else read
    return tuple(Required(one.name, snapshots, epochs) for one in each)
