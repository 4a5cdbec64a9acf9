"""A finished drawing as two SVGs with equal bytes for equal drawings: for paper, and for pages of two themes."""

from __future__ import annotations

import colorsys
import hashlib
import io
import re
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import matplotlib
from matplotlib.figure import Figure
from matplotlib.text import Text

from labreport.charts.drawing import Cell, Drawing, described
from labreport.charts.layout import readable_ticks
from labreport.charts.styles import FAMILY, WIDTH_MM, Colour, style
from labreport.errors import UsageError

MILLIMETRES = 25.4
NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}


@dataclass(frozen=True)
class Exported:
    """A figure as plain JSON values.

    `svg_screen` names a CSS variable where `svg_print` has a colour of the house, else they are equal.
    """

    svg_screen: str
    svg_print: str
    width_mm: float
    height_mm: float
    kind: str
    title: str
    caption: str
    alt: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def data(self) -> Any:
        """The data shown, as a `Table`; None where there are none."""
        from labreport.stats import Table

        return Table(self.columns, self.rows) if self.rows else None


def drawn(function: Callable[..., Any], *arguments: Any, name: str = "") -> Exported:
    """Call a figure function in the house style, export what it returns, and close what it left open."""
    with style():
        before = _open()
        try:
            return export(function(*arguments), name=name)
        finally:
            for number in _open() - before:
                sys.modules["matplotlib.pyplot"].close(number)


def _open() -> set[int]:
    """The numbers of pyplot's figures."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    return set(pyplot.get_fignums()) if pyplot else set()


def export(drawing: Any, *, name: str = "") -> Exported:
    """Turn a drawing, or a bare figure of matplotlib or seaborn, into SVG, its data and its description.

    Ids in the SVG begin with `name`. Raises `UsageError` for what is no figure, and for one that is wider
    than the text.
    """
    told = f"figure {name!r}: " if name else "figure: "
    shown = drawing if isinstance(drawing, Drawing) else Drawing(drawing)
    figure = _figure(shown.figure, told)
    width, height = (round(float(inches) * MILLIMETRES, 2) for inches in figure.get_size_inches())
    if width > WIDTH_MM + 0.05:
        raise UsageError(f"{told}it is {width:.0f} mm wide; the page has room for {WIDTH_MM:.0f} mm")
    for axes in figure.axes:
        readable_ticks(axes)
        _fix_texts_on_cells(axes)
    try:
        root = ElementTree.fromstring(_svg(figure))
    except ElementTree.ParseError as error:
        raise UsageError(f"{told}a text in it holds a control character ({error})") from error
    _tidy(root)
    fixed = _fixed(root)
    _rename(root, re.sub(r"[^\w-]", "-", name) or hashlib.sha256(_written(root).encode()).hexdigest()[:8])
    root[:] = [kept for child in root for kept in _kept(child)]
    for_paper = _written(root)
    _theme(root, fixed)
    columns, rows = shown.table()
    alt = shown.alt or described(shown, figure)
    texts = shown.kind, shown.title, shown.caption, alt
    return Exported(_written(root), for_paper, width, height, *texts, columns, rows)


def _figure(thing: Any, told: str) -> Figure:
    """The figure of whatever matplotlib, pandas or seaborn returns."""
    if hasattr(thing, "on") and hasattr(thing, "plot") and hasattr(thing, "theme"):  # seaborn.objects.Plot
        figure = Figure()
        thing.theme({key: matplotlib.rcParams[key] for key in _THEME}).on(figure).plot()
        for legend in figure.legends:  # it stands beside the figure, and is cut there
            legend.set(loc="center right", bbox_to_anchor=None)
            share = legend.get_window_extent().width / figure.bbox.width
            figure.get_layout_engine().set(rect=(0.0, 0.0, 0.98 - share, 1.0))
        return figure
    while isinstance(thing, (list, tuple)) or hasattr(thing, "flat"):  # (figure, axes), an array of axes
        thing = next(iter(thing.flat if hasattr(thing, "flat") else thing), None)
    found = thing if isinstance(thing, Figure) else getattr(thing, "figure", None)
    if hasattr(found, "get_figure"):
        found = found.get_figure(root=True)  # a part of a figure
    if not isinstance(found, Figure):
        kind = "None" if thing is None else type(thing).__name__
        raise UsageError(f"{told}its function returns {kind}; return a Drawing, or a figure or axes")
    return found


_THEME = [key for key in matplotlib.rcParams if re.match(r"(axes|figure|font|grid|legend|[xy]tick)\.", key)]


def _fix_texts_on_cells(axes: Any) -> None:
    """Tag texts that stand on the cells of a map, whose colours are those of the cells in either theme."""
    if axes.images or any("Mesh" in type(one).__name__ for one in axes.collections):
        for text in axes.texts:
            if type(text) is Text and text.get_transform() == axes.transData:
                text.set_gid("fixed")


def _svg(figure: Figure) -> str:
    with warnings.catch_warnings():
        # A name may hold letters that our faces lack; the viewer finds a font for them.
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font")
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata=NO_METADATA)
    return file.getvalue()


SVG = "http://www.w3.org/2000/svg"
_HREF = "{http://www.w3.org/1999/xlink}href"
_REFERENCE = re.compile(r"(url\(#|#)([^)]+)(\)?)")
_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_NO_TURN = re.compile(r"^rotate\(-?0(?:\.0+)?[ ,)]")
_FAMILY = f"'{FAMILY}'"
_DROPPED = (f"{{{SVG}}}metadata", f"{{{SVG}}}style")
_MEASURES = ("d", "x", "y", "width", "height", "transform")


def _tidy(root: ElementTree.Element) -> None:
    """Turn style declarations into attributes, and round coordinates to a hundredth of a point.

    A page whose policy forbids styles in elements shows attributes; and a variable may stand in them.
    """
    root.attrib.pop("version", None)
    for element in root.iter():
        for declaration in element.attrib.pop("style", "").split(";"):
            name, _, value = declaration.partition(":")
            if value and not (name.strip() == "font-family" and value.strip() == _FAMILY):
                element.set(name.strip(), _HOUSE.get(value.strip(), value.strip()))
        link = element.attrib.pop(_HREF, None)
        if link is not None:
            element.set("href", link.replace("\n", ""))
        if element.tag == f"{{{SVG}}}image":
            element.set("image-rendering", "pixelated")
        if element.text is not None and not element.text.strip("\n "):
            element.text = None
        element.tail = None
        if _NO_TURN.match(element.get("transform", "")):
            del element.attrib["transform"]
        for name in _MEASURES:
            if (measure := element.get(name)) is not None:
                element.set(name, " ".join(_NUMBER.sub(_rounded, measure).split()))
    root.attrib.update(
        {"stroke-linejoin": "round", "stroke-linecap": "butt", "font-family": f"{_FAMILY}, sans-serif"}
    )


def _rounded(match: re.Match[str]) -> str:
    return f"{float(match[0]):.2f}".rstrip("0").rstrip(".")


def _rename(root: ElementTree.Element, name: str) -> None:
    """Number the ids that something refers to, `name-1`, `name-2`, …, and take all others away."""
    matches = (_REFERENCE.fullmatch(value) for element in root.iter() for value in element.attrib.values())
    referred = {match[2] for match in matches if match}
    names: dict[str, str] = {}
    for element in root.iter():
        identity = element.attrib.pop("id", None)
        if identity in referred:
            element.set("id", names.setdefault(identity, f"{name}-{len(names) + 1}"))
    for element in root.iter():
        for key, value in element.attrib.items():
            if (match := _REFERENCE.fullmatch(value)) and match[2] in names:
                element.set(key, f"{match[1]}{names[match[2]]}{match[3]}")


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


def _written(root: ElementTree.Element) -> str:
    ElementTree.register_namespace("", SVG)  # each time: other libraries register theirs for the process
    return ElementTree.tostring(root, encoding="unicode")


def _desaturated(colour: str) -> str:
    """What seaborn makes of a colour for bars, boxes and violins (`saturation=0.75`)."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)))
    return matplotlib.colors.to_hex(colorsys.hls_to_rgb(hue, lightness, 0.75 * saturation))


_HOUSE = {_desaturated(colour.value): colour.value for colour in Colour if colour != Colour.PAPER}
_HOUSE["#000000"] = Colour.INK.value
"""What the house draws instead of a colour."""
_VARIABLES = {colour.value: f"var({colour.variable}, {colour.value})" for colour in Colour}
_GREY = re.compile(r"#([0-9a-f]{2})\1\1")


def _fixed(root: ElementTree.Element) -> set[ElementTree.Element]:
    """Elements whose fill is the same in either theme: cells of maps, and texts on them."""
    groups = (group for group in root.iter() if re.match(r"QuadMesh|fixed", group.get("id", "")))
    return {element for group in groups for element in group.iter()}


def _theme(root: ElementTree.Element, fixed: set[ElementTree.Element]) -> None:
    """Write colours of the house as CSS variables, and other greys so that they turn over with the page."""
    for element in root.iter():
        for name in ("fill", "stroke"):
            value = element.get(name, "")
            if name == "fill" and element in fixed:
                continue
            if value in _VARIABLES:
                element.set(name, _VARIABLES[value])
            elif match := _GREY.fullmatch(value):
                element.set(name, f"light-dark({value}, #{f'{255 - int(match[1], 16):02x}' * 3})")
