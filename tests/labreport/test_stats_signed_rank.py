"""Wilcoxon's signed ranks: the interval of the exact test, on data with long tails."""

from __future__ import annotations

import numpy as np
import pytest
from conformance import computed_alike
from made_results import named
from scipy import stats

from labreport.errors import UsageError
from labreport.stats import Measure, Reason, Sample, difference
from labreport.stats.operations.signed_rank import signed_rank

EXAMPLES = [
    {
        "first": [[1.0], [2.0], [4.0], [8.0], [1.5], [3.0]],
        "second": [[1.5], [2.25], [4.5], [9.0], [2.5], [3.25]],
        "scale": scale,
    }
    for scale in ("difference", "ratio")
]
"""Data of this operation, from which `check` is tried."""
SCORE = Measure("test score", "points of the game", margin=0.01)


def _pairs(seed: int, n: int) -> tuple[list[float], list[float]]:
    generator = np.random.default_rng(seed)
    first = generator.standard_cauchy(n) + generator.choice([0.0, 1.5])
    return list(first), list(generator.normal(size=n))


@pytest.mark.parametrize("seed", range(40))
def test_the_interval_is_that_of_the_exact_test(seed: int) -> None:
    """It excludes zero exactly where scipy's test rejects; its middle is Hodges and Lehmann's."""
    n = (6, 8, 12, 25)[seed % 4]
    a, b = _pairs(seed, n)
    data = {"first": [[value] for value in a], "second": [[value] for value in b], "scale": "difference"}
    found = computed_alike("signed rank", data)
    assert found.low is not None
    assert found.high is not None
    rejected = bool(stats.wilcoxon(a, b, method="exact").pvalue <= 0.05)
    assert rejected is not (found.low <= 0 <= found.high)
    assert found.low <= (found.value or 0.0) <= found.high


@pytest.mark.parametrize("n", [1, 2, 5])
def test_with_five_pairs_nothing_can_be_clear(n: int) -> None:
    """The least two-sided p-value of five pairs is 0.06."""
    a, b = _pairs(1, n)
    data = {"first": [[value] for value in a], "second": [[value] for value in b], "scale": "difference"}
    assert computed_alike("signed rank", data).reason is Reason.ONE_RUN


def test_ratios_equal_values_and_missing_ones() -> None:
    """As every operation has them."""
    sample = [[1.0, 1.1], [2.0, 2.3], [4.0, 4.1], [8.0, 9.0], [1.5, 1.5], [3.0, 3.5]]
    other = [[value * (1.2 + place / 50) for value in unit] for place, unit in enumerate(sample)]
    assert (computed_alike("signed rank", {"first": sample, "second": other, "scale": "ratio"}).high or 1) < 1
    equal = computed_alike("signed rank", {"first": sample, "second": sample, "scale": "ratio"})
    assert (equal.value, equal.reason) == (1.0, Reason.EQUAL)
    missing = computed_alike(
        "signed rank", {"first": [[None], [1.0]], "second": [[1.0], [2.0]], "scale": "ratio"}
    )
    assert missing.reason is Reason.NOT_FINITE


def test_a_finding_uses_it_in_place_of_students_t() -> None:
    """One run that is far off changes nothing; the sentence is the usual one."""
    a = [1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 90.0]
    b = [0.5, 0.55, 0.8, 0.7, 0.95, 0.9, 0.6]
    results = named({"a": a, "b": b}, "score")
    assert difference(results, "a", "b", SCORE).findings["a minus b"].judgement.unclear
    found = difference(results, "a", "b", SCORE, by=signed_rank)
    assert found.findings["a minus b"].judgement.clear
    interval = found.quantities["a minus b"].interval
    assert interval is not None
    assert interval.kind == "Wilcoxon's signed ranks, exact"


def test_samples_without_pairs_are_refused() -> None:
    """Ranks of differences need them."""
    of = {name: Sample(name, {0: (1.0,)}, paired=False) for name in "ab"}
    with pytest.raises(UsageError, match="signed ranks compare two paired samples"):
        difference(of, "a", "b", SCORE, by=signed_rank)
