"""The two answers, from final values and curves of the recorded runs."""

from __future__ import annotations

from statistics import mean

from labreport.claims import Answer
from labreport.claims.comparison import paired
from labreport.claims.decide import greater
from labreport.claims.statistics import over_seeds
from labreport.recorded import curves, facts, final_values
from labreport.results import Results

METRIC = "test/accuracy"
HALF = 10
"""The epoch with which the last one is compared."""


def best(results: Results) -> Answer:
    """Which setting is the most accurate in the end, over the seeds that the best two have in common."""
    finals = {name: final_values(results[name], METRIC) for name in results}
    found = {
        name: over_seeds(list(values.values()), "fraction", f"{name}, last epoch, {METRIC}")
        for name, values in finals.items()
    }
    first, second = sorted(finals, key=lambda name: -mean(finals[name].values()))[:2]
    seeds = sorted(finals[first].keys() & finals[second].keys())
    pairs = ([finals[name][seed] for seed in seeds] for name in (first, second))
    comparison = paired(*pairs, "points", f"{first} minus {second}, last epoch, {METRIC}, seed by seed")
    claim = greater("ahead", f"{first} > {second}", comparison, (first, second, "difference"))
    return Answer(
        {**found, "difference": comparison.difference},
        {"ahead": claim},
        {"first": first, "second": second, "settings": list(found), "uneven": facts(*results.values())},
    )


def longer(results: Results) -> Answer:
    """What the second half of the training brings to each setting."""
    quantities, claims = {}, {}
    for name, runs in results.items():
        values = {seed: dict(points) for seed, points in curves(runs, METRIC).items()}
        both = [found for found in values.values() if HALF in found and max(found) > HALF]
        ends, halves = [found[max(found)] for found in both], [found[HALF] for found in both]
        comparison = paired(ends, halves, "points", f"{name}, last epoch minus epoch {HALF}, {METRIC}")
        quantities[name] = comparison.difference
        claims[name] = greater(name, "last epoch > half", comparison, (name,))
    return Answer(quantities, claims, {"settings": list(quantities), "uneven": facts(*results.values())})
