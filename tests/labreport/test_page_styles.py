"""The style sheets: charts and page share one set of colours, light and dark, readable on both."""

from __future__ import annotations

import re

import pytest

from labreport.charts.palette import DARK_PAGE, css_variables
from labreport.frame import FOLDER

STYLES = FOLDER / "styles"
DECLARATION = re.compile(r"(--[\w-]+): (#[0-9a-f]{6});")
LEAST_CONTRAST = 4.5


def themes() -> tuple[dict[str, str], list[dict[str, str]]]:
    """The light variables, and each of the two blocks of dark ones (the system's wish, the reader's)."""
    light = dict(DECLARATION.findall((STYLES / "base.css").read_text(encoding="utf-8")))
    first, *rest = re.findall(r"\{([^{}]*)\}", (STYLES / "themes.css").read_text(encoding="utf-8"))
    dark = [dict(DECLARATION.findall(block)) for block in rest]
    return {**light, **dict(DECLARATION.findall(first))}, [block for block in dark if block]


def test_the_page_declares_the_charts_colours_for_both_themes() -> None:
    """What labreport.charts.palette says, declaration by declaration."""
    light, dark = themes()
    assert len(dark) == 2
    assert dark[0] == dark[1]
    for declared, wanted in ((light, css_variables()), (dark[0], css_variables(dark=True))):
        expected = dict(DECLARATION.findall(wanted))
        assert {name: declared.get(name) for name in expected} == expected
    assert dark[0]["--paper"] == DARK_PAGE


def test_the_dark_theme_leaves_no_colour_of_the_page_light() -> None:
    """Each variable of the light theme has its dark counterpart."""
    light, (dark, _) = themes()
    assert set(light) == set(dark)


@pytest.mark.parametrize("name", ["ink", "quiet", "accent", "supported", "inconclusive"])
@pytest.mark.parametrize("ground", ["paper", "tint"])
def test_text_stands_out_from_its_ground(name: str, ground: str) -> None:
    """At least 4.5 to 1 (WCAG 2.2, 1.4.3), in both themes."""
    light, (dark, _) = themes()
    for theme in (light, dark):
        assert _contrast(theme[f"--{name}"], theme[f"--{ground}"]) >= LEAST_CONTRAST


def test_what_the_search_marks_can_be_read() -> None:
    """In both themes."""
    light, (dark, _) = themes()
    for theme in (light, dark):
        assert _contrast(theme["--ink"], theme["--mark"]) >= LEAST_CONTRAST


def _contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, as WCAG defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
