"""Whether the networks were trained for a similar number of epochs."""

from __future__ import annotations

from exercise.catalogue import COMPLEX, SAME_MOMENTUM, SMALL, WIDE
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.comparing import comparisons
from exercise.measuring.families import EPOCH, EQUAL_EPOCHS, SAME, VALIDATION
from exercise.measuring.measures import differ_in_layers, exact, network_of, recorded_accuracy
from labreport.claims import Answer, Claim, Comparison, Family, Quantity
from labreport.claims.decide import counted
from labreport.outline import question
from labreport.required import required
from labreport.results import Results

SIMILAR = 1.5
"""Numbers of epochs are similar when the larger is at most this many times the smaller."""
EQUAL_MOMENTUM = tuple(
    Family(
        "part three at equal momentum",
        (Comparison(same.name, "wide", VALIDATION, EPOCH, margin=SAME),),
        confirmatory=False,
    )
    for same in SAME_MOMENTUM
)


@question(
    "Did they train for a similar number of epochs?",
    slug="part-three.epochs",
    reads=(WIDE, SMALL, COMPLEX, *SAME_MOMENTUM),
    requires=required((WIDE, SMALL, COMPLEX, *SAME_MOMENTUM), epochs=EPOCH),
    checks=[("wide.validation_accuracy", checked_accuracy(WIDE, EPOCH, "validation"))],
)
def epochs(results: Results) -> Answer:
    """Epochs of the three networks, and whether more of them explain the difference."""
    complex_, wide = results["complex"], results["wide"]
    counts = {name: results[name].experiment.epochs for name in ("wide", "small", "complex")}
    quantities = {
        f"{name}.epochs": exact(count, "epochs", f"catalogue: {name}") for name, count in counts.items()
    }
    ratio = max(counts.values()) / min(counts.values())
    at_equal = comparisons(results, EQUAL_EPOCHS)("complex", "wide", VALIDATION, EPOCH)
    quantities |= {
        "epochs": exact(EPOCH, "epochs", "exercise"),
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
    for family in EQUAL_MOMENTUM:
        (member,) = family.members
        if not differ_in_layers(results, "complex", member.first, "wide"):
            continue
        found = comparisons(results, family)(member.first, "wide", VALIDATION, EPOCH)
        quantities |= {
            **{
                f"{name}.momentum": exact(network_of(results[name]).momentum, "", f"catalogue: {name}")
                for name in ("complex", "wide")
            },
            f"{member.first}.validation_accuracy": recorded_accuracy(results[member.first], EPOCH),
            **found.quantities("equal_momentum.difference"),
        }
        claims["better-at-equal-momentum"] = found.claim(
            "better-at-equal-momentum",
            "validation accuracy after equally many epochs with equal momentum: layers of complex > wide",
            (
                "equal_momentum.difference",
                f"{member.first}.validation_accuracy",
                "wide.validation_accuracy",
            ),
        )
    return Answer(quantities, claims, {"rows": list(counts)})
