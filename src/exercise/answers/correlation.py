"""Part two: do parameters and accuracy go together, over all networks and without the deep ones?"""

from __future__ import annotations

from itertools import combinations

from exercise.answers.measures import compare_recorded, exact, network_of, recorded_accuracy
from exercise.groups import DEEP, NETWORKS
from labreport.claims import Answer, Claim, Quantity, Verdict
from labreport.claims.comparison import holm
from labreport.claims.correlation import Correlation, spearman
from labreport.claims.decide import ALPHA
from labreport.results import Results

EPOCH = 10
"""Networks are compared after equally many epochs."""


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
        "seeds",
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
