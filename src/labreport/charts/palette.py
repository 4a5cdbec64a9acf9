"""The colours of every chart, on white and on a dark page. Standard library only.

Marks are Okabe and Ito's (https://jfly.uni-koeln.de/color/), each at least 3:1 on white; text is in
darker shades of them, at least 4.5:1. Sky and orange, which fail 3:1 on white, are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Colour(StrEnum):
    """A themable colour: its value is what is drawn on paper."""

    INK = "#1f2328"
    QUIET = "#57606a"
    RULE = "#8a939d"
    GRID = "#d8dee4"
    PAPER = "#ffffff"
    BLUE = "#0072b2"
    VERMILLION = "#d55e00"
    PURPLE = "#cc79a7"
    GREEN = "#009e73"
    BLUE_TEXT = "#005b8f"
    VERMILLION_TEXT = "#a64600"
    PURPLE_TEXT = "#94426f"
    GREEN_TEXT = "#00694c"

    @property
    def variable(self) -> str:
        """Its CSS custom property, `--chart-blue-text`."""
        return "--chart-" + self.name.lower().replace("_", "-")


DARK_PAGE = "#15181c"
"""The dark page that `DARK` is made for; contrast is tested against it."""

DARK = {
    Colour.INK: "#f0f3f6",
    Colour.QUIET: "#a3adb8",
    Colour.RULE: "#6b7580",
    Colour.GRID: "#30363d",
    Colour.PAPER: DARK_PAGE,
    Colour.BLUE: "#4ea6e0",
    Colour.VERMILLION: "#dd5f16",
    Colour.PURPLE: "#eba7d0",
    Colour.GREEN: "#12b886",
    Colour.BLUE_TEXT: "#79c4f0",
    Colour.VERMILLION_TEXT: "#ffa264",
    Colour.PURPLE_TEXT: "#f0bddc",
    Colour.GREEN_TEXT: "#45d3a8",
}

_TEXT = {
    Colour.BLUE: Colour.BLUE_TEXT,
    Colour.VERMILLION: Colour.VERMILLION_TEXT,
    Colour.PURPLE: Colour.PURPLE_TEXT,
    Colour.GREEN: Colour.GREEN_TEXT,
}


@dataclass(frozen=True)
class SeriesStyle:
    """How one series is drawn; neighbours in `SERIES` differ in colour, dash and marker."""

    colour: Colour
    dash: tuple[float, ...]
    """On and off lengths in points; empty for a solid line."""
    marker: str


SERIES = (
    SeriesStyle(Colour.VERMILLION, (3.6, 1.5), "s"),
    SeriesStyle(Colour.BLUE, (), "o"),
    SeriesStyle(Colour.PURPLE, (1.2, 1.2), "D"),
    SeriesStyle(Colour.INK, (6.0, 1.5, 1.2, 1.5), "^"),
    SeriesStyle(Colour.GREEN, (9.0, 2.0), "v"),
)
"""At most five: with more, use small multiples."""


def text_shade(colour: Colour) -> Colour:
    """The shade of `colour` that text may be set in, at least 4.5:1 on the page."""
    return _TEXT.get(colour, colour)


def css_variables() -> str:
    """Declarations of every chart colour for both themes, `--chart-ink: light-dark(#1f2328, #f0f3f6); …`."""
    return "\n".join(f"{colour.variable}: light-dark({colour.value}, {DARK[colour]});" for colour in Colour)
