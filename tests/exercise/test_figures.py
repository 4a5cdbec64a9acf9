"""Every figure: fit to print, its data beside it, and it shows what the results say."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from drawn import CASES, FIGURES, draw, drawn
from made import made_results
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from exercise import mnist
from exercise.bonus_complex.perspective import compute_in_perspective
from exercise.bonus_digits.confusion import confused_most, confusion_matrix, confusions
from exercise.bonus_digits.gallery import COLUMNS, ROWS, always_misread
from exercise.catalogue import DEPTH_GAIN
from exercise.measuring.curves import training_curves
from exercise.measuring.reading import mean_by_epoch
from exercise.set_up.depth_gain import depth_against_gain
from labreport.charts import Drawing, export
from labreport.charts.checks import drawn_texts, measured
from labreport.charts.layout import COLUMN_MM, MM
from labreport.results import Results, Runs, Snapshot
from labreport.stats import Answer

HIGHEST_MM = 62.0
"""A quarter of the height of a page's text is 66."""
OFTEN = ("five seeds", "no network learned")
DRAWN = [case if case in OFTEN else pytest.param(case, marks=pytest.mark.slow) for case in CASES]
"""Kinds of results; to draw every figure of each takes long, so most are drawn with `--slow`."""


@pytest.mark.parametrize("case", DRAWN)
@pytest.mark.parametrize("slug", FIGURES)
def test_a_figure_is_fit_to_print_with_its_data_beside_it(slug: str, case: str) -> None:
    """No labels over each other or over the edge, none below eight points, at column width, and not so high
    that a page without room for it ends a quarter empty; a table of as many cells as columns, and words for
    the alternative text without numerals.
    """
    figure = drawn(slug, case).figure
    found = measured(figure)
    assert found.overlapping == []
    assert found.clipped == []
    assert found.smallest >= 8
    assert figure.get_figwidth() == pytest.approx(COLUMN_MM * MM)
    assert figure.get_figheight() <= HIGHEST_MM * MM
    drawing = drawn(slug, case)
    assert {len(drawing.columns)} >= {len(row) for row in drawing.rows}
    assert len(drawing.columns) == len(set(drawing.columns))
    assert drawing.kind
    assert not any(letter.isdigit() for letter in drawing.kind)
    assert not drawing.kind.endswith(".")
    numbers = [cell for row in drawing.rows for cell in row if isinstance(cell, float)]
    assert all(math.isfinite(number) for number in numbers)


@pytest.mark.parametrize("slug", FIGURES)
def test_every_curve_to_read_off_is_in_the_picture(slug: str) -> None:
    """Each series names a group of the SVG and panel of its own chart; drawn again, all bytes are equal."""
    shown = export(slug, drawn(slug, "five seeds"))
    again = export(slug, draw(slug))
    assert json.dumps(shown, allow_nan=False) == json.dumps(again, allow_nan=False)
    ids = {axes["id"] for axes in shown["axes"]}
    for series in shown["series"]:
        assert f'id="{series["gid"]}"' in shown["svg_screen"]
        assert series["axis"] in ids
        assert len(series["x"]) == len(series["y"]) > 0


def _words(drawing: Drawing) -> list[str]:
    return [words for words, _, _ in drawn_texts(drawing.figure)]


def _column(drawing: Drawing, name: str) -> list[Any]:
    index = list(drawing.columns).index(name)
    return [row[index] for row in drawing.rows]


def test_curves_name_their_lines_beside_them() -> None:
    """No legend: training and validation are at the line ends of the last panel of each row."""
    for slug, rows in (("curves-part-one", 1), ("curves-deep", 2)):
        drawing = draw(slug)
        assert rows == _words(drawing).count("training") == _words(drawing).count("validation")
        assert all(axes.get_legend() is None for axes in drawing.figure.axes)


def test_curves_show_every_seed_and_the_mean() -> None:
    """Five seeds, two splits, two networks, two rows: forty faint lines; with one seed there are none."""
    shown = {
        seeds: export("c", draw("curves-part-one", case))["svg_print"].count('data-part="seed"')
        for seeds, case in ((5, "five seeds"), (1, "one seed"))
    }
    assert shown == {5: 40, 1: 0}


def test_accuracy_starts_at_zero_unless_all_of_it_is_high() -> None:
    """A truncated axis says where it starts; a network that guesses is shown against guessing."""
    high, low = draw("curves-part-one"), draw("curves-deep")
    assert any(words.startswith("axis starts at ") for words in _words(high))
    assert "guessing" not in _words(high)
    assert not any(words.startswith("axis starts at ") for words in _words(low))
    assert _words(low).count("guessing") == 6
    assert low.figure.axes[0].get_ylim() == (0.0, 23.0)


def test_curves_print_what_was_recorded() -> None:
    """The table's cells are means over seeds of the records, in per cent."""
    results = made_results(("wide",), 3)
    drawing = training_curves(results)
    expected = np.mean(results["wide"].curve("validation_accuracy"), axis=0) * 100
    assert _column(drawing, "validation accuracy, %") == pytest.approx(expected.tolist(), abs=0.005)
    assert _column(drawing, "epoch") == list(range(1, 51))


def test_interventions_are_named_by_what_they_change() -> None:
    """The words come from the specifications, not from a list."""
    assert {"as usual", "weights × 4", "4 hidden layers", "30 epochs", "20 %"} <= set(
        _words(draw("interventions"))
    )


def test_signals_are_drawn_against_the_slope_s_bound() -> None:
    """The reference falls by a quarter a layer: back from the last hidden layer, forward from the first."""
    drawing = draw("signals")
    assert _words(drawing).count("× 1/4 a layer") == 2
    for panel, way in zip(drawing.figure.axes, ((10, 1), (1, 10)), strict=True):
        (bound,) = [line for line in panel.lines if line.get_gid() is None]
        (begins, start), (ends, end) = np.asarray(bound.get_xydata())
        assert (begins, ends) == way
        assert end / start == pytest.approx(0.25**9)


def test_signals_print_what_was_recorded() -> None:
    """By layer, geometric means over seeds: the gradient of all, the difference of hidden layers."""
    runs = made_results(("deep-32",), 5)["deep-32"]
    rows = [row for row in draw("signals").rows if row[0] == "deep-32"]
    for column, name in ((2, "first_gradient_norms"), (3, "image_differences")):
        expected = np.exp(np.mean(np.log([run.records[0][name] for run in runs]), axis=0))
        found = [row[column] for row in rows if row[column] is not None]
        assert found == pytest.approx(expected.tolist(), rel=0.01)


def test_the_map_separates_cells_by_the_rule_not_by_the_outcome() -> None:
    """The line is where the rule expects it, whatever the networks did."""

    def edges(**made: Any) -> set[Any]:
        cells = {cell.name: made for cell in DEPTH_GAIN.experiments()}
        (panel,) = depth_against_gain(made_results(("depth-gain",), 1, **cells), {}).figure.axes
        return {tuple(map(tuple, np.asarray(line.get_xydata()).tolist())) for line in panel.lines}

    assert edges(collapsed=True) == edges(collapsed=False, test=0.9) == edges()
    assert len(edges()) > 1, "more than the key"


def test_the_map_prints_accuracies() -> None:
    """Every cell of the study has its value, to whole per cents."""
    drawing = draw("depth-gain")
    (panel,) = drawing.figure.axes
    values = [float(str(cell)) for row in drawing.rows for cell in row[1:]]
    printed = [float(text.get_text()) for text in panel.texts[: len(values)]]
    assert printed == pytest.approx(values, abs=0.51)


def test_bars_of_digits_fall_from_the_most_to_the_least() -> None:
    """Each bar starts at zero, with its value and its digit beside it, in one order for all panels."""
    drawing = draw("digits")
    sums: dict[str, float] = {}
    for _, _, digit, value, *_ in drawing.rows:
        sums[str(digit)] = sums.get(str(digit), 0.0) + float(str(value))
    order = [str(row[2]) for row in drawing.rows[:10]]
    assert [sums[digit] for digit in order] == sorted(sums.values(), reverse=True)
    for panel, name in zip(drawing.figure.axes, ("wide", "small", "complex"), strict=True):
        rows = [row for row in drawing.rows if row[0] == name]
        lengths = [patch.get_width() for patch in panel.patches if isinstance(patch, Rectangle)]
        assert lengths == pytest.approx([float(str(row[3])) for row in rows], abs=0.005)
        assert [text.get_text() for text in panel.texts[: len(rows)]] == [
            f"{length:.1f}" for length in lengths
        ]
        assert [label.get_text() for label in panel.get_yticklabels()] == [str(row[2]) for row in rows]
        assert [str(row[2]) for row in rows] == order
        assert panel.get_xlim()[0] == 0


def test_the_confusion_matrix_leaves_its_diagonal_blank() -> None:
    """Rows are what a digit is; the rest of each row are errors, mean over seeds."""
    results = made_results(("complex",), 2)
    drawing = confusion_matrix(results)
    table = list(zip(*(_column(drawing, f"taken for {digit}") for digit in range(10)), strict=True))
    assert all(table[digit][digit] is None for digit in range(10))
    (panel,) = drawing.figure.axes
    places = {tuple(int(place) for place in text.get_position()) for text in panel.texts if text.get_text()}
    assert not places & {(digit, digit) for digit in range(10)}
    labels = mnist.load().test.labels
    errors = [int(np.sum(one.arrays["predictions"] != labels)) for one in results["complex"].at(50)]
    assert sum(float(cell or 0) for row in table for cell in row) == pytest.approx(np.mean(errors), abs=2)


def _with_confidence(results: Results, confidence: Any) -> Results:
    """The results with another confidence at every snapshot."""
    (name,) = results
    runs = results[name]

    def changed(snapshot: Snapshot) -> Snapshot:
        arrays = {**snapshot.arrays, "confidence": confidence}
        return Snapshot(snapshot.epoch, snapshot.metrics, lambda: MappingProxyType(arrays))

    bent = tuple(
        replace(run, snapshots={epoch: changed(one) for epoch, one in run.snapshots.items()}) for run in runs
    )
    return Results("made", {name: Runs(runs.experiment, bent)})


def test_the_gallery_shows_what_every_seed_misreads() -> None:
    """Pairs that are confused most first, then by falling confidence; with position, digit and mistake."""
    confidence = np.random.default_rng(3).random(10_000).astype(np.float32)
    results = _with_confidence(made_results(("complex",), 2), confidence)
    predictions = np.array([run.at(50).arrays["predictions"] for run in results["complex"]])
    drawing = always_misread(results)
    labels = mnist.load().test.labels
    wrong = np.flatnonzero((predictions != labels).all(axis=0))
    most = {frozenset(pair) for pair in confused_most(confusions(results["complex"]))}
    taken = {index: np.bincount(predictions[:, index]).argmax() for index in wrong}
    others = [frozenset((int(labels[index]), int(taken[index]))) not in most for index in wrong]
    expected = wrong[np.lexsort((-confidence[wrong], np.array(others)))][: COLUMNS * ROWS]
    assert [row[0] for row in drawing.rows] == expected.tolist()
    assert [row[1] for row in drawing.rows] == labels[expected].tolist()
    assert all(row[2] in predictions[:, row[0]] for row in drawing.rows)


def test_the_gain_is_drawn_for_each_ten_epochs() -> None:
    """Up to those after the last epoch that the exercise asks about."""
    drawing = draw("gain-per-epoch")
    assert _column(drawing, "up to epoch") == [20, 30, 40, 50, 60]
    assert {"11–20", "51–60"} <= set(_words(drawing))


def test_models_are_sorted_by_compute_and_ours_set_apart() -> None:
    """Each model is where its number of operations puts it; own and published marks differ."""
    models = [
        {"name": "giant", "flop": 1e25, "year": 2024, "source": "a paper", "own": False},
        {"name": "mine", "flop": 1e12, "year": None, "source": "this report", "own": True},
    ]
    drawing = compute_in_perspective(
        Results("made", {}), {"bonus.perspective": Answer(facts={"models": models})}
    )
    assert _column(drawing, "model") == ["mine", "giant"]
    lines = [line for line in drawing.figure.axes[0].lines if isinstance(line, Line2D)]
    own, published = (np.asarray(line.get_xydata()).tolist() for line in lines)
    assert (own, published) == ([[1e12, 0.0]], [[1e25, 1.0]])
    assert lines[0].get_marker() != lines[1].get_marker()
    assert "giant (2024)" in _words(drawing)


def test_equal_means_of_two_epochs_are_equal() -> None:
    """In whatever order the seeds' losses are added, so that the lowest epoch does not hang on rounding."""
    curves = [[0.1, 0.3], [0.2, 0.2], [0.3, 0.1]]
    first, second = mean_by_epoch(curves)
    assert first == second
