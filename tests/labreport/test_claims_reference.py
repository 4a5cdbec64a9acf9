"""The same numbers from statsmodels, which shares no code with the functions tested."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar as their_mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.weightstats import ttost_paired

from labreport.claims.comparison import independent, mcnemar, paired
from labreport.claims.holm import holm
from labreport.claims.intervals import Student
from labreport.claims.power import detectable, seeds_needed
from labreport.claims.statistics import wilson_ends


@pytest.mark.parametrize(
    ("n", "alpha"), [(3, 0.05), (5, 0.05), (10, 0.05), (34, 0.05), (3, 0.005), (10, 0.005), (34, 0.005)]
)
def test_the_smallest_difference_shown(n: int, alpha: float) -> None:
    """Standardised effect with power 0.8."""
    reference = TTestPower().power
    found = detectable(Student(0.0, 1.0, n), alpha)
    assert found is not None
    assert reference(found, n, alpha) == pytest.approx(0.8, abs=1e-4)


@pytest.mark.parametrize("effect", [0.2, 0.5, 1.0, 2.0])
def test_the_number_of_seeds_that_would_decide(effect: float) -> None:
    """The next whole number."""
    reference = TTestPower().solve_power(effect_size=effect, alpha=0.05, power=0.8)
    assert seeds_needed(Student(effect, 1.0, 5)) == int(np.ceil(reference))


@pytest.mark.parametrize(
    "counts", [(56, 70, 48, 80), (9, 10, 3, 10), (10, 10, 0, 20), (962, 1000, 9_500, 9_900)]
)
def test_two_shares(counts: tuple[int, int, int, int]) -> None:
    """Newcombe's interval."""
    interval = independent(*counts, "made").interval()
    assert interval is not None
    reference = confint_proportions_2indep(*counts, method="newcomb")
    assert (interval.low, interval.high) == pytest.approx(reference, abs=1e-9)


@pytest.mark.parametrize(("right", "n"), [(0, 10), (9, 10), (15, 148), (9_623, 10_000)])
def test_one_share(right: int, n: int) -> None:
    """Wilson's interval."""
    assert wilson_ends(right, n) == pytest.approx(proportion_confint(right, n, method="wilson"), abs=1e-9)


def test_two_one_sided_tests() -> None:
    """Paired, against a margin."""
    a, b = [0.961, 0.963, 0.962, 0.960, 0.964], [0.9605, 0.9625, 0.9630, 0.9610, 0.9630]
    reference = ttost_paired(np.array(a), np.array(b), -0.002, 0.002)[0]
    assert paired(a, b, "points", "made").p_equivalent(0.002) == pytest.approx(reference, rel=1e-6)


def test_holm() -> None:
    """Twenty p-values from a fixed generator."""
    p_values = np.random.default_rng(5).random(20) ** 3
    assert holm(list(p_values)) == pytest.approx(multipletests(p_values, method="holm")[1])


@pytest.mark.parametrize(("first", "second"), [(1, 9), (0, 6), (40, 20), (5, 5)])
def test_mcnemar(first: int, second: int) -> None:
    """The exact p-value of a table of agreement, which the interval's is never below."""
    right_a = np.array([True] * (900 + first) + [False] * (second + 50))
    right_b = np.array([True] * 900 + [False] * first + [True] * second + [False] * 50)
    reference = their_mcnemar([[900, first], [second, 50]], exact=True).pvalue
    found = mcnemar(right_a, right_b, "made").p_value
    assert found is not None
    assert found >= reference - 1e-6
    assert found == pytest.approx(reference, rel=0.5)
