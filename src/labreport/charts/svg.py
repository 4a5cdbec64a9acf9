"""The SVG of a figure: written by matplotlib, then shortened, with colours for both themes."""

from __future__ import annotations

import colorsys
import io
import re
from functools import cache

import matplotlib
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from labreport.charts.styles import COLOURS, FAMILY, Colour

_ROOT = f'<svg stroke-linejoin="round" stroke-linecap="butt" font-family="{FAMILY}, sans-serif"'
"""The first tag. Matplotlib writes these settings as a style sheet, which would apply to the whole page."""
_DROPPED = re.compile(
    r"""(?sx)
    <style.*?</style> | <!--.*?-->
    | [ ]version="1.1"
    | [ ]id="(?:[A-Za-z]+(?:2d)?|matplotlib\.axis)_\d+"  # ids that nothing refers to
    | [ ]transform="rotate\(-0[ ][^"]*"
    | <path[ ]d="[^"]*"[ ]style="fill:[ ]none"/> | <defs/>  # invisible elements
    """
    rf"| ;[ ]font-family:[ ]'{re.escape(FAMILY)}'"
    r"| [\x00-\x08\x0b\x0c\x0e-\x1f]"  # characters that XML does not allow
)
_GEOMETRY = re.compile(r'(?<= )(?:d|x|y|width|height|transform)="[^"]*"')
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_BETWEEN_TAGS = re.compile(r"(?<=>)[ \n]+(?=<)")
_COLOUR = re.compile(r"(?<=(?:fill|roke): )#[0-9a-f]{6}")
_SATURATION_OF_SEABORN = 0.75
"""The part of a colour's saturation that seaborn keeps by default."""
_LENGTH_IN_POINTS = re.compile(r'="([\d.]+)pt"')


def write_svg(figure: Figure, name: str) -> str:
    """The SVG of a figure in the colours of paper, with numbers rounded to 0.01 points.

    Its ids depend on the name, so that two figures of a page share none.
    """
    file = io.StringIO()
    unsaid = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with matplotlib.rc_context({"svg.hashsalt": name}):
        figure.savefig(file, format="svg", metadata=unsaid)
    _, _, content = file.getvalue().partition("<svg")
    content = _DROPPED.sub("", content)
    content = _GEOMETRY.sub(_with_short_numbers, content)
    content = _BETWEEN_TAGS.sub("", content)
    content = _COLOUR.sub(_colour_of_house, content)
    return _ROOT + content.rstrip()


def _with_short_numbers(attribute: re.Match[str]) -> str:
    """An attribute in one line, with its numbers rounded to two decimals."""
    in_one_line = " ".join(attribute[0].split())
    return _LONG_NUMBER.sub(_to_a_hundredth, in_one_line)


def _to_a_hundredth(number: re.Match[str]) -> str:
    rounded = round(float(number[0]), 2)
    return f"{rounded:.10g}"


def scale_svg(svg: str, scale: float) -> str:
    """Scale an SVG: its width and height are the first two lengths in points."""

    def scaled_length(length: re.Match[str]) -> str:
        points = scale * float(length[1])
        return f'="{points:.2f}pt"'

    return _LENGTH_IN_POINTS.sub(scaled_length, svg, count=2)


def theme_svg(svg: str) -> str:
    """Let an SVG follow the theme of the page: CSS variables for colours of the house; greys are inverted."""
    return _COLOUR.sub(_themed_colour, svg)


def _themed_colour(colour: re.Match[str]) -> str:
    text = colour[0]
    if text in COLOURS:
        return f"var({COLOURS[text].variable}, {text})"
    level = text[1:3]
    if text != f"#{3 * level}":
        return text
    opposite = f"{255 - int(level, 16):02x}"
    return f"light-dark({text}, #{3 * opposite})"


def _colour_of_house(colour: re.Match[str]) -> str:
    """The colour of the house for one that seaborn made paler, and ink for black; others are unchanged."""
    return _drawn_instead().get(colour[0], colour[0])


@cache
def _drawn_instead() -> dict[str, str]:
    """The colours of the house, by the paler ones that seaborn draws for bars, boxes and violins."""
    colours = {"#000000": Colour.INK.value}
    for colour in Colour:
        hue, lightness, saturation = colorsys.rgb_to_hls(*to_rgb(colour))
        paler = colorsys.hls_to_rgb(hue, lightness, _SATURATION_OF_SEABORN * saturation)
        colours[to_hex(paler)] = colour.value
    return colours
