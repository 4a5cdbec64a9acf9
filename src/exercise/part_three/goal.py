"""Whether a network of three hidden layers exceeds what the exercise asks for."""

from __future__ import annotations

from statistics import median_low
from typing import TYPE_CHECKING

from exercise.catalogue import COMPLEX
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.comparing import comparisons
from exercise.measuring.curves import CURVES
from exercise.measuring.diverging import converged
from exercise.measuring.families import GOAL, TEST, VALIDATION
from exercise.measuring.measures import (
    accuracy,
    exact,
    network_of,
    nodes_in_each,
    source,
)
from labreport.claims import Answer, Claim, Comparison, Family, Quantity
from labreport.claims.decide import all_of
from labreport.later import later
from labreport.outline import question
from labreport.required import LAST, required
from labreport.results import Results, Runs

if TYPE_CHECKING:
    import numpy as np
else:
    np = later("numpy")

GOALS = Family(
    "goal of part three", tuple(Comparison("complex", GOAL, metric) for metric in (VALIDATION, TEST))
)


NEVER = 10**9
"""Stands for an epoch that is never reached, and sorts after all others."""


@question(
    "Does the network exceed 92 % on validation and on test data?",
    slug="part-three.goal",
    reads=COMPLEX,
    requires=required(COMPLEX, LAST),
    figures=(CURVES[COMPLEX.name],),
    checks=[
        ("validation_accuracy", checked_accuracy(COMPLEX, split="validation")),
        ("test_accuracy", checked_accuracy(COMPLEX)),
    ],
)
def goal(results: Results) -> Answer:
    """The complex network against the goal on validation and test data."""
    runs = results["complex"]
    epoch = runs.experiment.epochs
    quantities = {
        "threshold": exact(GOAL, "fraction", "exercise"),
        "epochs": exact(epoch, "epochs", "catalogue: complex"),
        "seeds": exact(len(runs), "seeds", source(runs, "count")),
        "hidden_layers": exact(len(network_of(runs).hidden_layers), "hidden layers", "catalogue: complex"),
        "nodes": exact(nodes_in_each(network_of(runs)), "nodes", "catalogue: complex"),
        "momentum": exact(network_of(runs).momentum, "", "catalogue: complex"),
        "learning_rate": exact(network_of(runs).learning_rate, "", "catalogue: complex"),
        "parameters": exact(network_of(runs).parameters, "parameters", "catalogue: complex"),
        "training_accuracy": accuracy(runs, epoch, "training"),
        "first_epoch_above": _first_epoch_above(runs),
    }
    compare = comparisons(results, GOALS)
    claims: dict[str, Claim] = {}
    for kind, metric in (("validation", VALIDATION), ("test", TEST)):
        found = compare("complex", GOAL, metric)
        quantities[f"{kind}_accuracy"] = accuracy(runs, epoch, kind)
        quantities |= found.quantities(f"{kind}_margin")
        numbers = (f"{kind}_accuracy", f"{kind}_margin", "threshold")
        claims[kind] = found.claim(kind, f"{kind} accuracy > goal", numbers)
    claims["both"] = all_of("both", "validation and test accuracy > goal", list(claims.values()))
    diverged, claim = converged(runs)
    return Answer(quantities | diverged, {**claims, claim.name: claim})


def _first_epoch_above(runs: Runs) -> Quantity:
    """The epoch by which half of the seeds have exceeded the goal on validation data for the first time.

    None if fewer than half ever do.
    """
    firsts = sorted(
        next((epoch for epoch, value in enumerate(curve, start=1) if value > GOAL), NEVER)
        for curve in runs.curve("validation_accuracy")
    )
    middle = median_low(firsts)
    origin = source(runs, "epoch by which half of the seeds have validation accuracy above the goal")
    return Quantity(None if middle == NEVER else middle, "", origin, len(firsts), varies_with="seeds")
