"""Marks are read back from a drawing and compared with its own table."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.transforms import Affine2D

from labreport.charts import SERIES, Drawing, Mark, bars, column_figure, curve, export, heat_map, points
from labreport.charts.checks import misplaced
from labreport.errors import RenderError

Rows = list[list[str | int | float | None]]
X, Y = [1.0, 2.0, 3.0], [10.123, 20.456, 30.789]
ROWS = [[epoch, round(value, 2)] for epoch, value in zip((1, 2, 3), Y, strict=True)]
MARK = Mark("training", SERIES[0])
KINDS = ("line", "points", "bars", "scatter", "plain")


def _drawing(kind: str, heights: list[float]) -> Drawing:
    figure, (panel,) = column_figure(50)
    if kind == "line":
        curve(panel, X, heights, MARK)
    elif kind == "points":
        points(panel, X, heights, MARK)
    elif kind == "bars":
        bars(panel, X, heights, MARK, standing_out=MARK, at=None)
    elif kind == "scatter":
        panel.scatter(X, heights).set_gid("series/curve/training")
    else:
        panel.plot(X, heights, label="training")
    panel.set_ylim(0, 40)
    return Drawing(figure, kind, ["epoch", "accuracy, %"], ROWS)


@pytest.mark.parametrize("kind", KINDS)
def test_marks_where_the_table_says_pass(kind: str) -> None:
    """To the digits that the table shows."""
    assert misplaced(_drawing(kind, Y)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_marks_at_half_their_height_are_found(kind: str) -> None:
    """Each of them, with the series and the nearest row."""
    found = misplaced(_drawing(kind, [height / 2 for height in Y]))
    assert len(found) == 3
    assert found[0].endswith("nearest is row 1, [1, 10.12]") or kind == "bars"


def test_one_mark_moved_by_the_last_digit_shown_is_found() -> None:
    """Rounding explains half of that digit and no more."""
    assert len(misplaced(_drawing("line", [Y[0] + 0.02, *Y[1:]]))) == 1


def test_a_column_rounded_to_places_may_span_magnitudes() -> None:
    """A loss that falls to a thousandth is rounded to one place throughout; what is further off is found."""
    heights = [2.30261, 0.0050612, 0.0001]

    def found(second: float) -> list[str]:
        figure, (panel,) = column_figure(50)
        curve(panel, X, [heights[0], second, heights[2]], MARK)
        rows: Rows = [[epoch, round(value, 4)] for epoch, value in zip((1, 2, 3), heights, strict=True)]
        return misplaced(Drawing(figure, "line", ["epoch", "loss"], rows))

    assert found(heights[1]) == []
    assert len(found(0.0052)) == 1


def test_marks_moved_by_a_transform_are_found() -> None:
    """It is the place on the page that is read, not the numbers that the line was given."""
    drawing = _drawing("line", Y)
    panel = drawing.figure.axes[0]
    panel.lines[0].set_transform(Affine2D().scale(1, 0.5) + panel.transData)
    assert len(misplaced(drawing)) == 3


def test_a_mark_outside_its_axes_is_found() -> None:
    """A curve that is cut off is not shown."""
    drawing = _drawing("line", Y)
    drawing.figure.axes[0].set_ylim(15, 40)
    (found,) = misplaced(drawing)
    assert found == "training at (1, 10.123) lies outside its axes and is not seen"


def test_an_axis_with_names_needs_no_place_in_the_table() -> None:
    """A row of a dot plot is named; its value must be in the table all the same."""
    figure = Figure()
    axes = figure.subplots()
    axes.plot([10.0, 20.0], [0, 1], "o", label="accuracy")
    axes.set_yticks([0, 1], ["wide", "small"])
    rows: Rows = [["wide", 10.0], ["small", 20.0]]
    assert misplaced(Drawing(figure, "dot plot", ["network", "accuracy"], rows)) == []
    assert len(misplaced(Drawing(figure, "dot plot", ["network", "accuracy"], [["wide", 10.0]]))) == 1


def test_missing_values_and_logarithmic_axes_are_read() -> None:
    """What is not a number is not drawn; what spans magnitudes is compared to three digits."""
    figure = Figure()
    axes = figure.subplots()
    axes.plot([1, 2, 3], [1.234e-7, np.nan, 5.678e4], label="norm")
    axes.set_yscale("log")
    rows: Rows = [[1, 1.23e-7], [2, None], [3, 5.68e4]]
    assert misplaced(Drawing(figure, "line chart", ["layer", "norm"], rows)) == []
    rows[0][1] = 1.25e-7
    assert len(misplaced(Drawing(figure, "line chart", ["layer", "norm"], rows))) == 1


def test_a_figure_that_draws_other_than_its_rows_is_not_exported() -> None:
    """The message names the figure and the row."""
    with pytest.raises(RenderError, match=r"figure 'curve': training at \(1, 5\.06.*row 1.*its rows"):
        export("curve", _drawing("line", [height / 2 for height in Y]))


def _map(values: list[list[float]], texts: list[list[str]]) -> Drawing:
    figure, (panel,) = column_figure(50)
    heat_map(panel, values, texts, rows=["a", "b"], columns=["x", "y"], low=0, high=100)
    return Drawing(figure, "heat map", ["", "x", "y"], [["a", 10.12, 20.0], ["b", 30.0, 40.0]])


def test_a_map_is_read_back_by_its_shades_and_by_the_numbers_in_its_cells() -> None:
    """Both must be what the table says, to the digits shown."""
    values, texts = [[10.123, 20.0], [30.0, 40.0]], [["10.1", "20.0"], ["30.0", "40.0"]]
    assert misplaced(_map(values, texts)) == []
    (shade,) = misplaced(_map([values[0], [15.0, 40.0]], [texts[0], ["15.0", "40.0"]]))
    assert shade == "row 2 of the map, [15.0, 40.0], is in no row of its table"
    (text,) = misplaced(_map(values, [texts[0], ["60.0", "40.0"]]))
    assert text == "a cell says 60.0, but its shade is that of 30"
