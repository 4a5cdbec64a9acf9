"""Part three: a network of three hidden layers that works, beside those of part one."""

from __future__ import annotations

from statistics import median_low

import numpy as np

from exercise.answers.comparing import comparisons
from exercise.answers.families import EPOCH, GOAL, MOMENTS, TEST, VALIDATION
from exercise.answers.measures import (
    accuracy,
    exact,
    network_of,
    recorded_accuracy,
    seeds_differing,
    shared_seeds,
    source,
    split,
)
from labreport.claims import Answer, Claim, Quantity
from labreport.claims.decide import all_of, counted
from labreport.results import Results, Runs

NEVER = 10**9
"""Stands for an epoch that is never reached, and sorts after all others."""
SIMILAR = 1.5
"""Numbers of epochs are similar when the larger is at most this many times the smaller."""


def goal(results: Results) -> Answer:
    """The complex network against the goal on validation and test data."""
    runs = results["complex"]
    epoch = runs.experiment.epochs
    quantities = {
        "threshold": exact(GOAL, "fraction", "exercise"),
        "epochs": exact(epoch, "epochs", "catalogue: complex"),
        "seeds": exact(len(runs), "seeds", source(runs, "count")),
        "hidden_layers": exact(len(network_of(runs).hidden_layers), "hidden layers", "catalogue: complex"),
        "nodes": exact(network_of(runs).hidden_layers[0], "nodes", "catalogue: complex"),
        "momentum": exact(network_of(runs).momentum, "", "catalogue: complex"),
        "learning_rate": exact(network_of(runs).learning_rate, "", "catalogue: complex"),
        "parameters": exact(network_of(runs).parameters, "parameters", "catalogue: complex"),
        "training_accuracy": accuracy(runs, epoch, "training"),
        "first_epoch_above": _first_epoch_above(runs),
    }
    compare = comparisons(results)
    claims: dict[str, Claim] = {}
    for kind, metric in (("validation", VALIDATION), ("test", TEST)):
        found = compare("complex", GOAL, metric)
        quantities[f"{kind}_accuracy"] = accuracy(runs, epoch, kind)
        quantities |= found.quantities(f"{kind}_margin")
        numbers = (f"{kind}_accuracy", f"{kind}_margin", "threshold")
        claims[kind] = found.claim(kind, f"{kind} accuracy > goal", numbers)
    claims["both"] = all_of("both", "validation and test accuracy > goal", list(claims.values()))
    return Answer(quantities, claims)


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


def best(results: Results) -> Answer:
    """The complex network against the better one of part one, which validation data picks."""
    runs = {name: results[name] for name in ("wide", "small", "complex")}
    at = {"wide": EPOCH, "small": EPOCH, "complex": runs["complex"].experiment.epochs}
    quantities: dict[str, Quantity] = {}
    for name, epoch in at.items():
        quantities |= {
            f"{name}.validation_accuracy": accuracy(runs[name], epoch, "validation"),
            f"{name}.test_accuracy": accuracy(runs[name], epoch, "test"),
            f"{name}.epochs": exact(
                epoch, "epochs", "exercise" if name != "complex" else "catalogue: complex"
            ),
            f"{name}.parameters": exact(
                network_of(runs[name]).parameters, "parameters", f"catalogue: {name}"
            ),
        }
    better = max(
        ("wide", "small"),
        key=lambda name: np.mean(runs[name].metric(EPOCH, "validation", "accuracy")),
    )
    compare = comparisons(results)
    difference = compare("complex", better, TEST, None, EPOCH)
    equal_epochs = compare("complex", "small", TEST, MOMENTS[-1])
    quantities |= difference.quantities("difference") | equal_epochs.quantities("equal_epochs")
    quantities |= {
        "equal_epochs.epochs": exact(MOMENTS[-1], "epochs", "exercise"),
        "seeds": shared_seeds(runs["complex"], runs[better]),
        "seeds_differing": seeds_differing(runs["complex"], at["complex"], runs[better], EPOCH),
        "images.test": exact(len(split("test")), "images", "MNIST: test split"),
    }
    claims = {
        "complex-better": difference.claim(
            "complex-better",
            f"test accuracy: complex > {better}",
            ("difference", "complex.test_accuracy", f"{better}.test_accuracy"),
        ),
        "better-at-50": equal_epochs.claim(
            "better-at-50", f"test accuracy after {MOMENTS[-1]} epochs: complex > small", ("equal_epochs",)
        ),
    }
    return Answer(quantities, claims, {"better": better, "rows": list(at)})


def epochs(results: Results) -> Answer:
    """Epochs of the three networks, and whether more of them explain the difference."""
    complex_, wide = results["complex"], results["wide"]
    counts = {"wide": EPOCH, "small": EPOCH, "complex": complex_.experiment.epochs}
    quantities = {
        f"{name}.epochs": exact(count, "epochs", f"exercise and catalogue: {name}")
        for name, count in counts.items()
    }
    ratio = max(counts.values()) / min(counts.values())
    at_equal = comparisons(results)("complex", "wide", VALIDATION, EPOCH)
    quantities |= {
        "ratio": Quantity(ratio, "times", "most epochs over fewest"),
        "threshold.similar": exact(SIMILAR, "times", "fixed in advance"),
        "complex.validation_accuracy": recorded_accuracy(complex_, EPOCH),
        "wide.validation_accuracy": recorded_accuracy(wide, EPOCH),
        **at_equal.quantities("difference"),
    }
    claims: dict[str, Claim] = {
        "similar": counted(
            "similar",
            "most epochs ≤ threshold × fewest epochs",
            ratio <= SIMILAR,
            ("ratio", "threshold.similar"),
        ),
        "better-at-equal-epochs": at_equal.claim(
            "better-at-equal-epochs",
            "validation accuracy after equally many epochs: complex > wide",
            ("difference", "complex.validation_accuracy", "wide.validation_accuracy"),
        ),
    }
    return Answer(quantities, claims, {"rows": list(counts)})
