"""What may be asked of findings, and what answers are made of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from stats import made
from stats.made import ACCURACY, LOSS, known, plain, results

from labreport.errors import UsageError
from labreport.project import Measure
from labreport.stats import (
    Finding,
    Sample,
    as_condition,
    change,
    conditions,
    count,
    difference,
    effect,
    fact,
    mean,
    members_equal,
    ranking,
    sentence,
    sentence_values,
)
from labreport.stats.makers.provenance import made_with

NOISE = np.random.default_rng(2)


def near(middle: float, spread: float = 0.0005) -> list[float]:
    """Five values whose mean is `middle`."""
    values = NOISE.normal(0, spread, 5)
    return [middle + float(value - values.mean()) for value in values]


def three(better: Any = "higher", **more: Any) -> Finding:
    """Two that are level, and one that is far behind."""
    of = {
        "complex": plain("complex", near(0.981)),
        "wide": plain("wide", near(0.981)),
        "small": plain("small", near(0.975)),
    }
    found: Finding = ranking(of, Measure("test accuracy", "%", better, **more)).ranking
    return found


def test_a_ranking_says_who_is_ahead_and_who_is_level() -> None:
    """Each word of its vocabulary, both ways."""
    one = three()
    assert one.clear("complex", "small").holds is True
    assert one.clear("small", "complex").holds is False
    assert one.unclear("complex", "wide").holds is True
    assert one.none_clear("complex", "wide").holds is True
    assert one.none_clear("complex", "wide", "small").holds is False
    assert one.wins("complex").holds is False
    assert one.leads("complex", "wide").holds is True
    assert one.first == ["wide", "complex"] or one.first == ["complex", "wide"]
    assert one.where_clear("complex") == ["small"]
    assert "by" in one.clear("complex", "small").how


def test_a_claim_about_no_name_or_about_one_name_is_an_error() -> None:
    """Of none there is no pair that could be judged, so that the claim could never fail."""
    found = three()
    with pytest.raises(UsageError, match=r"leads\(\) needs one name or more, such as \.leads\("):
        found.leads()
    with pytest.raises(UsageError, match=r"none_clear\('wide'\) needs two names or more, or none"):
        found.none_clear("wide")
    assert found.none_clear().holds is False


def test_where_lower_is_better_less_is_ahead() -> None:
    """The smallest wins."""
    one = three("lower")
    assert one.wins("small").holds is True
    assert one.clear("small", "wide").holds is True
    assert one.first == ["small"]


def test_a_margin_tells_the_same_from_unclear_and_from_clear() -> None:
    """A difference of which the whole interval is inside the margin is the same, and not more."""
    one = three(margin=1)
    assert one.same("complex", "wide").holds is True
    assert one.unclear("complex", "wide").holds is False
    assert one.same("complex", "small").holds is True
    assert one.clear("complex", "small").holds is False
    assert three(margin=0.5).clear("complex", "small").holds is True


def test_one_seed_is_not_compared_whatever_is_known_of_its_items() -> None:
    """Its own accuracy is judged over the items."""
    bare = ranking({"a": plain("a", [0.9]), "b": plain("b", [0.5])}, ACCURACY)
    assert bare.ranking.clear("a", "b").holds is None
    assert bare.mean.a.above(10).holds is None
    right = {"a": np.arange(1000) < 900, "b": np.arange(1000) < 500}
    items = ranking({name: known(name, [row]) for name, row in right.items()}, ACCURACY)
    assert items.ranking.wins("a").holds is None
    assert items.difference.a.b.above(0).holds is None
    assert items.difference.a.b.interval is not None
    assert "which one seed does not decide" in sentence(items.ranking)
    assert items.mean.a.above(85).holds is True


def test_a_condition_is_about_the_comparison_that_it_looks_at() -> None:
    """So that what the results say now is said of it alone."""
    (about,) = three().clear("complex", "small").about
    assert about.subjects == ("complex", "wide", "small")
    assert [part.subjects for part in about.comparisons] == [("complex", "small")]
    assert "wide" not in sentence(about)


def test_a_single_difference_is_asked_without_and_with_a_name() -> None:
    """It prints as its quantity."""
    one = difference({"a": plain("a", near(2.0)), "b": plain("b", near(1.0))}, LOSS).difference
    assert one.more.holds is True
    assert one.more("a").holds is True
    assert one.more("b").holds is False
    assert one.less("b").holds is True
    assert as_condition(one.more & ~one.less).holds is True
    assert one.quantity.value == pytest.approx(1.0)


def test_a_comparison_is_as_near_from_either_side() -> None:
    """By the interval of all comparisons made together, which judges it, not by the printed one."""
    one = difference({"a": plain("a", near(2.0)), "b": plain("b", near(1.0))}, LOSS, family=6).difference
    seen, turned = one.comparisons[0].quantity, one.comparisons[0].reversed().quantity
    assert (turned.judged_low, turned.judged_high) == (-seen.judged_high, -seen.judged_low)
    assert seen.judged_low < seen.low
    assert one.more("a").how == one.less("b").how


def test_one_of_several_needs_its_name() -> None:
    """The message shows which there are."""
    of = {str(dose): plain(str(dose), near(dose / 10)) for dose in (0, 1, 10)}
    one = difference(of, LOSS, against=0).difference
    assert one.more("10").holds is True
    assert one.more(10).holds is True
    assert members_equal(one["1"].quantity, one.comparisons[0].quantity)
    with pytest.raises(UsageError, match=r"more of which of 1, 10\? Write it as \.more\('1'\)"):
        as_condition(one.more)
    with pytest.raises(UsageError, match="did you mean"):
        one.more("100")


def test_a_measure_that_is_a_difference_is_held_against_zero() -> None:
    """Of each experiment by itself, over items where both terms know them."""
    g = np.random.default_rng(3)
    train, test = made.rights(g, 5, 600, 4), made.rights(g, 5, 300, 2)
    terms = known("a", train, items="train"), known("a", test, items="test")
    gap = ACCURACY - Measure("other", "%")
    one = Sample("a", {seed: float(train[seed].mean() - test[seed].mean()) for seed in range(5)}, terms=terms)
    found = difference({"a": one}, gap, name="gap").gap
    assert found.more.holds is True
    assert found.quantity.source.method == "Student's t over units and items"
    assert found.quantity.value == pytest.approx(train.mean() - test.mean())
    assert members_equal(mean({"a": one}, gap).mean.a, found.mean.a)


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (Measure("b", "nat"), r"its unit is '%', that of 'b' is 'nat'"),
        (Measure("b", "%", percent=True), r"percent is False, that of 'b' is True; give both as fractions"),
        (
            Measure("b", "%", scale="ratio", margin=1.05),
            r"scale is .ratio.; what is subtracted is a measure of",
        ),
    ],
)
def test_measures_that_are_not_alike_are_not_subtracted(second: Measure, message: str) -> None:
    """Nor ratios, whose margin would be taken for a difference, from either side."""
    with pytest.raises(UsageError, match=message):
        _ = Measure("a", "%") - second


def test_a_change_is_the_last_epoch_less_the_first() -> None:
    """Of one experiment, and of several by name, which are judged together."""
    of = results({"a": {10: near(0.9), 20: near(0.95)}, "b": {10: near(0.9), 20: near(0.9)}})
    one = change(of, ACCURACY, 10, 20, "a", name="rise").rise
    assert one.more.holds is True
    assert one.quantity.value == pytest.approx(0.05)
    assert one.quantity.source.text() == "a after epoch 20 minus a after epoch 10, test accuracy; 5 seeds"
    turned = one.comparisons[0].reversed().quantity.source
    assert turned.text() == "a after epoch 10 minus a after epoch 20, test accuracy; 5 seeds"
    found = change(of, ACCURACY, 10, 20)
    both = found.change
    assert both.family == 2
    assert (list(found.mean.a), len(found.means.rows)) == (["20", "10"], 4)
    assert found.mean.a["20"].value == pytest.approx(0.95)
    assert both.more("a").holds is True
    assert both.same("b").holds is True


def test_results_are_read_at_declared_epochs_and_unequal_ones_are_refused() -> None:
    """Unless an epoch is named."""
    of = results({"a": {10: near(0.9), 20: near(0.95)}, "b": {10: near(0.8)}})
    with pytest.raises(UsageError, match=r"unequal epochs .*a: 20, b: 10"):
        ranking(of, ACCURACY)
    assert ranking(of, ACCURACY, epoch=10).ranking.epoch == 10
    apart = difference(of, ACCURACY, ("a", 20), ("b", 10)).difference
    assert apart.subjects == ("a at 20", "b at 10")


def test_a_count_is_exact() -> None:
    """Of all, of each, and known of a single run."""
    of = results({"a": {1: [0.5, 0.95, 0.96]}, "b": {1: [0.1, 0.2, 0.3]}})
    one = count(of, None, ACCURACY, above=92).count
    assert (one.all.holds, one.none.holds, one.at_least(2).holds, one.at_least(3).holds) == (
        False,
        False,
        True,
        False,
    )
    assert one.none("b").holds is True
    assert (one["a"].quantity.value, one["a"].quantity.n, one.of.value) == (2, 3, 6)
    assert count(results({"a": {1: [0.95]}}), "a", ACCURACY, above=92).count.all.holds is True
    there = results({"a": {1: [0.95]}})
    assert count(there, "a", ACCURACY, above=95).count.none.holds is True
    assert count(there, "a", ACCURACY, below=95).count.none.holds is True
    assert "2 of 3" in sentence(one)


def test_a_fact_is_a_condition_itself() -> None:
    """With its sentence."""
    found = fact(np.bool_(True), "4 and 9 are first in 5 of 5 runs")
    assert as_condition(found).holds is True
    assert sentence(found) == "4 and 9 are first in 5 of 5 runs."
    assert (~found).holds is False
    assert sentence(fact(False, "4 is first", otherwise="9 is first.")) == "9 is first."
    assert sentence(fact(True, "4 is first", otherwise="9 is first.")) == "4 is first."
    with pytest.raises(UsageError, match=r"ask it, as \.clear"):
        as_condition(three())


def test_what_runs_were_made_with_is_told_once() -> None:
    """Machine and libraries, from what the runs say of themselves."""
    about = {"processor": "M2", "python": "3.12.1", "cores": 8, "threads": 2, "system": "macOS"}
    run = made.Run("a", 0, {}, "key", {**about, "libraries": {"numpy": "2.1"}})
    assert made_with([run, run]) == {
        "Machine": "M2, macOS, 8 cores, 2 for each run",
        "Libraries": "Python 3.12.1, numpy 2.1",
    }


def test_a_sentence_says_behind_whom_each_is() -> None:
    """Of one that is behind only one of two that are level, that one; of both, that these lead."""
    of = {"a": plain("a", near(0.981)), "b": plain("b", near(0.981)), "c": plain("c", near(0.975))}
    said = sentence_values(ranking(of, ACCURACY).ranking)
    assert (said["outcome"], [names for names, _ in said["pairs"]]) == ("leads", [["c"]])
    of["b"] = plain("b", near(0.979, 0.01))
    said = sentence_values(ranking(of, ACCURACY).ranking)
    assert (said["outcome"], said["pairs"]) == ("unclear", [(["c"], ["a"])])


def test_a_difference_of_measures_in_per_cent_is_stored_as_a_fraction() -> None:
    """Ten points, as its terms are ninety and eighty per cent."""
    of = results({"a": {1: [0.0, 0.0]}})
    high, low = (Measure(str(at), "%", percent=True, value=lambda *_, at=at: at) for at in (90.0, 80.0))
    assert mean(of, high - low).mean.a.value == pytest.approx(0.1)


def test_what_seems_clear_alone_is_told_as_one_of_several() -> None:
    """Its interval of 95 % excludes zero, that of six comparisons does not."""
    of = {"a": plain("a", [0.90, 0.91, 0.92, 0.93]), "b": plain("b", [0.895, 0.894, 0.91, 0.909])}
    for family, judged, alone in ((1, "more", ""), (6, "unclear", "alone, one of 6 comparisons")):
        found = difference(of, LOSS, "a", "b", family=family).difference
        (row,) = sentence_values(found)["rows"]
        assert (row.outcome, row.note) == (judged, alone)
        assert (alone or ".") in sentence(found)


def test_equal_differences_are_told_as_such() -> None:
    """They give no interval, however many; a single one is too little."""
    of = {name: plain(name, [value] * 3) for name, value in (("a", 0.9), ("b", 0.8))}
    for one in (ranking(of, ACCURACY).ranking, difference(of, ACCURACY).difference):
        assert one.clear("a", "b").holds is None
        assert "all 3 differences are equal" in sentence(one)
    few = {name: sample.only([0]) for name, sample in of.items()}
    assert "equal" not in sentence(ranking(few, ACCURACY).ranking)


@pytest.mark.parametrize("kind", made.every())
def test_all_conditions_that_are_listed_hold(kind: str) -> None:
    """Each can be pasted: its text, evaluated, is a condition that holds."""
    found = ranking(*made.every()[kind])
    for text, condition in conditions(found.ranking):
        assert condition.holds is True
        assert as_condition(eval(text, {"ranking": found.ranking})).holds is True
    for text, _ in conditions(found.mean.a if "a" in found.mean else found.mean["10"], "q"):
        name = "a" if "a" in found.mean else "10"
        assert eval(text, {"q": found.mean[name]}).holds is True


@pytest.mark.parametrize("kind", made.every())
def test_every_finding_has_a_sentence(kind: str) -> None:
    """Ranking, difference and effect, whatever was judged; no placeholder is left, no object is printed."""
    of, measure = made.every()[kind]
    first, second = list(of)[:2]
    whole = ranking(of, measure).ranking, difference(of, measure, first, second).difference
    for one in (*whole, effect(of, measure, by="experiment").effect):
        text = sentence(one)
        assert text.endswith(".")
        assert "{" not in text
        assert "<" not in text
        assert "None" not in text
