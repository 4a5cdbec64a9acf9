"""The style of all charts: colours on white and on a dark page, fonts, sizes of type, quiet axes.

The colours of marks are Okabe and Ito's (https://jfly.uni-koeln.de/color/), with a contrast of at least 3:1
on white; texts have darker shades of them, with at least 4.5:1. Sky blue and orange are left out, since their
contrast on white is below 3:1.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self


class Colour(StrEnum):
    """A colour with two values: its own, for paper, and `dark`, for a dark page."""

    dark: str

    INK = "#1f2328", "#f0f3f6"
    QUIET = "#57606a", "#a3adb8"
    RULE = "#8a939d", "#6b7580"
    GRID = "#d8dee4", "#30363d"
    PAPER = "#ffffff", "#15181c"
    BLUE = "#0072b2", "#4ea6e0"
    VERMILLION = "#d55e00", "#dd5f16"
    PURPLE = "#cc79a7", "#eba7d0"
    GREEN = "#009e73", "#12b886"
    BLUE_TEXT = "#005b8f", "#79c4f0"
    VERMILLION_TEXT = "#a64600", "#ffa264"
    PURPLE_TEXT = "#94426f", "#f0bddc"
    GREEN_TEXT = "#00694c", "#45d3a8"

    def __new__(cls, value: str, dark: str) -> Self:
        """Make a member from its colours on paper and on a dark page."""
        colour = str.__new__(cls, value)
        colour._value_ = value
        colour.dark = dark
        return colour

    @property
    def text(self) -> Colour:
        """The shade for text, with a contrast of at least 4.5:1 on the page."""
        return Colour.__members__.get(f"{self.name}_TEXT", self)

    @property
    def variable(self) -> str:
        """The name of its CSS variable, such as `--chart-blue-text`."""
        name = self.name.lower().replace("_", "-")
        return f"--chart-{name}"


COLOURS = {colour.value: colour for colour in Colour}
"""The colours by their value on paper."""


@dataclass(frozen=True)
class SeriesStyle:
    """The style of one series. Neighbours in `SERIES` differ in colour, dash and marker."""

    colour: Colour
    dash: tuple[float, ...]  # on and off lengths in points; empty for a solid line
    marker: str


_BLUE = SeriesStyle(Colour.BLUE, (), "o")
_VERMILLION = SeriesStyle(Colour.VERMILLION, (3.6, 1.5), "s")
_PURPLE = SeriesStyle(Colour.PURPLE, (1.2, 1.2), "D")
_INK = SeriesStyle(Colour.INK, (6.0, 1.5, 1.2, 1.5), "^")
_GREEN = SeriesStyle(Colour.GREEN, (9.0, 2.0), "v")
SERIES = (_BLUE, _VERMILLION, _PURPLE, _INK, _GREEN)  # at most five: with more, use small multiples


def css_variables() -> str:
    """CSS that declares each colour for both themes: `--chart-ink: light-dark(#1f2328, #f0f3f6); …`."""
    lines = [f"{colour.variable}: light-dark({colour}, {colour.dark});" for colour in Colour]
    return "\n".join(lines)


INCH_MM = 25.4
WIDTH_MM = 160.0  # width of the text, the most for a figure; equal to that in the page's style sheet
FAMILY = "Source Sans 3"
SIZE = 8.0  # type in points; nothing in a chart is smaller
LEAST_TYPE = 7.0  # the smallest type, in points, after a seaborn grid was scaled down to the page


@contextmanager
def style() -> Iterator[None]:
    """Within this context, matplotlib and seaborn draw in the style of the house by default.

    NumPy's global generator starts from a fixed seed, so that seaborn's jitter is the same in each drawing
    (the bootstrap intervals of seaborn have their own `seed=`). At the end, all settings are restored, and
    the figures that pyplot opened are closed.
    """
    import matplotlib.style
    import numpy as np
    from matplotlib import pyplot

    if matplotlib.get_backend(auto_select=False) is None:
        matplotlib.use("agg")  # a build opens no window
    _add_fonts()
    generator_state = np.random.get_state()
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The figure layout has changed to tight")  # seaborn's grids
        # Names may contain letters that our fonts lack; the viewer takes them from another font.
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font")
        matplotlib.style.use(["default", Path(__file__).with_name("house.mplstyle")])
        opened_before = set(pyplot.get_fignums())
        np.random.seed(0)
        try:
            yield
        finally:
            for number in set(pyplot.get_fignums()) - opened_before:
                pyplot.close(number)
            np.random.set_state(generator_state)


def _add_fonts() -> None:
    """Register the fonts of the house with matplotlib."""
    from matplotlib.font_manager import fontManager

    fonts = Path(__file__).parents[1] / "frame" / "fonts"
    paths = {str(path) for path in fonts.glob("SourceSans3-*.ttf")}
    for path in paths - {entry.fname for entry in fontManager.ttflist}:
        fontManager.addfont(path)
