"""Samples that are compared in pairs, seed by seed, and corrected together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from labreport.claims import Claim, Quantity

# What computes is imported where it is used: a project's module is loaded by every command

Sample = Mapping[int, float]
"""A value for each seed."""


def between(first: str, second: str) -> str:
    """The name of the difference of two samples."""
    return f"{first} minus {second}"


def axis_title(metric: str, unit: str) -> str:
    """What an axis shows and in which unit, which is not repeated where the metric is named after it."""
    if unit == "fraction":
        return f"{metric}, %"
    return metric if unit in ("", *metric.split()) else f"{metric}, {unit}"


def mean(sample: Sample, unit: str, source: str) -> Quantity:
    """The mean of a sample over seeds, with its interval."""
    from labreport.claims.statistics import over_seeds

    return over_seeds(list(sample.values()), unit, source)


def compare(
    samples: Mapping[str, Sample], pairs: Sequence[tuple[str, str]], unit: str, source: str
) -> tuple[dict[str, Quantity], dict[str, Claim]]:
    """For each pair, the difference and the claim that the first is greater, both named `FIRST minus SECOND`.

    Verdicts and intervals are Holm-corrected for all pairs. Where all seeds give the same difference, there
    is not a test, whatever the difference is: a learner that does not depend on its seed says nothing of
    another draw of the data.
    """
    from labreport.claims.comparison import paired
    from labreport.claims.decision import decide

    compared = ", ".join(dict.fromkeys(name for pair in pairs for name in pair))
    estimates = []
    for first, second in pairs:
        seeds = sorted(samples[first].keys() & samples[second].keys())
        a, b = [samples[first][seed] for seed in seeds], [samples[second][seed] for seed in seeds]
        origin = (
            f"{source}, {between(first, second)}, {_seeds(seeds)}, one of {len(pairs)} pairs of {compared}"
        )
        estimates.append(paired(a, b, _difference(unit), origin))
    quantities: dict[str, Quantity] = {}
    claims: dict[str, Claim] = {}
    for (first, second), decision in zip(pairs, decide(estimates), strict=True):
        name = between(first, second)
        quantities[name] = decision.difference
        claims[name] = decision.claim(name, f"{first} > {second}", (name,))
    return quantities, claims


def _difference(unit: str) -> str:
    return "points" if unit == "fraction" else unit


def _seeds(seeds: Sequence[int]) -> str:
    return f"seeds {', '.join(map(str, seeds))}"
