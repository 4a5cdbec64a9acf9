"""Samples that are compared in pairs, seed by seed, and corrected together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from labreport.claims import Claim, Quantity, Verdict

# What computes is imported where it is used: a project's module is loaded by every command

Sample = Mapping[int, float]
"""A value for each seed."""


def between(first: str, second: str) -> str:
    """The name of the difference of two samples."""
    return f"{first} minus {second}"


def mean(sample: Sample, unit: str, source: str) -> Quantity:
    """The mean of a sample over seeds, with its interval."""
    from labreport.claims.statistics import over_seeds

    return over_seeds(list(sample.values()), unit, source)


def compare(
    samples: Mapping[str, Sample], pairs: Sequence[tuple[str, str]], unit: str, source: str
) -> tuple[dict[str, Quantity], dict[str, Claim]]:
    """For each pair, the difference and the claim that the first is greater, both named `FIRST minus SECOND`.

    The p-values are Holm-corrected for all pairs. Where all seeds give the same difference, there is no
    test, whatever the difference is: a learner that does not depend on its seed says nothing of another
    draw of the data.
    """
    from labreport.claims.comparison import holm, paired

    quantities: dict[str, Quantity] = {}
    tests: dict[str, tuple[str, float | None, str]] = {}
    for first, second in pairs:
        seeds = sorted(samples[first].keys() & samples[second].keys())
        name, words = between(first, second), f"{first} > {second}"
        a, b = [samples[first][seed] for seed in seeds], [samples[second][seed] for seed in seeds]
        found = paired(a, b, _difference(unit), f"{source}, {first} minus {second}, {_seeds(seeds)}")
        apart = [x - y for x, y in zip(a, b, strict=True)]
        fixed = len(apart) > 1 and max(apart) - min(apart) <= 1e-12 * max(1.0, *map(abs, a), *map(abs, b))
        quantities[name] = found.difference
        test = "no test: all seeds give the same difference" if fixed else found.test
        tests[name] = words, None if fixed else found.p_value, test
    known = {name: p for name, (_, p, _) in tests.items() if p is not None}
    adjusted = dict(zip(known, holm(list(known.values())), strict=True))
    claims = {
        name: _claim(name, words, test, adjusted.get(name), quantities[name], len(known))
        for name, (words, _, test) in tests.items()
    }
    return quantities, claims


def _claim(name: str, words: str, test: str, p: float | None, difference: Quantity, members: int) -> Claim:
    from labreport.claims.decide import ALPHA

    verdict = Verdict.INCONCLUSIVE
    if p is not None and p < ALPHA and difference.value is not None:
        verdict = Verdict.SUPPORTED if difference.value > 0 else Verdict.REFUTED
    if p is not None and members > 1:
        test = f"{test}, Holm-corrected for {members} comparisons"
    return Claim(name, words, test, verdict, ALPHA, p, (name,))


def _difference(unit: str) -> str:
    return "points" if unit == "fraction" else unit


def _seeds(seeds: Sequence[int]) -> str:
    return f"seeds {', '.join(map(str, seeds))}"
