"""Numbers are printed to the digits that their uncertainty supports."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labreport.claims import Interval, Quantity, Unit
from labreport.claims.rounding import (
    decimals,
    format_bare,
    format_interval,
    format_number,
    format_spread,
)


def _plain(text: str) -> str:
    """With ordinary spaces and hyphens, to be read in a test."""
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2212", "-")


def _measured(value: float, half: float, unit: Unit = "fraction") -> Quantity:
    return Quantity(value, unit, "made", 5, half, Interval(value - half, value + half, "made"))


@pytest.mark.parametrize(
    ("uncertainty", "places"),
    [
        (0.3, 1),
        (0.15, 2),
        (0.096, 2),
        (0.0951, 2),
        (0.094, 2),
        (0.02, 2),
        (0.0199, 2),
        (2.0, 0),
        (1.2, 1),
        (30.0, -1),
    ],
)
def test_an_uncertainty_is_shown_to_one_digit_or_two_when_it_begins_with_one(
    uncertainty: float, places: int
) -> None:
    """0.3 needs one decimal, 0.15 two; 0.096 rounds up to 0.10, which begins with one."""
    assert decimals(uncertainty) == places


@pytest.mark.parametrize(
    ("quantity", "number", "spread", "interval"),
    [
        (_measured(0.96513, 0.0023), "96.5 %", "96.5 ± 0.2 %", "96.3 to 96.7 %"),
        (_measured(0.96513, 0.0014), "96.51 %", "96.51 ± 0.14 %", "96.37 to 96.65 %"),
        (
            _measured(0.0, 0.00105, "points"),
            "0.00 percentage points",
            "0.00 ± 0.10 percentage points",
            "-0.10 to +0.10 percentage points",
        ),
        (_measured(0.7, 0.13), "70 %", "70 ± 13 %", "57 to 83 %"),
        (
            _measured(-0.0052, 0.002, "points"),
            "-0.5 percentage points",
            "-0.5 ± 0.2 percentage points",
            "-0.7 to -0.3 percentage points",
        ),
        (
            _measured(0.0052, 0.002, "points"),
            "+0.5 percentage points",
            "+0.5 ± 0.2 percentage points",
            "+0.3 to +0.7 percentage points",
        ),
        (
            _measured(0.00001, 0.002, "points"),
            "0.0 percentage points",
            "0.0 ± 0.2 percentage points",
            "-0.2 to +0.2 percentage points",
        ),
        (_measured(123.4, 3.3, "s"), "123 s", "123 ± 3 s", "120 to 127 s"),
        (_measured(0.0731, 0.0011, "nat"), "0.0731 nat", "0.0731 ± 0.0011 nat", "0.0720 to 0.0742 nat"),
    ],
)
def test_measured_numbers_are_printed_as_far_as_they_are_known(
    quantity: Quantity, number: str, spread: str, interval: str
) -> None:
    """Value, half-width and ends share their decimals; differences have their sign."""
    printed = [_plain(form(quantity)) for form in (format_number, format_spread, format_interval)]
    assert printed == [number, spread, interval]


@pytest.mark.parametrize(
    ("quantity", "number", "bare"),
    [
        (Quantity(318010, "parameters"), "318 010 parameters", "318 010"),
        (Quantity(7018, "parameters"), "7018 parameters", "7 018"),
        (Quantity(1, "seeds"), "1 seed", "1"),
        (Quantity(1, "biases"), "1 bias", "1"),
        (Quantity(1, "hidden layers"), "1 hidden layer", "1"),
        (Quantity(2012, "year"), "2012", "2012"),
        (Quantity(0.2, "fraction"), "20 %", "20"),
        (Quantity(0.1135, "fraction"), "11.35 %", "11.35"),
        (Quantity(0.5), "0.5", "0.5"),
        (Quantity(3.14e12, "FLOP"), "3.1 × 10¹² FLOP", "3.1 × 10¹²"),
        (Quantity(9.96e10, "FLOP"), "1.0 × 10¹¹ FLOP", "1.0 × 10¹¹"),
        (Quantity(3.8e-6), "3.8 × 10⁻⁶", "3.8 × 10⁻⁶"),
        (Quantity(0.0004, "p"), "p < 0.001", "< 0.001"),
        (Quantity(0.0331, "p"), "p = 0.033", "0.033"),
        (Quantity(6.4505, "times"), "6.45 times", "6.45"),
        (Quantity(0.001, "points, unsigned"), "0.1 percentage points", "0.1"),
        (Quantity(None, "s"), "–", "–"),
    ],
)
def test_exact_numbers_are_printed_whole(quantity: Quantity, number: str, bare: str) -> None:
    """Counts with thin spaces, one of a kind in the singular, powers of ten where no one could read on."""
    assert [_plain(format_number(quantity)), _plain(format_bare(quantity))] == [number, bare]


def test_seeds_that_agree_have_no_plus_or_minus() -> None:
    """An interval without width is not printed as ± 0."""
    quantity = _measured(0.1135, 0.0)
    assert _plain(format_spread(quantity)) == _plain(format_interval(quantity)) == "11.35 %"


def test_what_floating_point_leaves_of_equal_values_is_no_uncertainty() -> None:
    """A third, five times over, is not known to seventeen digits."""
    third = 1 / 3
    quantity = Quantity(third, "times", "made", 5, 5e-17, Interval(third - 5e-17, third, "made"))
    assert _plain(format_spread(quantity)) == _plain(format_number(quantity)) == "0.333 times"


def test_a_median_is_printed_finer_than_its_middle_half_is_wide() -> None:
    """Of a hundred epochs the median is known ten times better than single epochs scatter."""
    quantity = Quantity(0.4142, "s", "made", 100, 0.1, Interval(0.36, 0.66, "middle half", 0.5))
    assert [_plain(form(quantity)) for form in (format_number, format_interval)] == [
        "0.41 s",
        "0.36 to 0.66 s",
    ]


def test_a_number_with_its_interval_unknown_shows_none() -> None:
    """`spread` falls back on the number, `interval` on a dash."""
    quantity = Quantity(0.9, "fraction")
    assert (_plain(format_spread(quantity)), format_interval(quantity)) == ("90 %", "–")


def test_a_logarithmic_interval_is_printed_by_its_ends() -> None:
    """Half a width would mislead where one end is ten times nearer than the other."""
    quantity = Quantity(2e-5, "", interval=Interval(9.3e-6, 4.1e-5, "made", 0.95, logarithmic=True))
    assert _plain(format_spread(quantity)) == "2.0 × 10⁻⁵ (9.3 × 10⁻⁶ to 4.1 × 10⁻⁵)"


def test_a_measured_power_of_ten_shares_its_exponent() -> None:
    """Value and half-width are in one bracket."""
    quantity = _measured(3.14e12, 2e11, "FLOP")
    assert _plain(format_spread(quantity)) == "(3.1 ± 0.2) × 10¹² FLOP"


def test_a_single_model_is_printed_to_what_its_images_support() -> None:
    """9,653 of 10,000 images: Wilson's half-width is 0.37 points, so one decimal."""
    quantity = Quantity(0.9653, "fraction", interval=Interval(0.96154, 0.96868, "Wilson, 10000 images"))
    assert _plain(format_number(quantity)) == "96.5 %"


@given(st.floats(0.001, 0.999), st.floats(1e-5, 0.2))
def test_what_is_printed_is_never_off_by_more_than_the_uncertainty(value: float, half: float) -> None:
    """Rounding takes away less than is in doubt anyway."""
    printed = float(format_bare(_measured(value, half)))
    assert math.isclose(printed, 100 * value, abs_tol=max(100 * half, 0.5) + 1e-9)


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("images", "image"),
        ("biases", "bias"),
        ("hidden layers", "hidden layer"),
        ("classes", "class"),
        ("queries", "query"),
        ("boxes", "box"),
        ("batches", "batch"),
        ("GPUs", "GPU"),
        ("series", "series"),
        ("ms", "ms"),
        ("MB/s", "MB/s"),
        ("Mbps", "Mbps"),
        ("kg", "kg"),
        ("sheep", "sheep"),
        ("glass", "glass"),
    ],
)
def test_any_noun_or_symbol_can_be_a_unit(plural: str, one: str) -> None:
    """A plural noun loses its ending after 1; a symbol stays as it is."""
    assert format_number(Quantity(1, plural)) == f"1\u00a0{one}"
    assert format_number(Quantity(2, plural)) == f"2\u00a0{plural}"


def test_a_difference_that_excludes_zero_is_printed_so() -> None:
    """A digit more where rounding would make the interval reach zero; none where it does reach it."""
    surely = Quantity(0.0248, "points", "", 5, 0.01, Interval(0.0009, 0.0487, "Student"))
    perhaps = Quantity(0.0248, "points", "", 5, 0.01, Interval(-0.0001, 0.0497, "Student"))
    assert format_spread(surely).replace("\u00a0", " ") == "+2.5 ± 2.4 percentage points"
    assert format_spread(perhaps).replace("\u00a0", " ") == "+2 ± 2 percentage points"


def test_a_lopsided_interval_is_printed_by_its_ends() -> None:
    """Where the wider side is longer than the value, ± would say that zero is included."""
    lopsided = Quantity(-0.0197, "points", "", 1, 0.0, Interval(-0.0432, -0.0023, "Newcombe"))
    text = format_spread(lopsided).replace("\u00a0", " ")
    assert text == ("−2.0 percentage points (−4.3 to −0.2 percentage points)")
