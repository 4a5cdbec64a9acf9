"""A finished drawing as plain JSON values: SVG for paper and for the screen, its table, and its axes."""

from __future__ import annotations

import io
import math
import re
import warnings
from typing import Any
from xml.etree import ElementTree

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from labreport.charts import style
from labreport.charts.checks import judged, misplaced, texts_drawn
from labreport.charts.layout import Drawing, readable_ticks
from labreport.charts.marks import GID_MARK, data_of, named_curves, tag_rest
from labreport.charts.style import Colour
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
    `flaws` says in words which texts overlap or are cut off; it is empty where none are.
    Raises `RenderError` where a mark is elsewhere than the drawing's own rows say, or out of view.
    """
    panels = [axes for axes in drawing.figure.axes if axes.get_visible()]
    for axes in panels:
        tag_rest(axes)
        readable_ticks(axes)
    wrong = misplaced(drawing)
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise RenderError(f"figure {slug!r}: {wrong[0]}{more}; draw what its rows say")
    width, height = (float(inches) for inches in drawing.figure.get_size_inches())
    svg, flaws = _draw(drawing.figure)
    text = written(tidy(svg, slug))
    return {
        "slug": slug,
        "kind": drawing.kind,
        "caption": drawing.caption,
        "svg_print": text,
        "svg_screen": themed(text),
        "width_mm": round(width * MILLIMETRES, 3),
        "height_mm": round(height * MILLIMETRES, 3),
        "columns": [str(column) for column in drawing.columns],
        "rows": [[_plain(cell) for cell in row] for row in drawing.rows],
        "axes": [
            _axes(f"{slug}-axes-{number}", axes, width * POINTS, height * POINTS)
            for number, axes in enumerate(panels, 1)
        ],
        "series": _series(slug, panels),
        "flaws": flaws,
    }


def _draw(figure: Figure) -> tuple[str, str]:
    """Matplotlib's own SVG, whose random ids are replaced afterwards; and what is wrong with its texts."""
    with matplotlib.rc_context(), warnings.catch_warnings(), texts_drawn() as drawn:
        # A name may hold letters that our faces lack; the viewer finds a font for them.
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font")
        matplotlib.rcParams.update(style.STYLE)
        file = io.StringIO()
        figure.savefig(file, format="svg", dpi=POINTS, metadata=NO_METADATA)
    return file.getvalue(), judged(list(drawn.values()), figure.bbox).said()


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


SVG = "http://www.w3.org/2000/svg"
_HREF = "{http://www.w3.org/1999/xlink}href"
_REFERENCE = re.compile(r"(url\(#|#)([^)]+)(\)?)")
_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_NO_TURN = re.compile(r"^rotate\(-?0(?:\.0+)?[ ,)]")
_DROPPED = (f"{{{SVG}}}metadata", f"{{{SVG}}}style")
_MEASURES = ("d", "x", "y", "width", "height", "transform")
_VARIABLES = {colour.value: f"var({colour.variable}, {colour.value})" for colour in Colour}


def tidy(text: str, slug: str) -> ElementTree.Element:
    """The root element of matplotlib's SVG `text`, ready to be written.

    Style declarations become attributes, so that nothing depends on a page's content security policy
    for style; ids that something refers to become `slug-1`, `slug-2`, …, axes `slug-axes-1`, and all
    others go; artists tagged with a series have `data-series` and `data-part`, and curves an id,
    `slug-curve-1`. Coordinates are rounded to a hundredth of a point. Raises `RenderError` if a text
    holds a character that XML forbids.
    """
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise RenderError(
            f"figure {slug!r}: SVG cannot hold a text in it ({error}); take control characters out of names"
        ) from error
    root.attrib.pop("version", None)
    root.attrib.update({"stroke-linejoin": "round", "stroke-linecap": "butt"})
    for element in root.iter():
        _attributes(element)
        _round(element)
    _rename(root, slug)
    root[:] = [kept for child in root for kept in _kept(child)]
    return root


def written(root: ElementTree.Element) -> str:
    """The element as text, starting with `<svg`, every colour by its value.

    The prefix is registered again each time: other libraries register theirs for the whole process.
    """
    ElementTree.register_namespace("", SVG)
    return ElementTree.tostring(root, encoding="unicode")


def themed(text: str) -> str:
    """`written` text with each colour of the palette as a CSS variable, its value the fallback."""
    return re.sub(
        r'((?:fill|stroke)=")(#[0-9a-f]{6})(?=")',
        lambda match: match[1] + _VARIABLES.get(match[2], match[2]),
        text,
    )


def _attributes(element: ElementTree.Element) -> None:
    for declaration in element.attrib.pop("style", "").split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            element.set(name.strip(), value.strip())
    if "font-family" in element.attrib:
        element.set("font-family", element.attrib["font-family"] + ", sans-serif")
    element.attrib.pop("type", None)
    link = element.attrib.pop(_HREF, None)
    if link is not None:
        element.set("href", link.replace("\n", ""))
    if element.tag == f"{{{SVG}}}image":
        element.set("image-rendering", "pixelated")
    if element.text is not None and not element.text.strip():
        element.text = None
    element.tail = None


def _round(element: ElementTree.Element) -> None:
    if _NO_TURN.match(element.get("transform", "")):
        del element.attrib["transform"]
    for name in _MEASURES:
        value = element.get(name)
        if value is not None:
            value = _NUMBER.sub(lambda match: f"{float(match[0]):.2f}".rstrip("0").rstrip("."), value)
            element.set(name, " ".join(value.split()))


def _rename(root: ElementTree.Element, slug: str) -> None:
    referred = {
        match[2]
        for element in root.iter()
        for value in element.attrib.values()
        if (match := _REFERENCE.fullmatch(value))
    }
    names: dict[str, str] = {}
    axes = curves = 0
    for element in root.iter():
        identity = element.attrib.pop("id", None)
        if identity is None:
            continue
        if identity.startswith("axes_"):
            axes += 1
            element.set("id", f"{slug}-axes-{axes}")
        elif identity.startswith(f"{GID_MARK}/"):
            _, part, series = identity.split("/", 2)
            element.set("data-series", series)
            if part:
                element.set("data-part", part)
            if part == "curve":
                curves += 1
                element.set("id", f"{slug}-curve-{curves}")
        elif identity in referred:
            names[identity] = f"{slug}-{len(names) + 1}"
            element.set("id", names[identity])
    for element in root.iter():
        for name, value in element.attrib.items():
            if (match := _REFERENCE.fullmatch(value)) and match[2] in names:
                element.set(name, f"{match[1]}{names[match[2]]}{match[3] or ''}")


def _kept(element: ElementTree.Element) -> list[ElementTree.Element]:
    """The element without groups that say nothing and definitions that hold nothing."""
    if element.tag in _DROPPED:
        return []
    inner = [kept for child in element for kept in _kept(child)]
    if element.tag == f"{{{SVG}}}g" and not element.attrib:
        return inner
    element[:] = inner
    empty = element.tag in (f"{{{SVG}}}g", f"{{{SVG}}}defs") and not inner and not element.get("id")
    unseen = element.tag == f"{{{SVG}}}path" and element.get("fill") == "none" and not element.get("stroke")
    return [] if empty or unseen else [element]
