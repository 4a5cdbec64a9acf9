"""Whether any of three networks of ten hidden layers learns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exercise.catalogue import DEEP, DEEP_64, names
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.comparing import comparisons
from exercise.measuring.curves import deep_curves
from exercise.measuring.families import EPOCH, LEARNED, TEST, VALIDATION
from exercise.measuring.measures import accuracy, exact, network_of, nodes_in_each, seeds_of, source, split
from labreport.claims import Answer, Claim, Comparison, Family, Quantity
from labreport.claims.decide import any_of
from labreport.later import later
from labreport.outline import question
from labreport.required import required
from labreport.results import Results

if TYPE_CHECKING:
    import numpy as np
else:
    np = later("numpy")

ABOVE_20 = Family(
    "deep networks against 20 %",
    tuple(Comparison(name, LEARNED, metric, EPOCH) for name in names(DEEP) for metric in (VALIDATION, TEST)),
)


@question(
    "Does any deep network exceed 20 % on validation or test data?",
    slug="part-two.above-20",
    reads=DEEP,
    requires=required(DEEP, EPOCH),
    figures=(deep_curves,),
    checks=[("deep-64.test_accuracy", checked_accuracy(DEEP_64))],
)
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
        **seeds_of(results.values()),
    }
    compare = comparisons(results, ABOVE_20)
    claims: dict[str, Claim] = {}
    named: dict[str, list[frozenset[int]]] = {}
    for name in results:
        runs = results[name]
        network = network_of(runs)
        named[name] = [frozenset(np.unique(arrays).tolist()) for arrays in runs.arrays("predictions", EPOCH)]
        validation, test = (runs.metric(EPOCH, kind, "accuracy") for kind in ("validation", "test"))
        best = [max(pair) for pair in zip(validation, test, strict=True)]
        quantities |= {
            f"{name}.seeds": exact(len(runs), "seeds", source(runs, "count")),
            f"{name}.nodes": exact(nodes_in_each(network), "nodes", f"catalogue: {name}"),
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
                float(np.median([len(digits) for digits in named[name]])),
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
        (quantities[f"{name}.highest"] for name in results), key=lambda quantity: float(quantity.value or 0)
    )
    return Answer(quantities, claims, _sorted_by_verdict(named, claims))


def _sorted_by_verdict(named: dict[str, list[frozenset[int]]], claims: dict[str, Claim]) -> dict[str, Any]:
    """The networks above the threshold on either split, those undecided, and those that name one digit.

    `named` has the digits that the model of each seed names, by network.
    """
    deep = list(named)
    one_digit = [name for name in deep if all(len(digits) == 1 for digits in named[name])]
    above = [
        name for name in deep if claims[f"{name}.validation"].supported or claims[f"{name}.test"].supported
    ]
    open_ = [
        name
        for name in deep
        if claims[f"{name}.validation"].inconclusive or claims[f"{name}.test"].inconclusive
    ]
    return {
        "rows": deep,
        "above": above,
        "undecided": [name for name in open_ if name not in above],
        "one_digit": one_digit,
        "different": all(len(digits) > 1 for name in deep for digits in named[name]),
        "same_digit": len(set(map(tuple, named.values()))) == 1 and one_digit == deep,
        "digit_varies": bool(one_digit) and all(len(set(named[name])) > 1 for name in one_digit),
    }
