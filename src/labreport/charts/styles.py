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
from typing import Any

from labreport.errors import LabReportError


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

    @property
    def text(self) -> Colour:
        """The shade of it that text may be set in, at least 4.5:1 on the page."""
        return Colour.__members__.get(f"{self.name}_TEXT", self)


DARK = {
    Colour.INK: "#f0f3f6",
    Colour.QUIET: "#a3adb8",
    Colour.RULE: "#6b7580",
    Colour.GRID: "#30363d",
    Colour.PAPER: "#15181c",
    Colour.BLUE: "#4ea6e0",
    Colour.VERMILLION: "#dd5f16",
    Colour.PURPLE: "#eba7d0",
    Colour.GREEN: "#12b886",
    Colour.BLUE_TEXT: "#79c4f0",
    Colour.VERMILLION_TEXT: "#ffa264",
    Colour.PURPLE_TEXT: "#f0bddc",
    Colour.GREEN_TEXT: "#45d3a8",
}
"""What each is on a dark page, which is the dark of `PAPER`."""


@dataclass(frozen=True)
class SeriesStyle:
    """How one series is drawn; neighbours in `SERIES` differ in colour, dash and marker."""

    colour: Colour
    dash: tuple[float, ...]
    """On and off lengths in points; empty for a solid line."""
    marker: str


SERIES = (
    SeriesStyle(Colour.BLUE, (), "o"),
    SeriesStyle(Colour.VERMILLION, (3.6, 1.5), "s"),
    SeriesStyle(Colour.PURPLE, (1.2, 1.2), "D"),
    SeriesStyle(Colour.INK, (6.0, 1.5, 1.2, 1.5), "^"),
    SeriesStyle(Colour.GREEN, (9.0, 2.0), "v"),
)
"""At most five: with more, use small multiples."""


def css_variables() -> str:
    """Declare every chart colour for both themes, `--chart-ink: light-dark(#1f2328, #f0f3f6); …`."""
    return "\n".join(f"{colour.variable}: light-dark({colour.value}, {DARK[colour]});" for colour in Colour)


WIDTH_MM = 160.0
"""Width of the text, of which no figure is wider; the page's style sheet sets the same."""
MM = 1 / 25.4
"""Inches in a millimetre."""
FONTS = Path(__file__).parents[1] / "frame" / "fonts"
FACES = ("SourceSans3-Regular.ttf", "SourceSans3-Semibold.ttf", "SourceSans3-It.ttf")
FAMILY = "Source Sans 3"
SEMIBOLD = 600
SIZE = 8.0
"""Type in points; nothing in a chart is smaller."""
TITLE = 8.5
TITLE_GAP = 5.0
"""Points between a panel and the line of text above it."""
HAIRLINE = 0.5
"""Line width of grids and leaders, in points."""

STYLE: dict[str, Any] = {
    "font.family": [FAMILY],
    "font.size": SIZE,
    "mathtext.fontset": "custom",
    "mathtext.rm": FAMILY,
    "mathtext.it": f"{FAMILY}:italic",
    "mathtext.bf": f"{FAMILY}:semibold",
    "mathtext.bfit": f"{FAMILY}:italic",
    "mathtext.cal": f"{FAMILY}:italic",
    "mathtext.sf": FAMILY,
    "mathtext.tt": FAMILY,
    "text.color": Colour.INK.value,
    "text.hinting": "none",
    "axes.titlesize": TITLE,
    "axes.titleweight": SEMIBOLD,
    "axes.titlelocation": "left",
    "axes.titlepad": TITLE_GAP,
    "axes.labelsize": SIZE,
    "axes.labelcolor": Colour.QUIET.value,
    "axes.labelpad": 3.0,
    "axes.edgecolor": Colour.RULE.value,
    "axes.linewidth": 0.6,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.xmargin": 0.02,
    "axes.ymargin": 0.05,
    "grid.color": Colour.GRID.value,
    "grid.linewidth": HAIRLINE,
    "xtick.labelsize": SIZE,
    "ytick.labelsize": SIZE,
    "xtick.color": Colour.RULE.value,
    "ytick.color": Colour.RULE.value,
    "xtick.labelcolor": Colour.QUIET.value,
    "ytick.labelcolor": Colour.QUIET.value,
    "xtick.major.size": 2.5,
    "ytick.major.size": 0.0,
    "xtick.minor.size": 0.0,
    "ytick.minor.size": 0.0,
    "xtick.major.width": 0.6,
    "xtick.major.pad": 2.5,
    "ytick.major.pad": 3.0,
    "legend.frameon": False,
    "legend.fontsize": SIZE,
    "legend.title_fontsize": SIZE,
    "legend.handlelength": 1.6,
    "lines.linewidth": 1.4,
    "lines.markersize": 4.0,
    "lines.scale_dashes": False,
    "patch.linewidth": 0.6,
    "figure.figsize": (WIDTH_MM * MM, 70.0 * MM),
    "figure.constrained_layout.use": True,
    "figure.titlesize": TITLE,
    "figure.titleweight": SEMIBOLD,
    "figure.dpi": 72.0,  # one pixel is one point, so that display coordinates are points
    "savefig.dpi": 72.0,
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "svg.fonttype": "none",
    "svg.hashsalt": "labreport",
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in the house style what is drawn within: matplotlib's and seaborn's defaults, whatever a file says.

    NumPy's generators without a seed start from one, so that seaborn's jitter and bootstrap intervals are
    equal at each draw. Everything is as before afterwards. Raises `LabReportError` if a font file is missing.
    """
    import matplotlib
    import matplotlib.style
    import numpy as np
    from cycler import cycler

    if matplotlib.get_backend(auto_select=False) is None:
        matplotlib.use("agg")  # a build opens no window
    _add_fonts()
    state, generator = np.random.get_state(), np.random.default_rng
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The figure layout has changed to tight")  # seaborn's grids
        matplotlib.style.use("default")
        matplotlib.rcParams.update(STYLE)
        matplotlib.rcParams["axes.prop_cycle"] = cycler(color=[one.colour.value for one in SERIES])
        np.random.seed(0)
        np.random.default_rng = lambda seed=None: generator(0 if seed is None else seed)
        try:
            yield
        finally:
            np.random.default_rng = generator
            np.random.set_state(state)


def _add_fonts() -> None:
    from matplotlib.font_manager import fontManager

    known = {entry.fname for entry in fontManager.ttflist}
    for path in (FONTS / face for face in FACES):
        if str(path) in known:
            continue
        if not path.is_file():
            raise LabReportError(f"font {path.name}: not found in {FONTS}; install labreport again")
        fontManager.addfont(path)
