"""Builders of answers and figures: what they find, and that their figures are fit to print."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy
import pytest
from made_results import Made, along, named, runs

from labreport import (
    Answer,
    Experiment,
    Measure,
    confusion_matrix,
    dots,
    effect,
    environment,
    grid,
    grid_map,
    hardest,
    learning_curve,
    ranking,
)
from labreport.builders.confusion import confusions
from labreport.builders.grid import _words
from labreport.charts.checks import measured
from labreport.errors import UsageError
from labreport.experiment import Design
from labreport.outline import Question, Section
from labreport.page import render_section
from labreport.results import Results, Runs
from labreport.stats.words import Sentence, plain

NEAR, FAR = [0.80, 0.81, 0.79, 0.80, 0.82], [0.90, 0.92, 0.91, 0.90, 0.91]
ACCURACY = Measure("test accuracy", "%", margin=1)
SECONDS = Measure("test seconds", "s", better="lower", scale="ratio")


def says(answer: Answer, name: str) -> str:
    """The standard sentence of a finding, with plain spaces."""
    parts = Sentence(answer.findings[name], answer.quantities).whole()
    return plain(parts, answer.quantities).replace("\u00a0", " ").replace("\u202f", " ")


def test_ranking_says_who_leads_when_the_seeds_show_it() -> None:
    """Five seeds ten points apart decide; the order is that of the means."""
    answer = ranking(named({"a": NEAR, "b": FAR}), ACCURACY)
    assert answer.facts["order"] == ["b", "a"]
    assert answer.findings["ranking"].judgement.clear
    assert answer.quantities["a minus b"].value == pytest.approx(-0.104)
    assert answer.facts["behind"] == {"a": "a minus b"}


def test_ranking_names_experiments_by_their_titles() -> None:
    """In sentences and in the table."""
    results = named({"a": NEAR, "b": FAR})
    titled = {
        name: Runs(Experiment(name, Made(), title=f"the {name} one"), of.runs) for name, of in results.items()
    }
    answer = ranking(Results("test", titled), ACCURACY)
    assert says(answer, "ranking").startswith("The b one is the most accurate")
    assert answer.facts["titles"] == {"b": "the b one", "a": "the a one"}


def test_the_fastest_is_not_the_slowest() -> None:
    """Which direction is better is the measure's."""
    answer = ranking(named({"slow": [2.0, 2.1, 2.2], "fast": [1.0, 1.1, 1.15]}, "seconds"), SECONDS)
    assert answer.facts["order"] == ["fast", "slow"]
    assert says(answer, "ranking").startswith("`fast` is the fastest")


def test_a_grid_says_which_cell_leads_and_shows_all() -> None:
    """By the mean of what chooses; numbers on an axis are quantities, texts are printed as they are."""
    results = along({1: NEAR, 2: FAR})[1]
    answer = grid(results, ACCURACY, ACCURACY)
    assert answer.findings["best"].judgement.clear
    assert answer.quantities["best.size"].value == 2
    assert answer.quantities["cell.0.0"].value == pytest.approx(sum(NEAR) / len(NEAR))
    assert answer.facts["rows"][1] == [{"label": "size", "numbers": ["row.1.size"], "text": ""}]
    assert "best.sizes/size=1.behind" in answer.quantities
    assert says(answer, "best").startswith("Size 2 is the most accurate (90.8 %), ahead of size 1 (80.4 %)")
    assert grid_map(results, ACCURACY).rows == [["1", 80.4], ["2", 90.8]]
    assert _words("row.0", {"kernel": "linear"}, "x", {}) == [
        {"label": "kernel", "numbers": [], "text": "linear"}
    ]


def test_a_grid_of_many_cells_begins_with_the_best_and_names_few_others() -> None:
    """However many there are; which ones it is ahead of is in the numbers of the finding."""
    noise = numpy.random.default_rng(1).normal(0, 0.02, (3, 5))
    near = {size: list(numpy.array(FAR) - 0.001 + by) for size, by in enumerate(noise, start=3)}
    cells = {1: NEAR, 2: FAR, 6: NEAR[::-1], 7: [*NEAR[1:], NEAR[0]], **near}
    told = says(grid(along(cells)[1], ACCURACY, ACCURACY), "best")
    best = max(cells, key=lambda size: sum(cells[size]))
    assert told.startswith(f"Size {best} is the most accurate (9"), told
    assert told.endswith(
        "). That it is ahead of some others is clear. Whether it is ahead of some others is unclear."
    ), told
    clear = says(grid(along({1: NEAR, 2: FAR, 3: NEAR[::-1], 4: NEAR})[1], ACCURACY, ACCURACY), "best")
    assert clear == "Size 2 is the most accurate (90.8 %). That it is ahead of every other is clear."
    same = says(grid(along(dict.fromkeys(range(6), FAR))[1], ACCURACY, ACCURACY), "best")
    assert same.startswith("Size 0 and all others have the same test accuracy to the digits shown (90.8 %).")


def test_a_cell_without_a_mean_is_empty_and_not_zero() -> None:
    """In the map, in its table, and among the cells that are compared."""
    results = along({1: NEAR, 2: [0.9, math.nan, 0.9], 3: FAR})[1]
    drawn = grid_map(results, ACCURACY)
    assert drawn.rows[1] == ["2", None]
    assert "0.0" not in [text.get_text() for text in drawn.figure.axes[0].texts]
    assert "size 2 has no mean" in says(grid(results, ACCURACY, ACCURACY), "best").lower()


def test_a_grid_names_what_it_was_chosen_by(tmp_path: Path) -> None:
    """Where it shows another measure than the one that decides; its headline need not name either."""
    results = along({1: NEAR, 2: NEAR})[1]
    chosen = Measure("share found", "%", value=lambda run, epoch: ACCURACY.of(run, epoch))
    for by in (chosen, ACCURACY):
        section = Section("maps", "Maps", "section.html", (Question("map", "Which?", "m:f"),))
        page = render_section(section, {"map": grid(results, ACCURACY, by)}, {}, tmp_path, {})
        told = by is chosen
        assert page["headlines"][0]["text"].endswith("Chosen by share found.") == told
        assert ("chosen by <i>share found</i>. Here is <i>test accuracy</i>" in page["screen"]) == told


def test_a_grid_needs_one_study() -> None:
    """Results without one have no cells."""
    with pytest.raises(UsageError, match="a grid shows one study; it was given 0"):
        grid(named({"a": NEAR}), ACCURACY, ACCURACY)


def test_ranking_leaves_open_what_overlaps() -> None:
    """Means that are equal by accident are named together, and are not level in every seed."""
    answer = ranking(named({"a": NEAR, "b": [*NEAR[1:], NEAR[0]], "c": FAR}), ACCURACY)
    assert answer.findings["ranking"].judgement.clear
    parts = {part.quantity: part.judgement for part in answer.findings["ranking"].parts}
    assert parts["a minus b"].unclear


def test_a_learner_without_chance_proves_nothing() -> None:
    """Values that are the same for every seed are judged no further, however far apart."""
    for compared in (
        ranking(named({"a": [0.8] * 5, "b": [0.9] * 5}), ACCURACY),
        ranking(named({"a": [0.8], "b": [0.9]}), ACCURACY),
    ):
        assert compared.findings["ranking"].judgement.unclear


@pytest.mark.parametrize(
    ("last", "word", "sign"),
    [
        (FAR, "clear", 1),
        ([0.5, 0.6, 0.55, 0.5, 0.52], "clear", -1),
        ([0.7, 0.9, 0.8, 0.85, 0.77], "unclear", 0),
    ],
)
def test_effect_follows_the_last_value(last: list[float], word: str, sign: int) -> None:
    """From the first value to the last, up, down, or neither."""
    study, results = along({1: NEAR, 2: NEAR, 4: last})
    answer = effect(results, study, ACCURACY)
    judgement = answer.findings["trend"].judgement
    assert judgement.word == word
    assert judgement.sign == sign or word == "unclear"
    assert answer.quantities["4 minus 1"].value == pytest.approx(numpy.mean(last) - numpy.mean(NEAR))
    assert "2 minus 1" in answer.quantities


def test_effect_needs_one_axis() -> None:
    """A study of two axes has no single effect."""
    study, results = along({1: NEAR})
    with pytest.raises(UsageError, match="needs one axis"):
        effect(results, study, ACCURACY)


def test_splits_of_one_data_set_are_known_from_the_design() -> None:
    """The interval is the wider one that is corrected for what splits have in common."""
    plain_, split = named({"a": NEAR, "b": FAR}), {}
    for name, of in plain_.items():
        split[name] = Runs(Experiment(name, Made(), design=Design(test_fraction=0.3)), of.runs)
    usual = ranking(plain_, ACCURACY).quantities["a minus b"].interval
    corrected = ranking(Results("test", split), ACCURACY).quantities["a minus b"].interval
    assert usual is not None
    assert corrected is not None
    ratio = (corrected.high - corrected.low) / (usual.high - usual.low)
    assert ratio == pytest.approx(((1 / 5 + 0.3 / 0.7) / (1 / 5)) ** 0.5)
    assert "corrected for repeated splits" in corrected.kind
    assert "corrected" not in usual.kind


def guesses(shift: int = 0) -> Results:
    """Three seeds of an experiment that takes every second `b` for an `a`; `shift` reorders its items."""
    arrays = []
    for seed in range(3):
        truth = numpy.roll(numpy.array(["a", "b", "c"] * 20), shift * seed)
        predicted = truth.copy()
        wrong = numpy.flatnonzero(truth == "b")[: 10 - seed]
        predicted[wrong] = "a"
        arrays.append({"truth": truth, "predicted": predicted})
    return Results("test", {"tree": runs(Experiment("tree", Made()), [{}] * 3, arrays)})


def test_confusions_count_every_item_with_classes_that_are_texts() -> None:
    """Rows are the truth; every seed has its own table."""
    classes, counts = confusions(guesses(), "tree")
    assert classes == ["a", "b", "c"]
    assert counts[0] == [[20, 0, 0], [10, 10, 0], [0, 0, 20]]


@pytest.mark.parametrize(("shift", "operation"), [(0, "crossed"), (1, "difference")])
def test_the_hardest_class_is_found_over_seeds_and_items(shift: int, operation: str) -> None:
    """Over items where all seeds have the same."""
    answer = hardest(guesses(shift), "tree")
    assert answer.facts["order"][0] == "b"
    assert answer.findings["extremes"].judgement.clear
    assert says(answer, "extremes").startswith(
        "`b` is missed most often (45 %), `a` and `c` are missed least"
    )
    assert answer.quantities["wrong"].value == 10 + 9 + 8
    made = answer.quantities["a minus b"].derivation
    assert made is not None
    assert made.operation == operation


def test_the_environment_says_whether_times_can_be_compared() -> None:
    """One machine or several."""
    one = environment(named({"a": NEAR}))
    assert one.findings["one-environment"].judgement.sign == 1
    assert one.facts["run"] == {
        "Experiments": "1, each with 5 seeds",
        "Processor": "made",
        "Libraries": "numpy 2",
    }


def test_runs_that_experiments_share_are_counted_once() -> None:
    """Two names of one specification are one training for each seed."""
    assert environment(named({"a": NEAR, "b": NEAR})).quantities["runs"].value == 5


@pytest.mark.parametrize(
    "build",
    [
        lambda results, study: ranking(results, "test accuracy"),  # type: ignore[arg-type]
        lambda results, study: effect(results, study, "test accuracy"),  # type: ignore[arg-type]
        lambda results, study: grid(results, "test accuracy", ACCURACY),  # type: ignore[arg-type]
        lambda results, study: dots(results, "test accuracy"),  # type: ignore[arg-type]
        lambda results, study: learning_curve(results, study, "test accuracy"),  # type: ignore[arg-type]
    ],
    ids=["ranking", "effect", "grid", "dots", "learning_curve"],
)
def test_a_text_in_place_of_a_measure_shows_what_to_write(build: Callable[..., object]) -> None:
    """Whichever builder it is given to."""
    study, results = along({1: NEAR, 2: FAR})
    with pytest.raises(
        UsageError, match=r'test_builders.py:\d+: .* write Measure\("test accuracy", unit="%"\)'
    ):
        build(results, study)


def test_figures_of_builders_are_fit_to_print() -> None:
    """No text is cut off or covers another, and the caption finds nothing."""
    study, results = along({1: NEAR, 2: NEAR, 100: FAR})
    drawings = (
        dots(named({"a short name": NEAR, "another, rather longer name": FAR}), ACCURACY),
        learning_curve(results, study, ACCURACY),
        confusion_matrix(guesses(), "tree"),
    )
    for drawing in drawings:
        found = measured(drawing.figure)
        assert ([], []) == (found.overlapping, found.clipped)
        assert drawing.caption.count(". ") >= 1
    assert drawings[1].figure.axes[0].get_xscale() == "log"


def test_a_run_without_a_number_has_no_dot() -> None:
    """Its row of the table is there, and empty."""
    drawing = dots(named({"a": [0.8, float("nan"), 0.9]}), ACCURACY)
    assert [row[2] for row in drawing.rows] == [80.0, None, 90.0]


def test_a_single_run_is_one_dot_without_a_mean() -> None:
    """Dot and line of one value would look like an arrow."""
    drawing = dots(named({"a": [0.8], "b": [0.9]}), ACCURACY)
    (axes,) = drawing.figure.axes
    assert [numpy.asarray(line.get_ydata()).tolist() for line in axes.lines] == [[0], [1]]
    assert "each upright line" not in drawing.caption
    several = dots(named({"a": [0.8], "b": [0.7, 0.9]}), ACCURACY)
    assert len(several.figure.axes[0].lines) == 3
