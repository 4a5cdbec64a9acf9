"""A finished drawing as SVG with equal bytes for equal drawings: for paper, and for pages of two themes."""

from __future__ import annotations

import colorsys
import io
import re
import warnings
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib.figure import Figure
from matplotlib.text import Text

from labreport.charts.cells import ON_DARK, ON_LIGHT
from labreport.charts.drawing import Cell, Drawing
from labreport.charts.layout import readable_ticks
from labreport.charts.styles import FAMILY, INCH_MM, WIDTH_MM, Colour
from labreport.errors import UsageError


@dataclass(frozen=True)
class Exported:
    """A figure as plain JSON values.

    `svg_screen` names a CSS variable where `svg_print` has a colour of the house, else they are equal.
    """

    svg_screen: str
    svg_print: str
    width_mm: float
    kind: str
    title: str
    caption: str
    alt: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    """What its author is told."""


def export(drawing: Any, *, name: str = "") -> Exported:
    """Turn a drawing, or a bare figure of matplotlib or seaborn, into SVG, its data and its description.

    Call it within `style`. Ids in the SVG begin with `name`. A grid of seaborn that is wider than the text is
    drawn smaller. Raises `UsageError` for another figure that is, and for what is no figure.
    """
    note, told = "", f"figure {name!r}: " if name else "figure: "
    shown = drawing if isinstance(drawing, Drawing) else Drawing(drawing)
    figure = _figure(shown.figure, told)
    width = round(float(figure.get_size_inches()[0]) * INCH_MM, 2)
    scale = WIDTH_MM / width if width > WIDTH_MM + 0.05 else 1.0
    wide = f"it is {width:.0f} mm wide"
    if scale < 1 and not any(kind.__module__ == "seaborn.axisgrid" for kind in type(shown.figure).__mro__):
        raise UsageError(f"{told}{wide}; the page has room for {WIDTH_MM:.0f} mm")
    for axes in figure.axes:
        readable_ticks(axes)
        _fix_texts_on_cells(axes)
    alt = shown.alt or shown.described([axes for axes in figure.axes if axes.get_visible()])
    file = io.StringIO()
    with warnings.catch_warnings():
        # A name may hold letters that our faces lack; the viewer finds a font for them.
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font")
        figure.savefig(file, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    text = _tidy(file.getvalue(), re.sub(r"[^\w-]", "-", name) or "figure")
    if scale < 1:  # a grid's size follows its data
        note = f"figure {name!r} is drawn at {100 * scale:.0f} %: {wide}"
        text = re.sub(r'="([\d.]+)pt"', lambda one: f'="{scale * float(one[1]):.2f}pt"', text, count=2)
    screen = re.sub(r"(fill|stroke)(: |=\")(#[0-9a-f]{6})", _themed, text)
    said = (min(width, WIDTH_MM), shown.kind, shown.title, shown.caption, alt)
    return Exported(screen, text, *said, *shown.table(), note)


def _figure(thing: Any, told: str) -> Figure:
    """The figure of whatever matplotlib, pandas or seaborn returns."""
    while isinstance(thing, (list, tuple)) or hasattr(thing, "flat"):  # (figure, axes), an array of axes
        thing = next(iter(thing.flat if hasattr(thing, "flat") else thing), None)
    found: Any = thing if isinstance(thing, Figure) else getattr(thing, "figure", None)
    if hasattr(found, "get_figure"):
        found = found.get_figure(root=True)  # of a part of it
    if not isinstance(found, Figure):
        kind = "None" if thing is None else type(thing).__name__
        raise UsageError(f"{told}its function returns {kind}; return a Drawing, or a figure or axes")
    return found


def _fix_texts_on_cells(axes: Any) -> None:
    """Give texts on the cells of a map colours which are the same in either theme, and it no grid."""
    if axes.images or any("Mesh" in type(one).__name__ for one in axes.collections):
        axes.grid(False)
        for text in axes.texts:
            red, green, blue, _ = matplotlib.colors.to_rgba(text.get_color())
            if type(text) is Text and max(red, green, blue) - min(red, green, blue) < 0.05:
                text.set_color(ON_DARK if green > 0.5 else ON_LIGHT)


_DROPPED = re.compile(
    r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->"
    r'| version="1.1"| id="(?:[A-Za-z]+(?:2d)?|matplotlib\.axis)_\d+"| transform="rotate\(-0 [^"]*"'
    r"|[\x00-\x08\x0b\x0c\x0e-\x1f]",  # characters that no XML may hold
    re.DOTALL,
)


def _tidy(text: str, name: str) -> str:
    """Shorten matplotlib's SVG: nothing about itself, a hundredth of a point, ids that begin with `name`."""
    text = _DROPPED.sub("", text[text.index("<svg") :])
    text = re.sub(r' (?:d|x|y|width|height|transform)="[^"]*"', _shortened, text)
    text = re.sub(r"(?<=>)[ \n]+(?=<)", "", text)
    text = re.sub(r'( id="|url\(#|href="#)', rf"\1{name}-", text)
    text = re.sub(r"(?<=: )#[0-9a-f]{6}", lambda match: _HOUSE.get(match[0], match[0]), text)
    text = text.replace(f"; font-family: '{FAMILY}'", "")
    text = re.sub(r'<path d="[^"]*" style="fill: none"/>|<defs/>', "", text)
    text = re.sub(r"<g></g>|<g/>", "", text)
    whole = f'<svg stroke-linejoin="round" stroke-linecap="butt" font-family="{FAMILY}, sans-serif" '
    return text.replace("<svg ", whole, 1).strip()


def _shortened(measure: re.Match[str]) -> str:
    def rounded(number: re.Match[str]) -> str:
        return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")

    return " " + " ".join(re.sub(r"-?\d+\.\d{3,}", rounded, measure[0]).split())


def _desaturated(colour: str) -> str:
    """What seaborn makes of a colour for bars, boxes and violins (`saturation=0.75`)."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*matplotlib.colors.to_rgb(colour))
    return matplotlib.colors.to_hex(colorsys.hls_to_rgb(hue, lightness, 0.75 * saturation))


_HOUSE = {_desaturated(colour): str(colour) for colour in Colour} | {"#000000": str(Colour.INK)}
"""What the house draws instead of a colour."""
_VARIABLES = {str(colour): f"var({colour.variable}, {colour})" for colour in Colour}


def _themed(match: re.Match[str]) -> str:
    """A colour of the house as a CSS variable; another grey so that it turns over with the page."""
    name, sign, colour = match.groups()
    red, green, blue = colour[1:3], colour[3:5], colour[5:7]
    if colour not in _VARIABLES and red == green == blue:
        return f"{name}{sign}light-dark({colour}, #{f'{255 - int(red, 16):02x}' * 3})"
    return f"{name}{sign}{_VARIABLES.get(colour, colour)}"
