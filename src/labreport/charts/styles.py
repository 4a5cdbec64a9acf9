"""The house style: colours on white and on a dark page, project fonts, one scale of sizes, quiet axes.

Marks are Okabe and Ito's (https://jfly.uni-koeln.de/color/), each at least 3:1 on white; text is in
darker shades of them, at least 4.5:1. Sky and orange, which fail 3:1 on white, are left out.
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
    """A themable colour: its value is what is drawn on paper, `dark` what is seen on a dark page."""

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
        """Make the one of a colour on paper and on a dark page."""
        found = str.__new__(cls, value)
        found._value_, found.dark = value, dark
        return found

    @property
    def text(self) -> Colour:
        """The shade of it that text may be set in, at least 4.5:1 on the page."""
        return Colour.__members__.get(f"{self.name}_TEXT", self)


VARIABLES = {one: "--chart-" + one.name.lower().replace("_", "-") for one in Colour}  # as --chart-blue-text


@dataclass(frozen=True)
class SeriesStyle:
    """How one series is drawn; neighbours in `SERIES` differ in colour, dash and marker."""

    colour: Colour
    dash: tuple[float, ...]  # on and off lengths in points; empty for a solid line
    marker: str


SERIES = (
    SeriesStyle(Colour.BLUE, (), "o"),
    SeriesStyle(Colour.VERMILLION, (3.6, 1.5), "s"),
    SeriesStyle(Colour.PURPLE, (1.2, 1.2), "D"),
    SeriesStyle(Colour.INK, (6.0, 1.5, 1.2, 1.5), "^"),
    SeriesStyle(Colour.GREEN, (9.0, 2.0), "v"),
)  # at most five: with more, use small multiples


def css_variables() -> str:
    """Declare every chart colour for both themes, `--chart-ink: light-dark(#1f2328, #f0f3f6); …`."""
    return "\n".join(f"{name}: light-dark({colour}, {colour.dark});" for colour, name in VARIABLES.items())


INCH_MM = 25.4
WIDTH_MM = 160.0  # of the text, of which no figure is wider; the page's style sheet sets the same
FAMILY = "Source Sans 3"
SIZE = 8.0  # type in points; nothing in a chart is smaller


@contextmanager
def style() -> Iterator[None]:
    """Draw in the house style what is drawn within: it is the default of matplotlib and seaborn there.

    NumPy's generators without a seed start from one, so that seaborn's jitter and bootstrap intervals are
    equal at each draw. Afterwards everything is as before, and pyplot's figures that were made are closed.
    """
    import matplotlib.style
    import numpy as np
    from matplotlib import pyplot
    from matplotlib.font_manager import fontManager

    if matplotlib.get_backend(auto_select=False) is None:
        matplotlib.use("agg")  # a build opens no window
    faces = (Path(__file__).parents[1] / "frame" / "fonts").glob("SourceSans3-*.ttf")
    for path in set(map(str, faces)) - {entry.fname for entry in fontManager.ttflist}:
        fontManager.addfont(path)
    state, generator = np.random.get_state(), np.random.default_rng
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The figure layout has changed to tight")  # seaborn's grids
        matplotlib.style.use(["default", Path(__file__).with_name("house.mplstyle")])
        opened = set(pyplot.get_fignums())
        np.random.seed(0)
        np.random.default_rng = lambda seed=None: generator(0 if seed is None else seed)
        try:
            yield
        finally:
            for number in set(pyplot.get_fignums()) - opened:
                pyplot.close(number)
            np.random.default_rng = generator
            np.random.set_state(state)
