"""One sample: values that textbooks and other programs give."""

from __future__ import annotations

import math

import pytest

from labreport.claims.statistics import (
    geometric,
    median,
    over_seeds,
    share_over_seeds,
    student,
    wilson,
    wilson_ends,
)


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


def test_seeds_that_agree_have_no_interval() -> None:
    """Equal values are not evidence of certainty, also where their mean is not exact in binary."""
    assert student([0.1135] * 5) is None
    assert over_seeds([0.1135] * 5, "fraction", "made").interval is None


@pytest.mark.parametrize("values", [[], [math.nan], [0.5, math.inf], [math.nan] * 3])
@pytest.mark.filterwarnings("error")
def test_without_finite_values_there_is_no_number(values: list[float]) -> None:
    """No crash and no warning: the value is missing, and so are spread and interval."""
    for quantity in (
        over_seeds(values, "s", "made"),
        geometric(values, "s", "made"),
        median(values, "s", "made"),
        share_over_seeds(values, 100, "made"),
    ):
        assert (quantity.value, quantity.spread, quantity.interval) == (None, None, None)
    assert wilson(0, 0, "made").value is None
    assert geometric([0.0, 1.0], "s", "made").value is None


def test_an_accuracy_has_the_doubt_of_seeds_and_of_items() -> None:
    """The five seeds of a real network (96.23 %): the items add more than the seeds do."""
    values = [0.9617, 0.9625, 0.9630, 0.9620, 0.9622]
    seeds, both = over_seeds(values, "fraction", "made"), share_over_seeds(values, 10_000, "made")
    assert seeds.interval is not None
    assert both.interval is not None
    assert both.value == pytest.approx(seeds.value)
    assert both.interval.low < 0.9590 < seeds.interval.low < seeds.interval.high < 0.9655 < both.interval.high


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
    assert quantity.interval.kind == "Wilson, 10 items"


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
