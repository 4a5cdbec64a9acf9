"""How quantities are printed."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from refusals import check_refusals

from labreport import Measure, mean, table
from labreport.errors import UsageError
from labreport.stats import Comparison, Namespace, Quantity, Source, Table, as_prose, formats, number
from labreport.stats.rounding import decimals_of_column, decimals_of_uncertainty


def with_plain_spaces(text: object) -> str:
    """A text with plain spaces."""
    return str(text).replace("\u00a0", " ")


ACCURACY = Quantity(0.9814, "fraction", 0.9796, 0.9832, 5)
POINTS = Quantity(-0.0061, "points", -0.0073, -0.0049, 5)
SKEWED = Quantity(1.6, "µM", 1.2, 2.7, 4)
COUNT = Quantity(318_010, "parameters", exact=True)
TWO = Namespace({"a": ACCURACY, "b": POINTS})
MEASURED = Source(("wide",), "accuracy", n=1)


def check_printed(rows: str) -> None:
    """Compare what each row's expression prints with the text behind its arrow."""
    names = {**vars(formats), **globals()}
    for row in rows.strip().splitlines():
        expression, expected = row.split(" → ")
        assert with_plain_spaces(eval(expression.strip(), names)) == expected, expression


def prose_and_interval(*arguments: object) -> str:
    """A quantity in prose, and with its interval."""
    quantity = Quantity(*arguments)  # type: ignore[arg-type]
    return f"{formats.as_prose(quantity)} / {formats.as_plus_minus(quantity)}"


def test_a_number_has_the_digits_that_its_uncertainty_supports() -> None:
    """One digit of it in prose, the interval with ±, or its ends where that would mislead."""
    check_printed("""
        prose_and_interval(0.9814, "fraction", 0.9796, 0.9832)        → 98.1 % / 98.14 ± 0.18 %
        prose_and_interval(-0.0061, "points", -0.0073, -0.0049)       → −0.61 points / −0.61 ± 0.12 points
        prose_and_interval(1.6, "µM", 1.2, 2.7)                       → 1.6 µM / 1.6 µM (1.2 to 2.7)
        prose_and_interval(9_999)                                     → 9,999 / 9,999
        prose_and_interval(1, "seeds")                                → 1 seed / 1 seed
        prose_and_interval(2.0, "times", 1.0, 4.0)                    → 2 times / 2 times (1 to 4)
        prose_and_interval(3.14e12, "J")                              → 3.1 × 10¹² J / 3.1 × 10¹² J
        prose_and_interval(9.96e9, "J")                               → 1.0 × 10¹⁰ J / 1.0 × 10¹⁰ J
        prose_and_interval(9.96e9, "", 9.956e9, 9.964e9)              → 9.960 × 10⁹ / (9.960 ± 0.004) × 10⁹
        prose_and_interval(3.14e12, "J", 3.0e12, 3.28e12)             → 3.14 × 10¹² J / (3.14 ± 0.14) × 10¹² J
        prose_and_interval(1, "queries")                              → 1 query / 1 query
        prose_and_interval(1, "batches")                              → 1 batch / 1 batch
        prose_and_interval(0.0004, "points", 0.0001, 0.0007)          → 0.04 points / 0.04 ± 0.03 points
        prose_and_interval(0.0021, "points", 0.0003, 0.0039)          → 0.21 points / 0.21 ± 0.18 points
        prose_and_interval(0.0031, "points", 0.0003, 0.0059)          → 0.31 points / 0.31 ± 0.28 points
        prose_and_interval(None, "s")                                 → – / –
        prose_and_interval(0.9, "fraction")                           → 90 % / 90 %
        prose_and_interval(12.3456, "s")                              → 12.3 s / 12.3 s
        prose_and_interval(1.0604, "fraction")                        → 106 % / 106 %
        prose_and_interval(0.99996, "fraction")                       → 99.996 % / 99.996 %
        as_prose(Quantity(106.04, "s", exact=True))     → 106.04 s
        as_prose(COUNT)                                 → 318,010 parameters
        as_prose(Quantity(0.9, "fraction", spread=0.0)) → 90 %
    """)


def test_a_printed_interval_tells_on_which_side_of_its_limits_it_ends() -> None:
    """Of zero, of one for a ratio, of 0 and 100 % for a share: by up to three more digits, then `<`.

    Decimals that an author asks for do not hide zero either. Some ends differ by rounding errors only.
    """
    check_printed("""
        pm(Quantity(-5.2, "mmHg", -10.1, -0.3))          → −5.2 ± 4.9 mmHg
        pm(Quantity(-4.8, "mmHg", -9.9, 0.3))            → −4.8 ± 5.1 mmHg
        pm(Quantity(-5.0, "mmHg", -10.0, 0.0))           → −5 ± 5 mmHg
        pm(Quantity(-5.0001, "mmHg", -10.0, -0.0002))    → −5 mmHg (−10 to > −0.001)
        pm(Quantity(-4.0, "mmHg", -8.3, -0.002))         → −4 mmHg (−8 to −0.002)
        pm(Quantity(-4.0, "mmHg", -8.3, 0.004))          → −4.0 ± 4.3 mmHg
        pm(Quantity(1.05, "times", 1.002, 1.098))        → 1.050 ± 0.048 times
        pm(Quantity(0.97, "fraction", 0.903, 0.9998))    → 97 % (90 to 99.98)
        pm(Quantity(0.0278, "fraction", 0.00492, 0.142)) → 3 % (0.5 to 14)
        pm(Quantity(1.0, "fraction", 0.9036, 1 - 1e-16)) → 100 % (90 to 100)
        pm(Quantity(0.0, "fraction", 1e-17, 0.0964))     → 0 % (0 to 10)
        pm(Quantity(-5.2, "mmHg", -10.1, -0.3), 0)       → −5 mmHg (−10 to −0.3)
        ci(Quantity(-5.2, "mmHg", -10.1, -0.3), 0)       → −5 mmHg (95 % CI −10 to −0.3)
        pm(Quantity(-5.2, "mmHg", -10.1, -0.3), 1)       → −5.2 ± 4.9 mmHg
    """)


def test_the_ends_of_an_interval_on_logarithms_have_decimals_of_their_own() -> None:
    """The estimate says that it is one; of an author's number both ends are equally many times off."""
    assert with_plain_spaces(number(2.0, (1.0, 4.0), "times")) == "2.0 times (1.0 to 4.0)"
    assert with_plain_spaces(number(2.0, (1.1, 4.0), "times")) == "2 times (1.1 to 4)"
    assert with_plain_spaces(Quantity(2.0, "times", 1.0, 4.0)) == "2 times (1 to 4)"
    hosts = pd.DataFrame({"host": list("abc"), "ms": [1.0, 10.0, 97.0]})
    geometric_mean = mean(table(hosts, replicate="host"), Measure("ms", "ms", scale="ratio")).mean
    assert with_plain_spaces(formats.pm(geometric_mean)) == "9.9 ms (0.034 to 2,906)"
    assert with_plain_spaces(formats.size(replace(geometric_mean, unit="times"))) == "9.9 times"


def test_one_run_has_the_decimals_of_the_margin_else_two_digits() -> None:
    """Nobody knows how far a second run would be off. So has the mean of a measure, in a table too."""
    check_printed("""
        as_prose(Quantity(0.97634, "fraction", source=MEASURED, margin=0.005)) → 97.6 %
        as_prose(Quantity(0.97634, "fraction", source=MEASURED, margin=0.03))  → 98 %
        as_prose(Quantity(0.97634, "fraction", source=MEASURED))               → 98 %
        as_prose(Quantity(0.0936, "fraction", source=MEASURED))                → 9.4 %
    """)
    runs = pd.DataFrame({"seed": [1, 1], "net": ["a", "b"], "accuracy": [0.97634, 0.9651]})
    accuracy = Measure("accuracy", "%", margin=0.2, because="so many images are mislabelled")
    answer = mean(table(runs, replicate="seed"), accuracy, by="net")
    assert with_plain_spaces(as_prose(answer.mean.a)) == "97.6 %"


def test_filters_print_their_form_with_decimals_of_ones_own_and_follow_one_another_in_any_order() -> None:
    """As templates, sentences and exports have it. What is printed as 0 has no sign."""
    check_printed("""
        ci(SKEWED)               → 1.6 µM (95 % CI 1.2 to 2.7)
        ci(SKEWED, 0)            → 2 µM (95 % CI 1 to 3)
        pm(ACCURACY, 1)          → 98.1 ± 0.2 %
        digits(ACCURACY, 2)      → 98.14 %
        bare(POINTS, 1)          → −0.6
        size(POINTS)             → 0.61 points
        size(POINTS, 1)          → 0.6 points
        apart(POINTS)            → −0.61 ± 0.12 points
        apart(size(POINTS))      → +0.61 ± 0.12 points
        apart(size(POINTS), 0)   → +1 ± 0 points
        apart(Quantity(0.2), 0)  → 0
        words(Quantity(5, "seeds", exact=True)) → five seeds
        words(COUNT)             → 318,010 parameters
        ci(size(POINTS), 1)      → 0.6 points (95 % CI 0.5 to 0.7)
        size(ci(POINTS, 1))      → 0.6 points (95 % CI 0.5 to 0.7)
        pm(size(POINTS))         → 0.61 ± 0.12 points
        digits(pm(ACCURACY), 1)  → 98.1 ± 0.2 %
    """)


def test_a_ratio_is_in_per_cent_up_to_a_doubling() -> None:
    """Of the second; from there on it says how many times the larger is."""
    check_printed("""
        size(Quantity(1.04, "times", 1.02, 1.06))  → 4 %
        apart(Quantity(1.04, "times", 1.02, 1.06)) → +4 ± 2 %
        size(Quantity(0.96, "times", 0.94, 0.98))  → 4 %
        apart(Quantity(0.96, "times", 0.94, 0.98)) → −4 ± 2 %
        size(Quantity(1.6, "times", 1.5, 1.7))     → 60 %
        apart(Quantity(1.6, "times", 1.5, 1.7))    → +60 ± 10 %
        size(Quantity(2.6, "times", 2.5, 2.7))     → 2.6 times
        apart(Quantity(2.6, "times", 2.5, 2.7))    → 2.60 ± 0.10 times
        size(Quantity(0.5, "times", 0.4, 0.64))    → 2.0 times
        apart(Quantity(0.5, "times", 0.4, 0.64))   → 0.50 ± 0.14 times
    """)


def test_a_p_value_is_printed_of_a_comparison_and_of_a_number() -> None:
    """Never as 0. The value of a comparison that was not judged is not taken for one."""
    check_printed("""
        p(Quantity(0.00012))      → p < 0.001
        p(Quantity(0.0123))       → p = 0.012
        p(Quantity(0.0662))       → p = 0.066
        p(Quantity(0.0662), 2)    → p = 0.07
        p(Quantity(0.27))         → p = 0.27
        p(Quantity(0.9996))       → p > 0.99
        p(Quantity(1.0))          → p = 1.00
        p(Quantity(-3.0, "mmHg", -5, -1, source=MEASURED, p=0.0123)) → p = 0.012
        p(Quantity(0.4, source=MEASURED, compared=Comparison(0.0))) → p –
    """)
    for no_comparison in (SKEWED, Quantity(0.4, source=MEASURED)):
        with pytest.raises(UsageError, match=r"p prints the p value of a comparison, or .* is none"):
            str(formats.p(no_comparison))


MISTAKES = """
ci("97 %")
    '97 %' is no quantity; write number(…), or name one of an answer
pm(TWO)
    one quantity is needed; name one of a, b
digits(ACCURACY)
    digits: with how many decimals? Write {{ quantity | digits(2) }}
digits(ACCURACY, "two")
    digits('two'): decimals are a whole number from 0 to 20
size(POINTS, -1)
    size(-1): decimals are a whole number from 0 to 20
"""


def test_a_filter_that_is_misused_says_what_it_takes() -> None:
    """A quantity, and a number of decimals."""
    check_refusals(MISTAKES, {**vars(formats), **globals()})


# Tables


def test_a_column_has_one_number_of_decimals() -> None:
    """That of its middle quantity, with thousands separated; a number does not vanish among larger ones."""
    column = [Quantity(0.88, "", 0.76, 1.0), Quantity(0.9, "", 0.7, 1.1), Quantity(0.89, "", 0.71, 1.07)]
    assert decimals_of_column(column) == 2
    table = Table(("value",), [(quantity,) for quantity in column])
    assert [with_plain_spaces(cell) for (cell,) in table.texts()] == [
        "0.88 ± 0.12",
        "0.90 ± 0.20",
        "0.89 ± 0.18",
    ]
    assert Table(("n",), [(7018,)]).texts(1) == [["7,018"]]
    assert decimals_of_column([Quantity(value, exact=True) for value in (0, 0.9, 0.05)]) == 2
    with_p = Table(("value",), [(Quantity(-5.2, "", -10.1, -0.3),), (0.0662,)])
    assert [with_plain_spaces(cell) for (cell,) in with_p.texts(0)] == ["−5 (−10 to −0.3)", "0.0662"]


def test_a_table_prints_its_units_in_the_heads() -> None:
    """Where all of a column have the same, else in each cell; a cell that a filter made has its own."""
    rows = [("a", ACCURACY, POINTS, formats.ci(POINTS, 1)), ("b", ACCURACY, COUNT, "")]
    table = Table(("name", "accuracy", "mixed", "change"), rows)
    assert table.heads == ["name", "accuracy, %", "mixed", "change"]
    assert table.numeric == [False, True, True, True]
    assert [with_plain_spaces(cell) for cell in table.texts()[0]] == [
        *("a", "98.14 ± 0.18", "−0.61 ± 0.12 points", "−0.6 points (95 % CI −0.7 to −0.5)")
    ]


UNPAIRED = Quantity(
    -5.2, "mmHg", -10.1, -0.3, 59, MEASURED, 9.4, p=0.038,
    subjects=("drug", "placebo"), compared=Comparison(0.0, -11.4, 1.0, sizes=(27, 32)),
)  # fmt: skip
PAIRED = Quantity(-6.0, "mmHg", -9.0, -3.0, 30, MEASURED, 8.0, compared=Comparison(0.0), p=0.0004)
DIFFERENCES = Table(("group", "change"), [("week 12", UNPAIRED), ("week 16", PAIRED)])


def test_a_table_can_show_n_sd_p_and_the_interval_that_is_judged() -> None:
    """Both n of an unpaired difference; a dash where there is nothing."""
    table = DIFFERENCES.with_columns("n", "sd", "p", "judged")
    assert with_plain_spaces(table) == (
        "group    change, mmHg  n          SD   p        Simultaneous 95 % CI, mmHg\n"
        "week 12  −5.2 ± 4.9    27 and 32  9.4  0.038    −11.4 to 1.0\n"
        "week 16  −6.0 ± 3.0    30         8.0  < 0.001  –"
    )
    with pytest.raises(UsageError, match=r"with_columns\('N'\): allowed are n, sd, p, judged"):
        DIFFERENCES.with_columns("N")


def test_the_title_of_an_interval_without_a_unit_ends_with_a_word() -> None:
    """What has no unit, as a score, has no comma behind it."""
    table = Table(("group", "change"), [("week 12", replace(UNPAIRED, unit=""))]).with_columns("judged")
    assert table.heads == ["group", "change", "Simultaneous 95 % CI"]


def test_decimals_follow_the_first_digit_of_the_uncertainty() -> None:
    """Two significant digits where it is 1."""
    uncertainties = (0.18, 0.2, 0.96, 0.094, 0.0996, 14)
    assert [decimals_of_uncertainty(value) for value in uncertainties] == [2, 1, 1, 2, 2, 0]
    assert [decimals_of_uncertainty(value, fine=False) for value in uncertainties] == [1, 1, 0, 2, 1, -1]
