"""The complex network beside the simple one, epoch by epoch."""

from __future__ import annotations

from exercise.catalogue import COMPLEX, SMALL
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.comparing import comparisons
from exercise.measuring.families import COMPLEX_SIMPLE, MOMENTS, TEST, VALIDATION
from exercise.measuring.measures import accuracy, exact, network_of, recorded_accuracy, seeds_of
from labreport.claims import Answer, Claim, Quantity
from labreport.outline import question
from labreport.required import required
from labreport.results import Results


@question(
    "How accurate are both networks after 5, 20 and 50 epochs?",
    slug="bonus.complex",
    reads=(SMALL, COMPLEX),
    requires=required((SMALL, COMPLEX), *MOMENTS),
    checks=[
        ("at-5.complex.validation_accuracy", checked_accuracy(COMPLEX, 5, "validation")),
        ("at-20.complex.test_accuracy", checked_accuracy(COMPLEX, 20)),
    ],
)
def complex_network(results: Results) -> Answer:
    """Both networks after 5, 20 and 50 epochs, on validation and on test data."""
    networks = {"small": results["small"], "complex": results["complex"]}
    quantities: dict[str, Quantity] = seeds_of((networks["complex"], networks["small"]))
    claims: dict[str, Claim] = {}
    compare = comparisons(results, COMPLEX_SIMPLE)
    for epoch in MOMENTS:
        moment = f"at-{epoch}"
        quantities[f"{moment}.epochs"] = exact(epoch, "epochs", "exercise")
        for name, runs in networks.items():
            quantities[f"{moment}.{name}.validation_accuracy"] = recorded_accuracy(runs, epoch)
            quantities[f"{moment}.{name}.test_accuracy"] = accuracy(runs, epoch, "test")
        for kind, metric in (("validation", VALIDATION), ("test", TEST)):
            key = f"{moment}.{kind}"
            found = compare("complex", "small", metric, epoch)
            quantities |= found.quantities(f"{key}_difference")
            numbers = [f"{key}_difference", *(f"{moment}.{name}.{kind}_accuracy" for name in networks)]
            claims[key] = found.claim(key, f"{kind} accuracy after {epoch} epochs: complex > small", numbers)
    for name, runs in networks.items():
        quantities[f"{name}.parameters"] = exact(
            network_of(runs).parameters, "parameters", f"catalogue: {name}"
        )
        quantities[f"{name}.hidden_layers"] = exact(
            len(network_of(runs).hidden_layers), "hidden layers", f"catalogue: {name}"
        )
    return Answer(quantities, claims, {"rows": [f"at-{epoch}" for epoch in MOMENTS]})
