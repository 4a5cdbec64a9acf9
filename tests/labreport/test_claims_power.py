"""What a test could have found: values of G*Power and statsmodels, and a simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from labreport.claims.intervals import Student
from labreport.claims.power import detectable, power, power_equivalent, seeds_needed


@pytest.mark.parametrize(
    ("n", "effect"), [(2, 11.5499), (5, 1.6820), (10, 0.9960), (20, 0.6604), (34, 0.4953)]
)
def test_the_smallest_difference_shown_is_the_published_one(n: int, effect: float) -> None:
    """Standardised effects of the one-sample t-test, power 0.8, level 0.05, two-sided.

    Those of 5 and more from statsmodels; that of 2, where SciPy overflows, by integration.
    """
    assert detectable(Student(0.0, 1.0, n)) == pytest.approx(effect, abs=2e-3)


def test_half_a_standard_deviation_needs_thirty_four_seeds() -> None:
    """The textbook value for a power of 0.8; and what more than a thousand would take is not named."""
    assert seeds_needed(Student(0.5, 1.0, 5)) == 34
    assert seeds_needed(Student(0.01, 1.0, 5)) is None


def test_power_is_what_a_simulation_finds() -> None:
    """4,000 samples of five (generator 11): the share that Student's test finds significant."""
    sample = np.random.default_rng(11).normal(1.5, 1.0, (4_000, 5))
    found = float(np.mean(stats.ttest_1samp(sample, 0.0, axis=1).pvalue < 0.05))
    assert power(1.5, 1 / np.sqrt(5), 4) == pytest.approx(found, abs=0.025)


def test_power_of_equivalence_is_a_lower_bound() -> None:
    """4,000 samples of eight without a difference (generator 12), margin of 1.5 standard deviations."""
    sample = np.random.default_rng(12).normal(0.0, 1.0, (4_000, 8))
    error = stats.sem(sample, axis=1)
    high = stats.t.ppf(0.95, 7) * error
    found = float(np.mean((np.abs(sample.mean(axis=1)) + high) < 1.5))
    bound = power_equivalent(0.0, 1.5, 1 / np.sqrt(8), 7)
    assert found - 0.03 <= bound <= found + 0.02


def test_a_margin_can_be_what_decides() -> None:
    """No difference at all is never shown, however many the seeds; but that it is small is."""
    assert seeds_needed(Student(0.0, 1.0, 5)) is None
    assert seeds_needed(Student(0.0, 1.0, 5), margin=1.0) == 11


def test_seeds_do_not_narrow_what_the_items_leave_open() -> None:
    """Doubt about the items stays, whatever the number of seeds; one seed leaves the spread unknown."""
    assert seeds_needed(Student(0.5, 1.0, 5, fixed=0.2, fixed_df=1e4)) is None
    assert seeds_needed(Student(5.0, 1.0, 1)) is None


def test_without_spread_nothing_is_planned() -> None:
    """An error of zero is what identical values have, and says nothing."""
    assert detectable(Student(0.0, 0.0, 5)) is None
