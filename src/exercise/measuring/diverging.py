"""Trainings whose loss ran away: it is not a number any more, or far above that of guessing."""

from __future__ import annotations

import math

from exercise.measuring.measures import exact, source
from exercise.networks import CLASSES
from labreport.claims import Claim, Quantity
from labreport.claims.decide import counted
from labreport.results import Result, Runs

GUESSING = math.log(CLASSES)
"""Cross-entropy (nat) of naming every digit with the same probability."""
DIVERGED = 2 * GUESSING
"""A training that ends with a greater loss than twice that of guessing has diverged."""


def has_diverged(run: Result) -> bool:
    """Whether the loss on training data in the last epoch is not a finite number, or above `DIVERGED`."""
    loss = float(run.records[-1]["loss"])
    return not math.isfinite(loss) or loss > DIVERGED


def converged(runs: Runs, prefix: str = "") -> tuple[dict[str, Quantity], Claim]:
    """In how many seeds a training diverged, and the claim that none did."""
    count = sum(map(has_diverged, runs))
    origin = source(
        runs, "seeds whose last training loss is above twice that of guessing, or is not a number"
    )
    quantities = {
        f"{prefix}diverged": exact(count, "seeds", origin, "seeds"),
        f"{prefix}threshold.diverged": exact(DIVERGED, "nat", "twice the logarithm of the number of digits"),
    }
    name = f"{prefix}converged"
    predicate = f"{runs.experiment.name}: no training diverges"
    return quantities, counted(name, predicate, not count, (f"{prefix}diverged",))
