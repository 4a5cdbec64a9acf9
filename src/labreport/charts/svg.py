"""Figures as SVG for paper and for two themes, with equal bytes."""

from __future__ import annotations

import colorsys
import io
import math
import re
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib import colors, ticker
from matplotlib.figure import Figure, FigureBase
from matplotlib.text import Text

from labreport.charts.drawing import Drawing, description
from labreport.charts.shades import ON_DARK, ON_LIGHT
from labreport.charts.styles import FAMILY, INCH_MM, LEAST_TYPE, SIZE, WIDTH_MM, Colour
from labreport.charts.ticks import readable_log_ticks
from labreport.errors import UsageError


@dataclass(frozen=True)
class Exported:
    """A figure as plain JSON values.

    `svg_screen` names a CSS variable where `svg_print` has a colour of the house, else they are equal; `note`
    is what its author is told.
    """

    svg_screen: str
    svg_print: str
    width_mm: float
    kind: str
    title: str
    caption: str
    alt: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    note: str = ""


def export_drawing(drawing: Any, *, name: str = "figure") -> Exported:
    """Turn a drawing, or a bare figure of matplotlib or seaborn, into SVG, its data and its description.

    Call it within `style`. Figures of two names share no id. A grid of seaborn wider than the text is drawn
    smaller. Raises `UsageError` for another figure that is, for one whose type would be set too small to be
    read, and for what is no figure.
    """
    if not isinstance(drawing, Drawing):
        drawing = Drawing(drawing)
    figure = _figure_of(drawing.figure, name)
    width = round(float(figure.get_size_inches()[0]) * INCH_MM, 2)
    for axes in figure.axes:
        _make_readable(axes)
    panels = [axes for axes in figure.axes if axes.get_visible()]
    alt = drawing.alt or description(drawing.kind, panels)
    svg = _tidy(_svg_of(figure, name))
    note = ""
    if width > WIDTH_MM + 0.05:
        is_grid = type(drawing.figure).__module__.startswith("seaborn.")  # whose size follows its data
        _check_width(figure, width, name, is_grid=is_grid)
        scale = WIDTH_MM / width
        note = f"figure {name!r} is drawn at {100 * scale:.0f} %: it is {width:.0f} mm wide"
        svg = _scaled(svg, scale)
    svg_screen = _COLOUR.sub(_themed, svg)
    columns, rows = drawing.table()
    return Exported(
        svg_screen=svg_screen,
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


def _figure_of(returned: Any, name: str) -> Figure:
    """The figure of whatever matplotlib, pandas or seaborn returns."""
    artist = returned
    while isinstance(artist, (list, tuple)) or hasattr(artist, "flat"):  # (figure, axes), an array of axes
        artist = next(iter(getattr(artist, "flat", artist)), None)
    figure = getattr(artist, "figure", None)
    if not isinstance(figure, FigureBase):
        kind = "None" if artist is None else type(artist).__name__
        text = f"figure {name!r}: its function returns {kind}; return a Drawing, or a figure or axes"
        raise UsageError(text)
    return figure.get_figure(root=True)  # of a part of it


def _check_width(figure: Figure, width: float, name: str, *, is_grid: bool) -> None:
    """Raise `UsageError` for a figure too wide for the page, but for a grid that can be drawn smaller."""
    wide = f"figure {name!r}: it is {width:.0f} mm wide"
    if not is_grid:
        raise UsageError(f"{wide}; the page has room for {WIDTH_MM:.0f} mm")
    sizes = [SIZE]
    for text in figure.findobj(Text):
        if isinstance(text, Text) and text.get_visible() and text.get_text():
            sizes.append(float(text.get_fontsize()))
    shrunk = min(sizes) * WIDTH_MM / width
    if shrunk < LEAST_TYPE:
        widest = math.floor(WIDTH_MM * min(sizes) / LEAST_TYPE)
        problem = f"on the {WIDTH_MM:.0f} mm of the page, its type would be {shrunk:.1f} pt high"
        advice = f"the least is {LEAST_TYPE:.0f} pt: make it at most {widest} mm wide"
        raise UsageError(f"{wide}; {problem}, and {advice}")


def _make_readable(axes: Any) -> None:
    """Label logarithmic axes as the house does, and set texts on cells in colours equal in either theme."""
    for axis in (axes.xaxis, axes.yaxis):
        if axis.get_scale() == "log" and isinstance(axis.get_major_formatter(), ticker.LogFormatter):
            readable_log_ticks(axis)
    if not axes.images and not any("Mesh" in type(artist).__name__ for artist in axes.collections):
        return
    axes.grid(False)
    for text in axes.texts:
        channels = colors.to_rgb(text.get_color())
        is_grey = max(channels) - min(channels) < 0.05
        if type(text) is Text and is_grey:
            text.set_color(ON_DARK if max(channels) > 0.5 else ON_LIGHT)


def _svg_of(figure: Figure, name: str) -> str:
    """The SVG of a figure as matplotlib writes it; its ids depend on the name."""
    file = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name}):
        figure.savefig(file, format="svg")
    return file.getvalue()


_DROPPED = re.compile(
    r"""(?sx)
    <metadata>.*?</metadata> | <style.*?</style> | <!--.*?-->
    | [ ]version="1.1"
    | [ ]id="(?:[A-Za-z]+(?:2d)?|matplotlib\.axis)_\d+"  # of what nothing refers to
    | [ ]transform="rotate\(-0[ ][^"]*"
    | <path[ ]d="[^"]*"[ ]style="fill:[ ]none"/> | <defs/>  # what is not seen
    """
    rf"| ;[ ]font-family:[ ]'{re.escape(FAMILY)}'"
    r"| [\x00-\x08\x0b\x0c\x0e-\x1f]"  # characters that no XML may hold
)
_GEOMETRY = re.compile(r'(?<= )(?:d|x|y|width|height|transform)="[^"]*"')
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_BETWEEN_TAGS = re.compile(r"(?<=>)[ \n]+(?=<)")
_COLOUR = re.compile(r"(?<=(?:fill|roke): )#[0-9a-f]{6}")
_LENGTH_IN_POINTS = re.compile(r'="([\d.]+)pt"')


def _tidy(text: str) -> str:
    """Shorten matplotlib's SVG: nothing about itself, a hundredth of a point, colours of the house."""
    text = _DROPPED.sub("", text[text.index("<svg") :])
    text = _GEOMETRY.sub(_with_short_numbers, text)
    text = _BETWEEN_TAGS.sub("", text)
    text = _COLOUR.sub(_of_house, text)
    root = f'<svg stroke-linejoin="round" stroke-linecap="butt" font-family="{FAMILY}, sans-serif" '
    return text.replace("<svg ", root, 1).strip()


def _with_short_numbers(attribute: re.Match[str]) -> str:
    """An attribute in one line, its numbers to a hundredth."""
    in_one_line = " ".join(attribute[0].split())
    return _LONG_NUMBER.sub(_to_a_hundredth, in_one_line)


def _to_a_hundredth(number: re.Match[str]) -> str:
    rounded = round(float(number[0]), 2)
    return f"{rounded:.10g}"


def _scaled(svg: str, scale: float) -> str:
    """The drawing in another size: its width and height are the first lengths in points."""

    def scaled_length(length: re.Match[str]) -> str:
        points = scale * float(length[1])
        return f'="{points:.2f}pt"'

    return _LENGTH_IN_POINTS.sub(scaled_length, svg, count=2)


def _of_house(colour: re.Match[str]) -> str:
    """What the house draws instead of a colour: its own for seaborn's paler ones, ink for black."""
    return _HOUSE.get(colour[0], colour[0])


def _themed(colour: re.Match[str]) -> str:
    """What a page of two themes has instead of a colour: a variable of the house, a grey that turns over."""
    text = colour[0]
    if text in _COLOURS:
        return f"var({_COLOURS[text].variable}, {text})"
    level = text[1:3]
    if text != f"#{3 * level}":
        return text
    opposite = f"{255 - int(level, 16):02x}"
    return f"light-dark({text}, #{3 * opposite})"


def _desaturated(colour: str) -> str:
    """What seaborn makes of a colour for bars, boxes and violins (`saturation=0.75`)."""
    channels = colors.to_rgb(colour)
    hue, lightness, saturation = colorsys.rgb_to_hls(*channels)
    paler = colorsys.hls_to_rgb(hue, lightness, 0.75 * saturation)
    return colors.to_hex(paler)


_COLOURS = {colour.value: colour for colour in Colour}
_HOUSE = {_desaturated(colour): colour.value for colour in Colour}
_HOUSE["#000000"] = Colour.INK.value
