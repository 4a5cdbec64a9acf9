"""Builders draw the numbers that they are given, over results and over tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from math import dist
from typing import Any

import numpy as np
import pandas
import pytest
from charts.made import ACCURACY, PLATES, SEVEN, WELLS, with_validation_loss
from scipy import stats

from labreport import Measure, bars, charts, confusion, curve, dots, heat_map, scatter, table
from labreport.errors import UsageError
from labreport.results import Results, Runs

SHARE = Measure("growth", "%")
PER_CENT = Measure("growth", "%", percent=True, bounded=False)

pytestmark = pytest.mark.usefixtures("house")


def rows_of(drawing: charts.Drawing) -> list[list[Any]]:
    """The table of a drawing."""
    return [list(row) for row in drawing.table()[1]]


def mean_and_ends(values: Any) -> tuple[float, float, float]:
    """A mean with Student's interval, by SciPy."""
    mean = np.mean(values)
    low, high = stats.t.interval(0.95, len(values) - 1, mean, stats.sem(values))
    return float(mean), float(low), float(high)


def values_of(drawing: charts.Drawing, label: str) -> list[float]:
    """The y values of a line, by its label."""
    (line,) = [line for line in drawing.figure.axes[0].lines if line.get_label() == label]
    values: list[float] = line.get_ydata().tolist()
    return values


def faint_lines(drawing: charts.Drawing) -> list[Any]:
    """The y values of the lines of single runs."""
    return [line.get_ydata() for line in drawing.figure.axes[0].lines if line.get_label() == "_"]


def test_dots_stand_at_the_values_and_all_of_them_can_be_seen(results: Results) -> None:
    """Also two that are equal: no dot covers more than a sliver of another."""
    drawing = dots(results, ACCURACY)
    drawing.figure.draw_without_rendering()
    (axes,) = drawing.figure.axes
    small = axes.collections[-1].get_offsets()
    assert sorted(small[:, 0]) == pytest.approx([97.5, 97.5, 97.51, 97.6, 97.7])
    places = axes.transData.transform(small)
    assert min(dist(*pair) for pair in combinations(places, 2)) > 4.0  # points, the diameter of a dot
    assert ["small", "3", 97.6] in rows_of(drawing)
    assert ["small", "mean", 97.562] in rows_of(drawing)


def test_bars_are_as_long_as_the_means_and_have_their_intervals() -> None:
    """One bar of each colour in each group; the text is the bar's value."""
    drawing = bars(PLATES, "growth", by="line", within="dose")
    (axes,) = drawing.figure.axes
    rows = rows_of(drawing)
    assert len(rows) == 9
    for dose, line, *ends in rows:
        values = WELLS[(WELLS.dose == float(dose)) & (WELLS.line == line)].growth
        assert ends == pytest.approx(mean_and_ends(values), rel=1e-5)
    means = [row[2] for row in rows]
    assert sorted(bar.get_width() for bar in axes.patches) == pytest.approx(sorted(means))
    assert {f"{mean:.2f}" for mean in means} == {text.get_text() for text in axes.texts}


def test_a_curve_of_a_record_is_its_mean_by_epoch(results: Results) -> None:
    """One line for each experiment, and a faint one for each run."""
    drawing = curve(results, "loss")
    assert values_of(drawing, "small") == pytest.approx([1.2, 0.6, 0.4])
    assert len(faint_lines(drawing)) == 2 * 5
    with pytest.raises(UsageError, match="has no record 'los'; did you mean 'loss'"):
        curve(results, "los")


def test_a_run_that_ended_early_has_no_value_after_its_end(results: Results) -> None:
    """Its curve ends; the others go on."""
    runs = results["small"]
    first, *others = runs.runs
    short = replace(first, records=first.records[:2])
    drawing = curve(Results("test", {"small": replace(runs, runs=(short, *others))}), "loss")
    assert [int(np.isfinite(values).sum()) for values in faint_lines(drawing)] == [2, 3, 3, 3, 3]


def test_a_confusion_matrix_counts_what_is_taken_for_what(guesses: Results) -> None:
    """In per cent of each row, over all runs; the same from arrays and from columns."""
    frame = pandas.DataFrame({"truth": list("aabbaabc"), "predicted": list("abbbaaac")})
    by_class = [["a", 75.0, 25.0, None], ["b", 33.3333, 66.6667, None], ["c", None, None, 100.0]]
    assert rows_of(confusion(guesses, "tree")) == by_class
    drawing = confusion(frame)
    assert rows_of(drawing) == by_class
    (axes,) = drawing.figure.axes
    assert (axes.get_xlabel(), axes.texts[-1].get_text()) == ("predicted", "truth")


def test_a_class_that_is_never_named_has_its_column() -> None:
    """An empty one."""
    frame = pandas.DataFrame({"truth": list("abc"), "predicted": list("abb")})
    assert rows_of(confusion(frame))[2] == ["c", None, 100.0, None]


@pytest.mark.parametrize("build", [dots, bars, lambda source, measure: scatter(source, "dose", measure)])
def test_a_share_in_per_cent_is_refused_by_every_builder_of_a_table(build: Callable[..., Any]) -> None:
    """The message says what to write; with that it is drawn as it is stored."""
    with pytest.raises(UsageError, match=r"0 to 1: write percent=True"):
        build(WELLS, SHARE)
    assert rows_of(build(WELLS, PER_CENT)) == rows_of(build(WELLS, "growth"))


def test_columns_may_have_any_name() -> None:
    """Those that the engine itself uses are no others."""
    frame = pandas.DataFrame(
        {"frame": [1, 2, 3, 4], "ms": [5, 6, 7, 8], "x": list("uvuv"), "y": list("abcd")}
    )
    drawing = scatter(frame, "frame", "ms", by="x", label="y")
    assert drawing.table()[0] == ("x", "y", "frame", "ms")
    assert rows_of(drawing)[1] == ["v", "b", 2, 6]
    (axes,) = drawing.figure.axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["u", "v"]


@pytest.mark.parametrize("build", [curve, scatter])
def test_more_series_than_there_are_colours_have_a_small_chart_each(build: Callable[..., Any]) -> None:
    """With the same axes, and the name of each above it."""
    panels = build(SEVEN, x="x", y="y", by="name").figure.axes
    assert [axes.get_title("left") for axes in panels] == SEVEN.name.unique().tolist()
    assert len({(axes.get_xlim(), axes.get_ylim()) for axes in panels}) == 1


def test_more_bars_in_a_group_than_there_are_colours_have_a_row_each() -> None:
    """Named by both."""
    (axes,) = bars(SEVEN, "y", by="name", within="half").figure.axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names[:2] == ["odd, a", "odd, aa"]
    assert len(names) == len(axes.patches) == 14


def test_two_records_of_an_experiment_are_in_one_chart(results: Results) -> None:
    """Training and validation loss: the axis has the name that both have in common."""
    wide = with_validation_loss(results)["wide"]
    drawing = curve(Results("test", {"wide": wide}), ("loss", "validation_loss"))
    assert values_of(drawing, "loss") == pytest.approx([1.2, 0.6, 0.4])
    assert values_of(drawing, "validation loss") == pytest.approx([1.7, 1.1, 0.9])
    assert drawing.figure.axes[0].get_ylabel() == "loss"
    assert rows_of(drawing)[0][:2] == ["one wide layer, loss", "1"]


def test_a_group_without_any_value_is_a_row_without_dots() -> None:
    """It is there, with no mean."""
    growth = {"line": ["A", "A", "A", "B"], "growth": [1.0, 2.0, 3.0, np.nan]}
    drawing = dots(table(pandas.DataFrame(growth), missing="drop"), "growth", by="line")
    (axes,) = drawing.figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["A", "B"]
    assert rows_of(drawing)[-2:] == [["A", "mean", 2.0], ["B", "mean", None]]


def test_a_record_that_a_later_epoch_lacks_is_told(results: Results) -> None:
    """What, where, and of which epoch."""
    runs = with_validation_loss(results)["wide"]
    first, *others = runs
    records = (first.records[0], {"loss": 0.6}, *first.records[2:])
    wide = replace(runs, runs=(replace(first, records=records), *others))
    message = f"'wide' with seed {first.seed} has no record 'validation_loss' of epoch 2; it has loss"
    with pytest.raises(UsageError, match=message):
        curve(Results("test", {"wide": wide}), "validation_loss")


def test_records_of_different_units_are_not_in_one_chart(results: Results) -> None:
    """One axis has one unit."""
    accuracy = Measure("test accuracy", unit="%", value=lambda run, _: 0.5)
    with pytest.raises(UsageError, match="'test accuracy' has the unit '%', 'loss' has the unit ''; one"):
        curve(results, ("loss", accuracy))


def test_experiments_of_the_same_title_are_told_apart_by_their_names(results: Results) -> None:
    """In every chart of experiments."""
    small = results["small"]
    titled = replace(small, experiment=replace(small.experiment, title="one wide layer"))
    same = Results("test", {"wide": results["wide"], "small": titled})
    for drawing in (dots(same, ACCURACY), bars(same, ACCURACY), curve(same, "loss")):
        assert {row[0] for row in rows_of(drawing)} == {"wide", "small"}


@pytest.mark.parametrize("draw", [curve, heat_map])
def test_a_call_that_fits_no_form_is_told_the_forms(draw: Any) -> None:
    """A table needs the names of columns."""
    with pytest.raises(UsageError, match=r"write \w+\(results"):
        draw(WELLS)


@pytest.mark.parametrize("what", ["loss", ACCURACY, ("loss", "validation_loss")])
def test_a_curve_of_runs_that_recorded_nothing_is_refused(results: Results, what: Any) -> None:
    """In one line, with the experiments that were read."""
    wide = results["wide"]
    empty_runs = [replace(run, records=(), checkpoints={}) for run in wide]
    read = Results("test", {"wide": Runs(wide.experiment, tuple(empty_runs), 3)})
    with pytest.raises(UsageError, match=r"no epoch has a record or checkpoint with .*: wide$"):
        curve(read, what)
