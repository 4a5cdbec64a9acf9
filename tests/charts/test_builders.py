"""Builders draw the numbers that they are given, over results and over tables."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas
import pytest
from charts.made import with_validation_loss
from scipy import stats

from labreport import Measure, bars, charts, confusion, curve, dots, heat_map, scatter, table
from labreport.errors import UsageError
from labreport.results import Results

ACCURACY = Measure("test accuracy", unit="%")
RNG = np.random.default_rng(1)
WELLS = pandas.DataFrame(
    [
        {"line": line, "dose": dose, "plate": plate, "viability": 90 - slope * dose + RNG.normal()}
        for line, slope in (("HT29", 0.2), ("HCT116", 0.5))
        for dose in (1, 10, 100)
        for plate in range(4)
    ]
)
PLATES = table(WELLS, replicate="plate")


@pytest.fixture(autouse=True)
def _house() -> Any:
    with charts.style():
        yield


def mean_and_ends(values: Any) -> tuple[float, float, float]:
    """A mean with Student's interval, by SciPy."""
    values = np.asarray(values, float)
    low, high = stats.t.interval(0.95, len(values) - 1, values.mean(), stats.sem(values))
    return float(values.mean()), float(low), float(high)


def xy(drawing: Any, label: str) -> Any:
    """The points of a line, by its label; shape (points, 2)."""
    (line,) = [line for axes in drawing.figure.axes for line in axes.lines if line.get_label() == label]
    return np.asarray(line.get_xydata())


def test_dots_stand_at_the_values_and_all_of_them_can_be_seen(results: Results) -> None:
    """Also two that are equal: no dot covers more than a sliver of another."""
    drawing = dots(results, ACCURACY)
    drawn = xy(drawing, "small")
    assert sorted(x for x, _ in drawn) == pytest.approx([97.5, 97.5, 97.51, 97.6, 97.7])
    places = drawing.figure.axes[0].transData.transform(drawn)
    apart = min(math.dist(a, b) for i, a in enumerate(places) for b in places[:i])
    assert apart > 4.0  # points, the diameter of a dot
    assert ["small", "3", 97.6] in drawing.rows
    assert ["small", "mean", 97.562] in drawing.rows


def test_bars_are_as_long_as_the_means_and_have_their_intervals() -> None:
    """One bar of each colour in each group; the text is the bar's value."""
    drawing = bars(PLATES, "viability", by="line", within="dose")
    (axes,) = drawing.figure.axes
    for dose, line, *ends in drawing.rows:
        values = WELLS[(WELLS.dose == float(dose)) & (WELLS.line == line)].viability
        assert ends == pytest.approx(mean_and_ends(values), rel=1e-5)
    assert sorted(bar.get_width() for bar in axes.patches) == pytest.approx(
        sorted(row[2] for row in drawing.rows)
    )
    assert {f"{row[2]:.1f}" for row in drawing.rows} <= {text.get_text() for text in axes.texts}


def test_a_bar_has_its_value_beyond_its_end_and_its_interval() -> None:
    """To the left of one that is below zero."""
    change = pandas.DataFrame({"arm": list("aaabbb"), "change": [80.0, 90, 100, -5, -9, -1]})
    (axes,) = bars(change, "change", by="arm").figure.axes
    up, down = (text.get_window_extent() for text in axes.texts)
    (_, _, high), (_, lowest, _) = (mean_and_ends(part.change) for _, part in change.groupby("arm"))
    ends = axes.transData.transform([(high, 0), (lowest, 0)])
    assert up.x0 > ends[0, 0]
    assert down.x1 < ends[1, 0]


def test_a_curve_of_a_record_is_its_mean_by_epoch(results: Results) -> None:
    """One line for each experiment, and a faint one for each run."""
    drawing = curve(results, "loss")
    assert xy(drawing, "small") == pytest.approx(np.array([(1, 1.2), (2, 0.6), (3, 0.4)]))
    assert sum(str(line.get_label()) == "_" for line in drawing.figure.axes[0].lines) == 2 * 5
    with pytest.raises(UsageError, match="has no record 'los'; did you mean 'loss'"):
        curve(results, "los")


def test_a_run_that_ended_early_has_no_value_after_its_end(results: Results) -> None:
    """Its curve ends; the others go on."""
    runs = results["small"]
    short = replace(runs, runs=(replace(runs.runs[0], records=runs.runs[0].records[:2]), *runs.runs[1:]))
    drawing = curve(Results("test", {"small": short}), "loss")
    faint = [line.get_ydata() for line in drawing.figure.axes[0].lines if line.get_label() == "_"]
    assert [int(np.isfinite(line).sum()) for line in faint] == [2, 3, 3, 3, 3]


def test_a_confusion_matrix_counts_what_is_taken_for_what(of_arrays: Any) -> None:
    """In per cent of each row, over all runs; the same from arrays and from columns."""
    arrays = [
        {"truth": np.array(["a", "a", "b", "b"]), "predicted": np.array(["a", "b", "b", "b"])},
        {"truth": np.array(["a", "a", "b", "c"]), "predicted": np.array(["a", "a", "a", "c"])},
    ]
    frame = pandas.concat([pandas.DataFrame(arrays_of_run) for arrays_of_run in arrays])
    whole = [["a", 75.0, 25.0, None], ["b", 33.3333, 66.6667, None], ["c", None, None, 100.0]]
    assert confusion(of_arrays(arrays), "tree").rows == whole
    assert confusion(frame).rows == whole
    never = confusion(frame.replace({"predicted": {"c": "b"}})).rows  # what is never named has its column
    assert never[2] == ["c", None, 100.0, None]
    axes = confusion(frame).figure.axes[0]
    assert (axes.get_xlabel(), axes.texts[-1].get_text()) == ("predicted", "truth")


def test_a_share_in_per_cent_is_refused_by_every_builder_of_a_table() -> None:
    """The message says what to write; with that it is drawn as it is stored."""
    fractions, percents = Measure("viability", "%"), Measure("viability", "%", percent=True, bounded=False)
    for build in (dots, bars, lambda source, measure: scatter(source, "dose", measure)):
        with pytest.raises(UsageError, match=r"0 to 1: write percent=True"):
            build(WELLS, fractions)
    assert scatter(WELLS, "dose", percents).rows == scatter(WELLS, "dose", "viability").rows


SIX = pandas.DataFrame(
    [
        {"x": x, "y": float(place + x), "name": name, "half": "xy"[x % 2]}
        for place, name in enumerate("abcdef")
        for x in range(4)
    ]
)


@pytest.mark.parametrize(
    "drawing",
    [lambda: curve(SIX, x="x", y="y", by="name"), lambda: scatter(SIX, "x", "y", by="name")],
    ids=["curve", "scatter"],
)
def test_more_series_than_there_are_colours_have_a_small_chart_each(drawing: Any) -> None:
    """With the same axes, and the name of each above it."""
    panels = drawing().figure.axes
    assert [axes.get_title("left") for axes in panels] == list("abcdef")
    assert len({(axes.get_xlim(), axes.get_ylim()) for axes in panels}) == 1


def test_more_bars_in_a_group_than_there_are_colours_have_a_row_each() -> None:
    """Named by both."""
    (axes,) = bars(SIX, "y", by="name", within="half").figure.axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names[:2] == ["x, a", "x, b"]
    assert len(names) == len(axes.patches) == 12


def test_two_records_of_an_experiment_are_in_one_chart(results: Results) -> None:
    """Training and validation loss: the axis has the name that both have in common."""
    with_both = with_validation_loss(results)
    drawing = curve(Results("test", {"wide": with_both["wide"]}), ("loss", "validation_loss"))
    assert xy(drawing, "loss")[:, 1] == pytest.approx([1.2, 0.6, 0.4])
    assert xy(drawing, "validation loss")[:, 1] == pytest.approx([1.7, 1.1, 0.9])
    assert drawing.figure.axes[0].get_ylabel() == "loss"
    assert drawing.rows[0][:2] == ["one wide layer, loss", "1"]


def test_two_records_of_two_experiments_are_in_a_chart_for_each(results: Results) -> None:
    """With the same axes."""
    panels = curve(with_validation_loss(results), ("loss", "validation_loss")).figure.axes
    assert [axes.get_title("left") for axes in panels] == ["one wide layer", "small"]
    assert {text.get_text() for text in panels[1].texts} >= {"loss", "validation loss"}


def test_records_of_different_units_are_not_in_one_chart(results: Results) -> None:
    """One axis has one unit."""
    accuracy = Measure("test accuracy", unit="%", value=lambda run, _: 0.5)
    with pytest.raises(UsageError, match="'test accuracy' has the unit '%', 'loss' ''; one chart has one"):
        curve(results, ("loss", accuracy))


@pytest.mark.parametrize("draw", [curve, heat_map])
def test_a_call_that_fits_no_form_is_told_the_forms(draw: Any) -> None:
    """A table needs the names of columns."""
    with pytest.raises(UsageError, match=r"write \w+\(results"):
        draw(WELLS)
