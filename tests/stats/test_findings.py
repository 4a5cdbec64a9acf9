"""What may be asked of findings, and what answers are made of them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from refusals import check_refusals
from stats import made
from stats.made import ACCURACY, LOSS, NEARLY_CLEAR, check_claims, results, sample_of_items, samples

from labreport.errors import UsageError
from labreport.project import Measure
from labreport.stats import (
    Finding,
    Sample,
    as_condition,
    change,
    count,
    difference,
    effect,
    fact,
    holding_conditions,
    mean,
    members_equal,
    ranking,
    sentence,
)
from labreport.stats.sentences import DifferenceValues, RankingValues

NOISE = np.random.default_rng(2)


def near(middle: float, spread: float = 0.0005) -> list[float]:
    """Five values whose mean is `middle`."""
    values = NOISE.normal(0, spread, 5)
    return [middle + float(value - values.mean()) for value in values]


def three(better: Any = "higher", **more: Any) -> Finding:
    """Two that are level, and one that is far behind."""
    networks = samples(complex=near(0.981), wide=near(0.981), small=near(0.975))
    finding: Finding = ranking(networks, Measure("test accuracy", "%", better, **more)).ranking
    return finding


def test_a_ranking_says_who_is_ahead_and_who_is_level() -> None:
    """Each word of its vocabulary, both ways."""
    finding = three()
    claims = """
        ranking.clear("complex", "small")            holds
        ranking.clear("small", "complex")            fails
        ranking.unclear("complex", "wide")           holds
        ranking.none_clear("complex", "wide")        holds
        ranking.none_clear("complex", "wide", "small")  fails
        ranking.none_clear()                         fails
        ranking.wins("complex")                      fails
        ranking.leads("complex", "wide")             holds
        ranking.every.clear                          fails
        ranking.any.clear                            holds
    """
    check_claims(claims, ranking=finding)
    assert set(finding.first) == {"complex", "wide"}
    assert finding.where_clear("complex") == ["small"]
    assert "by" in finding.clear("complex", "small").how


NO_CLAIMS = """
ranking.leads()
    leads() needs one name or more, such as .leads(
ranking.none_clear('wide')
    none_clear('wide') needs two names or more, or none
as_condition(ranking.none_clear)
    .none_clear needs brackets
as_condition(ranking.less)
    a ranking has no .less of a pair; there are .clear
as_condition(ranking.every.less)
    a ranking has no .less of a pair; there are .clear
as_condition(ranking.clear)
    .clear of which of
    ? Write it as .clear('
as_condition(ranking.condition)
    ask it, as .clear
"""


def test_what_a_ranking_cannot_be_asked_is_told() -> None:
    """Of no name, or of one, there is no pair that could be judged, so that the claim could never fail."""
    check_refusals(NO_CLAIMS, {"ranking": three(), "as_condition": as_condition})


def test_where_only_the_best_was_compared_a_claim_on_another_fails_or_is_unknown() -> None:
    """Who is behind the best does not win; of two that were not compared nothing is known."""
    claims = """
        ranking.wins("a")               holds
        ranking.wins("b")               fails
        ranking.leads("b", "c")         fails
        ranking.leads("a", "b")         unknown
        ranking.clear("b", "c")         unknown
        ranking.none_clear("b", "c")    unknown
        ranking.none_clear()            fails
    """
    finding = ranking(samples(a=near(0.98), b=near(0.97), c=near(0.96)), ACCURACY, pairs="best").ranking
    check_claims(claims, ranking=finding)
    for claim in ('clear("b", "b")', 'clear("b", "d")', 'wins("d")', 'less("b", "c")'):
        with pytest.raises(UsageError):
            check_claims(f"ranking.{claim} holds", ranking=finding)


def test_where_lower_is_better_less_is_ahead() -> None:
    """The smallest wins."""
    finding = three("lower")
    check_claims('ranking.wins("small") holds\nranking.clear("small", "wide") holds', ranking=finding)
    assert finding.first == ["small"]


def test_a_margin_tells_the_same_from_unclear_and_from_clear() -> None:
    """A difference of which the whole interval is inside the margin is the same, and not more."""
    claims = """
        wide.same("complex", "wide")       holds
        wide.unclear("complex", "wide")    fails
        wide.same("complex", "small")      holds
        wide.clear("complex", "small")     fails
        narrow.clear("complex", "small")   holds
    """
    check_claims(claims, wide=three(margin=1), narrow=three(margin=0.5))


def test_a_condition_is_about_the_comparison_that_it_looks_at() -> None:
    """So that what the results say now is said of it alone."""
    (about,) = three().clear("complex", "small").about
    assert about.subjects == ("complex", "small")
    assert [row.subjects for row in about.evidence] == [("complex", "small")]
    assert "wide" not in sentence(about)


def test_a_claim_on_an_effect_of_one_step_is_about_the_effect() -> None:
    """So that what the results say now is "from 0 to 1, loss rises"."""
    finding = effect(samples(**{"0": near(1.0), "1": near(2.0)}), LOSS, by="dose").effect
    assert [about.kind for about in finding.less.about] == ["effect"]


def test_a_single_difference_is_asked_without_and_with_a_name() -> None:
    """It prints as its quantity."""
    finding = difference(samples(a=near(2.0), b=near(1.0)), LOSS).difference
    claims = """
        gain.more                 holds
        gain.more("a")            holds
        gain.more("b")            fails
        gain.less("b")            holds
        gain.more & ~gain.less    holds
    """
    check_claims(claims, gain=finding)
    assert finding.quantity.value == pytest.approx(1.0)


def test_a_comparison_is_as_near_from_either_side() -> None:
    """By the interval of all comparisons made together, which judges it, not by the printed one."""
    finding = difference(samples(a=near(2.0), b=near(1.0)), LOSS, family=6).difference
    (forwards,) = finding.evidence
    backwards = forwards.turned
    assert backwards.turned is forwards
    assert (backwards.judged_low, backwards.judged_high) == (-forwards.judged_high, -forwards.judged_low)
    assert forwards.judged_low < forwards.low
    assert finding.more("a").how == finding.less("b").how


def test_one_of_several_needs_its_name() -> None:
    """The message shows which there are."""
    doses = samples(**{"0": near(0.0), "1": near(0.1), "10": near(1.0)})
    finding = difference(doses, LOSS, against=0).difference
    check_claims('gain.more("10") holds\ngain.more(10) holds\ngain["10"].more holds', gain=finding)
    assert members_equal(finding["1"].quantity, finding.evidence[0])
    with pytest.raises(UsageError, match=r"more of which of 1, 10\? Write it as \.more\('1'\)"):
        as_condition(finding.more)
    with pytest.raises(UsageError, match="did you mean"):
        finding.more("100")


def test_a_bound_is_kept_where_the_name_comes_after_it() -> None:
    """As `more` can be called with a name, so can `above(0.5)`, of one comparison and of several."""
    doses = samples(**{"0": near(0.0), "1": near(0.1), "10": near(1.0)})
    claims = 'gain.above(0.5)("10") holds\ngain.above(0.5)("1") fails'
    check_claims(claims, gain=difference(doses, LOSS, against=0).difference)
    check_claims('gain.above(0.5)("10") holds', gain=difference(doses, LOSS, "10", "0").difference)


def test_the_subject_of_against_is_found_as_others_are() -> None:
    """By its name as it is written: signs count."""
    networks = samples(**{"deep-8": near(0.0), "small": near(1.0)})
    assert list(difference(networks, LOSS, against="deep-8").difference) == ["small"]
    with pytest.raises(UsageError, match="against='deep_8' is not there"):
        difference(networks, LOSS, against="deep_8")


def test_a_part_is_found_as_an_item_and_as_an_attribute_that_the_class_does_not_have() -> None:
    """By one rule, whose error lists parts and words; of a subject called "more", the item is the part."""
    versions = samples(**{"base": near(1), "more": near(2), "a-1": near(3)})
    finding = difference(versions, LOSS, against="base").difference
    check_claims('speed["more"].more holds\nspeed.a_1.more holds', speed=finding)
    assert finding.more.lacks_name
    for claim in ("speed.x", 'speed["x"]'):
        with pytest.raises(UsageError, match="a difference has no 'x'; it has more, a-1, less, same"):
            check_claims(f"{claim} holds", speed=finding)
    with pytest.raises(UsageError, match="base: not one comparison; compared were more and base, a-1 and"):
        _ = finding.base


def test_a_measure_that_is_a_difference_is_held_against_zero() -> None:
    """Of each experiment by itself, over items where both terms know them."""
    g = np.random.default_rng(3)
    train, test = made.right_or_wrong(g, 5, 600, 4), made.right_or_wrong(g, 5, 300, 2)
    terms = sample_of_items("a", train, items="train"), sample_of_items("a", test, items="test")
    gap = ACCURACY - Measure("other", "%")
    sample = Sample(
        "a", {seed: float(train[seed].mean() - test[seed].mean()) for seed in range(5)}, terms=terms
    )
    finding = difference({"a": sample}, gap, name="gap").gap
    assert finding.more.holds is True
    assert finding.quantity.source.method == "Student's t over units and items"
    assert finding.quantity.value == pytest.approx(train.mean() - test.mean())
    assert members_equal(mean({"a": sample}, gap).mean.a, finding.mean.a)


NOT_ALIKE = """
Measure("a", "%") - Measure("b", "nat")
    its unit is '%', that of 'b' is 'nat'
Measure("a", "%") - Measure("b", "%", percent=True)
    percent is False, that of 'b' is True; give both as fractions
Measure("a", "%") - Measure("b", "%", scale="ratio", margin=1.05)
    scale is "ratio"
    what is subtracted is a measure of
"""


def test_measures_that_are_not_alike_are_not_subtracted() -> None:
    """Nor ratios, whose margin would be taken for a difference, from either side."""
    check_refusals(NOT_ALIKE, {"Measure": Measure})


def test_a_change_is_the_last_epoch_less_the_first() -> None:
    """Of one experiment, and of several by name, which are judged together."""
    runs = results({"a": {10: near(0.9), 20: near(0.95)}, "b": {10: near(0.9), 20: near(0.9)}})
    answer = change(runs, ACCURACY, 10, 20)
    rise = change(runs, ACCURACY, 10, 20, "a", name="rise").rise
    claims = """
        rise.more         holds
        change.more("a")  holds
        change.same("b")  holds
    """
    check_claims(claims, rise=rise, change=answer.change)
    assert (rise.family, answer.change.family) == (1, 2)
    assert rise.quantity.value == pytest.approx(0.05)
    assert rise.quantity.source.text() == "a after epoch 20 minus a after epoch 10, test accuracy; 5 seeds"
    turned = rise.evidence[0].turned.source
    assert turned.text() == "a after epoch 10 minus a after epoch 20, test accuracy; 5 seeds"
    assert answer.mean.a["20"].value == pytest.approx(0.95)


def test_results_are_read_at_declared_epochs_and_unequal_ones_are_refused() -> None:
    """Unless an epoch is named."""
    runs = results({"a": {10: near(0.9), 20: near(0.95)}, "b": {10: near(0.8)}})
    with pytest.raises(UsageError, match=r"unequal epochs .*a: 20, b: 10"):
        ranking(runs, ACCURACY)
    assert ranking(runs, ACCURACY, epoch=10).ranking.epoch == 10
    apart = difference(runs, ACCURACY, ("a", 20), ("b", 10)).difference
    assert apart.subjects == ("a at 20", "b at 10")


def test_without_by_a_table_is_one_sample_unless_it_has_a_column_of_experiments() -> None:
    """Whose values are then compared, as the experiments of results are."""
    frame = pd.DataFrame({"experiment": ["a", "a", "b", "b"], "loss": [1.0, 2.0, 4.0, 6.0]})
    assert mean(frame.rename(columns={"experiment": "arm"}), "loss").mean.value == 3.25
    answer = difference(frame, "loss")
    assert [answer.mean.a.value, answer.mean.b.value] == [1.5, 5.0]
    assert answer.difference.axis == ""
    along_numbers = effect(frame.assign(experiment=[1, 1, 2, 2]), "loss", "experiment")
    assert along_numbers.effect.quantity.value == 3.5
    with pytest.raises(UsageError, match="column 'experiment' has texts"):
        effect(frame, "loss", "experiment")


def test_a_count_is_exact() -> None:
    """Of all, of each, and known of a single run."""
    runs = results({"a": {1: [0.5, 0.95, 0.96]}, "b": {1: [0.1, 0.2, 0.3]}})
    single = results({"a": {1: [0.95]}})
    finding = count(runs, None, ACCURACY, above=92).count
    claims = """
        both.all           fails
        both.none          fails
        both.none("b")     holds
        both.at_least(2)   holds
        both.at_least(3)   fails
        single.all         holds
        above.none         holds
        below.none         holds
    """
    above_92 = count(single, "a", ACCURACY, above=92).count
    above_95 = count(single, "a", ACCURACY, above=95).count
    below_95 = count(single, "a", ACCURACY, below=95).count
    check_claims(claims, both=finding, single=above_92, above=above_95, below=below_95)
    assert (finding["a"].quantity.value, finding["a"].quantity.n, finding.of.value) == (2, 3, 6)
    assert "2 of 3" in sentence(finding)


def test_a_fact_is_a_condition_itself() -> None:
    """With its sentence."""
    finding = fact(np.bool_(True), "4 and 9 are first in 5 of 5 runs")
    check_claims("fact holds\n~fact fails", fact=finding)
    assert sentence(finding) == "4 and 9 are first in 5 of 5 runs."
    assert sentence(fact(False, "4 is first", otherwise="9 is first.")) == "9 is first."
    assert sentence(fact(True, "4 is first", otherwise="9 is first.")) == "4 is first."


def test_a_sentence_says_behind_whom_each_is() -> None:
    """Of one that is behind only one of two that are level, that one; of both, that these lead."""
    three = samples(a=near(0.981), b=near(0.981), c=near(0.975))
    values = RankingValues(ranking(three, ACCURACY).ranking)
    assert (values.outcome, [names for names, _ in values.pairs]) == ("leads", [["c"]])
    values = RankingValues(ranking(three | samples(d=near(0.96)), ACCURACY).ranking)
    assert (values.outcome, [names for names, _ in values.pairs]) == ("leads", [["c", "d"]])
    values = RankingValues(ranking(three | samples(b=near(0.979, 0.01)), ACCURACY).ranking)
    assert (values.outcome, values.pairs) == ("unclear", [(["c"], ["a"])])


def test_a_difference_of_measures_in_per_cent_is_stored_as_a_fraction() -> None:
    """Ten points, as its terms are ninety and eighty per cent."""
    runs = results({"a": {1: [0.0, 0.0]}})
    high, low = (Measure(str(at), "%", percent=True, value=lambda *_, at=at: at) for at in (90.0, 80.0))
    assert mean(runs, high - low).mean.a.value == pytest.approx(0.1)


def test_the_share_of_right_items_is_a_share_of_a_measure_in_per_cent_too() -> None:
    """Three of four items, 75 %, are above 50 %."""
    accuracy = Measure("accuracy", "%", percent=True, right=lambda *_: np.array([1, 1, 1, 0]))
    counted = count(results({"a": {1: [0.0, 0.0]}}), None, accuracy, above=50).count
    assert counted.quantity.value == 2


def test_what_seems_clear_alone_is_told_as_one_of_several() -> None:
    """Its interval of 95 % excludes zero, that of six comparisons does not."""
    for family, judged, alone in ((1, "more", ""), (6, "unclear", "alone, one of 6 comparisons")):
        finding = difference(NEARLY_CLEAR, LOSS, "a", "b", family=family).difference
        (row,) = DifferenceValues(finding).rows
        assert (row.amount.outcome, row.note) == (judged, alone)
        assert (alone or ".") in sentence(finding)


def test_equal_differences_are_told_as_such() -> None:
    """They give no interval, however many; a single one is too little."""
    flat = samples(a=[0.9] * 3, b=[0.8] * 3)
    for finding in (ranking(flat, ACCURACY).ranking, difference(flat, ACCURACY).difference):
        assert finding.clear("a", "b").holds is None
        assert "with the same difference in all 3" in sentence(finding)
    few = {name: sample.only([0]) for name, sample in flat.items()}
    assert "same difference" not in sentence(ranking(few, ACCURACY).ranking)


@pytest.mark.parametrize("kind", made.samples_by_kind())
def test_all_conditions_that_are_listed_hold(kind: str) -> None:
    """Each can be pasted: its text, evaluated, is a condition that holds."""
    answer = ranking(*made.samples_by_kind()[kind])
    for text, condition in holding_conditions(answer.ranking, "ranking"):
        assert condition.holds is True
        assert as_condition(eval(text, {"ranking": answer.ranking})).holds is True
    for text, _ in holding_conditions(answer.mean.a if "a" in answer.mean else answer.mean["10"], "q"):
        name = "a" if "a" in answer.mean else "10"
        assert eval(text, {"q": answer.mean[name]}).holds is True


@pytest.mark.parametrize("kind", made.samples_by_kind())
def test_every_effect_has_a_sentence(kind: str) -> None:
    """Whatever was judged; no placeholder is left, no object is printed."""
    finding = effect(*made.samples_by_kind()[kind], by="experiment").effect
    assert re.fullmatch(r"from [^{<]+\.", sentence(finding))
    assert "None" not in sentence(finding)
