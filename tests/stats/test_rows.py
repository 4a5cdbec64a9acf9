"""Rows: each is stored once, knows its place, and answers after it was read as it did before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import permutations, product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from stats import made, test_kept

from labreport.errors import UsageError
from labreport.project import Design, Experiment, Measure, study, table
from labreport.results import Results
from labreport.stats import (
    Answer,
    Count,
    Difference,
    Effect,
    Finding,
    MeasuredFinding,
    Ranking,
    as_condition,
    difference,
    effect,
    from_json,
    mean,
    ranking,
    to_json,
)

WORDS = ("more", "less", "same", "unclear", "clear", "all", "none")


def read_back(answer: Answer, question: str = "") -> Answer:
    """An answer as it is read from its file."""
    return from_json(json.loads(json.dumps(to_json(answer))), question)


def asked(finding: Finding, words: str) -> Any:
    """What a condition says and by how much, or that it is an error."""
    try:
        condition = as_condition(eval(f"finding{words}", {"finding": finding}))
    except (UsageError, AttributeError, TypeError):
        return "an error"
    return condition.holds, condition.how


def words_for(finding: Finding) -> Iterator[str]:
    """What an author may ask of a finding, right or wrong, by its names."""
    names = [json.dumps(name, ensure_ascii=False) for name in list(finding)[:3]]
    for word in WORDS:
        yield from (f".{word}", f".every.{word}", f".any.{word}")
        yield from (f".{word}({name})" for name in names)
        yield from (f"[{name}].{word}" for name in names)
        yield from (f".{word}({first}, {second})" for first, second in permutations(names, 2))
    for bound in (-1, 0.5, 1.02, 2, 50):
        yield from (f".above({bound})", f".every.below({bound})", f".at_least({bound})")
        yield from (f"[{name}].above({bound})" for name in names)
    yield from (f".wins({name})" for name in names)
    yield ".none_clear()"


def test_conditions_of_what_was_read_are_those_of_what_was_stored() -> None:
    """Each word of each finding of each function, in groups too."""
    number = 0
    for _, answer in test_kept.answers():
        again = read_back(answer)
        assert to_json(again) == to_json(answer)
        for name, member in answer.members.items():
            if isinstance(member, Finding):
                for words in words_for(member):
                    assert asked(again.members[name], words) == asked(member, words), f"{name}{words}"
                    number += 1
    assert number > 2000


def test_each_row_is_stored_once() -> None:
    """The means and the comparisons of a ranking, although its answer has each of them three times."""
    answer = ranking(made.samples(a=[1.0, 2, 4], b=[2.0, 3, 3.5], c=[5.0, 6, 8]), made.LOSS)
    assert len(to_json(answer)["rows"]) == 3 + 3
    again = read_back(answer)
    assert again.difference.b.a is again.difference.a.b.turned
    assert again.mean.a is again.ranking.mean.a


def test_every_number_has_a_place_of_its_own() -> None:
    """Which is the names that lead to it."""
    for name, answer in test_kept.answers():
        again = read_back(answer, "what")
        places = [quantity.place for _, quantity in again.numbers()]
        computed = {quantity.place for _, quantity in again.numbers() if not quantity.place}
        assert not computed, name
        for names, quantity in again.numbers():
            assert quantity.place[0] == "what"
            assert len(quantity.place) <= 1 + len(names)
        assert len(set(places)) == len({id(quantity) for _, quantity in again.numbers()}), name


def test_one_pair_in_two_families_is_two_numbers() -> None:
    """Each has its own interval by which it is judged."""
    pair = made.samples(a=[0.90, 0.91, 0.92, 0.93], b=[0.895, 0.894, 0.91, 0.909])
    alone = difference(pair, made.LOSS, name="alone")
    among = difference(pair, made.LOSS, name="among", family=6)
    answer = read_back(alone | among, "best")
    assert (answer.alone.quantity.name, answer.among.quantity.name) == ("best.alone", "best.among")
    assert answer.alone.quantity.judged_low > answer.among.quantity.judged_low


def test_an_alias_is_the_same_row() -> None:
    """It has the shortest of its names, also if it is in an answer inside the answer."""
    means = mean(made.samples(a=[1.0, 2.0, 4.0], b=[2.0, 3.0, 3.5]), made.LOSS).mean
    answer = read_back(Answer(inner=Answer(deep={"a": means.a}), first=means.a, b=means.b))
    assert answer.inner.deep.a is answer.first
    assert answer.first.place == ("first",)
    assert len(to_json(answer)["rows"]) == 2


def test_an_answer_of_an_older_version_is_to_be_made_again() -> None:
    """It has no rows."""
    with pytest.raises(UsageError, match="built by an older version of labreport; build it again"):
        from_json({"mean": {"is": "quantity", "value": 1.0}})


def two_axes() -> tuple[Results, Any]:
    """A study of three sizes and two rates."""
    g = np.random.default_rng(3)
    sizes = study(
        "sizes", Experiment("base", made.Size(), fit=str), size=(10, 20, 40), rates=((0.1,), (0.5,))
    )
    values = {cell.name: {1: g.normal(0.9, 0.01, 4)} for cell in sizes.experiments()}
    return made.results(values, sizes), sizes


def test_axes_of_a_study_are_columns() -> None:
    """`by` and `within` name them; the numbers are those of the points."""
    results, sizes = two_axes()
    by_point = mean(results, made.ACCURACY, sizes).mean
    grown = effect(results, made.ACCURACY, by="size", within="rates").effect
    assert (grown.kind, grown.family, grown.groups) == ("effect", 2 * 3, ["0.1", "0.5"])
    for row in grown.estimates:
        (size,) = row.subjects
        assert row.value == by_point[f"{size} × {row.group}"].value
    means = mean(results, made.ACCURACY, by="size", within="rates").mean
    assert means["0.5"]["40"].value == by_point["40 × 0.5"].value
    apart = difference(results, made.ACCURACY, by="rates", against="0.1", within="size").difference
    assert apart["20"].more.holds is apart.more("20").holds


def test_results_without_these_axes_are_refused() -> None:
    """The message names what was asked."""
    results, _ = two_axes()
    with pytest.raises(UsageError, match=r"by='size', within='depth': no study in reads= has these axes"):
        mean(results, made.ACCURACY, by="size", within="depth")


def test_epochs_are_subjects_or_groups() -> None:
    """Of all that are stored."""
    runs = made.results({"a": {10: [0.9, 0.91], 20: [0.95, 0.96]}, "b": {10: [0.8, 0.81], 20: [0.9, 0.92]}})
    means = mean(runs, made.ACCURACY, by="epoch", within="experiment").mean
    assert means.b["20"].value == pytest.approx(0.91)
    assert mean(runs, made.ACCURACY, within="epoch").mean["10"].a.value == pytest.approx(0.905)


def test_a_group_and_a_subject_of_one_name_are_told_apart() -> None:
    """`difference["A"]["A"]` is the subject A in the group A."""
    frame = pd.DataFrame(product("AB", "AB", range(4)), columns=["line", "arm", "plate"])
    frame["growth"] = np.arange(16.0) ** 1.1
    data = table(frame, replicate="plate")
    finding = difference(data, Measure("growth"), by="arm", against="B", within="line").difference
    answer = read_back(Answer(difference=finding))
    (row,) = answer.difference["A"]["A"].evidence
    assert (row.group, row.subjects) == ("A", ("A", "B"))
    assert row.place == ("difference", "A")  # its only comparison


def test_findings_have_one_set_of_fields() -> None:
    """The classes of the four kinds have words only."""
    for kind in (Ranking, Difference, Effect, Count):
        assert [member.name for member in fields(kind)] == [member.name for member in fields(MeasuredFinding)]


def test_a_frame_of_results_keeps_the_design_of_its_runs() -> None:
    """Splits of one data set stay splits on their way through a table; intervals are as wide."""
    values = {"a": {1: [0.90, 0.92, 0.93, 0.91]}, "b": {1: [0.89, 0.93, 0.90, 0.90]}}
    runs = made.results(values, design=Design("split", test_fraction=0.2))
    straight = ranking(runs, made.ACCURACY).ranking
    frame = runs.frame
    assert list(frame.columns[-4:]) == ["experiment", "seed", "epoch", "test accuracy"]
    chosen = frame[frame.epoch == 1]
    measure = Measure("test accuracy", "%", margin=0.5)
    through_table = ranking(table(chosen, replicate="seed"), measure, by="experiment").ranking
    (ours,), (theirs,) = straight.evidence, through_table.evidence
    assert (ours.judged_low, ours.judged_high) == pytest.approx((theirs.judged_low, theirs.judged_high))


def test_a_frame_of_experiments_of_several_designs_is_refused() -> None:
    """It could keep only one."""
    runs = made.results({"a": {1: [0.9, 0.92]}, "b": {1: [0.8, 0.7]}})
    other = replace(runs["b"].experiment, design=made.UNPAIRED)
    mixed = Results("what", {"a": runs["a"], "b": replace(runs["b"], experiment=other)})
    with pytest.raises(UsageError, match="'what' reads experiments of 2 designs; a frame can keep one"):
        mixed.frame  # noqa: B018
