"""A drawing as plain JSON values: SVG for paper and for the screen, its table, and where its axes lie."""

from __future__ import annotations

import io
import math
import warnings
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from labreport.charts import style, svg
from labreport.charts.coordinates import misplaced
from labreport.charts.drawing import Drawing
from labreport.charts.marks import data_of, named_curves
from labreport.errors import RenderError

NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
MILLIMETRES = 25.4
POINTS = 72.0
"""Points, the SVG's user units, in an inch."""


def export(slug: str, drawing: Drawing) -> dict[str, Any]:
    """`drawing` as values that survive a trip through JSON, equal bytes for equal drawings.

    `svg_print` and `svg_screen` start with `<svg` and differ only in how colours are written.
    `axes` has, for each panel, its `id`, its `box` [x, y, width, height] in SVG user units, `xlim`
    and `ylim` (`ylim[0]` at the bottom), scales and titles; `series` the curves that can be read off,
    `gid` being the id of their group, with `x` and `y` in data coordinates (None where missing).
    Raises `RenderError` where a mark is elsewhere than the drawing's own rows say, or out of view.
    """
    wrong = misplaced(drawing)
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise RenderError(f"figure {slug!r}: {wrong[0]}{more}; draw what its rows say")
    width, height = (float(inches) for inches in drawing.figure.get_size_inches())
    text = svg.written(svg.tidy(_draw(drawing.figure), slug))
    panels = [axes for axes in drawing.figure.axes if axes.get_visible()]
    return {
        "slug": slug,
        "kind": drawing.kind,
        "caption": drawing.caption,
        "svg_print": text,
        "svg_screen": svg.themed(text),
        "width_mm": round(width * MILLIMETRES, 3),
        "height_mm": round(height * MILLIMETRES, 3),
        "columns": [str(column) for column in drawing.columns],
        "rows": [[_plain(cell) for cell in row] for row in drawing.rows],
        "axes": [
            _axes(f"{slug}-axes-{number}", axes, width * POINTS, height * POINTS)
            for number, axes in enumerate(panels, 1)
        ],
        "series": _series(slug, panels),
    }


def _draw(figure: Figure) -> str:
    """Matplotlib's own SVG; its random ids are replaced afterwards."""
    with matplotlib.rc_context(), warnings.catch_warnings():
        # A name may hold letters that our faces lack; the viewer finds a font for them.
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font")
        matplotlib.rcParams.update(style.STYLE)
        file = io.StringIO()
        figure.savefig(file, format="svg", dpi=POINTS, metadata=NO_METADATA)
    return file.getvalue()


def _axes(identity: str, axes: Axes, width: float, height: float) -> dict[str, Any]:
    box = axes.get_position()
    return {
        "id": identity,
        "box": [
            round(float(value), 2)
            for value in (box.x0 * width, (1 - box.y1) * height, box.width * width, box.height * height)
        ],
        "xlim": [float(limit) for limit in axes.get_xlim()],
        "ylim": [float(limit) for limit in axes.get_ylim()],
        "xscale": axes.get_xscale(),
        "yscale": axes.get_yscale(),
        "title": axes.get_title(loc="left"),
        "xlabel": axes.get_xlabel() or _label_below(axes),
    }


def _label_below(axes: Axes) -> str:
    """What the axis of a panel without a label shows: what the labelled one in its column does."""
    figure, left = axes.get_figure(), axes.get_position().x0
    panels = figure.axes if figure is not None else []
    below = [panel for panel in panels if abs(panel.get_position().x0 - left) < 0.01 and panel.get_xlabel()]
    return below[0].get_xlabel() if below else ""


def _series(slug: str, panels: list[Axes]) -> list[dict[str, Any]]:
    """The tagged curves, numbered as in the SVG: by panel, then in order of drawing."""
    found = [
        (number, line)
        for number, axes in enumerate(panels, 1)
        for line in sorted(named_curves(axes), key=Line2D.get_zorder)
    ]
    return [
        {
            "gid": f"{slug}-curve-{index}",
            "label": str(line.get_label()),
            "axis": f"{slug}-axes-{number}",
            "x": [_plain(x) for x, _ in data_of(line)],
            "y": [_plain(y) for _, y in data_of(line)],
        }
        for index, (number, line) in enumerate(found, 1)
    ]


def _plain(value: Any) -> str | int | float | None:
    """A cell as JSON has it: NumPy scalars become Python's, what is not finite becomes None."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    number = value.item() if isinstance(value, np.generic) else value
    if isinstance(number, float):
        return number if math.isfinite(number) else None
    return number if isinstance(number, int) else str(number)
