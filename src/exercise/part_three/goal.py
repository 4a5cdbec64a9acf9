"""Whether a network of three hidden layers exceeds what the exercise asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exercise.catalogue import COMPLEX
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.comparing import comparisons
from exercise.measuring.curves import complex_curves
from exercise.measuring.diverging import converged
from exercise.measuring.families import GOAL, TEST, VALIDATION
from exercise.measuring.measures import (
    accuracy,
    between_splits,
    exact,
    first_and_last,
    network_of,
    nodes_in_each,
    source,
)
from exercise.set_up.references import REFERENCE_POINTS
from labreport.claims import Answer, Claim, Comparison, Family, Quantity
from labreport.claims.decide import all_of
from labreport.claims.decision import decide
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


@question(
    "Does the network exceed 92 % on validation and on test data?",
    slug="part-three.goal",
    reads=COMPLEX,
    requires=required(COMPLEX, LAST),
    figures=(complex_curves,),
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
        **_first_epochs_above(runs),
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
    for point in REFERENCE_POINTS:
        quantities[f"reference.{point.key}"] = exact(point.accuracy, "fraction", point.source)
    points = [{"key": f"reference.{point.key}", "name": point.name} for point in REFERENCE_POINTS]
    fit = decide([between_splits(runs, epoch, "training", "validation")])[0]
    quantities |= fit.quantities("training_minus_validation")
    claims["training-higher"] = fit.claim(
        "training-higher", "training accuracy > validation accuracy", ("training_minus_validation",)
    )
    diverged, claim = converged(runs)
    return Answer(quantities | diverged, {**claims, claim.name: claim}, {"reference_points": points})


def _first_epochs_above(runs: Runs) -> dict[str, Quantity]:
    """The first epochs in which validation accuracy exceeds the goal, over the seeds."""
    found = [
        next((epoch for epoch, value in enumerate(curve, start=1) if value > GOAL), None)
        for curve in runs.curve("validation_accuracy")
    ]
    return first_and_last(
        "above_goal", found, source(runs, "first epoch with validation accuracy above the goal")
    )
