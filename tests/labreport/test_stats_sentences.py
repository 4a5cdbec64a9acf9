"""Sentences and judgements that earlier reports had wrong, each with what it has to be."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from every_operation import answers, document
from made_results import Made, named, says

from labreport.builders.compare import order_of
from labreport.errors import UsageError
from labreport.experiment import Experiment
from labreport.recheck import digests, evaluate
from labreport.results import Result, Results, Runs, Snapshot
from labreport.stats import (
    Measure,
    Quantity,
    Reason,
    Sample,
    count,
    difference,
    estimate,
    extremes,
    mean,
    ranking,
    sample,
    trend,
    words,
)
from labreport.stats.operations import listed
from labreport.stats.operations.median import OPERATION as MEDIAN
from labreport.stats.rounding import FORMS
from labreport.stats.words import PHRASES, Sentence, plain

ACCURACY = Measure("test accuracy", "%", margin=0.2, because="a fifth of a point changes nothing")
RIGHT = Measure("test accuracy", "%", margin=0.2)


def _known(name: str, share: float, seed: int, units: int = 5, items: int = 2000, **more: Any) -> Sample:
    generator = np.random.default_rng(seed)
    easy = generator.normal(np.log(share / (1 - share)), 0.5, items)
    right = generator.random((units, items)) < 1 / (1 + np.exp(-easy))
    return Sample(
        name, {unit: (float(np.mean(right[unit])),) for unit in range(units)}, dict(enumerate(right)), **more
    )


def _trained(at: Mapping[str, Mapping[int, Sequence[float]]], **titles: str) -> Results:
    """Experiments with accuracies by epoch, as many as there are seeds."""
    found = {}
    for name, by_epoch in at.items():
        experiment = Experiment(name, Made(), max(by_epoch), title=titles.get(name, ""))
        snapshots = [
            {epoch: Snapshot(epoch, {"test": {"accuracy": values[seed]}}, dict)
             for epoch, values in by_epoch.items()}
            for seed in range(len(next(iter(by_epoch.values()))))
        ]  # fmt: skip
        made = [Result(name, seed, {}, ({},), kept, {}) for seed, kept in enumerate(snapshots)]
        found[name] = Runs(experiment, tuple(made))
    return Results("test", found)


BOTH = _trained(
    {
        "wide": {10: [0.97, 0.9711, 0.972], 50: [0.98, 0.981, 0.983]},
        "small": {10: [0.96, 0.961, 0.963], 50: [0.97, 0.971, 0.973]},
        "once": {10: [0.95, 0.951, 0.954]},
    },
    small="the small network",
)


# Judgements


def test_that_some_digit_is_harder_is_clear_though_which_is_not() -> None:
    """Ten classes, two of them easier, none by itself the hardest."""
    shares = [0.02, 0.02, 0.06, 0.06, 0.06, 0.06, 0.06, 0.06, 0.06, 0.061]
    known = [_known(str(digit), share, digit, items=1000) for digit, share in enumerate(shares)]
    of = {one.name: Sample(one.name, one.values, one.right, items=one.name) for one in known}
    found = extremes(of, Measure("share missed", "%", better=""))
    assert found.findings["extremes"].judgement.clear
    assert "That they differ is clear; which is first is not." in says(found)


def test_the_gain_of_every_step_is_stated() -> None:
    """Nothing is concluded of the future from one step."""
    of = named({"10": [0.97, 0.971, 0.972], "20": [0.975, 0.9761, 0.977], "30": [0.975, 0.9761, 0.9771]})
    found = trend(of, ("10", "20", "30"), ACCURACY)
    assert [part.quantity for part in found.findings["trend"].parts] == [
        "20 minus 10",
        "30 minus 20",
        "30 minus 10",
    ]


def test_times_are_stated_and_not_judged() -> None:
    """A median with its middle half is a description, of which no interval excludes anything."""
    found = MEDIAN.quantity({"values": [3.0, 3.1, 3.3, 9.0], "reach": "middle half"}, "s", "times")
    assert found.interval is not None
    assert found.interval.level == 0.5


def test_a_pair_of_fifteen_is_judged_as_one_of_fifteen() -> None:
    """No pair has a family of its own."""
    of = named({name: [0.9, 0.91, 0.905 + place / 1000] for place, name in enumerate("abcdef")})
    assert {part.judgement.among for part in ranking(of, ACCURACY).findings["ranking"].parts} == {15}


def test_a_sentence_names_the_epoch_that_it_is_about() -> None:
    """What holds after ten epochs need not hold after fifty."""
    assert says(difference(BOTH, "wide", "small", ACCURACY, 10)).startswith("After 10 epochs, `wide` is")
    assert says(extremes(_only("wide", "small"), ACCURACY, 50)).startswith("After 50 epochs, `wide` is")
    assert says(trend(BOTH, ["wide", "once"], ACCURACY, epoch=10)).startswith(
        "After 10 epochs, test accuracy"
    )


def _only(*names: str) -> dict[str, Sample]:
    return {name: sample(BOTH[name], ACCURACY, 50 if name != "once" else 10) for name in names}


def test_a_sentence_about_two_epochs_names_both() -> None:
    """Of one network or of two, in every kind of finding, and where the number comes from."""
    itself = difference(BOTH, "wide", "wide", ACCURACY, 50, 10)
    assert says(itself).startswith("`wide` after 50 epochs is more accurate than `wide` after 10 epochs, by")
    source = itself.quantities["wide at 50 minus wide at 10"].origin.text()
    assert source == "wide after epoch 50 minus wide after epoch 10, test accuracy; seeds 0, 1, 2"
    two = difference(BOTH, "small", "wide", ACCURACY, 10, 50)
    expected = "`wide` after 50 epochs is more accurate than the small network after 10 epochs, by"
    assert says(two).startswith(expected)
    assert says(ranking(_only("wide", "once"), ACCURACY)).startswith("`wide` after 50 epochs is the most")
    steps = says(trend(BOTH, [10, 50], ACCURACY, of="wide"))
    assert steps.startswith("`wide`: test accuracy rises by 1.03 ± 0.1")
    assert "from 10 epochs to 50 epochs." in steps


def test_a_difference_of_an_experiment_and_itself_is_refused() -> None:
    """At one epoch, with the place in the author's file; also of an estimate that was stated."""
    place = r"test_stats_sentences.py:\d+: difference of '.*' and itself; name another"
    for epochs in ((10,), (None, 50), (50, 50)):
        with pytest.raises(UsageError, match=place):
            difference(BOTH, "wide", "wide", ACCURACY, *epochs)
    with pytest.raises(UsageError, match=place):
        estimate("a", "a", ACCURACY, value=0.0, low=0.0, high=0.1, n=9, method="bootstrap")
    with pytest.raises(UsageError, match=r"a ratio is above 0; low is -1"):
        estimate("a", "b", RATIO, value=1.0, low=-1, high=2.0, n=9, method="bootstrap")


RATIO = Measure("test seconds", "s", better="lower", scale="ratio", margin=1.02)


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ([1.0, 1.1, 1.2], [0.98, 1.07, 1.18], "falls by 2.1 ± 1.4 % from `a` to `b`."),
        ([1.0, 1.1, 1.2], [0.5, 0.51, 0.52], "falls by 54 ± 9 % from `a` to `b`."),
        ([0.5, 0.51, 0.52], [1.0, 1.1, 1.2], "becomes 2.2 times (1.8 to 2.6 times) as high from `a` to `b`."),
        ([1.0, 1.1, 1.2], [1.3, 1.44, 1.55], "rises by 30 ± 2 % from `a` to `b`."),
        ([1.0, 1.1], [1.0, 1.1], "does not change from `a` to `b`."),
    ],
)
def test_a_ratio_rises_or_falls_by_per_cent(first: list[float], second: list[float], words: str) -> None:
    """Nothing "changes by 0.979 times"; what was 1 and is 0.979 has fallen by 2.1 %, and not by 2.2 %."""
    found = trend(named({"a": first, "b": second}, "seconds"), ("a", "b"), RATIO)
    assert says(found).startswith(f"Test seconds {words}")


@pytest.mark.parametrize(
    ("measure", "a", "b"),
    [
        (ACCURACY, [0.5, 0.9, 0.1], [0.3, 0.4, 0.80001]),
        (Measure("test loss", "nat", "lower"), [50.0, 90.0, 10.0], [30.0, 40.0, 80.001]),
        (RATIO, [0.05, 0.09, 0.01], [0.05000001, 0.09, 0.00999999]),
    ],
)
def test_nothing_is_more_by_a_printed_zero(measure: Measure, a: list[float], b: list[float]) -> None:
    """Means that differ only in digits that are not printed are equal, unless the difference has digits; and
    what is unclear is not called level."""
    of = {
        name: Sample(name, {seed: (value,) for seed, value in enumerate(values)})
        for name, values in (("a", a), ("b", b))
    }
    for answer in (
        difference(of, "a", "b", measure),
        ranking(of, measure),
        extremes(of, measure),
        trend(of, ("a", "b"), measure),
    ):
        (finding,) = answer.findings.values()
        sentence = Sentence(finding, answer.quantities)
        for parts in (sentence.whole(), sentence.observation()):
            text = plain(parts, answer.quantities)
            word = re.search("more|less|higher|lowe|rises|falls|faste|slowe", text)
            assert not word or "by 0.00003" in text, text
            assert not (finding.judgement.unclear and "level" in text), text


@pytest.mark.parametrize(
    ("unit", "scale", "value", "low", "high"),
    [
        ("nat", "difference", 0.0152, 0.0147, 0.588),
        ("%", "difference", -0.00076, -0.0438, -0.00004),
        ("parameters", "difference", 2.7e-5, 2.5e-5, 7.2e-4),
        ("s", "ratio", 1.0048, 1.0047, 1.206),
    ],
)
def test_a_clear_difference_is_never_printed_as_zero(
    unit: str, scale: Any, value: float, low: float, high: float
) -> None:
    """However much longer its interval is on one side: neither it nor its nearer end."""
    measure = Measure("loss", unit, "lower", scale)
    found = estimate("a", "b", measure, value=value, low=low, high=high, n=9, method="bootstrap")
    assert not re.search(r"[ (]0(\.0+)?[^\d.]", says(found)), says(found)


@pytest.mark.parametrize("known", [True, False])
def test_one_training_is_not_called_every_seed(known: bool) -> None:
    """No word of a sentence about one seed says that there are others."""
    a, b = _known("a", 0.9, 1, units=1), _known("b", 0.8, 2, units=1)
    alike, missing = replace(a, name="alike"), replace(b, name="missing", values={0: (math.nan,)})
    if not known:
        a, b, alike = (replace(one, right=None) for one in (a, b, alike))
    for other in (b, alike, missing):
        of = {"a": a, other.name: other}
        for answer in (
            difference(of, "a", other.name, ACCURACY),
            ranking(of, ACCURACY),
            extremes(of, ACCURACY),
            count(of, tuple(of), ACCURACY, above=87),
            trend(of, tuple(of), ACCURACY),
        ):
            assert not re.search(r"\b(all|any|every|each|none) |1 of 1|seeds", says(answer)), says(answer)
    if known:
        text = says(difference({"a": a, "alike": alike}, "a", "alike", ACCURACY))
        assert text.startswith("`a` is as accurate as `alike`, the same in this one training (")


def test_an_estimate_without_means_has_no_empty_brackets() -> None:
    """One by a method of one's own gives none, whatever its judgement is."""
    for value, low, high in ((0.0, -0.0001, 0.0001), (0.0, -0.1, 0.1), (0.0001, -0.001, 0.001)):
        found = estimate("a", "b", ACCURACY, value=value, low=low, high=high, n=9, method="bootstrap")
        (finding,) = found.findings.values()
        seen = plain(Sentence(finding, found.quantities).observation(), found.quantities)
        assert "(;" not in says(found)
        assert "()" not in says(found) + seen


def test_the_range_of_a_median_is_not_called_half() -> None:
    """It holds every observation; neither it nor the middle half is printed behind ±, which is 95 %."""
    for reach, level in (("all", 1.0), ("middle half", 0.5)):
        found = MEDIAN.quantity({"values": [3.0, 3.1, 3.3, 3.4], "reach": reach}, "s", "times")
        assert found.interval is not None
        assert found.interval.level == level
        assert "±" not in FORMS["spread"](found)


OTHERS = {
    "authoring.py": "messages of Python",
    "grading/form.py": "what a student typed into a form",
    "page/templates.py": "messages of Jinja, and what an author says outside a finding",
}
"""Modules that read English which others wrote, and whose."""


def test_no_module_reads_english_back() -> None:
    """With phrases in no language, all but the sentences is the same, and the file passes its check.

    No regular expression of the engine has a word of its sentences.
    """
    slots = re.compile(r"\{\w+( \w+)?\}")
    own = {name: "".join(one[0] for one in slots.finditer(text)) or "#" for name, text in PHRASES.items()}
    for slug, answer in answers(1):
        english, other = answer.to_plain(), answer.to_plain(own)
        said = {name: one.pop("says") for name, one in english["findings"].items()}
        assert all(one.pop("says") != said[name] for name, one in other["findings"].items()), slug
        assert json.dumps(english) == json.dumps(other)
    one = document()
    for question in one["questions"].values():
        for finding in question["findings"].values():
            finding["says"] = "#"
    one["digests"] = digests(one)
    assert not evaluate(one).differences
    spoken = " ".join(re.sub(r"\{.*?\}", " ", phrase).lower() for phrase in PHRASES.values())
    vocabulary, reading = set(re.findall("[a-z]{4,}", spoken)), set()
    folder = Path(words.__file__).parents[1]
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re."):
                literals = (one.value for one in ast.walk(node) if isinstance(one, ast.Constant))
                pattern = " ".join(one for one in literals if isinstance(one, str)).lower()
                if vocabulary & set(re.findall("[a-z]{4,}", pattern)):
                    reading.add(path.relative_to(folder).as_posix())
    assert reading == set(OTHERS)


def test_the_margin_that_judges_is_the_margin_that_is_printed() -> None:
    """With its reason, from the measure."""
    found = difference(named({"a": [0.98, 0.981], "b": [0.98, 0.9811]}), "a", "b", ACCURACY)
    margin = found.quantities["a minus b.margin"]
    assert margin.value == ACCURACY.bound == pytest.approx(0.002)
    assert margin.origin.note == "a fifth of a point changes nothing"


def test_equal_in_every_seed_is_the_same_and_not_open() -> None:
    """Networks that always give the constant answer are equally accurate."""
    found = difference(
        named({"deep-8": [0.1135] * 5, "deep-32": [0.1135] * 5}), "deep-8", "deep-32", ACCURACY
    )
    assert found.findings["deep-8 minus deep-32"].judgement.word == "the same"
    assert found.quantities["deep-8 minus deep-32"].interval is None
    assert "the same in all 5 seeds (11.35 %)" in says(found)


def test_an_accuracy_of_one_hundred_per_cent_has_a_one_sided_interval() -> None:
    """All right in all seeds is not certain of other items."""
    right = {seed: np.ones(1000, dtype=bool) for seed in range(5)}
    found = mean(Sample("a", dict.fromkeys(range(5), (1.0,)), right), RIGHT)
    assert found.interval is not None
    assert found.interval.high == 1.0
    assert 0.995 < found.interval.low < 0.998


def test_a_single_accuracy_is_not_wider_than_its_seeds_and_items_make_it() -> None:
    """A binomial variance counts the difference between seeds twice."""
    one = _known("a", 0.9, 3)
    found = mean(one, RIGHT)
    assert one.right is not None
    rows = np.array(list(one.right.values()), dtype=float)
    by_item = rows.mean(axis=0).var(ddof=1) / rows.shape[1]
    assert found.interval is not None
    assert (found.interval.high - found.interval.low) / 2 < 1.3 * 1.96 * by_item**0.5


def test_a_difference_on_validation_data_covers_the_items() -> None:
    """Whichever split it is, where it is known which items are right."""
    a, b = _known("a", 0.9, 1), _known("b", 0.9, 1)
    assert a.right is not None
    b = Sample("b", b.values, {seed: np.roll(right, 7) for seed, right in a.right.items()})
    found = difference({"a": a, "b": b}, "a", "b", Measure("validation accuracy", "%", margin=0.2))
    interval = found.quantities["a minus b"].interval
    assert interval is not None
    assert "units and items" in interval.kind


def test_runs_that_nothing_pairs_cover_the_items_too() -> None:
    """Each with a variance of its own; one run of each says only what the items say."""
    of = {name: _known(name, share, seed, units=units, paired=False, unit="run")
          for name, share, seed, units in (("a", 0.9, 1, 5), ("b", 0.88, 2, 4))}  # fmt: skip
    interval = difference(of, "a", "b", ACCURACY).quantities["a minus b"].interval
    runs = {name: replace(one, right=None) for name, one in of.items()}
    welch = difference(runs, "a", "b", ACCURACY).quantities["a minus b"].interval
    assert interval is not None
    assert welch is not None
    assert interval.kind == "Student's t over units and items"
    assert interval.high - interval.low > 1.2 * (welch.high - welch.low)
    one = {name: each.only((0,)) for name, each in of.items()}
    assert "another run may differ by more" in says(difference(one, "a", "b", ACCURACY)) or "chance" in says(
        difference(one, "a", "b", ACCURACY)
    )
    uneven = difference({"a": of["a"], "b": one["b"]}, "a", "b", ACCURACY)
    assert "too few runs to judge" in says(uneven)


def test_neither_p_values_nor_seeds_that_would_decide_are_stored() -> None:
    """A finding has its numbers, and what may be printed beside them."""
    endings = {"mean", "runs", "units", "margin", "among", "epochs", "failed", "diverged"}
    of = named({"a": [0.98, 0.981, 0.99], "b": [0.97, 0.976, 0.98], "c": [0.97, 0.971, 0.99]})
    for name in ranking(of, ACCURACY).to_plain()["quantities"]:
        assert " minus " in name or name.rpartition(".")[2] in endings
    assert not any(" p " in f" {text} " or "p-value" in text for text in PHRASES.values())


# Sentences


def test_a_panel_says_corrected_only_of_what_was_corrected() -> None:
    """The variance of splits, where the design has them."""
    data = {"first": [[1.0]], "second": [[2.0]], "paired": True, "scale": "difference"}
    operation = listed()["difference"]
    assert "corrected" not in operation.by({**data, "test_fraction": None})
    assert "corrected" in operation.by({**data, "test_fraction": 0.3})


def test_a_diverged_run_with_a_number_is_told() -> None:
    """A mean over runs of which one diverged says so."""
    a = Sample("a", {0: (0.98,), 1: (0.1,), 2: (0.98,)}, diverged=1)
    b = Sample("b", dict.fromkeys(range(3), (0.97,)))
    assert "In 1 of 3 seeds, `a` diverged." in says(difference({"a": a, "b": b}, "a", "b", ACCURACY))


def test_pairs_with_other_seeds_in_common_are_told() -> None:
    """A ranking does not claim one number of seeds for all of its pairs."""
    of = named({"a": [0.98, 0.981, 0.982, 0.983, 0.984], "b": [0.97, 0.972], "c": [0.96, 0.97, 0.97]})
    found = ranking(of, ACCURACY)
    units = {name: one.value for name, one in found.quantities.items() if name.endswith(".units")}
    assert units == {"a minus b.units": 2, "a minus c.units": 3, "b minus c.units": 2}
    assert "each pair is compared over those that it has in common" in says(found)


def _by_unit(unit: str = "seed", paired: bool = True, **values: Mapping[Any, float]) -> dict[str, Sample]:
    """A sample of each, by unit."""
    return {
        name: Sample(name, {key: (value,) for key, value in of.items()}, paired=paired, unit=unit)
        for name, of in values.items()
    }


def test_who_has_no_mean_has_no_place_in_an_order() -> None:
    """Not among two, and among several it is said beside the observation: their other runs may be better."""
    of = named({"good": [0.96, 0.961, 0.963], "nan": [0.99, math.nan, 0.99], "less": [0.95, 0.952, 0.951]})
    for found in (ranking(of, ACCURACY), extremes(of, ACCURACY)):
        (finding,) = found.findings.values()
        seen = plain(Sentence(finding, found.quantities).observation(), found.quantities)
        assert seen.endswith("`nan` has no mean."), seen
    two = named({"good": [0.96, 0.961], "nan": [0.99, math.nan]})
    expected = "`good` and `nan` cannot be compared. In 1 of 2 seeds, `nan` gave no number."
    assert says(ranking(two, ACCURACY)) == says(extremes(two, ACCURACY)) == expected


@pytest.mark.parametrize("value", [0.0, -1.0])
def test_what_has_no_ratio_is_told(value: float) -> None:
    """Zero and less are numbers that were measured, and none of them has a logarithm."""
    of = named({"a": [1.0, value, 2.0], "b": [1.0, 1.1, 1.2]}, "seconds")
    expected = "`a` and `b` cannot be compared. In 1 of 3 seeds, `a` is not positive, and has no ratio."
    measure = replace(RATIO, unit="")
    assert says(difference(of, "a", "b", measure)) == says(ranking(of, measure)) == expected


def test_a_failed_run_does_not_hide_one_that_diverged() -> None:
    """Both are counted, each once."""
    records: Sequence[Mapping[str, Any]] = (
        {"loss": 0.1},
        {"loss": math.nan},
        {"loss": 0.1},
        {"loss": math.nan},
    )
    values = (math.nan, 0.1, 0.9, math.nan)
    made = tuple(
        Result("a", seed, {}, (record,), {1: Snapshot(1, {"test": {"accuracy": value}}, dict)}, {})
        for seed, (record, value) in enumerate(zip(records, values, strict=True))
    )
    of = Results("test", {"a": Runs(Experiment("a", Made()), made), **named({"b": [0.9] * 4})})
    text = says(difference(of, "a", "b", ACCURACY))
    assert "In 2 of 4 seeds, `a` gave no number. In 1 of 4 seeds, `a` diverged." in text


def test_a_mean_that_a_single_run_decides_is_printed_by_its_ends() -> None:
    """Not as 61 ± 57 %, which no accuracy can be."""
    found = mean(_by_unit(a=dict(enumerate([0.98, 0.979, 0.981, 0.10, 0.0])))["a"], Measure("accuracy", "%"))
    assert FORMS["spread"](found) == "61\u00a0% (0 to 100\u00a0%)"


def test_who_is_level_with_the_first_is_not_said_to_be_ahead_of_others() -> None:
    """Unless that is clear as well."""
    first = [0.980, 0.981, 0.982, 0.983, 0.984]
    apart = {
        "noisy": [0.0003 + 0.00116 * step for step in (-1.265, -0.632, 0, 0.632, 1.265)],
        "last": [0.0022 + 0.00022 * step for step in (1, -1, 0, -1, 1)],
    }
    of = named(
        {
            "first": first,
            **{name: [a - b for a, b in zip(first, by, strict=True)] for name, by in apart.items()},
        }
    )
    found = ranking(of, Measure("test accuracy", "%", margin=0.25))
    parts = {part.quantity: part.judgement for part in found.findings["ranking"].parts}
    assert parts["first minus noisy"].same
    assert parts["first minus last"].clear
    assert not parts["first minus last"].same
    assert parts["noisy minus last"].unclear
    assert "level (" not in says(found)
    assert says(found).endswith(
        "That `first` is ahead of `last` is clear. `noisy` is level with `first` as far as matters."
    ), says(found)


def test_every_kind_of_finding_says_that_pairs_have_other_units() -> None:
    """A trend and extremes as well, and without units in common."""
    of = _by_unit(
        a={0: 0.96, 1: 0.961, 2: 0.963}, b={0: 0.965, 1: 0.97}, c={5: 0.97, 6: 0.972}, d={0: 0.95, 1: 0.952}
    )
    for found in (ranking(of, ACCURACY), extremes(of, ACCURACY), trend(of, tuple(of), ACCURACY)):
        assert "Not all have the same seeds; each pair is compared over" in says(found)
    assert "`c` has no seed in common with `b`, `a` and `d`." in says(ranking(of, ACCURACY))
    assert "changes by an unknown amount from `b` to `c`" in says(trend(of, ("a", "b", "c"), ACCURACY))
    assert "The first and the last have no seed" in says(trend(of, ("a", "b", "c"), ACCURACY))
    assert "They have" not in says(trend(of, ("a", "b", "c"), ACCURACY)) + says(ranking(of, ACCURACY))


def test_nobody_is_the_fastest_for_want_of_the_slowest_input() -> None:
    """Means over other inputs are only means; in common, the other is ahead, and not behind by so much."""
    common = {"a": 1.0, "b": 2.0, "c": 3.0}
    slower = {"a": 1.12, "b": 2.21, "c": 3.35}
    of = _by_unit("input", whole={**common, "slow": 40.0}, part=slower)
    text = says(ranking(of, RATIO))
    assert text.startswith("`part` has the lowest mean test seconds (2.0 s), then `whole` (3.9 s). Over the")
    assert "Over the inputs that they have in common, `whole` is clearly ahead of `part`." in text
    assert order_of(ranking(of, RATIO), RATIO)["behind"] == {}
    of = _by_unit(
        "input", whole={**common, "slow": 40.0}, part={key: 1.1 * one for key, one in common.items()}
    )
    two = says(difference(of, "whole", "part", RATIO))
    assert two.startswith("`whole` is faster than `part`, by 1.1 times. The difference is equal in all 3"), (
        two
    )


def test_runs_that_nothing_pairs_are_not_counted_as_pairs() -> None:
    """Three and five runs are neither three nor five, and have no difference in each."""
    of = _by_unit("run", False, a=dict.fromkeys(range(3), 1.0), b=dict.fromkeys(range(5), 1.0))
    of |= _by_unit("run", False, c=dict.fromkeys(range(5), 2.0))
    measure = Measure("test seconds", "s", better="lower", margin=0.1)
    assert says(difference(of, "a", "b", measure)) == "`a` is as fast as `b`, the same in every run (1 s)."
    flat = "They do not vary, so how far chance reaches is unknown."
    assert says(difference(of, "a", "c", measure)).endswith(flat)


def test_the_whole_of_a_trend_is_not_said_of_its_steps() -> None:
    """Where the last is as the first, the one between is not."""
    of = _by_unit(a={0: 1.0, 1: 2.0}, b={0: 1.3, 1: 2.2}, c={0: 1.0, 1: 2.0})
    found = says(trend(of, ("a", "b", "c"), Measure("score", "")))
    assert found.endswith("it does not change. The first and the last are the same in all 2 seeds."), found


def test_means_as_they_are_printed_do_not_contradict_their_order() -> None:
    """96.77 is printed as 96.8, and 96.75 of two seeds as 97: neither is called the highest."""
    of = _by_unit(other={5: 0.965, 6: 0.970, 7: 0.968}, short={0: 0.965, 1: 0.970}, low={0: 0.95, 1: 0.951})
    assert says(ranking(of, ACCURACY)).startswith("`other` and `short` have the highest mean")


def test_times_of_runs_that_share_a_machine_are_said_to_do_so() -> None:
    """Those of this program, unless they are exclusive; nothing is said of how recorded ones were made."""
    shared = "Other runs may have shared the machine meanwhile, which the interval leaves out."
    of = named({"a": [1.0, 1.1, 1.3], "b": [2.0, 2.2, 2.1]}, "seconds")
    alone = {name: replace(runs.experiment, exclusive=True) for name, runs in of.items()}
    exclusive = Results("test", {name: Runs(alone[name], runs.runs) for name, runs in of.items()})
    for results, told in ((of, True), (exclusive, False)):
        for found in (
            difference(results, "a", "b", RATIO),
            ranking(results, RATIO),
            trend(results, ("a", "b"), RATIO),
        ):
            assert says(found).endswith(shared) == told
    assert shared not in says(ranking(named({"a": [0.9, 0.91], "b": [0.8, 0.82]}), ACCURACY))


def test_equal_differences_are_not_called_equal_values() -> None:
    """0.30, 0.31 and 0.32 are not one value."""
    found = difference(named({"a": [0.30, 0.31, 0.32], "b": [0.29, 0.30, 0.31]}), "a", "b", ACCURACY)
    assert found.findings["a minus b"].judgement.reason is Reason.NO_SPREAD
    assert "The difference is equal in all 3 seeds" in says(found)


def test_the_margin_of_a_ratio_is_printed_in_per_cent() -> None:
    """Not in percentage points, and not as a logarithm."""
    measure = Measure("test seconds", "s", better="lower", scale="ratio", margin=1.02)
    found = difference(
        named({"a": [1.0, 1.001, 1.0], "b": [1.001, 1.0, 1.002]}, "seconds"), "a", "b", measure
    )
    assert FORMS["size only"](found.quantities["a over b.margin"]) == "2\u00a0%"


def test_a_difference_is_rounded_so_that_it_agrees_with_its_values() -> None:
    """97.9 against 96.4 is 1.5, however uncertain."""
    found = difference(
        named({"a": [0.979, 0.965, 0.993], "b": [0.9642, 0.9585, 0.9699]}), "a", "b", ACCURACY
    ).quantities["a minus b"]
    assert found.value is not None
    assert FORMS["size"](found) == "1.5\u00a0±\u00a02.1\u00a0percentage points"


def test_a_bootstrap_is_neither_counted_nor_declared() -> None:
    """The panel says by which method it was computed elsewhere."""
    found = estimate("a", "b", ACCURACY, value=0.01, low=0.0, high=0.02, n=9, method="bootstrap of 9 runs")
    made = found.quantities["a minus b"].derivation
    assert made is not None
    assert listed()[made.operation].how(made.data) == "Computed elsewhere, by bootstrap of 9 runs"


def test_equal_values_below_a_threshold_are_counted_and_not_certain() -> None:
    """Without the items, how far another draw of data could be is unknown."""
    found = count(named({"deep": [0.1135] * 5}), ("deep",), ACCURACY, above=20)
    assert says(found).endswith("The value is equal in all 5 seeds, so how far chance reaches is unknown.")


def test_a_text_is_a_declared_source() -> None:
    """As the parameters of a catalogue."""
    found = Quantity(3, "layers", "catalogue: wide")
    assert (found.origin.kind, found.origin.text()) == ("declared", "catalogue: wide")


@pytest.mark.parametrize("times", [100, pytest.param(400, marks=pytest.mark.slow)])
def test_every_finding_has_its_sentence_whatever_the_data(times: int) -> None:
    """Ties, missing numbers, one run, no margin, no seeds in common: nothing is left out."""
    generator = np.random.default_rng(2)
    texts = set()
    for _ in range(times):
        kind = generator.integers(4)
        of = {}
        for name in "abc"[: generator.integers(2, 4)]:
            units = generator.choice(5, generator.integers(1, 6), replace=False)
            values = generator.choice([0.9, 0.91, 0.92], len(units)) if kind else generator.random(len(units))
            if generator.random() < 0.15:
                values[0] = np.nan
            if generator.random() < 0.3:
                units, values = np.arange(5), np.full(5, 0.9)
            of[name] = Sample(
                name,
                {int(unit): (float(value),) for unit, value in zip(units, values, strict=True)},
                paired=bool(generator.random() < 0.8),
            )
        measure = Measure(
            "score",
            "",
            generator.choice(["higher", "lower", ""]),
            margin=0.05 if generator.random() < 0.5 else None,
        )
        found = [
            difference(of, "a", "b", measure, among=int(generator.choice([1, 9]))),
            ranking(of, measure),
            ranking(of, measure, pairs="best"),
            extremes(of, measure),
            trend(of, tuple(of), measure),
            count(of, tuple(of), measure, above=0.905),
        ]
        for answer in found:
            (finding,) = answer.findings.values()
            sentence = Sentence(finding, answer.quantities)
            text = plain(sentence.whole(), answer.quantities)
            assert text.endswith("."), text
            assert "{" not in text
            assert plain(sentence.observation(), answer.quantities).endswith(".")
            plain(sentence.judgement(), answer.quantities)
            texts.add(text)
            if finding.judgement.unclear and finding.kind == "ranking":
                assert "ahead of every other is clear" not in text
    assert len(texts) > 1.25 * times
