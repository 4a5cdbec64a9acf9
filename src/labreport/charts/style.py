"""The house style: project fonts, one scale of sizes, quiet axes. Importing the module applies it."""

from __future__ import annotations

from typing import Any

import matplotlib
from matplotlib.font_manager import fontManager

from labreport.charts.palette import Colour
from labreport.errors import RenderError
from labreport.frame import FOLDER

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


apply()
