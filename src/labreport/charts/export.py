"""Export: check what a figure function returned, and convert it to SVG, data and texts for the report."""

from __future__ import annotations

import math

import numpy as np
from matplotlib import colors, ticker
from matplotlib.axes import Axes
from matplotlib.collections import PolyQuadMesh, QuadMesh, TriMesh
from matplotlib.figure import Figure, FigureBase
from matplotlib.text import Text

from labreport.charts.drawing import Drawing, Exported, describe_panels
from labreport.charts.shades import ON_DARK, ON_LIGHT
from labreport.charts.styles import INCH_MM, LEAST_TYPE, SIZE, WIDTH_MM
from labreport.charts.svg import scale_svg, theme_svg, write_svg
from labreport.charts.ticks import readable_log_ticks
from labreport.errors import UsageError


def export_drawing(drawing: object, *, name: str = "figure") -> Exported:
    """Convert a drawing, or a figure of matplotlib or seaborn, to SVG, data and a description.

    It must be called within `style`. Figures with different names have different ids in their SVG. A seaborn
    grid that is wider than the text is scaled down. Raises `UsageError` for any other figure that is too
    wide, for a grid whose type would become too small, and for a value that is not a figure.
    """
    if not isinstance(drawing, Drawing):
        drawing = Drawing(drawing)
    figure = _figure_of(drawing.figure, name)
    for axes in figure.axes:
        _label_log_axes(axes)
        _colour_texts_on_cells(axes)
    panels = [axes for axes in figure.axes if axes.get_visible()]
    alt = drawing.alt or describe_panels(drawing.kind, panels)
    svg = write_svg(figure, name)
    width = _width_mm(figure)
    note = ""
    if width > WIDTH_MM + 0.05:
        _check_can_be_smaller(drawing.figure, figure, name)
        scale = WIDTH_MM / width
        note = f"figure {name!r} is drawn at {100 * scale:.0f} %: it is {width:.0f} mm wide"
        svg = scale_svg(svg, scale)
    columns, rows = drawing.table()
    return Exported(
        svg_screen=theme_svg(svg),
        svg_print=svg,
        width_mm=min(width, WIDTH_MM),
        kind=drawing.kind,
        title=drawing.title,
        caption=drawing.caption,
        alt=alt,
        columns=columns,
        rows=rows,
        note=note,
    )


def _figure_of(returned: object, name: str) -> Figure:
    """The figure that a value of matplotlib, pandas or seaborn belongs to. Raises `UsageError` if none."""
    artist = returned
    while isinstance(artist, (list, tuple, np.ndarray)):  # such as (figure, axes), or an array of axes
        artist = artist[0] if len(artist) else None
    figure = getattr(artist, "figure", None)
    if not isinstance(figure, FigureBase):
        kind = "None" if artist is None else type(artist).__name__
        text = f"figure {name!r}: its function returns {kind}; return a Drawing, or a figure or axes"
        raise UsageError(text)
    return figure.get_figure(root=True)  # the whole of a subfigure


def _width_mm(figure: Figure) -> float:
    inches, _ = figure.get_size_inches()
    return round(float(inches) * INCH_MM, 2)


def _check_can_be_smaller(returned: object, figure: Figure, name: str) -> None:
    """Raise `UsageError` for a figure too wide for the page, unless it is a readable seaborn grid.

    The size of a seaborn grid follows from its data; other figures have the size that their author chose.
    """
    width = _width_mm(figure)
    wide = f"figure {name!r}: it is {width:.0f} mm wide"
    if not type(returned).__module__.startswith("seaborn."):
        raise UsageError(f"{wide}; the page has room for {WIDTH_MM:.0f} mm")
    least = _least_type(figure)
    shrunk = least * WIDTH_MM / width
    if shrunk < LEAST_TYPE:
        widest = math.floor(WIDTH_MM * least / LEAST_TYPE)
        problem = f"on the {WIDTH_MM:.0f} mm of the page, its type would be {shrunk:.1f} pt high"
        advice = f"the least is {LEAST_TYPE:.0f} pt: make it at most {widest} mm wide"
        raise UsageError(f"{wide}; {problem}, and {advice}")


def _least_type(figure: Figure) -> float:
    """The size of the smallest visible text of a figure, in points, at most that of the house style."""
    sizes = [SIZE]
    for text in figure.findobj(Text):
        if isinstance(text, Text) and text.get_visible() and text.get_text():
            sizes.append(float(text.get_fontsize()))
    return min(sizes)


def _label_log_axes(axes: Axes) -> None:
    """Label logarithmic axes that have matplotlib's default labels."""
    for axis in (axes.xaxis, axes.yaxis):
        if axis.get_scale() == "log" and isinstance(axis.get_major_formatter(), ticker.LogFormatter):
            readable_log_ticks(axis)


def _colour_texts_on_cells(axes: Axes) -> None:
    """In a map of cells, give grey texts a colour that is the same in both themes; remove the grid."""
    has_mesh = any(isinstance(artist, (QuadMesh, PolyQuadMesh, TriMesh)) for artist in axes.collections)
    if not axes.images and not has_mesh:
        return
    axes.grid(False)
    for text in axes.texts:
        channels = colors.to_rgb(text.get_color())
        is_grey = max(channels) - min(channels) < 0.05
        if type(text) is Text and is_grey:
            text.set_color(ON_DARK if max(channels) > 0.5 else ON_LIGHT)
