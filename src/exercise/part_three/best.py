"""The network of three hidden layers against those of part one, all after equally many epochs."""

from __future__ import annotations

from exercise.catalogue import COMPLEX, SMALL, WIDE, names
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.comparing import comparisons
from exercise.measuring.families import COMPLEX_SIMPLE, EPOCH, MOMENTS, SAME, TEST
from exercise.measuring.measures import accuracy, exact, seeds_differing, shared_seeds, split
from labreport.claims import Answer, Claim, Comparison, Family, Quantity
from labreport.claims.decide import all_of
from labreport.outline import question
from labreport.required import required
from labreport.results import Results

LAST = MOMENTS[-1]
COMPARED = (WIDE, SMALL, COMPLEX)
BEST = Family("part three against part one", (Comparison("complex", "wide", TEST, LAST, margin=SAME),))


@question(
    "Which network is best on test data, this one or one of part one?",
    slug="part-three.best",
    reads=COMPARED,
    requires=(*required(WIDE, EPOCH, LAST), *required((SMALL, COMPLEX), EPOCH, *MOMENTS)),
    checks=[
        ("complex.test_accuracy", checked_accuracy(COMPLEX, LAST)),
        ("wide.test_accuracy", checked_accuracy(WIDE, LAST)),
    ],
)
def best(results: Results) -> Answer:
    """The complex network against both of part one on test data, all after equally many epochs."""
    quantities: dict[str, Quantity] = {
        "epochs": exact(LAST, "epochs", "exercise"),
        "early.epochs": exact(EPOCH, "epochs", "exercise"),
        "images.test": exact(len(split("test")), "images", "MNIST: test split"),
    }
    for name in names(COMPARED):
        runs = results[name]
        for prefix, epoch in ((f"{name}.", LAST), (f"{name}.early.", EPOCH)):
            for kind in ("validation", "test"):
                quantities[f"{prefix}{kind}_accuracy"] = accuracy(runs, epoch, kind)
    compare = comparisons(results, BEST, COMPLEX_SIMPLE)
    claims: dict[str, Claim] = {}
    for other in ("wide", "small"):
        found = compare("complex", other, TEST, LAST)
        key, name = f"{other}.difference", f"better-than-{other}"
        quantities |= found.quantities(key)
        quantities[f"{other}.seeds"] = shared_seeds(results["complex"], results[other])
        quantities[f"{other}.seeds_differing"] = seeds_differing(
            results["complex"], LAST, results[other], LAST
        )
        numbers = (key, "complex.test_accuracy", f"{other}.test_accuracy")
        claims[name] = found.claim(name, f"test accuracy after {LAST} epochs: complex > {other}", numbers)
    claims["best"] = all_of("best", "complex is better than both networks of part one", list(claims.values()))
    means = {name: quantities[f"{name}.test_accuracy"].value or 0.0 for name in names(COMPARED)}
    highest = max(means, key=lambda name: means[name])
    facts = {
        "rows": names(COMPARED),
        "highest": highest,
        "others": [name for name in means if name != highest],
        "undecided": [other for other in ("wide", "small") if claims[f"better-than-{other}"].inconclusive],
    }
    return Answer(quantities, claims, facts)
