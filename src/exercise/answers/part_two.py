"""Part two: three networks of ten hidden layers; do they learn, and how many parameters have they?"""

from __future__ import annotations

from typing import Any

import numpy as np

from exercise.answers.comparing import comparisons
from exercise.answers.counting import counts_agree, parameter_counts
from exercise.answers.families import EPOCH, TEST, VALIDATION
from exercise.answers.measures import (
    accuracy,
    exact,
    network_of,
    source,
    split,
)
from exercise.answers.predictions import LEARNED
from exercise.groups import DEEP
from labreport.claims import Answer, Claim, Quantity
from labreport.claims.decide import any_of, counted
from labreport.results import Results


def above_20(results: Results) -> Answer:
    """Each deep network against the threshold on validation and on test data."""
    label_counts = np.bincount(split("test").labels, minlength=10)
    quantities = {
        "threshold": exact(LEARNED, "fraction", "exercise"),
        "chance": exact(
            float(label_counts.max() / label_counts.sum()),
            "fraction",
            "most frequent digit among test labels",
        ),
        "epochs": exact(EPOCH, "epochs", "exercise"),
        "seeds": exact(len(results[DEEP[0]]), "seeds", source(results[DEEP[0]], "count")),
    }
    compare = comparisons(results)
    claims: dict[str, Claim] = {}
    for name in DEEP:
        runs = results[name]
        network = network_of(runs)
        validation, test = (runs.metric(EPOCH, kind, "accuracy") for kind in ("validation", "test"))
        best = [max(pair) for pair in zip(validation, test, strict=True)]
        quantities |= {
            f"{name}.nodes": exact(network.hidden_layers[0], "nodes", f"catalogue: {name}"),
            f"{name}.hidden_layers": exact(len(network.hidden_layers), "hidden layers", f"catalogue: {name}"),
            f"{name}.validation_accuracy": accuracy(runs, EPOCH, "validation"),
            f"{name}.test_accuracy": accuracy(runs, EPOCH, "test"),
            f"{name}.highest": Quantity(
                max(best),
                "fraction",
                source(runs, "highest of all seeds, either split"),
                varies_with="seeds",
            ),
            f"{name}.seeds_above": exact(
                sum(value > LEARNED for value in best),
                "seeds",
                source(runs, "seeds above the threshold, either split"),
            ),
            f"{name}.digits_named": Quantity(
                float(
                    np.median([len(np.unique(snapshot.arrays["predictions"])) for snapshot in runs.at(EPOCH)])
                ),
                "digits",
                source(runs, "different digits that a model names on test data, median over seeds"),
                varies_with="seeds",
            ),
        }
        for kind, metric in (("validation", VALIDATION), ("test", TEST)):
            key = f"{name}.{kind}"
            found = compare(name, LEARNED, metric, EPOCH)
            quantities |= found.quantities(f"{key}_margin")
            predicate = f"{name}: {kind} accuracy > threshold"
            claims[key] = found.claim(key, predicate, (f"{key}_accuracy", f"{key}_margin", "threshold"))
    claims["any"] = any_of("any", "any deep network > threshold", list(claims.values()))
    quantities["highest"] = max(
        (quantities[f"{name}.highest"] for name in DEEP), key=lambda quantity: float(quantity.value or 0)
    )
    return Answer(quantities, claims, _sorted_by_verdict(quantities, claims))


def _sorted_by_verdict(quantities: dict[str, Quantity], claims: dict[str, Claim]) -> dict[str, Any]:
    """The networks above the threshold on either split, those undecided, and those that name one digit."""
    above = [
        name for name in DEEP if claims[f"{name}.validation"].supported or claims[f"{name}.test"].supported
    ]
    open_ = [
        name
        for name in DEEP
        if claims[f"{name}.validation"].inconclusive or claims[f"{name}.test"].inconclusive
    ]
    return {
        "rows": list(DEEP),
        "above": above,
        "undecided": [name for name in open_ if name not in above],
        "one_digit": [name for name in DEEP if quantities[f"{name}.digits_named"].value == 1],
    }


def parameters(results: Results) -> Answer:
    """Parameters of the three deep networks."""
    quantities: dict[str, Quantity] = {}
    claims: dict[str, Claim] = {}
    for name in DEEP:
        runs = results[name]
        network = network_of(runs)
        quantities |= {f"{name}.{key}": quantity for key, quantity in parameter_counts(runs).items()}
        quantities[f"{name}.nodes"] = exact(network.hidden_layers[0], "nodes", f"catalogue: {name}")
        quantities[f"{name}.hidden_layers"] = exact(
            len(network.hidden_layers), "hidden layers", f"catalogue: {name}"
        )
        first = (network.layer_shapes[0][0] + 1) * network.layer_shapes[0][1]
        quantities[f"{name}.first_layer_share"] = Quantity(
            first / network.parameters,
            "fraction",
            f"formula: parameters of the first layer of {name} over all",
        )
        claims[f"{name}.counts-agree"] = counts_agree(runs, f"{name}.")
    shares = {f"{name}.first_layer_share": quantities[f"{name}.first_layer_share"].value for name in DEEP}
    claims["first-layer"] = counted(
        "first-layer",
        "in every deep network most parameters are in the first layer",
        all(share is not None and share > 1 / 2 for share in shares.values()),
        list(shares),
    )
    return Answer(quantities, claims, {"rows": list(DEEP)})
