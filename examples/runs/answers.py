"""The two answers, from final values and curves of the recorded runs."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import mean

from labreport.claims import Answer
from labreport.claims.comparison import paired
from labreport.claims.decide import greater
from labreport.claims.decision import decide
from labreport.claims.estimate import Estimate
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
    decisions = dict(zip(compared, decide(list(compared.values())), strict=True))
    claims = {
        name: found.claim(name, f"{name}: last epoch > epoch {HALF}", (name,))
        for name, found in decisions.items()
    }
    return Answer(
        {name: found.difference for name, found in decisions.items()},
        claims,
        {
            "settings": list(compared),
            "helped": [name for name, claim in claims.items() if claim.supported],
            "uneven": facts(*results.values()),
        },
    )


def _paired(first: Mapping[int, float], second: Mapping[int, float], source: str) -> Estimate:
    """First minus second, over the seeds that both have."""
    seeds = sorted(first.keys() & second.keys())
    return paired([first[seed] for seed in seeds], [second[seed] for seed in seeds], "points", source)
