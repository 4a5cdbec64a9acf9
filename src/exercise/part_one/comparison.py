"""The wide against the small network on test data."""

from __future__ import annotations

from exercise.catalogue import SMALL, WIDE
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.comparing import comparisons
from exercise.measuring.families import EPOCH, SAME, TEST
from exercise.measuring.measures import (
    accuracy,
    exact,
    network_of,
    seeds_differing,
    shared_seeds,
    split,
)
from labreport.claims import Answer, Comparison, Family, Quantity
from labreport.outline import question
from labreport.required import required
from labreport.results import Results

PART_ONE = Family("part one", (Comparison("wide", "small", TEST, EPOCH, margin=SAME),))


@question(
    "Which of them is better on test data?",
    slug="part-one.comparison",
    reads=(WIDE, SMALL),
    requires=required((WIDE, SMALL), EPOCH),
    checks=[("difference", f"{checked_accuracy(WIDE, EPOCH)} - {checked_accuracy(SMALL, EPOCH)}")],
)
def comparison(results: Results) -> Answer:
    """The wide against the small network on test data, each after ten epochs."""
    wide, small = results["wide"], results["small"]
    difference = comparisons(results, PART_ONE)("wide", "small", TEST, EPOCH)
    quantities = {
        "epochs": exact(EPOCH, "epochs", "exercise"),
        "seeds": shared_seeds(wide, small),
        "wide.test_accuracy": accuracy(wide, EPOCH, "test"),
        "small.test_accuracy": accuracy(small, EPOCH, "test"),
        "wide.parameters": exact(network_of(wide).parameters, "parameters", "catalogue: wide"),
        "small.parameters": exact(network_of(small).parameters, "parameters", "catalogue: small"),
        "parameters_ratio": Quantity(
            network_of(wide).parameters / network_of(small).parameters,
            "times",
            "parameters of wide over small",
        ),
        **difference.quantities("difference"),
        "images.test": exact(len(split("test")), "images", "MNIST: test split"),
        "seeds_differing": seeds_differing(wide, EPOCH, small, EPOCH),
    }
    numbers = ("difference", "wide.test_accuracy", "small.test_accuracy")
    claims = {"wide-better": difference.claim("wide-better", "test accuracy: wide > small", numbers)}
    return Answer(quantities, claims)
