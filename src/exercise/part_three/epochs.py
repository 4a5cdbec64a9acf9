"""Whether the networks were trained for a similar number of epochs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exercise.catalogue import COMPLEX, SMALL, WIDE
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.comparing import comparisons
from exercise.measuring.families import EPOCH, EQUAL_EPOCHS, VALIDATION
from exercise.measuring.measures import (
    exact,
    recorded_accuracy,
)
from labreport.claims import Answer, Claim, Quantity
from labreport.claims.decide import counted
from labreport.later import later
from labreport.outline import question
from labreport.required import required
from labreport.results import Results

if TYPE_CHECKING:
    import numpy as np
else:
    np = later("numpy")

SIMILAR = 1.5
"""Numbers of epochs are similar when the larger is at most this many times the smaller."""


@question(
    "Did they train for a similar number of epochs?",
    slug="part-three.epochs",
    reads=(WIDE, SMALL, COMPLEX),
    requires=required((WIDE, SMALL, COMPLEX), epochs=EPOCH),
    checks=[("wide.validation_accuracy", checked_accuracy(WIDE, EPOCH, "validation"))],
)
def epochs(results: Results) -> Answer:
    """Epochs of the three networks, and whether more of them explain the difference."""
    complex_, wide = results["complex"], results["wide"]
    counts = {"wide": EPOCH, "small": EPOCH, "complex": complex_.experiment.epochs}
    quantities = {
        f"{name}.epochs": exact(count, "epochs", f"exercise and catalogue: {name}")
        for name, count in counts.items()
    }
    ratio = max(counts.values()) / min(counts.values())
    at_equal = comparisons(results, EQUAL_EPOCHS)("complex", "wide", VALIDATION, EPOCH)
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
