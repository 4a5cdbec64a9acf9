"""The style sheets: charts and page share one set of colours, light and dark, readable on both."""

from __future__ import annotations

import re

import pytest
from vision import contrast

from labreport.charts.style import DARK_PAGE, css_variables
from labreport.frame import FOLDER

STYLES = FOLDER / "styles"
DECLARATION = re.compile(r"(--[\w-]+): ([^;]+);")
PAIR = re.compile(r"light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
LEAST_CONTRAST = 4.5


def declared() -> dict[str, str]:
    """Every variable of the page and of its charts that is a colour."""
    texts = [(STYLES / name).read_text(encoding="utf-8") for name in ("base.css", "themes.css")]
    found = {name: value for text in texts for name, value in DECLARATION.findall(text)}
    return {name: value for name, value in found.items() if "#" in value}


def themes() -> tuple[dict[str, str], dict[str, str]]:
    """The colours of the light theme and of the dark one."""
    pairs = {name: PAIR.fullmatch(value) for name, value in declared().items()}
    light, dark = ({name: pair[theme] for name, pair in pairs.items() if pair} for theme in (1, 2))
    return light, dark


def test_the_page_declares_the_charts_colours() -> None:
    """What labreport.charts.style says, declaration by declaration, and no other, in all style sheets."""
    sheets = "\n".join(path.read_text(encoding="utf-8") for path in sorted(STYLES.glob("*.css")))
    assert sorted(re.findall(r"--chart-[a-z-]+:[^;]*;", sheets)) == sorted(css_variables().splitlines())
    assert themes()[1]["--paper"] == DARK_PAGE


def test_every_colour_is_declared_once_for_both_themes() -> None:
    """None stays light in the dark theme."""
    assert set(themes()[1]) == set(declared())


@pytest.mark.parametrize("name", ["ink", "quiet", "accent", "supported", "inconclusive"])
@pytest.mark.parametrize("ground", ["paper", "tint"])
def test_text_stands_out_from_its_ground(name: str, ground: str) -> None:
    """At least 4.5 to 1 (WCAG 2.2, 1.4.3), in both themes."""
    for theme in themes():
        assert contrast(theme[f"--{name}"], theme[f"--{ground}"]) >= LEAST_CONTRAST


def test_what_the_search_marks_can_be_read() -> None:
    """In both themes."""
    for theme in themes():
        assert contrast(theme["--ink"], theme["--mark"]) >= LEAST_CONTRAST
