"""How quantities are printed."""

from __future__ import annotations

import pytest

from labreport.errors import UsageError
from labreport.stats import Quantity, Table, pm
from labreport.stats.quantity import (
    as_prose,
    as_table,
    ci,
    decimals,
    digits,
    digits_of_column,
    p,
    size,
    words,
)


def plain(text: str) -> str:
    """A text with plain spaces."""
    return text.replace("\u00a0", " ")


ACCURACY = Quantity(0.9814, "fraction", 0.9796, 0.9832, 5)
POINTS = Quantity(-0.0061, "points", -0.0073, -0.0049, 5)
SKEWED = Quantity(1.6, "µM", 1.2, 2.7, 4)
COUNT = Quantity(318_010, "parameters", exact=True)


@pytest.mark.parametrize(
    ("one", "prose", "with_interval"),
    [
        (ACCURACY, "98.1 %", "98.14 ± 0.18 %"),
        (POINTS, "−0.61 points", "−0.61 ± 0.12 points"),
        (SKEWED, "1.6 µM", "1.6 µM (1.2 to 2.7)"),
        (COUNT, "318,010 parameters", "318,010 parameters"),
        (Quantity(9_999), "9,999", "9,999"),
        (Quantity(1, "seeds", exact=True), "1 seed", "1 seed"),
        (Quantity(2.0, "times", 1.0, 4.0), "2.0 times", "2.0 times (1.0 to 4.0)"),
        (Quantity(3.14e12, "J"), "3.1 × 10¹² J", "3.1 × 10¹² J"),
        (Quantity(9.96e9, "J"), "1.0 × 10¹⁰ J", "1.0 × 10¹⁰ J"),
        (Quantity(0.0004, "points", 0.0001, 0.0007), "0.04 points", "0.04 ± 0.03 points"),
        (Quantity(0.0021, "points", 0.0003, 0.0039), "0.21 points", "0.21 ± 0.18 points"),
        (Quantity(0.0031, "points", 0.0003, 0.0059), "0.31 points", "0.31 ± 0.28 points"),
        (Quantity(None, "s"), "–", "–"),
        (Quantity(0.9, "fraction", None, None, 5, spread=0.0), "90 %", "90 %"),
        (Quantity(12.3456, "s"), "12.3 s", "12.3 s"),
        (Quantity(1.0604, "fraction"), "106 %", "106 %"),
        (Quantity(106.04, "s", exact=True), "106.04 s", "106.04 s"),
    ],
)
def test_a_number_has_the_digits_that_its_uncertainty_supports(
    one: Quantity, prose: str, with_interval: str
) -> None:
    """One digit of it in prose, the interval with ±, or its ends where that would mislead."""
    assert plain(as_prose(one)) == prose
    assert plain(pm(one)) == with_interval


def test_the_forms_of_a_quantity() -> None:
    """Interval, size, probability, words, and decimals of one's own."""
    assert plain(pm(Quantity(0.008, "points", 0.0005, 0.0165))) == "0.8 points (0.1 to 1.7)"  # not ± 0.9
    assert plain(ci(SKEWED)) == "1.6 µM (95 % CI 1.2 to 2.7)"
    assert plain(size(POINTS)) == "0.61 points"
    assert plain(size(Quantity(0.5, "times", 0.4, 0.625))) == "2.0 times"
    assert plain(size(Quantity(1.05, "times", 1.04, 1.06))) == "5.0 %"
    assert (plain(p(Quantity(0.00012))), plain(p(Quantity(0.0123)))) == ("p < 0.001", "p = 0.012")
    assert (plain(words(Quantity(5, "seeds", exact=True))), plain(words(COUNT))) == (
        "five seeds",
        "318,010 parameters",
    )
    assert plain(digits(ACCURACY, 2)) == "98.14 %"
    with pytest.raises(UsageError, match="digits='a name': allowed are whole numbers from 0 to 20"):
        digits(ACCURACY, "a name")  # type: ignore[arg-type]


def test_a_column_has_one_number_of_decimals() -> None:
    """That of its middle quantity, with thousands separated."""
    column = [
        Quantity(value, "", value - half, value + half)
        for value, half in ((0.88, 0.12), (0.9, 0.2), (0.89, 0.18))
    ]
    assert digits_of_column(column) == 2
    assert [plain(as_table(one, 2)) for one in column] == ["0.88 ± 0.12", "0.90 ± 0.20", "0.89 ± 0.18"]
    assert plain(as_table(Quantity(7018, exact=True))) == "7,018"
    rates = [Quantity(value, exact=True) for value in (0, 0.9, 0.05)]
    assert digits_of_column(rates) == 2


def test_a_table_prints_its_units_in_the_heads() -> None:
    """Where all of a column have the same; else in each cell."""
    table = Table(("name", "accuracy", "mixed"), (("a", ACCURACY, POINTS), ("b", ACCURACY, COUNT)))
    assert table.heads == ["name", "accuracy, %", "mixed"]
    assert plain(table.cells()[0][1]) == "98.14 ± 0.18"
    assert table.cells()[1][2].endswith("parameters")


@pytest.mark.parametrize(
    ("uncertainty", "fine", "coarse"),
    [(0.18, 2, 1), (0.2, 1, 1), (0.96, 1, 0), (0.094, 2, 2), (0.0996, 2, 1), (14, 0, -1)],
)
def test_decimals_follow_the_first_digit_of_the_uncertainty(
    uncertainty: float, fine: int, coarse: int
) -> None:
    """Two significant digits where it is 1."""
    assert (decimals(uncertainty), decimals(uncertainty, fine=False)) == (fine, coarse)
