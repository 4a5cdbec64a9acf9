"""Sentences and judgements that earlier reports had wrong, each with what it has to be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from made_results import Made, named, runs

from labreport.experiment import Experiment
from labreport.results import Results
from labreport.stats import (
    Answer,
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
    trend,
)
from labreport.stats.operations import listed
from labreport.stats.operations.median import OPERATION as MEDIAN
from labreport.stats.rounding import FORMS
from labreport.stats.words import PHRASES, Sentence, plain

ACCURACY = Measure("test accuracy", "%", margin=0.2, because="a fifth of a point changes nothing")
RIGHT = Measure("test accuracy", "%", margin=0.2)


def says(answer: Answer) -> str:
    """The standard sentence of the only finding, with plain spaces."""
    (found,) = answer.to_plain()["findings"].values()
    return str(found["says"]).replace("\u00a0", " ").replace("\u202f", " ")


def _known(name: str, share: float, seed: int, units: int = 5, items: int = 2000, **more: Any) -> Sample:
    generator = np.random.default_rng(seed)
    easy = generator.normal(np.log(share / (1 - share)), 0.5, items)
    right = generator.random((units, items)) < 1 / (1 + np.exp(-easy))
    return Sample(
        name, {unit: (float(np.mean(right[unit])),) for unit in range(units)}, dict(enumerate(right)), **more
    )


def _trained(epochs: int) -> Results:
    found = {}
    for name, middle in (("wide", 0.98), ("small", 0.975)):
        values = [middle + 0.0001 * seed * (1 + (name == "wide")) for seed in range(5)]
        made = runs(Experiment(name, Made(), epochs), [{"test": {"accuracy": value}} for value in values])
        one = tuple(
            type(run)(run.name, run.seed, run.specification, run.records, {epochs: run.snapshots[1]}, {})
            for run in made
        )
        found[name] = type(made)(made.experiment, one)
    return Results("test", found)


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
    assert says(difference(_trained(10), "wide", "small", ACCURACY)).startswith("After 10 epochs, `wide` is")
    assert says(ranking(_trained(50), ACCURACY)).startswith("After 50 epochs, `wide` is")


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


def test_none_of_the_seeds_takes_the_place_of_a_tiny_p_value() -> None:
    """Where the threshold is far away."""
    found = count(named({"deep": [0.1135, 0.1136, 0.1028]}), ("deep",), ACCURACY, above=20)
    assert says(found) == "`deep` is above 20 % in none of 3 seeds (11.0 %)."


def test_equal_values_below_a_threshold_are_counted_and_not_certain() -> None:
    """Without the items, how far another draw of data could be is unknown."""
    found = count(named({"deep": [0.1135] * 5}), ("deep",), ACCURACY, above=20)
    assert says(found).endswith("The value is equal in all 5 seeds, so how far chance reaches is unknown.")


def test_a_text_is_a_declared_source() -> None:
    """As the parameters of a catalogue."""
    found = Quantity(3, "layers", "catalogue: wide")
    assert (found.origin.kind, found.origin.text()) == ("declared", "catalogue: wide")


def test_every_finding_has_its_sentence_whatever_the_data() -> None:
    """Ties, missing numbers, one run, no margin, no seeds in common: nothing is left out."""
    generator = np.random.default_rng(2)
    texts = set()
    for _ in range(400):
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
    assert len(texts) > 500
