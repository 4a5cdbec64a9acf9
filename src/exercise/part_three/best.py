"""The network of three hidden layers against the better one of part one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exercise.catalogue import COMPLEX, SMALL, WIDE
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.comparing import comparisons
from exercise.measuring.families import COMPLEX_SIMPLE, EPOCH, MOMENTS, SAME, TEST
from exercise.measuring.measures import (
    accuracy,
    exact,
    network_of,
    seeds_differing,
    shared_seeds,
    split,
)
from labreport.claims import Answer, Comparison, Family, Quantity
from labreport.later import later
from labreport.outline import question
from labreport.required import LAST, required
from labreport.results import Results

if TYPE_CHECKING:
    import numpy as np
else:
    np = later("numpy")

BEST = Family(
    "part three against part one",
    tuple(Comparison("complex", name, TEST, None, EPOCH, margin=SAME) for name in ("wide", "small")),
)


@question(
    "Which network is best on test data, this one or one of part one?",
    slug="part-three.best",
    reads=(WIDE, SMALL, COMPLEX),
    requires=(*required(WIDE, EPOCH), *required(SMALL, EPOCH, *MOMENTS), *required(COMPLEX, *MOMENTS, LAST)),
    checks=[
        ("complex.test_accuracy", checked_accuracy(COMPLEX)),
        ("wide.test_accuracy", checked_accuracy(WIDE, EPOCH)),
    ],
)
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
    compare = comparisons(results, BEST, COMPLEX_SIMPLE)
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
