"""One sample: values that textbooks and other programs give."""

from __future__ import annotations

import pytest

from labreport.claims.statistics import geometric, median, over_seeds, student, wilson, wilson_ends


def test_the_interval_over_seeds_is_students() -> None:
    """Mean 3, standard deviation √2.5, and t of four degrees of freedom is 2.776."""
    quantity = over_seeds([1, 2, 3, 4, 5], "s", "made")
    assert quantity.value == 3
    assert quantity.spread == pytest.approx(1.58114, abs=1e-5)
    assert quantity.interval is not None
    assert (quantity.interval.low, quantity.interval.high) == pytest.approx((1.03676, 4.96324), abs=1e-5)


def test_one_seed_has_neither_spread_nor_interval() -> None:
    """A single value says nothing of another."""
    quantity = over_seeds([0.9], "fraction", "made")
    assert (quantity.value, quantity.spread, quantity.interval, quantity.n) == (0.9, None, None, 1)


def test_seeds_that_agree_leave_an_interval_without_width() -> None:
    """Equal values give no division by zero, also where their mean is not exact in binary."""
    interval = student([0.1135] * 5)
    assert interval is not None
    assert interval.low == interval.high == pytest.approx(0.1135)


def test_no_accuracy_exceeds_one() -> None:
    """The interval of a fraction is cut where no mean can lie."""
    interval = over_seeds([0.999, 1.0, 1.0], "fraction", "made").interval
    assert interval is not None
    assert interval.high == 1.0


def test_wilsons_interval_is_the_published_one() -> None:
    """Newcombe 1998, table I: 81 of 263, and 15 of 148."""
    assert wilson_ends(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson_ends(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)


def test_a_share_carries_its_wilson_interval() -> None:
    """Value, unit and kind of interval."""
    quantity = wilson(9, 10, "made")
    assert (quantity.value, quantity.unit) == (0.9, "fraction")
    assert quantity.interval is not None
    assert quantity.interval.kind == "Wilson, 10 images"


def test_a_geometric_mean_is_off_by_a_factor_not_by_an_amount() -> None:
    """The interval of 1, 10, 100 is as many times below ten as above."""
    quantity = geometric([1, 10, 100], "", "made")
    assert quantity.value == pytest.approx(10)
    assert quantity.interval is not None
    assert quantity.interval.logarithmic
    assert 10 / quantity.interval.low == pytest.approx(quantity.interval.high / 10)


def test_a_median_holds_the_middle_half() -> None:
    """One slow epoch moves neither the median nor its middle half far."""
    quantity = median([1.0, 1.1, 1.2, 1.3, 9.0], "s", "made")
    assert quantity.value == 1.2
    assert quantity.interval is not None
    assert (quantity.interval.low, quantity.interval.high, quantity.interval.level) == (1.1, 1.3, 0.5)
