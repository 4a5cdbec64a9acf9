"""Part two: three networks of ten hidden layers; do they learn, and do parameters tell?"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from exercise.answers.counting import counts_agree, parameter_counts
from exercise.answers.measures import (
    accuracy,
    compare_recorded,
    exact,
    network_of,
    recorded_accuracy,
    source,
    split,
)
from exercise.outline import DEEP, NETWORKS
from labreport.claims import Answer, Claim, Quantity, Verdict
from labreport.claims.comparison import Comparison, against, holm
from labreport.claims.correlation import Correlation, spearman
from labreport.claims.decide import ALPHA, any_of, counted, greater
from labreport.results import Results

EPOCH = 10
THRESHOLD = 0.2
"""Accuracy that the exercise asks whether a deep network exceeds."""


def above_20(results: Results) -> Answer:
    """Each deep network against the threshold on validation and on test data."""
    label_counts = np.bincount(split("test").labels, minlength=10)
    quantities = {
        "threshold": exact(THRESHOLD, "fraction", "exercise"),
        "chance": exact(
            float(label_counts.max() / label_counts.sum()),
            "fraction",
            "most frequent digit among test labels",
        ),
        "epochs": exact(EPOCH, "epochs", "exercise"),
        "seeds": exact(len(results[DEEP[0]]), "seeds", source(results[DEEP[0]], "count")),
    }
    comparisons: dict[str, Comparison] = {}
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
                max(best), "fraction", source(runs, "highest of all seeds, either split")
            ),
            f"{name}.seeds_above": exact(
                sum(value > THRESHOLD for value in best),
                "seeds",
                source(runs, "seeds above the threshold, either split"),
            ),
            f"{name}.digits_named": Quantity(
                float(
                    np.median([len(np.unique(snapshot.arrays["predictions"])) for snapshot in runs.at(EPOCH)])
                ),
                "digits",
                source(runs, "different digits that a model names on test data, median over seeds"),
            ),
        }
        for kind, values in (("validation", validation), ("test", test)):
            origin = source(runs, f"{kind} accuracy at epoch {EPOCH} minus threshold")
            comparisons[f"{name}.{kind}"] = against(values, THRESHOLD, len(split(kind)), origin)
    claims = _above_threshold(comparisons)
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


def _above_threshold(comparisons: dict[str, Comparison]) -> dict[str, Claim]:
    """A claim a network and split, Holm-corrected over all of them, named `deep-8.test`."""
    adjusted = holm(
        [comparison.p_value if comparison.p_value is not None else 1.0 for comparison in comparisons.values()]
    )
    claims = {}
    for (key, comparison), p_value in zip(comparisons.items(), adjusted, strict=True):
        predicate = f"{key.replace('.', ': ')} accuracy > threshold"
        claims[key] = greater(
            key, predicate, comparison, (f"{key}_accuracy", "threshold"), adjusted_p=p_value
        )
    return claims


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


def correlation(results: Results) -> Answer:
    """Rank correlation of parameters and validation accuracy after equally many epochs."""
    quantities: dict[str, Quantity] = {"epochs": exact(EPOCH, "epochs", "exercise")}
    means: dict[str, float] = {}
    for name in NETWORKS:
        measured = recorded_accuracy(results[name], EPOCH)
        assert measured.value is not None
        means[name] = float(measured.value)
        quantities[f"{name}.parameters"] = exact(
            network_of(results[name]).parameters, "parameters", f"catalogue: {name}"
        )
        quantities[f"{name}.validation_accuracy"] = measured
        quantities[f"{name}.hidden_layers"] = exact(
            len(network_of(results[name]).hidden_layers), "hidden layers", f"catalogue: {name}"
        )
    by_size = sorted(NETWORKS, key=lambda name: network_of(results[name]).parameters)
    shallow = [name for name in by_size if name not in DEEP]
    claims = {}
    for key, names in (("all", by_size), ("without-deep", shallow)):
        found = spearman(
            [network_of(results[name]).parameters for name in names],
            [means[name] for name in names],
            f"{', '.join(names)}: parameters and mean validation accuracy at epoch {EPOCH}",
        )
        quantities[f"{key}.coefficient"] = found.coefficient
        quantities[f"{key}.p"] = Quantity(found.p_value, "p", "permutation test, two-sided")
        quantities[f"{key}.least_p"] = Quantity(found.least_p, "p", "two over the number of orders")
        quantities[f"{key}.networks"] = exact(len(names), "networks", "count")
        claims[key] = _correlated(key, found)
    pairs, reversed_pairs = _reversed_pairs(results, by_size)
    quantities["pairs"] = exact(pairs, "pairs", "pairs of networks")
    quantities["reversed_pairs"] = exact(
        len(reversed_pairs),
        "pairs",
        f"paired Student tests, Holm-corrected, p < {ALPHA}: the larger is less accurate",
    )
    return Answer(quantities, claims, {"rows": by_size, "deep": list(DEEP), "reversed": reversed_pairs})


def _correlated(key: str, found: Correlation) -> Claim:
    coefficient = found.coefficient.value
    if coefficient is None or found.p_value >= ALPHA:
        verdict = Verdict.INCONCLUSIVE
    else:
        verdict = Verdict.SUPPORTED if coefficient > 0 else Verdict.REFUTED
    which = "all networks" if key == "all" else "the networks of few layers"
    return Claim(
        key,
        f"more parameters go with more accuracy, {which}",
        "Spearman's rank correlation, permutation test, two-sided",
        verdict,
        ALPHA,
        found.p_value,
        (f"{key}.coefficient", f"{key}.p"),
    )


def _reversed_pairs(results: Results, by_size: list[str]) -> tuple[int, list[list[str]]]:
    """Number of pairs of networks, and those pairs (smaller, larger) where the larger is surely worse."""
    pairs = list(combinations(by_size, 2))
    found = [compare_recorded(results[larger], results[smaller], EPOCH) for smaller, larger in pairs]
    adjusted = holm([one.p_value if one.p_value is not None else 1.0 for one in found])
    worse = [
        list(pair)
        for pair, one, p_value in zip(pairs, found, adjusted, strict=True)
        if p_value < ALPHA and one.difference.value is not None and one.difference.value < 0
    ]
    return len(pairs), worse
