"""Findings: what was seen is always true, and how sure it is follows from the numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
import quickjs
from made_results import Made, along, named, runs, says

from labreport.errors import UsageError
from labreport.experiment import Design, Experiment
from labreport.results import Results
from labreport.stats import (
    Answer,
    Measure,
    Reason,
    Sample,
    count,
    difference,
    estimate,
    exact,
    extremes,
    sample,
    trend,
)
from labreport.stats import ranking as rank
from labreport.stats.findings import only_difference
from labreport.stats.operations.condition import JAVASCRIPT, holds
from labreport.stats.operations.condition import compare as condition
from labreport.stats.words import Name, Number, Sentence, phrases_of, plain

ACCURACY = Measure("test accuracy", "%", margin=0.2)
SECONDS = Measure("test seconds", "s", better="lower", scale="ratio", margin=1.02)
WIDE = (0.980, 0.981, 0.982, 0.979, 0.981)
SMALL = (0.975, 0.976, 0.976, 0.974, 0.977)
LIKE_WIDE = (0.9801, 0.981, 0.9821, 0.9789, 0.9812)
FAR = (0.983, 0.979, 0.980, 0.984, 0.976)


def pair(first: Sequence[float], second: Sequence[float], **more: object) -> Answer:
    """The difference of two samples."""
    return difference(named({"a": first, "b": second}), "a", "b", ACCURACY, **more)  # type: ignore[arg-type]


def test_a_clear_difference_is_told_with_its_interval() -> None:
    """Whichever of the two is given first, the sentence begins with the better one."""
    expected = "`wide` is more accurate than `small`, by 0.50 ± 0.09 percentage points."
    results = named({"wide": WIDE, "small": SMALL})
    assert says(difference(results, "wide", "small", ACCURACY)) == expected
    turned = difference(results, "small", "wide", ACCURACY)
    assert says(turned) == expected
    (finding,) = turned.findings.values()
    assert (finding.judgement.word, finding.judgement.sign) == ("clear", -1)
    assert turned.quantities["small minus wide"].value == pytest.approx(-0.005)


def test_inside_the_margin_is_the_same() -> None:
    """The means are beside it, and the margin."""
    found = pair(WIDE, LIKE_WIDE)
    assert says(found) == (
        "`b` is as accurate as `a` (98.07 and 98.06 %): the difference is below 0.2 percentage points."
    )
    assert found.findings["a minus b"].judgement.word == "the same"


def test_clear_and_inside_the_margin_says_both() -> None:
    """The judgement is clear, and says that it is the same as far as matters."""
    found = pair(WIDE, [value - 0.0005 - 1e-5 * place for place, value in enumerate(WIDE)])
    judgement = found.findings["a minus b"].judgement
    assert (judgement.word, judgement.same) == ("clear", True)
    assert "less than matters (0.2 percentage points)" in says(found)


def test_neither_may_be_chance() -> None:
    """Unclear is what is neither clear nor the same; a difference that is printed as zero is called none."""
    level, apart = pair(WIDE, FAR), pair(WIDE, [value - 0.002 for value in FAR])
    assert level.findings["a minus b"].judgement.unclear
    assert apart.findings["a minus b"].judgement.unclear
    assert "cannot be distinguished" in says(level)
    assert says(apart).endswith(", which may be chance.")


def test_one_run_is_too_few() -> None:
    """The observation is made, and no more."""
    found = pair(WIDE[:1], SMALL[:1])
    assert found.findings["a minus b"].judgement.reason is Reason.ONE_RUN
    seen = "`a` is more accurate than `b`, by 0.5 percentage points (98 and 97.5 %)."
    assert says(found) == f"{seen} That is too few runs to judge."


def test_no_seed_in_common_cannot_be_compared() -> None:
    """Paired samples without a pair have no difference."""
    of = {name: Sample(name, {seed: (0.9,)}) for seed, name in enumerate("ab")}
    found = difference(of, "a", "b", ACCURACY)
    assert found.findings["a minus b"].judgement.reason is Reason.NOTHING_IN_COMMON
    assert says(found) == "`a` and `b` cannot be compared. They have no seed in common."


def test_a_run_without_a_number_is_told() -> None:
    """It is excluded from nothing in silence, and has no mean."""
    found = pair((0.98, math.nan, 0.98), (0.97, 0.97, 0.96))
    assert found.quantities["a.mean"].value is None
    assert says(found) == "`a` and `b` cannot be compared. In 1 of 3 seeds, `a` gave no number."


def test_only_common_seeds_are_compared_and_said() -> None:
    """The number of seeds is that of this pair."""
    found = pair(WIDE, SMALL[:3])
    assert found.quantities["a minus b.units"].value == 3
    assert "Compared over the 3 seeds that they have in common." in says(found)


def test_one_of_several_comparisons_needs_more() -> None:
    """The printed interval stays the 95 % one; the words say what the number of comparisons changes."""
    first, second = (0.980, 0.981, 0.982, 0.979, 0.981), (0.979, 0.9805, 0.980, 0.9786, 0.980)
    alone, among = pair(first, second), pair(first, second, among=20)
    assert alone.findings["a minus b"].judgement.clear
    assert among.findings["a minus b"].judgement.unclear
    assert alone.quantities["a minus b"] == among.quantities["a minus b"]
    assert "clear by itself, but one of 20 comparisons" in says(among)


def test_one_seed_is_judged_by_its_items_and_says_nothing_of_other_seeds() -> None:
    """Where it is known which items are right; the sentence says what is not covered."""
    generator, of = np.random.default_rng(0), {}
    for name, share in (("a", 0.9), ("b", 0.8)):
        right = generator.random(2000) < share
        of[name] = Sample(name, {0: (float(np.mean(right)),)}, {0: right})
    found = difference(of, "a", "b", ACCURACY)
    assert found.findings["a minus b"].judgement.clear
    assert found.quantities["a minus b"].derivation is not None
    assert found.quantities["a minus b"].derivation.operation == "crossed"
    assert "another seed may differ by more" in says(found)


def test_few_seeds_are_told_with_what_they_take_for_granted() -> None:
    """Up to three; five are enough to say nothing."""
    text = "An interval from 3 seeds takes it for granted that values are normally distributed."
    assert says(pair(WIDE[:3], SMALL[:3])).endswith(text)
    assert "takes it for granted" not in says(pair(WIDE, SMALL))


def test_a_seed_that_may_be_a_copy_is_told() -> None:
    """Equal in both samples, while others are not; of shares, item by item; not where values are coarse."""
    long, short = (
        [level + scale * each for each in (1, 2, 3, 4, 4)]
        for level, scale in ((1.1, 0.0123456), (2.1, 0.0234567))
    )
    results = named({"a": long, "b": short}, "loss")
    assert "if one is a copy" in says(difference(results, "a", "b", Measure("test loss", "nat", "lower")))
    coarse = named({"a": [1.0, 2.0, 3.0, 4.0, 4.0], "b": [7.0, 9.0, 8.0, 6.0, 6.0]}, "steps")
    assert "if one is a copy" not in says(
        difference(coarse, "a", "b", Measure("test steps", "steps", "lower"))
    )
    assert "if one is a copy" not in says(pair((*WIDE[:4], WIDE[3]), (*SMALL[:4], SMALL[3])))
    generator = np.random.default_rng(0)
    of = {}
    for name, level in (("a", 0.9), ("b", 0.6)):
        right = dict(enumerate(generator.random((5, 500)) < level))
        right[4] = right[3]
        of[name] = Sample(name, {seed: (float(np.mean(one)),) for seed, one in right.items()}, right)
    assert "if one is a copy" in says(difference(of, "a", "b", ACCURACY))


def test_a_ranking_names_ties_together() -> None:
    """A tie is not a winner."""
    found = rank(named({"wide": WIDE, "small": SMALL, "copy": WIDE}), ACCURACY)
    assert says(found) == "`wide` and `copy` are level (98.06 %), ahead of `small` (97.56 %)."
    assert not found.findings["ranking"].judgement.clear


def test_the_fastest_is_the_lowest() -> None:
    """`better` decides, and ratios are printed as times."""
    slow, fast = (2.0, 2.2, 2.1, 2.05), (1.0, 1.1, 1.04, 1.03)
    found = rank(named({"slow": slow, "fast": fast}, "seconds"), SECONDS)
    assert says(found).startswith("`fast` is the fastest (1.04 s), ahead of `slow` (2.09 s), by 2.0")
    assert found.findings["ranking"].judgement.clear
    assert "slow over fast" in found.quantities


def test_a_ratio_that_no_number_can_hold_is_unclear() -> None:
    """Two seeds that differ by orders of magnitude, judged at a strict level."""
    results = named({"a": (1e-6, 1e6), "b": (1.0, 1.0), "c": (1.0, 2.0)}, "seconds")
    found = difference(results, "a", "b", SECONDS, among=45)
    assert found.findings["a over b"].judgement.unclear
    assert rank(results, SECONDS).findings["ranking"].judgement.unclear


def test_a_nan_is_never_first() -> None:
    """Of the others it is still said who is first."""
    found = rank(named({"wide": WIDE, "small": SMALL, "broken": (1.0, math.nan, 1.0, 1.0, 1.0)}), ACCURACY)
    assert says(found).startswith("`wide` is the most accurate (98.06 %)")
    assert "In 1 of 5 seeds, `broken` gave no number." in says(found)
    assert not found.findings["ranking"].judgement.clear


def test_unequal_epochs_are_refused_unless_given() -> None:
    """The message has the epoch of each."""
    of = {}
    for name, epochs in (("a", 10), ("b", 50)):
        of[name] = runs(Experiment(name, Made(), epochs), [{"test": {"accuracy": 0.9}}] * 2)
    with pytest.raises(UsageError, match=r"unequal epochs \(a: 10, b: 50\); give epoch="):
        rank(Results("test", of), ACCURACY)


@pytest.mark.parametrize(
    ("values", "k", "word", "text"),
    [
        (WIDE, 5, "clear", "`a` is above 92 % in each of 5 seeds (98.06 %)."),
        ((0.1, 0.11, 0.1), 0, "clear", "`a` is above 92 % in none of 3 seeds (10.3 %)."),
        (
            (0.98, 0.98, 0.1),
            2,
            "unclear",
            "`a` is above 92 % in 2 of 3 seeds (69 %). It depends on the seed.",
        ),
    ],
)
def test_k_of_n(values: Sequence[float], k: int, word: str, text: str) -> None:
    """All or none is clear where the threshold is clearly elsewhere."""
    found = count(named({"a": values}), ("a",), ACCURACY, above=92)
    assert found.quantities["a.count"].value == k
    assert found.findings["count"].judgement.word == word
    assert says(found).startswith(text)


def test_one_run_on_the_other_side_leaves_a_count_open() -> None:
    """Even where the mean is clearly above the threshold."""
    found = count(named({"a": (0.98, 0.98, 0.981, 0.98, 0.919)}), ("a",), ACCURACY, above=92)
    assert found.findings["count"].parts[0].judgement.clear
    assert found.findings["count"].judgement.unclear


def test_the_faster_of_two_is_named_first() -> None:
    """Where lower is better."""
    results = named({"slow": (2.0, 2.2, 2.1), "fast": (1.0, 1.12, 1.04)}, "seconds")
    for order in (("slow", "fast"), ("fast", "slow")):
        assert says(difference(results, *order, SECONDS)).startswith("`fast` is faster than `slow`, by 1.99")


def test_that_some_differ_is_clear_before_it_is_which() -> None:
    """The pair of the most and the least is judged by itself."""
    of = named({"wide": WIDE, "small": SMALL, "like": LIKE_WIDE})
    found = extremes(of, ACCURACY)
    assert says(found) == (
        "`like` is the most accurate (98.07 %), `small` is the least accurate (97.56 %). That they differ is "
        "clear; which is first is not."
    )
    assert found.findings["extremes"].judgement.clear


def test_a_trend_gives_the_gain_of_each_step() -> None:
    """And of all of them together."""
    grid, results = along({1: SMALL, 2: WIDE, 3: LIKE_WIDE})
    names = [cell.name for cell in grid.experiments()]
    found = trend(results, names, ACCURACY)
    assert found.findings["trend"].judgement.clear
    assert f"{names[1]} minus {names[0]}" in found.quantities
    assert f"{names[2]} minus {names[0]}" in found.quantities
    assert says(found).startswith("Test accuracy rises by 0.50 ± 0.09 percentage points from")


def test_an_estimate_of_ones_own_is_judged_by_the_same_rule() -> None:
    """Nobody gives a judgement."""
    found = estimate(
        *("a", "b", ACCURACY), value=0.01, low=0.005, high=0.02, n=9, unit="query", method="bootstrap"
    )
    assert found.findings["a minus b"].judgement.clear
    units = found.quantities["a minus b.units"]
    assert (units.value, units.unit) == (9, "queries")
    made = found.quantities["a minus b"].derivation
    assert made is not None
    assert (made.operation, made.data["method"], made.data["of"]) == ("stated", "bootstrap", "queries")
    with pytest.raises(UsageError, match="is not between its ends"):
        estimate("a", "b", ACCURACY, value=1.0, low=0.0, high=0.1, n=9, method="bootstrap")


def test_an_exact_condition_holds_or_not() -> None:
    """Its sign is that of yes or no."""
    assert exact("few", condition(3, "<", 4)).findings["few"].judgement.sign == 1
    assert exact("few", condition(5, "<", 4)).findings["few"].judgement.sign == -1
    first, second = Experiment("a", Made(1)), Experiment("b", Made(2))
    assert only_difference("size", first, second, "size").findings["size"].judgement.sign == 1
    assert only_difference("epochs", first, second, "epochs").findings["epochs"].judgement.sign == -1


@pytest.mark.parametrize("relation", ["<", "<=", ">", ">=", "="])
@pytest.mark.parametrize(
    ("left", "right", "order"),
    [(0.95 - 0.94, 0.96 - 0.95, "="), (1e-17, 0, "="), (1e-9, 2e-9, "<"), (3, 2, ">"), (math.nan, 1, "")],
)
def test_numbers_that_differ_by_rounding_are_equal(
    left: float, right: float, order: str, relation: Any
) -> None:
    """In Python and in the page's script; NaN is in no relation to anything."""
    made = condition(left, relation, right)
    assert holds(made.data) == (order in relation if order else False)
    script = quickjs.Context()
    script.eval(
        f"const Shared = {{operand: (value) => value, none: (value) => value}}; const f = {JAVASCRIPT}"
    )
    data = json.dumps(made.data).replace("NaN", "Number.NaN")
    assert script.eval(f"f({data})") == holds(made.data)


def test_blocks_are_the_units() -> None:
    """Repetitions inside a block are averaged first, so that n is the number of blocks."""
    blocks = tuple((run, "first" if run < 3 else "second") for run in range(6))
    experiment = Experiment("a", Made(), design=Design("input", blocks=blocks))
    made = runs(experiment, [{"test": {"accuracy": value}} for value in (0.1, 0.2, 0.3, 0.7, 0.8, 0.9)])
    found = sample(made, ACCURACY)
    assert {unit: len(values) for unit, values in found.values.items()} == {"first": 3, "second": 3}
    answer = difference({"a": found, "b": found}, "a", "b", ACCURACY)
    assert answer.quantities["a minus b.units"].value == 2
    assert "the same in all 2 inputs" in says(answer)


def test_samples_have_their_own_name_and_epoch() -> None:
    """One that is not there is named, and another epoch of one is not made up."""
    of = {"wide": Sample("wide", {0: (0.9,), 1: (0.91,)}, epoch=10), "b": Sample("b", {0: (0.8,), 1: (0.7,)})}
    with pytest.raises(
        UsageError, match=r"test_stats_findings.py:\d+: there is no sample 'wid'; did you mean"
    ):
        difference(of, "wid", "b", ACCURACY)
    with pytest.raises(UsageError, match=r"'wide' is of epoch 10, from which epoch 50 cannot be read"):
        rank(of, ACCURACY, 50)
    with pytest.raises(UsageError, match=r"'b' is a sample, from which epoch 10 cannot be read"):
        trend(of, (10, 50), ACCURACY, of="b")


def test_a_share_that_is_none_names_the_run() -> None:
    """98 is not a fraction."""
    with pytest.raises(UsageError, match=r"'a', seed 1 has the value 98; .* stored as a fraction"):
        rank(named({"a": (0.9, 98.0), "b": (0.9, 0.9)}), ACCURACY)


FINDINGS: Mapping[str, Callable[[], Answer]] = {
    "difference": lambda: pair(WIDE, SMALL),
    "ranking": lambda: rank(named({"wide": WIDE, "small": SMALL, "far": FAR}), ACCURACY),
    "count": lambda: count(named({"a": WIDE}), ("a",), ACCURACY, above=92),
    "extremes": lambda: extremes(named({"wide": WIDE, "small": SMALL, "far": FAR}), ACCURACY),
    "trend": lambda: trend(
        named({"wide": WIDE, "small": SMALL, "far": FAR}), ("wide", "small", "far"), ACCURACY
    ),
    "estimate": lambda: estimate("a", "b", ACCURACY, value=0.01, low=0.0, high=0.02, n=3, method="bootstrap"),
    "exact": lambda: exact("few", condition(3, "<", 4)),
}


@pytest.mark.parametrize("kind", FINDINGS)
def test_an_answer_survives_json(kind: str) -> None:
    """All of it but the functions of a measure."""
    answer = FINDINGS[kind]()
    plain_ = json.loads(json.dumps(answer.to_plain()))
    assert Answer.from_plain(plain_) == answer
    assert json.loads(json.dumps(Answer.from_plain(plain_).to_plain())) == plain_


@pytest.mark.parametrize("kind", FINDINGS)
def test_every_number_of_a_sentence_is_a_quantity(kind: str) -> None:
    """No digit is in a text; observation and judgement are not empty."""
    answer = FINDINGS[kind]()
    for finding in answer.findings.values():
        sentence = Sentence(finding, answer.quantities)
        for parts in (sentence.whole(), sentence.observation(), sentence.judgement()):
            assert parts
            for part in parts:
                assert isinstance(part, (str, Number, Name))
                if isinstance(part, str):
                    assert not any(sign.isdigit() for sign in part), part
                elif isinstance(part, Number):
                    assert part.quantity in answer.quantities


def test_answers_join_unless_a_name_means_two_things() -> None:
    """Equal quantities may occur twice."""
    results = named({"a": WIDE, "b": SMALL, "c": FAR})
    one, other = difference(results, "a", "b", ACCURACY), difference(results, "a", "c", ACCURACY)
    assert set((one | other).findings) == {"a minus b", "a minus c"}
    with pytest.raises(UsageError, match=r"quantity '.*' has two meanings in joined answers"):
        one | difference(named({"a": SMALL, "b": WIDE}), "a", "b", ACCURACY)
    again = difference(named({"a": SMALL, "b": WIDE}), "a", "b", ACCURACY, name="again")
    assert "again.a minus b" in (one | again).quantities


def test_a_project_has_its_own_phrases() -> None:
    """Entry by entry; a slot that there is not is an error."""
    answer = pair(WIDE, SMALL)
    own = phrases_of({"difference, clear": "{first} schlägt {second} um {amount}."})
    finding = answer.findings["a minus b"]
    text = plain(Sentence(finding, answer.quantities, own).whole(), answer.quantities)
    assert text.startswith("`a` schlägt `b` um 0.50")
    with pytest.raises(UsageError, match=r"no \{third\}; allowed are"):
        phrases_of({"difference, clear": "{third}"})
    with pytest.raises(UsageError, match="did you mean 'difference, clear'"):
        phrases_of({"difference, clearr": ""})
