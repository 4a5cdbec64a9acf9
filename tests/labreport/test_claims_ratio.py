"""The ratio of two paired means: Fieller's interval is the inversion of the paired test."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from labreport.claims.ratio import ratio

ABOVE, BELOW = [1.2, 0.9, 1.4, 1.1, 1.0], [4.1, 3.8, 4.4, 4.0, 3.9]


def test_at_both_ends_the_paired_test_is_on_the_edge() -> None:
    """The p-value that `above` minus the end times `below` is zero on average is 0.05."""
    found = ratio(ABOVE, BELOW, "made")
    assert found.value == pytest.approx(5.6 / 20.2)
    assert found.interval is not None
    for end in (found.interval.low, found.interval.high):
        assert stats.ttest_1samp(np.array(ABOVE) - end * np.array(BELOW), 0.0).pvalue == pytest.approx(0.05)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("above", "below", "value"),
    [
        ([], [], None),
        ([1.0], [2.0], 0.5),
        ([1.0, 1.0], [2.0, 2.0], 0.5),
        ([1.0, 2.0], [0.0, 0.0], None),
        ([math.nan, 1.0], [1.0, 1.0], None),
        ([1.0, 1.1, 0.9], [1.0, -1.0, 0.1], 30.0),
    ],
)
def test_where_the_divisor_may_be_zero_there_is_no_interval(
    above: list[float], below: list[float], value: float | None
) -> None:
    """Nor for one pair, nor for pairs that do not vary: no crash, no warning, no false certainty."""
    found = ratio(above, below, "made")
    assert found.value == (None if value is None else pytest.approx(value))
    assert found.interval is None
