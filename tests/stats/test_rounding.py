"""How quantities are printed."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from labreport import Measure, mean, table
from labreport.errors import UsageError
from labreport.stats import Namespace, Quantity, Source, Table, as_plus_minus, as_prose
from labreport.stats.formats import FILTERS, apart, bare, ci, digits, p, pm, size, words
from labreport.stats.rounding import decimals_of_uncertainty, digits_of_column


def plain(text: object) -> str:
    """A text with plain spaces."""
    return str(text).replace("\u00a0", " ")


ACCURACY = Quantity(0.9814, "fraction", 0.9796, 0.9832, 5)
POINTS = Quantity(-0.0061, "points", -0.0073, -0.0049, 5)
SKEWED = Quantity(1.6, "µM", 1.2, 2.7, 4)
COUNT = Quantity(318_010, "parameters", exact=True)
TWO = Namespace({"a": ACCURACY, "b": POINTS})
MEASURED = Source(("wide",), "accuracy", n=1)


@pytest.mark.parametrize(
    ("quantity", "prose", "with_interval"),
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
        (Quantity(0.99996, "fraction"), "99.996 %", "99.996 %"),
        (Quantity(106.04, "s", exact=True), "106.04 s", "106.04 s"),
    ],
)
def test_a_number_has_the_digits_that_its_uncertainty_supports(
    quantity: Quantity, prose: str, with_interval: str
) -> None:
    """One digit of it in prose, the interval with ±, or its ends where that would mislead."""
    assert plain(as_prose(quantity)) == prose
    assert plain(as_plus_minus(quantity)) == with_interval


@pytest.mark.parametrize(
    ("quantity", "with_plus_minus"),
    [
        (Quantity(-5.2, "mmHg", -10.1, -0.3), "−5.2 ± 4.9 mmHg"),
        (Quantity(-4.8, "mmHg", -9.9, 0.3), "−4.8 ± 5.1 mmHg"),
        (Quantity(-5.0, "mmHg", -10.0, 0.0), "−5 ± 5 mmHg"),  # zero is an end
        (Quantity(-5.0001, "mmHg", -10.0, -0.0002), "−5 mmHg (−10 to > −0.001)"),
        (Quantity(-4.0, "mmHg", -8.3, -0.002), "−4 mmHg (−8 to −0.002)"),
        (Quantity(-4.0, "mmHg", -8.3, 0.004), "−4.0 ± 4.3 mmHg"),
        (Quantity(1.05, "times", 1.002, 1.098), "1.050 ± 0.048 times"),
        (Quantity(0.97, "fraction", 0.903, 0.9998), "97 % (90 to 99.98)"),
        (Quantity(0.0278, "fraction", 0.00492, 0.142), "3 % (0.5 to 14)"),
        (Quantity(1.0, "fraction", 0.9036, 1 - 1e-16), "100 % (90 to 100)"),  # but for rounding errors
        (Quantity(0.0, "fraction", 1e-17, 0.0964), "0 % (0 to 10)"),
    ],
)
def test_a_printed_interval_tells_on_which_side_of_its_limits_it_ends(
    quantity: Quantity, with_plus_minus: str
) -> None:
    """Of zero, of one for a ratio, of 0 and 100 % for a share: by up to three more digits, then `<`."""
    assert plain(as_plus_minus(quantity)) == with_plus_minus


def test_decimals_that_an_author_asks_for_do_not_hide_zero_either() -> None:
    """The value has them; an end has more where it needs them."""
    excludes_zero = Quantity(-5.2, "mmHg", -10.1, -0.3)
    assert plain(pm(excludes_zero, 0)) == "−5 mmHg (−10 to −0.3)"
    assert plain(ci(excludes_zero, 0)) == "−5 mmHg (95 % CI −10 to −0.3)"
    assert plain(pm(excludes_zero, 1)) == "−5.2 ± 4.9 mmHg"


@pytest.mark.parametrize(
    ("value", "margin", "prose"),
    [(0.97634, 0.005, "97.6 %"), (0.97634, 0.03, "98 %"), (0.97634, None, "98 %"), (0.0936, None, "9.4 %")],
)
def test_one_run_has_the_decimals_of_the_margin_else_two_digits(
    value: float, margin: float | None, prose: str
) -> None:
    """Nobody knows how far a second run would be off."""
    assert plain(as_prose(Quantity(value, "fraction", source=MEASURED, margin=margin))) == prose


def test_the_mean_of_one_run_has_the_decimals_of_its_measures_margin() -> None:
    """Also in a table."""
    runs = pd.DataFrame({"seed": [1, 1], "net": ["a", "b"], "accuracy": [0.97634, 0.9651]})
    accuracy = Measure("accuracy", "%", margin=0.2, because="so many images are mislabelled")
    answer = mean(table(runs, replicate="seed"), accuracy, by="net")
    assert plain(as_prose(answer.mean.a)) == "97.6 %"


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        (ci(SKEWED), "1.6 µM (95 % CI 1.2 to 2.7)"),
        (ci(SKEWED, 0), "2 µM (95 % CI 1 to 3)"),
        (pm(ACCURACY, 1), "98.1 ± 0.2 %"),
        (digits(ACCURACY, 2), "98.14 %"),
        (bare(POINTS, 1), "−0.6"),
        (size(POINTS), "0.61 points"),
        (size(POINTS, 1), "0.6 points"),
        (apart(POINTS), "−0.61 ± 0.12 points"),
        (apart(Quantity(0.0061, "points", 0.0049, 0.0073)), "+0.61 ± 0.12 points"),
        (words(Quantity(5, "seeds", exact=True)), "five seeds"),
        (words(COUNT), "318,010 parameters"),
    ],
)
def test_each_filter_prints_its_form_with_decimals_of_ones_own(text: Any, printed: str) -> None:
    """As templates, sentences and exports have it."""
    assert plain(text) == printed


def test_filters_follow_one_another_in_any_order() -> None:
    """The size of a difference, with its interval, to one decimal."""
    assert plain(ci(size(POINTS), 1)) == plain(size(ci(POINTS, 1))) == "0.6 points (95 % CI 0.5 to 0.7)"
    assert plain(pm(size(POINTS))) == "0.61 ± 0.12 points"
    assert plain(digits(pm(ACCURACY), 1)) == "98.1 ± 0.2 %"


@pytest.mark.parametrize(
    ("value", "low", "high", "sized", "signed"),
    [
        (1.04, 1.02, 1.06, "4 %", "+4 ± 2 %"),
        (0.96, 0.94, 0.98, "4 %", "−4 ± 2 %"),
        (1.6, 1.5, 1.7, "60 %", "+60 ± 10 %"),
        (2.6, 2.5, 2.7, "2.6 times", "2.60 ± 0.10 times"),
        (0.5, 0.4, 0.64, "2.0 times", "0.50 ± 0.14 times"),
    ],
)
def test_a_ratio_is_in_per_cent_up_to_a_doubling(
    value: float, low: float, high: float, sized: str, signed: str
) -> None:
    """Of the second; from there on it says how many times the larger is."""
    ratio = Quantity(value, "times", low, high, 5)
    assert plain(size(ratio)) == sized
    assert plain(apart(ratio)) == signed


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (0.00012, "p < 0.001"),
        (0.0123, "p = 0.012"),
        (0.0662, "p = 0.066"),
        (0.27, "p = 0.27"),
        (0.9996, "p > 0.99"),
        (1.0, "p = 1.00"),
    ],
)
def test_a_p_value_is_printed_of_a_comparison_and_of_a_number(value: float, printed: str) -> None:
    """Never as 0."""
    assert plain(p(Quantity(value))) == printed
    assert plain(p(Quantity(-3.0, "mmHg", -5, -1, source=MEASURED, p=value))) == printed


def test_a_comparison_that_was_not_judged_has_no_p_value() -> None:
    """Its value is not taken for one."""
    assert plain(p(Quantity(0.4, source=MEASURED, null=0.0))) == "p –"
    assert plain(p(Quantity(0.0662), 2)) == "p = 0.07"
    for no_comparison in (SKEWED, Quantity(0.4, source=MEASURED)):
        with pytest.raises(UsageError, match=r"p prints the p value of a comparison, or .* is none"):
            p(no_comparison)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("ci", ("97 %",), r"the filter ci takes a quantity; '97 %' is none: name one of an answer"),
        ("ci", ("\U000f0006",), r"the filter ci takes a quantity; a text that is printed already is none"),
        (
            "pm",
            (Namespace({"a": ACCURACY, "b": POINTS}),),
            "the filter pm takes one quantity; name one of a, b",
        ),
        ("pm", (ACCURACY, 1, 2), r"the filter pm is written as \{\{ quantity \| pm\(decimals\) \}\}"),
        ("words", (COUNT, 1), r"the filter words is written as \{\{ quantity \| words \}\}"),
        ("digits", (ACCURACY,), r"the filter digits is written as \{\{ quantity \| digits\(decimals\) \}\}"),
        ("digits", (ACCURACY, "two"), r"digits\('two'\): decimals are a whole number from 0 to 20"),
        ("size", (POINTS, -1), r"size\(-1\): decimals are a whole number from 0 to 20"),
    ],
)
def test_a_filter_that_is_misused_says_its_name_and_what_it_takes(
    name: str, arguments: tuple[Any, ...], message: str
) -> None:
    """Nothing of the engine's own functions or signs is in the message."""
    with pytest.raises(UsageError, match=message):
        FILTERS[name](*arguments)


def test_a_column_has_one_number_of_decimals() -> None:
    """That of its middle quantity, with thousands separated."""
    column = [
        Quantity(value, "", value - half, value + half)
        for value, half in ((0.88, 0.12), (0.9, 0.2), (0.89, 0.18))
    ]
    table = Table(("value",), [(quantity,) for quantity in column])
    assert [plain(cell) for (cell,) in table.cells()] == ["0.88 ± 0.12", "0.90 ± 0.20", "0.89 ± 0.18"]
    assert Table(("n",), [(Quantity(7018, exact=True),)]).cells() == [["7,018"]]
    rates = [Quantity(value, exact=True) for value in (0, 0.9, 0.05)]
    assert digits_of_column(rates) == 2


def test_a_number_does_not_vanish_in_a_column_of_larger_ones() -> None:
    """A p value in a column of pressures is not 0."""
    table = Table(("name", "value"), [("difference", Quantity(-5.2, "", -10.1, -0.3)), ("p", 0.0662)])
    assert [plain(row[1]) for row in table.cells(0)] == ["−5 (−10 to −0.3)", "0.0662"]


def test_a_table_prints_its_units_in_the_heads() -> None:
    """Where all of a column have the same; else in each cell."""
    table = Table(("name", "accuracy", "mixed"), (("a", ACCURACY, POINTS), ("b", ACCURACY, COUNT)))
    assert table.heads == ["name", "accuracy, %", "mixed"]
    assert plain(table.cells()[0][1]) == "98.14 ± 0.18"
    assert table.cells()[1][2].endswith("parameters")


def test_a_cell_that_a_filter_made_is_printed_as_the_filter_says() -> None:
    """With its unit, since the head of the column does not have it."""
    table = Table(("name", "change"), [("a", ci(POINTS, 1))])
    assert (table.heads, table.numeric) == (["name", "change"], [False, True])
    assert plain(table.cells()[0][1]) == "−0.6 points (95 % CI −0.7 to −0.5)"


UNPAIRED = Quantity(
    -5.2, "mmHg", -10.1, -0.3, 59, MEASURED, 9.4, null=0.0, judged_low=-11.4, judged_high=1.0, p=0.038,
    groups=(("drug", 27), ("placebo", 32)),
)  # fmt: skip
DIFFERENCES = Table(
    ("group", "change"),
    [
        ("week 12", UNPAIRED),
        ("week 16", Quantity(-6.0, "mmHg", -9.0, -3.0, 30, MEASURED, 8.0, null=0.0, p=0.0004)),
    ],
)


def test_a_table_can_show_n_sd_p_and_the_interval_that_is_judged() -> None:
    """Both n of an unpaired difference; a dash where there is nothing."""
    table = DIFFERENCES.with_columns("n", "sd", "p", "judged")
    assert table.heads == ["group", "change, mmHg", "n", "SD", "p", "Simultaneous 95 % CI, mmHg"]
    first, second = ([plain(cell) for cell in row] for row in table.cells())
    assert first[2:] == ["27 and 32", "9.4", "0.038", "−11.4 to 1.0"]
    assert second[2:] == ["30", "8.0", "< 0.001", "–"]


def test_an_unknown_detail_of_a_table_is_refused() -> None:
    """With those that there are."""
    with pytest.raises(UsageError, match=r"with_columns\('N'\): allowed are n, sd, p, judged"):
        DIFFERENCES.with_columns("N")


@pytest.mark.parametrize(
    ("uncertainty", "fine", "coarse"),
    [(0.18, 2, 1), (0.2, 1, 1), (0.96, 1, 0), (0.094, 2, 2), (0.0996, 2, 1), (14, 0, -1)],
)
def test_decimals_follow_the_first_digit_of_the_uncertainty(
    uncertainty: float, fine: int, coarse: int
) -> None:
    """Two significant digits where it is 1."""
    assert (decimals_of_uncertainty(uncertainty), decimals_of_uncertainty(uncertainty, fine=False)) == (
        fine,
        coarse,
    )
