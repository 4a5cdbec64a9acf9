"""The colours of charts: readable on both themes, and distinct to every reader."""

from __future__ import annotations

from itertools import pairwise

import pytest
from vision import VISION, contrast, distance

from labreport.charts.style import DARK, DARK_PAGE, SERIES, Colour, css_variables, text_shade

LIGHT = {colour: colour.value for colour in Colour}
THEMES = {"light": (LIGHT, "#ffffff"), "dark": (DARK, DARK_PAGE)}
TEXT = {Colour.INK, Colour.QUIET} | {text_shade(one.colour) for one in SERIES}
MARKS = {one.colour for one in SERIES} | {Colour.QUIET}
LEAST_DISTANCE = {vision: 8.0 if vision == "greyscale" else 18.0 for vision in VISION}
"""Below about 2.3, two colours side by side look the same; these are set apart."""


@pytest.mark.parametrize("theme", THEMES)
def test_text_stands_out_from_the_page(theme: str) -> None:
    """At least 4.5:1, WCAG 2.2, criterion 1.4.3."""
    colours, page = THEMES[theme]
    assert [] == [colour.name for colour in TEXT if contrast(colours[colour], page) < 4.5]


@pytest.mark.parametrize("theme", THEMES)
def test_marks_stand_out_from_the_page(theme: str) -> None:
    """At least 3:1, WCAG 2.2, criterion 1.4.11."""
    colours, page = THEMES[theme]
    assert [] == [colour.name for colour in MARKS if contrast(colours[colour], page) < 3]


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("theme", THEMES)
def test_neighbours_keep_apart_for_every_reader(theme: str, vision: str) -> None:
    """Colours of adjacent series differ with every common deficiency, and in greyscale."""
    colours, _ = THEMES[theme]
    apart = {
        (one.colour.name, other.colour.name): distance(colours[one.colour], colours[other.colour], vision)
        for one, other in pairwise(SERIES)
    }
    assert {} == {pair: found for pair, found in apart.items() if found < LEAST_DISTANCE[vision]}


def test_series_differ_without_any_colour() -> None:
    """Every series has a dash and a marker of its own."""
    assert len(SERIES) == len({one.dash for one in SERIES}) == len({one.marker for one in SERIES})


def test_a_simulated_deficiency_takes_a_difference_away() -> None:
    """Red and green of one lightness, far apart to most, come close in deuteranopia."""
    red, green = "#c05050", "#5c8a3c"
    assert distance(red, green, "ordinary") > 60
    assert distance(red, green, "deuteranopia") < 20


def test_every_colour_has_a_dark_counterpart() -> None:
    """A theme that forgot one would show it as on paper."""
    assert set(DARK) == set(Colour)


def test_variables_are_declared_for_both_themes() -> None:
    """One declaration a colour, by its name in lower case."""
    assert "--chart-blue-text: light-dark(#005b8f, #79c4f0);" in css_variables()
    assert f"--chart-paper: light-dark(#ffffff, {DARK_PAGE});" in css_variables()
    assert len(css_variables().splitlines()) == len(Colour)
