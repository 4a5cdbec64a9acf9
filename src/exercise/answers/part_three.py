"""Part three: a network of three hidden layers that works, beside those of part one."""

from __future__ import annotations

import numpy as np

from exercise.answers.measures import (
    accuracy,
    by_image,
    compare,
    compare_recorded,
    exact,
    network_of,
    recorded_accuracy,
    source,
    split,
)
from labreport.claims import Answer, Claim, Quantity
from labreport.claims.comparison import against, holm
from labreport.claims.decide import ALPHA, all_of, counted, greater
from labreport.results import Results, Runs

GOAL = 0.92
PART_ONE_EPOCH = 10
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
    kinds = ("validation", "test")
    comparisons = []
    for kind in kinds:
        quantities[f"{kind}_accuracy"] = accuracy(runs, epoch, kind)
        origin = source(runs, f"{kind} accuracy at epoch {epoch} minus goal")
        comparisons.append(against(runs.metric(epoch, kind, "accuracy"), GOAL, len(split(kind)), origin))
        quantities[f"{kind}_margin"] = comparisons[-1].difference
    adjusted = holm([one.p_value if one.p_value is not None else 1.0 for one in comparisons])
    claims = {
        kind: greater(
            kind, f"{kind} accuracy > goal", one, (f"{kind}_accuracy", "threshold"), adjusted_p=p_value
        )
        for kind, one, p_value in zip(kinds, comparisons, adjusted, strict=True)
    }
    claims["both"] = all_of("both", "validation and test accuracy > goal", list(claims.values()))
    return Answer(quantities, claims)


def _first_epoch_above(runs: Runs) -> Quantity:
    """Median over seeds of the first epoch with validation accuracy above the goal.

    None if a seed never gets there.
    """
    firsts = [
        next((epoch for epoch, value in enumerate(curve, start=1) if value > GOAL), None)
        for curve in runs.curve("validation_accuracy")
    ]
    reached = [first for first in firsts if first is not None]
    origin = source(runs, "first epoch with validation accuracy above the goal, median over seeds")
    if len(reached) < len(firsts):
        return Quantity(None, "", origin, len(firsts))
    middle = float(np.median(reached))
    return Quantity(int(middle) if middle.is_integer() else middle, "", origin, len(firsts))


def best(results: Results) -> Answer:
    """The complex network against the better one of part one, which validation data picks."""
    runs = {name: results[name] for name in ("wide", "small", "complex")}
    at = {"wide": PART_ONE_EPOCH, "small": PART_ONE_EPOCH, "complex": runs["complex"].experiment.epochs}
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
        key=lambda name: np.mean(runs[name].metric(PART_ONE_EPOCH, "validation", "accuracy")),
    )
    difference = compare(runs["complex"], at["complex"], runs[better], PART_ONE_EPOCH)
    by_seed = by_image(runs["complex"], at["complex"], runs[better], PART_ONE_EPOCH)
    adjusted = holm([one.p_value if one.p_value is not None else 1.0 for one in by_seed])
    quantities |= {
        "difference": difference.difference,
        "difference.p": Quantity(difference.p_value, "p", difference.test),
        "seeds": exact(len(by_seed), "seeds", "seeds that both networks share"),
        "seeds_differing": exact(
            sum(p_value < ALPHA for p_value in adjusted),
            "seeds",
            "McNemar's exact test of each seed, Holm-corrected",
        ),
        "images.test": exact(len(split("test")), "images", "MNIST: test split"),
    }
    claims = {
        "complex-better": greater(
            "complex-better",
            f"test accuracy: complex > {better}",
            difference,
            ("difference", "complex.test_accuracy", f"{better}.test_accuracy"),
        )
    }
    return Answer(quantities, claims, {"better": better, "rows": list(at)})


def epochs(results: Results) -> Answer:
    """Epochs of the three networks, and whether more of them explain the difference."""
    complex_, wide = results["complex"], results["wide"]
    counts = {"wide": PART_ONE_EPOCH, "small": PART_ONE_EPOCH, "complex": complex_.experiment.epochs}
    quantities = {
        f"{name}.epochs": exact(count, "epochs", f"exercise and catalogue: {name}")
        for name, count in counts.items()
    }
    ratio = max(counts.values()) / min(counts.values())
    at_equal = compare_recorded(complex_, wide, PART_ONE_EPOCH)
    quantities |= {
        "ratio": Quantity(ratio, "times", "most epochs over fewest"),
        "threshold.similar": exact(SIMILAR, "times", "fixed in advance"),
        "complex.validation_accuracy": recorded_accuracy(complex_, PART_ONE_EPOCH),
        "wide.validation_accuracy": recorded_accuracy(wide, PART_ONE_EPOCH),
        "difference": at_equal.difference,
    }
    claims: dict[str, Claim] = {
        "similar": counted(
            "similar",
            "most epochs ≤ threshold × fewest epochs",
            ratio <= SIMILAR,
            ("ratio", "threshold.similar"),
        ),
        "better-at-equal-epochs": greater(
            "better-at-equal-epochs",
            "validation accuracy after equally many epochs: complex > wide",
            at_equal,
            ("difference", "complex.validation_accuracy", "wide.validation_accuracy"),
        ),
    }
    return Answer(quantities, claims, {"rows": list(counts)})
