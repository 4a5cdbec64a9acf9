"""How comparisons are judged: exactly one outcome each, at the level of all that are made together."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from refusals import check_refusals
from stats.made import (
    ACCURACY,
    LOSS,
    NEARLY_CLEAR,
    check_claims,
    results,
    sample_of_items,
    sample_of_numbers,
    samples,
)

from labreport.errors import UsageError
from labreport.project import Measure, table
from labreport.stats import (
    Answer,
    Difference,
    Quantity,
    as_condition,
    count,
    difference,
    effect,
    mean,
    number,
    ranking,
    sentence,
)
from labreport.stats.formats import apart
from labreport.stats.judgement import JUDGED_OUTCOMES, Judged

HALF_WIDTHS = (0.0, 0.5, 1.0, 2.0, 4.0)


def expected(low: float, high: float, null: float, margin: float | None) -> str:
    """What the design says, written in another way than the engine has it."""
    if margin is not None and null == 0 and max(abs(low), abs(high)) < margin:
        return "same"
    if margin is not None and null == 1 and max(1 / low, high) < margin:
        return "same"
    if low > null or high < null:
        return "more" if low > null else "less"
    return "unclear"


@pytest.mark.parametrize("margin", [None, 0.4, 1.0, 3.0])
def test_each_difference_has_exactly_one_outcome(margin: float | None) -> None:
    """For a grid of differences, half widths and margins: same before clear, and nothing without a margin."""
    for middle, half in product(np.arange(-5, 5.5, 0.5), HALF_WIDTHS):
        judged = number(middle, (middle - half, middle + half), null=0, margin=margin)
        held = [word for word in JUDGED_OUTCOMES if judged.ask(word).holds]
        assert held == [expected(middle - half, middle + half, 0, margin)], (middle, half, margin)
        assert judged.clear.holds is (held[0] in ("more", "less"))


@pytest.mark.parametrize("margin", [None, 1.02, 1.5, 2.0])
def test_a_ratio_is_held_against_one(margin: float | None) -> None:
    """And its margin is as far below one as above, as a factor."""
    for middle, factor in product((0.3, 0.6, 0.97, 1.0, 1.03, 1.4, 3.0), (1.0, 1.01, 1.1, 2.0)):
        judged = number(middle, (middle / factor, middle * factor), unit="times", null=1, margin=margin)
        held = [word for word in JUDGED_OUTCOMES if judged.ask(word).holds]
        assert held == [expected(middle / factor, middle * factor, 1, margin)], (middle, factor, margin)


def test_without_an_interval_nothing_is_known() -> None:
    """And a number by itself is not asked as a difference is; other nulls than 0 and 1 there are none."""
    assert [number(1.0, null=0).ask(word).holds for word in JUDGED_OUTCOMES] == [None] * len(JUDGED_OUTCOMES)
    with pytest.raises(UsageError, match=r"a number by itself and has no \.more; .*null=0"):
        number(1.0, (0.5, 1.5)).ask("more")
    with pytest.raises(UsageError, match="allowed are 0, of a difference, and 1, of a ratio"):
        number(1.0, (0.5, 1.5), null=2)


def test_a_margin_is_in_the_printed_unit() -> None:
    """Of shares and points in per cent."""
    assert number(0.001, (-0.001, 0.003), unit="points", null=0, margin=0.5).same.holds is True
    assert number(0.001, (-0.001, 0.003), unit="points", null=0, margin=0.2).same.holds is False


MARGINS = """
number(1.0, (0.99, 1.01), null=1, margin=0.05)
    margin is 0.05; of a ratio it is above 1 and at most 2
Measure("seconds", scale="ratio", margin=0.05)
    margin is 0.05; of a ratio it is above 1 and at most 2
number(1.0, (0.99, 1.01), null=1, margin=3)
    margin is 3; of a ratio
Measure("seconds", scale="ratio", margin=3)
    margin is 3; of a ratio
number(1.0, (0.99, 1.01), null=0, margin=-0.5)
    margin is -0.5; it must be greater than 0
Measure("seconds", margin=-0.5)
    margin is -0.5; it must be greater than 0
"""


def test_a_margin_within_which_nothing_could_be_the_same_is_an_error() -> None:
    """That of a number as that of a measure."""
    check_refusals(MARGINS, {"number": number, "Measure": Measure})


def test_a_number_that_is_held_against_one_is_a_ratio_in_any_unit() -> None:
    """Its reverse is one over it, and it is told in per cent; one that is held against zero is none."""
    odds = number(1.25, (1.1, 1.4), null=1)
    assert odds.is_ratio
    assert number(1.25, unit="times").is_ratio
    assert not number(1.25, null=0).is_ratio
    assert odds.turned.value == 0.8
    less = number(0.8, (0.7, 0.9), null=1)
    texts = [str(apart(quantity)).replace("\u00a0", " ") for quantity in (odds, less)]
    assert texts == ["+25 ± 15 %", "−20 ± 10 %"]
    assert odds.more.how == "by 10 %"


def test_how_far_is_to_where_a_word_turns() -> None:
    """`unclear` turns where the interval becomes clear or the same, whichever is nearer."""
    distances = """
        Judged(-11.0, 2.5).distance("unclear")                 2.5
        Judged(-11.0, 2.5, margin=12.0).distance("same")       1.0
        Judged(-11.0, 2.5, margin=10.0).distance("unclear")    1.0
        Judged(1.0, 3.0).distance("more")                      1.0
        Judged(1.0, 3.0).distance("less")                      3.0
        Judged(-3.0, -1.0).distance("clear")                   1.0
        Judged(1.0, 3.0, margin=4.0).distance("more")          1.0
        Judged(1.02, 1.1, null=1.0).distance("more")           0.02
    """
    for line in distances.strip().splitlines():
        expression, distance = line.rsplit(maxsplit=1)
        assert eval(expression.strip(), {"Judged": Judged}) == pytest.approx(float(distance)), line


STEADY, FASTER, SLOWER = (10.0, 11, 12, 13, 14), (9.0, 10, 11.1, 12, 13), (13.0, 14.1, 15, 16, 17)


def against_steady(family: int | None = None) -> Difference:
    """Two that are clearly below and above the first."""
    by_host = pd.DataFrame({"a": STEADY, "b": FASTER, "c": SLOWER}).reset_index(names="host")
    data = table(by_host.melt("host", var_name="version", value_name="ms"), replicate="host")
    finding: Difference = difference(data, "ms", by="version", against="a", family=family).difference
    return finding


def test_bounds_of_a_finding_are_judged_as_it_is() -> None:
    """So "at least half a second" cannot hold where "faster" falls."""
    alone, of_six = (difference(NEARLY_CLEAR, LOSS, family=family).difference for family in (1, 6))
    claims = """
        alone.more                      holds
        alone.above(0)                  holds
        alone.quantity.above(0)         holds
        of_six.more                     fails
        of_six.above(0)                 fails
        of_six.quantity.above(0)        fails
        of_six.difference.a.b.above(0)  fails
    """
    check_claims(claims, alone=alone, of_six=of_six)
    assert alone.quantity.interval == of_six.quantity.interval
    with pytest.raises(UsageError, match=r"\.below of which of b, c\? Write it as \['b'\]\.below"):
        as_condition(against_steady().below(0))


def test_every_and_any_ask_all_comparisons_of_a_finding() -> None:
    """A condition that fails is about those that make it fail."""
    finding = against_steady()
    claims = """
        speed.every.less        fails
        speed.any.less          holds
        speed.any.more          holds
        speed.every.below(4)    holds
        speed.every.below(2)    fails
        speed.any.above(2)      holds
        speed.every.clear       holds
        speed.any.unclear       fails
        speed.every.same        fails
        speed["b"].every.less   holds
    """
    check_claims(claims, speed=finding)
    (about,) = finding.every.less.about
    assert isinstance(about, Difference)
    assert [row.subjects for row in about.evidence] == [("c", "a")]


def test_every_asks_the_comparisons_of_all_groups() -> None:
    """Of a finding within groups."""
    frame = pd.DataFrame(product((100, 400), "ab", range(4)), columns=["rate", "version", "host"])
    frame = frame.eval("ms = 5 + 1.1 * host + (version == 'b') * (rate * host / 900 - 1)")
    data = table(frame, replicate="host")
    finding = difference(data, "ms", by="version", against="a", within="rate").difference
    assert len(finding.singles()) == 2
    assert finding.every.less.holds is (finding.less("100", "b") & finding.less("400", "b")).holds
    assert finding.any.below(-0.5).holds is True


RIGHT = {"a": np.arange(1000) < 900, "b": np.arange(1000) < 500}


@pytest.mark.parametrize("make", [ranking, difference, partial(effect, by="experiment")])
def test_one_run_is_not_compared(make: Any) -> None:
    """Whatever is known of its items; its own accuracy is judged."""
    answer: Answer = make({name: sample_of_items(name, [row]) for name, row in RIGHT.items()}, ACCURACY)
    finding = next(iter(answer.members.values()))
    assert finding.is_unknown
    assert all(quantity.p is None for quantity in finding.evidence)
    assert "which one seed does not decide" in sentence(finding)
    check_claims("mean.a.above(85) holds\nmean.b.above(85) fails", mean=answer.mean)


@pytest.mark.parametrize("make", [mean, difference])
def test_seeds_that_do_not_have_the_same_number_of_items_are_an_error(make: Any) -> None:
    """It says of which experiment, and how many each has."""
    samples = {name: sample_of_items(name, [row, row, row[:-1]]) for name, row in RIGHT.items()}
    message = "right= gives arrays of unequal lengths for 'a': 1,000 in seed 1, 999 in seed 2; each seed"
    with pytest.raises(UsageError, match=re.escape(message)):
        make(samples, ACCURACY)


def test_yes_and_no_are_compared_with_numbers_as_numbers_are() -> None:
    """From either side: 0.4 is not a yes."""
    both = samples(shares=[0.4, 0.3, 0.35, 0.4, 0.5])
    both["truths"] = sample_of_numbers("truths", [1, 0, 1, 1, 1], yes_no=True)
    gap = difference(both, ACCURACY, "truths", "shares").difference.quantity
    reverse = difference(both, ACCURACY, "shares", "truths").difference.quantity
    assert gap.source.method == reverse.source.method == "Student's t, paired"
    assert gap.interval == pytest.approx([-end for end in reversed(reverse.interval)])


def test_a_ranking_of_one_run_is_unknown_with_items_and_without() -> None:
    """The interval over items is there to be printed."""
    without = ranking(samples(a=[0.9], b=[0.5]), ACCURACY)
    by_items = ranking({name: sample_of_items(name, [row]) for name, row in RIGHT.items()}, ACCURACY)
    claims = """
        without.ranking.clear("a", "b")         unknown
        without.mean.a.above(10)                unknown
        by_items.ranking.wins("a")              unknown
        by_items.difference.a.b.above(0)        unknown
    """
    check_claims(claims, without=without, by_items=by_items)
    assert by_items.difference.a.b.interval is not None


def test_a_count_cannot_reach_more_than_its_runs() -> None:
    """With one of five trainings made, "in at least three" is not known; that all are is counted."""
    claims = """
        single.all             holds
        single.at_least(3)     unknown
        single.quantity >= 3   unknown
        single.at_least(1)     holds
        five.at_least(3)       fails
        none_of_one >= 2       unknown
    """
    single = count(results({"a": {1: [0.95]}}), "a", ACCURACY, above=92).count
    five = count(results({"a": {1: [0.95, 0.91, 0.9, 0.9, 0.9]}}), "a", ACCURACY, above=92).count
    check_claims(claims, single=single, five=five, none_of_one=number(0, out_of=1))


def test_equality_in_every_item_of_several_runs_is_the_same_if_there_is_a_margin() -> None:
    """Without one it is not judged, and of one run neither."""
    row = np.arange(100) < 90
    twins = {name: sample_of_items(name, [row, ~row]) for name in "ab"}
    assert difference(twins, ACCURACY).difference.same.holds is True
    unjudged = difference(twins, Measure("test accuracy", "%")).difference
    assert unjudged.same.holds is None
    assert "equal in all 2 seeds, which is judged only with a margin" in sentence(unjudged)
    single = {name: sample_of_items(name, [row]) for name in "ab"}
    assert difference(single, ACCURACY).difference.same.holds is None


def test_seeds_of_a_single_item_are_numbers_of_each_seed() -> None:
    """One item says nothing of any other, and the first seed nothing of the rest."""
    right_of = {"a": [[1], [0], [0], [1], [0]], "b": [[0], [0], [1], [0], [0]]}
    by_items = {name: sample_of_items(name, right) for name, right in right_of.items()}
    by_seeds = {name: replace(sample, successes={}) for name, sample in by_items.items()}
    for make in (mean, difference):
        assert make(by_items, ACCURACY) == make(by_seeds, ACCURACY)


def test_a_difference_gives_sd_and_both_n_as_numbers() -> None:
    """To be printed or put into a table."""
    quantity: Quantity = against_steady().difference.b.a
    assert (quantity.sd.value, quantity.sd.unit) == (quantity.spread, quantity.unit)
    assert (quantity.n_of("a").value, quantity.n_of("a").unit) == (5, "hosts")
    with pytest.raises(UsageError, match="has no group 'A'; there are b, a"):
        quantity.n_of("A")
    doses = samples(**{"0": [1, 2, 3], "1": [2, 3, 5]})
    assert difference(doses, LOSS, "1", "0").difference.n_of(1).value == 3
    assert against_steady()["b"].n_of("a").value == 5
    with pytest.raises(UsageError, match=r"n_of\('a'\) is of one comparison; name it: 'b', 'c'"):
        against_steady().n_of("a")


@pytest.mark.parametrize("missing", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_missing(missing: float) -> None:
    """Printed as a dash, and unknown; an interval has two ends."""
    quantity = number(missing, (missing, missing), null=0, p=missing, values={"a": 1, "b": missing})
    assert (str(quantity), quantity.p, quantity.values) == ("–", None, (("a", 1.0), ("b", None)))
    assert quantity.more.holds is None
    assert quantity.above(0).holds is None
    with pytest.raises(UsageError, match=r"number\(1.5\) has the ends 0.5 and .*; allowed are finite ends"):
        number(1.5, (0.5, missing))


DIVERGED, FINITE = [1.0, 2.0, 1.5, math.inf], [3.0, 4.0, 3.5, 5.0]
LOSSES_OF_RUNS = results({"a": {1: DIVERGED}, "b": {1: FINITE}}, metric="loss")
LOSSES_IN_TABLE = pd.DataFrame({"experiment": ["a"] * 4 + ["b"] * 4, "test loss": DIVERGED + FINITE})


@pytest.mark.parametrize("data", [LOSSES_OF_RUNS, LOSSES_IN_TABLE], ids=["runs", "table"])
def test_a_loss_that_is_infinite_is_a_missing_number(data: Any) -> None:
    """Nobody is best or the same by having diverged, in a table or in runs."""
    loss = Measure("test loss", better="lower", margin=0.1)
    assert mean(data, loss).mean.a.value is None
    assert ranking(data, loss).ranking.order == ["b", "a"]
    finding = difference(data, loss, "a", "b").difference
    assert [finding.same.holds, finding.less.holds] == [None, None]


def test_what_a_run_without_a_value_would_decide_is_unknown() -> None:
    """A loss that is infinite is not one of those that are at most 5."""
    claims = """
        above.none("a")         unknown
        above.all("a")          fails
        above.at_least(1)       unknown
        above.at_least(2)       fails
        below.all               unknown
        below.none              fails
        below.all("b")          holds
        below.at_least(7)       holds
        below.at_least(8)       unknown
    """
    loss = Measure("test loss", better="lower")
    above = count(LOSSES_OF_RUNS, None, loss, above=5.5).count
    below = count(LOSSES_OF_RUNS, None, loss, below=5.5).count
    check_claims(claims, above=above, below=below)


def test_a_bound_of_a_share_is_in_per_cent() -> None:
    """0.9 of 95 % would hold whatever is measured; of a share below 10 % it may be meant."""
    share = number(0.95, (0.93, 0.97), unit="fraction")
    with pytest.raises(UsageError, match="a bound of a share is in per cent: write 90 for 90 %"):
        share.above(0.9)
    assert share.above(90).holds is True
    assert number(0.004, (0.002, 0.006), unit="fraction").below(0.9).holds is True


def test_equal_shares_are_one_as_a_ratio() -> None:
    """All of both groups: not less, as a difference of 0 would be beside 1."""
    answers = pd.DataFrame({"group": ["a"] * 20 + ["b"] * 20, "right": [True] * 40})
    finding = difference(answers, Measure("right", unit="%", scale="ratio"), by="group").difference
    assert finding.quantity.value == 1
    assert finding.less.holds is None
