"""The two answers, from final values and curves of the recorded runs."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import mean

from labreport.claims import Answer, Quantity
from labreport.claims.comparison import Comparison, holm, paired
from labreport.claims.decide import greater
from labreport.claims.statistics import over_seeds
from labreport.recorded import curves, facts, final_values
from labreport.results import Results

METRIC = "test/accuracy"
HALF = 10
"""The epoch with which the last one is compared."""


def best(results: Results) -> Answer:
    """Which setting is the most accurate in the end; settings whose runs all diverged are left out."""
    finals = {name: final_values(runs, METRIC) for name, runs in results.items()}
    finals = {name: values for name, values in finals.items() if values}
    quantities = {
        name: over_seeds(list(values.values()), "fraction", f"{name}, last epoch, {METRIC}")
        for name, values in finals.items()
    }
    first, second = sorted(finals, key=lambda name: -mean(finals[name].values()))[:2]
    comparison = _paired(finals[first], finals[second], f"{first} minus {second}, last epoch, {METRIC}")
    claim = greater("ahead", f"{first} > {second}", comparison, (first, second, "difference"))
    return Answer(
        {**quantities, "difference": comparison.difference},
        {"ahead": claim},
        {"first": first, "second": second, "settings": list(finals), "uneven": facts(*results.values())},
    )


def longer(results: Results) -> Answer:
    """What the second half of the training brings to each setting; several tests, so corrected by Holm."""
    compared = {}
    for name, runs in results.items():
        points = {seed: dict(found) for seed, found in curves(runs, METRIC).items()}
        both = {seed: found for seed, found in points.items() if HALF in found and max(found) > HALF}
        ends = {seed: found[max(found)] for seed, found in both.items()}
        halves = {seed: found[HALF] for seed, found in both.items()}
        compared[name] = _paired(ends, halves, f"{name}, last epoch minus epoch {HALF}, {METRIC}")
    tested = {name: found.p_value for name, found in compared.items() if found.p_value is not None}
    adjusted = dict(zip(tested, holm(list(tested.values())), strict=True))
    claims = {
        name: greater(
            name, f"{name}: last epoch > epoch {HALF}", found, (name,), adjusted_p=adjusted.get(name)
        )
        for name, found in compared.items()
    }
    return Answer(
        {name: found.difference for name, found in compared.items()},
        claims,
        {
            "settings": list(compared),
            "helped": [name for name, claim in claims.items() if claim.supported],
            "uneven": facts(*results.values()),
        },
    )


def _paired(first: Mapping[int, float], second: Mapping[int, float], source: str) -> Comparison:
    """First minus second, over the seeds that both have."""
    seeds = sorted(first.keys() & second.keys())
    if not seeds:
        return Comparison(Quantity(None, "points", source, 0), None, "no seed in common: no test")
    return paired([first[seed] for seed in seeds], [second[seed] for seed in seeds], "points", source)
