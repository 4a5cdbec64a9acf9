"""Marks and labels are where they belong, and apart from each other."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from labreport import charts
from labreport.charts.shades import SHADES
from labreport.charts.styles import SERIES, Colour

pytestmark = pytest.mark.usefixtures("house")


def labels_of(axes: Axes) -> dict[str, Any]:
    """The labels of a panel by their texts, without leaders."""
    return {text.get_text(): text for text in axes.texts if text.get_text()}


@pytest.mark.parametrize("heights", [[0, 1], [50, 52, 54, 56, 58], [0, 97, 98, 99, 100], [0, 3, 50, 80]])
def test_labels_of_one_column_do_not_overlap_and_keep_their_order(heights: list[int]) -> None:
    """At the edges of the panel, too; one that is far enough from the others stays at its point."""
    _, (axes,) = charts.column_figure(60)
    axes.set(xlim=(0, 1), ylim=(0, 100))
    charts.direct_labels(axes, [charts.TextLabel(str(height), 1.0, height) for height in heights])
    labels = labels_of(axes)
    middles = []
    for height in heights:
        label = labels[str(height)]
        middles.append(axes.transData.transform(label.xy)[1] + label.xyann[1])
    assert all(upper - lower > 9.9 for lower, upper in pairwise(middles))  # points, the height of a line
    assert axes.bbox.y0 - 1 < middles[0] < middles[-1] < axes.bbox.y1 + 1
    if heights[-1] == 80:
        assert labels["80"].xyann[1] == 0.0


def test_labels_side_by_side_stay_at_their_points() -> None:
    """Equal heights are no reason to move."""
    _, (axes,) = charts.column_figure(60)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    charts.direct_labels(axes, [charts.TextLabel("left", 0.1, 0.5), charts.TextLabel("right", 0.7, 0.5)])
    assert {label.xyann[1] for label in labels_of(axes).values()} == {0.0}


def test_line_ends_are_named_in_the_text_shade_of_their_lines() -> None:
    """All that have a label and none of the faint ones."""
    _, (axes,) = charts.column_figure(50)
    charts.seed_lines(axes, [1, 2], [[1, 2], [2, 3]], charts.Mark("one"))
    charts.curve(axes, [1, 2], [1, 3], charts.Mark("one"))
    axes.plot([1, 2], [1, 2], label="plain", color="red")
    charts.label_line_ends(axes)
    labels = labels_of(axes)
    assert {text: label.get_color() for text, label in labels.items()} == {
        "one": Colour.BLUE_TEXT,
        "plain": Colour.INK,
    }
    assert labels["one"].xy == (2, 3)


@pytest.mark.parametrize("slope", [0.0, 0.02, -0.03])
def test_the_name_of_a_line_that_ends_early_is_crossed_by_no_other(slope: float) -> None:
    """It stands behind the end of all lines, at the height of its own."""
    _, (axes,) = charts.column_figure(60)
    axes.set(xlim=(0, 30), ylim=(0, 1))
    epochs = np.arange(1, 31)
    charts.curve(axes, epochs.tolist(), (0.7 + slope * (epochs - 12)).tolist(), charts.Mark("goes on"))
    charts.curve(axes, [1, 12], [0.2, 0.5], charts.Mark("early stopping"))
    charts.label_line_ends(axes)
    name = labels_of(axes)["early stopping"]
    last_epoch = axes.transData.transform((30, 0))[0]
    assert name.get_window_extent().x0 > last_epoch
    assert name.xy == (30, 0.5)


def test_neighbours_among_series_differ_in_colour_dash_and_marker() -> None:
    """Colour alone tells nothing to some readers."""
    for feature in ("colour", "dash", "marker"):
        assert len({getattr(style, feature) for style in SERIES}) == len(SERIES)


def _luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.2."""
    luminance = 0.0
    for place, weight in ((1, 0.2126), (3, 0.7152), (5, 0.0722)):
        part = int(colour[place : place + 2], 16) / 255
        linear = part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        luminance += weight * linear
    return luminance


def _contrast(first: str, second: str) -> float:
    """The ratio of WCAG 2.2."""
    low, high = sorted([_luminance(first), _luminance(second)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colour", [style.colour for style in SERIES])
def test_colours_stand_out_on_both_pages(colour: Colour) -> None:
    """Marks 3:1, texts 4.5:1, on white and on the dark page."""
    assert _contrast(colour, Colour.PAPER) >= 3
    assert _contrast(colour.dark, Colour.PAPER.dark) >= 3
    assert _contrast(colour.text, Colour.PAPER) >= 4.5
    assert _contrast(colour.text.dark, Colour.PAPER.dark) >= 4.5


def test_texts_on_cells_stand_out_from_their_shade() -> None:
    """Light on dark cells, dark on light ones."""
    values = [0.0, 0.35, 0.5, 0.65, 0.8, 1.0]
    _, (axes,) = charts.column_figure(40)
    charts.draw_cells(axes, [values], [["x"] * 6], rows=["r"], columns=list("abcdef"))
    for value, text in zip(values, axes.texts, strict=True):
        assert _contrast(to_hex(text.get_color()), to_hex(SHADES(value))) >= 4.2


def test_what_stands_beside_a_panel_is_within_the_figure() -> None:
    """Tick labels, titles and names of lines; the figure is as wide as the text."""
    figure, panels = charts.column_figure(50, columns=2)
    for axes in panels:
        axes.set_yticks([0, 1], ["a long label of a tick", "0"])
        charts.y_title(axes, "what is measured")
        charts.curve(axes, [0, 1], [0, 1], charts.Mark("a long name of a line"))
        charts.label_line_ends(axes)
    figure.draw_without_rendering()
    first, second = (axes.get_tightbbox() for axes in panels)
    assert first is not None
    assert second is not None
    assert 0 <= first.x0 < first.x1 < second.x0 < second.x1 <= figure.bbox.x1
    assert round(figure.get_size_inches()[0] * 25.4, 6) == 160
