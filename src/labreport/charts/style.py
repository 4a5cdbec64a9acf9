"""The house style: colours on white and on a dark page, project fonts, one scale of sizes, quiet axes.

Marks are Okabe and Ito's (https://jfly.uni-koeln.de/color/), each at least 3:1 on white; text is in
darker shades of them, at least 4.5:1. Sky and orange, which fail 3:1 on white, are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from labreport.errors import RenderError
from labreport.frame import FOLDER


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


FONTS = FOLDER / "fonts"
FACES = ("SourceSans3-Regular.ttf", "SourceSans3-Semibold.ttf", "SourceSans3-It.ttf")
FAMILY = "Source Sans 3"
SEMIBOLD = 600

# Type sizes in points; nothing in a chart is smaller than SMALL.
SMALL = 8.0
TICK = 8.0
LABEL = 8.0
TITLE = 8.5

TITLE_GAP = 5.0
"""Points between a panel and the line of text above it."""
HAIRLINE = 0.5
"""Line width of grids and leaders, in points."""

STYLE: Any = {  # `Any`, since a dict is not of the type that matplotlib gives its own
    "font.family": [FAMILY],
    "font.size": LABEL,
    "text.color": Colour.INK.value,
    "text.parse_math": False,  # a name with a dollar sign is a name
    "text.hinting": "none",
    "axes.unicode_minus": True,
    "axes.titlesize": TITLE,
    "axes.titleweight": SEMIBOLD,
    "axes.titlelocation": "left",
    "axes.titlepad": TITLE_GAP,
    "axes.labelsize": LABEL,
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
    "xtick.labelsize": TICK,
    "ytick.labelsize": TICK,
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
    "lines.linewidth": 1.4,
    "lines.markersize": 4.0,
    "lines.scale_dashes": False,
    "patch.linewidth": 0.0,
    "figure.dpi": 72.0,  # one pixel is one point, so that display coordinates are points
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "svg.fonttype": "none",
    "path.simplify": False,
}


def apply() -> None:
    """Make the house style the style of every figure from now on, whatever a `matplotlibrc` says.

    Raises `RenderError` if a font file is missing.
    """
    import matplotlib  # what only asks for a colour needs no library
    from matplotlib.font_manager import fontManager

    matplotlib.rcdefaults()
    matplotlib.rcParams.update(STYLE)
    known = {entry.fname for entry in fontManager.ttflist}
    for face in FACES:
        path = FONTS / face
        if not path.is_file():
            raise RenderError(
                f"font {face}: not found in {FONTS}; restore the file, or install labreport again"
            )
        if str(path) not in known:
            fontManager.addfont(path)
