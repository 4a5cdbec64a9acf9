"""How accurate each network of one hidden layer is, on the three splits."""

from __future__ import annotations

from exercise.catalogue import SMALL, WIDE
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.diverging import converged
from exercise.measuring.families import EPOCH
from exercise.measuring.measures import (
    SPLITS,
    accuracy,
    accuracy_over_seeds,
    between_splits,
    exact,
    loss,
    source,
    split,
)
from labreport.claims import Answer
from labreport.claims.decision import decide
from labreport.outline import question
from labreport.required import required
from labreport.results import Results


def on_three_splits(results: Results) -> Answer:
    """Accuracy of the only network read on the three splits."""
    (runs,) = results.values()
    quantities = {
        "epochs": exact(EPOCH, "epochs", "exercise"),
        "seeds": exact(len(runs), "seeds", source(runs, "count")),
    }
    for name in SPLITS:
        quantities[f"{name}_accuracy"] = accuracy(runs, EPOCH, name)
        quantities[f"{name}_loss"] = loss(runs, EPOCH, name)
        quantities[f"images.{name}"] = exact(len(split(name)), "images", f"MNIST: {name} split")
    for name in ("validation", "test"):
        quantities[f"{name}_accuracy.seeds_only"] = accuracy_over_seeds(runs, EPOCH, name)
    found, claim = converged(runs)
    quantities |= found
    claims = {claim.name: claim}
    for name in ("training", "test"):
        decision = decide([between_splits(runs, EPOCH, name, "validation")])[0]
        number = f"{name}_minus_validation"
        quantities |= decision.quantities(number)
        predicate = f"{name} accuracy > validation accuracy"
        claims[f"{name}-higher"] = decision.claim(f"{name}-higher", predicate, (number,))
    return Answer(quantities, claims, {"network": runs.experiment.name, "splits": list(SPLITS)})


WIDE_ACCURACY, SMALL_ACCURACY = (
    question(
        f"How accurate is the {network.name} network after ten epochs?",
        slug=f"part-one.{network.name}.accuracy",
        reads=network,
        requires=required(network, EPOCH),
        checks=[
            ("validation_accuracy", checked_accuracy(network, EPOCH, "validation")),
            ("test_accuracy", checked_accuracy(network, EPOCH)),
        ],
    )(on_three_splits)
    for network in (WIDE, SMALL)
)
