"""Builders of answers and figures: what they decide, and that their prose follows it and passes the audit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy
import pytest
from figure_type import clipped_texts, overlapping_texts
from made_results import Made, along, named, runs

from labreport import (
    Answer,
    Experiment,
    Question,
    Section,
    Verdict,
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
from labreport.audit import audit_html
from labreport.builders.confusion import confusions
from labreport.builders.grid import _words
from labreport.errors import UsageError
from labreport.outline import Outline
from labreport.page import render_document, render_section
from labreport.results import Results

NEAR, FAR = [0.80, 0.81, 0.79, 0.80, 0.82], [0.90, 0.92, 0.91, 0.90, 0.91]


def page(answer: Answer, tmp_path: Path) -> str:
    """The page of one question without a template of its own, audited."""
    section = Section("all", "All", "section.html", (Question("one", "Which?", "m:f"),))
    rendered = render_section(section, {"one": answer}, {}, tmp_path, {})
    html = render_document(Outline("Made", "", (section,)), [rendered], "screen", tmp_path, {})
    assert [] == audit_html(html, {"one": answer}, tmp_path)
    return html


def test_ranking_says_who_leads_when_the_seeds_bear_it_out() -> None:
    """Five seeds ten points apart decide; the order is that of the means."""
    answer = ranking(named({"a": NEAR, "b": FAR}))
    assert answer.facts["order"] == ["b", "a"]
    assert answer.claims["leads"].verdict is Verdict.SUPPORTED
    assert answer.quantities["b minus a"].value == pytest.approx(0.104)


def test_a_grid_says_which_cell_leads_and_shows_all() -> None:
    """By the mean of what chooses; numbers on an axis are quantities, texts are printed as they are."""
    results = along({1: NEAR, 2: FAR})[1]
    answer = grid(results, chosen_by="test accuracy")
    assert answer.claims["leads"].supported
    assert answer.quantities["best.size"].value == 2
    assert answer.quantities["cell.0.0"].value == pytest.approx(sum(NEAR) / len(NEAR))
    assert answer.facts["rows"][1] == [{"label": "size", "numbers": ["row.1.size"], "text": ""}]
    assert grid_map(results, "test accuracy").rows == [["1", 80.4], ["2", 90.8]]
    assert _words("row.0", {"kernel": "linear"}, "x", {}) == [
        {"label": "kernel", "numbers": [], "text": "linear"}
    ]


def test_a_grid_needs_one_study() -> None:
    """Results without one have no cells."""
    with pytest.raises(UsageError, match="a grid shows one study; it was given 0"):
        grid(named({"a": NEAR}))


def test_ranking_leaves_open_what_overlaps() -> None:
    """Equal samples in another order have no leader."""
    answer = ranking(named({"a": NEAR, "b": NEAR[::-1], "c": FAR}))
    assert answer.claims["leads"].supported
    assert answer.claims["a minus b"].inconclusive


def test_a_learner_without_chance_proves_nothing() -> None:
    """Values that are the same for every seed give no verdict and no p-value, however far apart."""
    for compared in (
        ranking(named({"a": [0.8] * 5, "b": [0.9] * 5})),
        ranking(named({"a": [0.8], "b": [0.9]})),
    ):
        assert compared.claims["leads"].inconclusive
        assert compared.claims["b minus a"].p_value is None


def test_all_pairs_are_corrected_together() -> None:
    """A difference that a single test would call significant is not, among ten pairs."""
    noise = numpy.random.default_rng(3).normal(0.8, 0.02, (5, 8))
    alone = ranking(named({"a": list(noise[0]), "b": list(noise[0] - 0.01 + 0.3 * (noise[1] - 0.8))}))
    many = {str(index): list(row) for index, row in enumerate(noise)}
    among = ranking(named({**many, "b": list(noise[0] - 0.01 + 0.3 * (noise[1] - 0.8))}))
    name = next(name for name in among.claims if set(name.split(" minus ")) == {"0", "b"})
    p_alone, p_among = alone.claims["a minus b"].p_value, among.claims[name].p_value
    assert p_alone is not None
    assert p_among is not None
    assert p_alone < p_among


def test_effect_is_supported_refuted_or_open() -> None:
    """The claim follows the direction in which the metric goes."""
    for last, verdict in (
        (FAR, "supported"),
        ([0.5, 0.6, 0.55, 0.5, 0.52], "refuted"),
        (NEAR[::-1], "inconclusive"),
    ):
        grid, results = along({1: NEAR, 2: NEAR, 4: last})
        assert str(effect(results, grid).claims["rises"].verdict) == verdict


def test_effect_needs_one_axis() -> None:
    """A study of two axes has no single effect."""
    grid, results = along({1: NEAR})
    with pytest.raises(UsageError, match="needs one axis"):
        effect(results, grid)


def guesses() -> Results:
    """Three seeds of an experiment that takes every second `b` for an `a`."""
    truth = numpy.array(["a", "b", "c"] * 20)
    arrays = []
    for seed in range(3):
        predicted = truth.copy()
        predicted[1 : 60 - 6 * seed : 6] = "a"
        arrays.append({"truth": truth, "predicted": predicted})
    return Results("test", {"tree": runs(Experiment("tree", Made()), [{}] * 3, arrays)})


def test_confusions_count_every_item_with_classes_that_are_texts() -> None:
    """Rows are the truth; every seed has its own table."""
    classes, counts = confusions(guesses(), "tree")
    assert classes == ["a", "b", "c"]
    assert counts[0] == [[20, 0, 0], [10, 10, 0], [0, 0, 20]]
    answer = hardest(guesses(), "tree")
    assert answer.facts["first"] == "b"
    assert answer.claims["leads"].supported
    assert answer.quantities["wrong"].value == 10 + 9 + 8


def test_the_environment_says_whether_times_can_be_compared(tmp_path: Path) -> None:
    """One machine or several, in other words."""
    one = environment(named({"a": NEAR}))
    assert one.claims["one-environment"].supported
    assert one.facts["run"] == {
        "Experiments": "1, each with 5 seeds",
        "Processor": "made",
        "Libraries": "numpy 2",
    }
    claims = {
        name: replace(claim, verdict=Verdict.REFUTED, reason="two processors")
        for name, claim in one.claims.items()
    }
    assert "times should not be compared" in page(replace(one, claims=claims), tmp_path)
    assert "times should not be compared" not in page(one, tmp_path)


@pytest.mark.parametrize(
    ("build", "wordings"),
    [
        (lambda: ranking(named({"a": NEAR, "b": FAR})), 2),
        (lambda: effect(along({1: NEAR, 2: NEAR, 4: FAR})[1], "sizes"), len(Verdict)),
        (lambda: hardest(guesses(), "tree"), 2),
        (lambda: grid(along({1: NEAR, 2: FAR})[1], chosen_by="test accuracy"), 3),
        (lambda: Answer(ranking(named({"a": NEAR, "b": FAR})).quantities), 1),
        (lambda: replace(ranking(named({"a": NEAR, "b": FAR})), facts={}), len(Verdict)),
    ],
    ids=["ranking", "effect", "hardest", "grid", "plain", "plain-claims"],
)
def test_default_prose_has_words_for_every_verdict(
    build: Callable[[], Answer], wordings: int, tmp_path: Path
) -> None:
    """The prose renders and passes the audit whatever the claims say, and says different things of them."""
    answer = build()
    pages = [
        page(
            replace(
                answer,
                claims={name: replace(claim, verdict=verdict) for name, claim in answer.claims.items()},
            ),
            tmp_path,
        )
        for verdict in Verdict
    ]
    headlines = {html.split('class="answer"')[1].split("</div>")[0] for html in pages}
    assert len(headlines) >= wordings


def test_figures_of_builders_are_fit_to_print() -> None:
    """No text is cut off or covers another, and the caption finds nothing."""
    grid, results = along({1: NEAR, 2: NEAR, 4: FAR})
    drawings = (
        dots(named({"a short name": NEAR, "another, rather longer name": FAR})),
        learning_curve(results, grid),
        confusion_matrix(guesses(), "tree"),
    )
    for drawing in drawings:
        assert [] == overlapping_texts(drawing.figure)
        assert [] == clipped_texts(drawing.figure)
        assert drawing.caption.count(". ") >= 1
