"""Marks and labels are where they belong, and apart from each other."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from matplotlib.text import Text

from labreport import charts
from labreport.charts.styles import SERIES, Colour


@pytest.fixture(autouse=True)
def _house() -> Any:
    with charts.style():
        yield


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=12))
def test_dots_that_are_spread_are_apart_and_within_their_row(values: list[int]) -> None:
    """Two that are nearer than a dot's width along the axis have lanes of their own beside it."""
    offsets = charts.spread(values, 2.5, step=0.1, room=0.4)
    for i, (value, offset) in enumerate(zip(values, offsets, strict=True)):
        assert abs(offset) <= 0.4 + 1e-9
        for neighbour, beside in zip(values[:i], offsets[:i], strict=True):
            assert abs(value - neighbour) >= 2.5 or abs(offset - beside) > 0.06


def test_dots_that_are_far_apart_stay_on_their_row() -> None:
    """Others stand to both sides of it in turn."""
    assert charts.spread([1.0, 9.0, 5.0], 2.0) == [0.0, 0.0, 0.0]
    assert charts.spread([1.0, 9.0, 1.0, 1.0], 2.0, step=0.2) == pytest.approx([0.0, 0.0, 0.2, -0.2])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 100), min_size=1, max_size=5, unique=True))
def test_labels_of_one_column_do_not_overlap_and_keep_their_order(heights: list[int]) -> None:
    """And those that are far enough apart stay at their points."""
    _, (axes,) = charts.column_figure(60)
    axes.set(xlim=(0, 1), ylim=(-50, 150))
    charts.direct_labels(axes, [charts.Label(str(height), 1.0, height) for height in heights])
    texts: list[Any] = sorted(axes.texts, key=lambda text: int(text.get_text()))
    middles = [axes.transData.transform(text.xy)[1] + text.xyann[1] for text in texts]
    assert all(upper - lower >= 10 for lower, upper in pairwise(middles))  # points, the height of a line
    if all(b - a >= 20 for a, b in pairwise(sorted(heights))):
        assert {text.xyann[1] for text in texts} == {0.0}


def test_line_ends_are_named_in_the_text_shade_of_their_lines() -> None:
    """All that have a label and none of the faint ones."""
    _, (axes,) = charts.column_figure(50)
    charts.seed_lines(axes, [1, 2], [[1, 2], [2, 3]], charts.Mark("one"))
    charts.curve(axes, [1, 2], [1, 3], charts.Mark("one"))
    axes.plot([1, 2], [3, np.nan], label="plain", color="red")
    charts.label_line_ends(axes)
    named = {text.get_text(): (text.get_color(), getattr(text, "xy", None)) for text in axes.texts}
    assert named == {"one": (Colour.BLUE_TEXT, (2, 3)), "plain": (Colour.INK, (1, 3))}


@pytest.mark.parametrize("slope", [0.0, 0.02, -0.03])
def test_the_name_of_a_line_that_ends_early_is_crossed_by_no_other(slope: float) -> None:
    """It moves up or down from its line's end, until the other curve passes above or below it."""
    _, (axes,) = charts.column_figure(60)
    axes.set(xlim=(0, 30), ylim=(0, 1))
    epochs = np.arange(1, 31)
    goes_on = 0.5 + slope * (epochs - 12)
    stops = 0.5 + 0.03 * (epochs[:12] - 12)
    charts.curve(axes, epochs.tolist(), goes_on.tolist(), charts.Mark("goes on"))
    charts.curve(axes, epochs[:12].tolist(), stops.tolist(), charts.Mark("early stopping"))
    charts.label_line_ends(axes)
    (name,) = [text for text in axes.texts if text.get_text() == "early stopping"]
    box = Text.get_window_extent(name)  # of the letters, without the leader
    x, y = axes.transData.transform(np.column_stack([epochs, goes_on])).T
    heights = np.interp(np.linspace(box.x0, box.x1, 50), x, y)
    assert (heights > box.y1).all() or (heights < box.y0).all()


def test_neighbours_among_series_differ_in_colour_dash_and_marker() -> None:
    """Colour alone tells nothing to some readers."""
    for feature in ("colour", "dash", "marker"):
        assert len({getattr(style, feature) for style in SERIES}) == len(SERIES)


def _contrast(first: str, second: str) -> float:
    """The ratio of WCAG 2.2."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colour", [style.colour for style in SERIES])
def test_colours_stand_out_on_both_pages(colour: Colour) -> None:
    """Marks 3:1, texts 4.5:1, on white and on the dark page."""
    assert _contrast(colour, Colour.PAPER) >= 3
    assert _contrast(colour.dark, Colour.PAPER.dark) >= 3
    assert _contrast(colour.text, Colour.PAPER) >= 4.5
    assert _contrast(colour.text.dark, Colour.PAPER.dark) >= 4.5


@pytest.mark.parametrize("value", [0.0, 0.35, 0.5, 0.65, 1.0])
def test_texts_on_cells_stand_out_from_their_shade(value: float) -> None:
    """Light on dark cells, dark on light ones."""
    from matplotlib.colors import to_hex

    from labreport.charts.shades import SHADES

    _, (axes,) = charts.column_figure(40)
    charts.heat_map(axes, [[value]], [["x"]], rows=["r"], columns=["c"], low=0, high=1)
    assert _contrast(to_hex(axes.texts[0].get_color()), to_hex(SHADES(value))) >= 4.2


def test_panels_fill_the_width_between_the_margins() -> None:
    """Two panels, 160 mm wide together with what is around them."""
    figure, panels = charts.column_figure(
        50, columns=2, margins=charts.Margins(left=10, right=20, between=30)
    )
    ends = [
        (round(160 * panel.get_position().x0, 3), round(160 * panel.get_position().x1, 3)) for panel in panels
    ]
    assert ends == [(10, 60), (90, 140)]
    assert round(figure.get_size_inches()[0] * 25.4, 6) == 160
