"""What a figure function returns, and that as SVG for paper and for two themes, with equal bytes."""

from __future__ import annotations

import colorsys
import io
import math
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib import ticker
from matplotlib.figure import Figure, FigureBase
from matplotlib.text import Text

from labreport.charts.shades import ON_DARK, ON_LIGHT
from labreport.charts.styles import FAMILY, INCH_MM, LEAST_TYPE, SIZE, VARIABLES, WIDTH_MM, Colour
from labreport.charts.ticks import readable_log_ticks
from labreport.errors import UsageError
from labreport.stats.scalars import scalar


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure with what the report says and shows of it.

    `figure` is a matplotlib Figure or Axes, or what seaborn returns. `data` is a `table`, a DataFrame or what
    makes one; `columns` and `rows` are the same said plainly. `kind` says in words what chart it is.
    `title`, one sentence, and `caption` stand below the figure where no template says otherwise; `alt`, for
    those who cannot see it, is made from kind, axes and data if it is empty.
    """

    figure: Any
    kind: str = ""
    columns: Sequence[Any] = ()
    rows: Sequence[Sequence[Any]] = ()
    data: Any = None
    title: str = ""
    caption: str = ""
    alt: str = ""

    def table(self) -> tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]]:
        """Give the names of the columns, and the rows as plain values."""
        columns, rows = self.columns, self.rows
        if self.data is not None:
            import pandas

            frame = pandas.DataFrame(getattr(self.data, "frame", self.data))
            if any(name is not None for name in frame.index.names):
                frame = frame.reset_index()
            columns = list(frame.columns)
            rows = list(frame.itertuples(index=False, name=None))
        plain_rows = []
        for row in rows:
            plain_rows.append(tuple(_plain(cell) for cell in row))
        return tuple(map(str, columns)), tuple(plain_rows)


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


def export(drawing: Any, *, name: str = "figure") -> Exported:
    """Turn a drawing, or a bare figure of matplotlib or seaborn, into SVG, its data and its description.

    Call it within `style`. Ids in the SVG begin with `name`. A grid of seaborn wider than the text is drawn
    smaller. Raises `UsageError` for another figure that is, for one whose type would be set too small to be
    read, and for what is no figure.
    """
    drawing = drawing if isinstance(drawing, Drawing) else Drawing(drawing)
    figure = _figure_of(drawing.figure, name)
    width = round(float(figure.get_size_inches()[0]) * INCH_MM, 2)
    scale = WIDTH_MM / width if width > WIDTH_MM + 0.05 else 1.0
    note = ""
    if scale < 1:
        _check_scale(figure, width, scale, name, is_grid=_is_seaborn_grid(drawing.figure))
        note = f"figure {name!r} is drawn at {100 * scale:.0f} %: it is {width:.0f} mm wide"
    for axes in figure.axes:
        _make_readable(axes)
    panels = [axes for axes in figure.axes if axes.get_visible()]
    alt = drawing.alt or _description(drawing.kind, panels)
    svg = _tidy(_svg_of(figure), re.sub(r"[^\w-]", "-", name))
    if scale < 1:
        svg = _SIZE_IN_POINTS.sub(lambda size: f'="{scale * float(size[1]):.2f}pt"', svg, count=2)
    screen = _COLOUR.sub(_themed, svg)
    columns, rows = drawing.table()
    texts = (drawing.kind, drawing.title, drawing.caption, alt)
    return Exported(screen, svg, min(width, WIDTH_MM), *texts, columns, rows, note)


def _check_scale(figure: Figure, width: float, scale: float, name: str, *, is_grid: bool) -> None:
    """Raise `UsageError` for a figure that is too wide to be drawn smaller."""
    wide = f"figure {name!r}: it is {width:.0f} mm wide"
    if not is_grid:  # whose size follows its data
        raise UsageError(f"{wide}; the page has room for {WIDTH_MM:.0f} mm")
    smallest = _smallest_type(figure)
    shrunk = scale * smallest
    if shrunk < LEAST_TYPE:
        widest = math.floor(WIDTH_MM * smallest / LEAST_TYPE)
        problem = f"on the {WIDTH_MM:.0f} mm of the page, its type would be {shrunk:.1f} pt high"
        advice = f"the least is {LEAST_TYPE:.0f} pt: make it at most {widest} mm wide"
        raise UsageError(f"{wide}; {problem}, and {advice}")


def _smallest_type(figure: Figure) -> float:
    """The size in points of the smallest text of a figure that is seen."""
    sizes = [SIZE]
    for text in figure.findobj(Text):
        if isinstance(text, Text) and text.get_visible() and text.get_text():
            sizes.append(float(text.get_fontsize()))
    return min(sizes)


def _is_seaborn_grid(thing: Any) -> bool:
    return any(base.__module__ == "seaborn.axisgrid" for base in type(thing).__mro__)


def _svg_of(figure: Figure) -> str:
    """The SVG of a figure as matplotlib writes it, without its date."""
    file = io.StringIO()
    with warnings.catch_warnings():
        # A name may hold letters that our faces lack; the viewer finds a font for them.
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font")
        figure.savefig(file, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    return file.getvalue()


def _plain(value: Any) -> Any:
    """A cell as JSON has it: Python's for NumPy's scalars, None for what is not finite or missing."""
    value = scalar(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str | int | None):
        return value
    return None if str(value) in ("<NA>", "NaT") else str(value)


def _figure_of(returned: Any, name: str) -> Figure:
    """The figure of whatever matplotlib, pandas or seaborn returns."""
    thing = returned
    while isinstance(thing, (list, tuple)) or hasattr(thing, "flat"):  # (figure, axes), an array of axes
        thing = next(iter(getattr(thing, "flat", thing)), None)
    figure = getattr(thing, "figure", None)
    if not isinstance(figure, FigureBase):
        kind = "None" if thing is None else type(thing).__name__
        text = f"figure {name!r}: its function returns {kind}; return a Drawing, or a figure or axes"
        raise UsageError(text)
    return figure.get_figure(root=True)  # of a part of it


def _description(kind: str, panels: Sequence[Any]) -> str:
    """Say what is shown: kind of chart, what its axes are, and its series."""
    sides = []
    for axes in panels:
        labels = [label for label in (axes.get_ylabel(), axes.get_xlabel()) if label]
        if labels:
            sides.append(" against ".join(labels))
    text = kind or "chart"
    if sides:
        text += ": " + " and ".join(dict.fromkeys(sides))
    names = _series_names(panels)
    if names:
        text += "; " + ", ".join(names[:8])
    return f"{text[:1].upper()}{text[1:]}."


def _series_names(panels: Sequence[Any]) -> list[str]:
    """What legends name, else the labels of lines."""
    names: list[str] = []
    for axes in panels:
        legend = axes.get_legend()
        if legend is not None:
            names += [text.get_text() for text in legend.get_texts()]
    if not names:
        for axes in panels:
            names += [str(line.get_label()) for line in axes.lines]
    unique = dict.fromkeys(names)
    return [name for name in unique if name and not name.startswith("_")]


def _make_readable(axes: Any) -> None:
    """Label logarithmic axes as the house does, and set texts on cells in colours equal in either theme."""
    for axis in (axes.xaxis, axes.yaxis):
        if axis.get_scale() == "log" and isinstance(axis.get_major_formatter(), ticker.LogFormatter):
            readable_log_ticks(axis)
    if not axes.images and not any("Mesh" in type(artist).__name__ for artist in axes.collections):
        return
    axes.grid(False)
    for text in axes.texts:
        channels = matplotlib.colors.to_rgb(text.get_color())
        is_grey = max(channels) - min(channels) < 0.05
        if type(text) is Text and is_grey:
            text.set_color(ON_DARK if max(channels) > 0.5 else ON_LIGHT)


_DROPPED = re.compile(
    r"""(?sx)
    <metadata>.*?</metadata> | <style.*?</style> | <!--.*?-->
    | [ ]version="1.1"
    | [ ]id="(?:[A-Za-z]+(?:2d)?|matplotlib\.axis)_\d+"  # of what nothing refers to
    | [ ]transform="rotate\(-0[ ][^"]*"
    """
    rf"| ;[ ]font-family:[ ]'{re.escape(FAMILY)}'"
    r"| [\x00-\x08\x0b\x0c\x0e-\x1f]"  # characters that no XML may hold
)
_GEOMETRY = re.compile(r'(?<= )(?:d|x|y|width|height|transform)="[^"]*"')
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_BETWEEN_TAGS = re.compile(r"(?<=>)[ \n]+(?=<)")
_REFERENCE = re.compile(r'( id="|url\(#|href="#)')
_STYLE_COLOUR = re.compile(r"(?<=: )#[0-9a-f]{6}")
_INVISIBLE = re.compile(r'<path d="[^"]*" style="fill: none"/>|<defs/>')
_EMPTY_GROUP = re.compile(r"<g></g>|<g/>")
_COLOUR = re.compile(r'(?<=(?:fill|roke)(?:: |="))#[0-9a-f]{6}')
_SIZE_IN_POINTS = re.compile(r'="([\d.]+)pt"')


def _tidy(text: str, name: str) -> str:
    """Shorten matplotlib's SVG: nothing about itself, a hundredth of a point, ids that begin with `name`."""
    text = _DROPPED.sub("", text[text.index("<svg") :])
    text = _GEOMETRY.sub(_with_short_numbers, text)
    text = _BETWEEN_TAGS.sub("", text)
    text = _REFERENCE.sub(rf"\1{name}-", text)
    text = _STYLE_COLOUR.sub(_of_house, text)
    text = _INVISIBLE.sub("", text)
    text = _EMPTY_GROUP.sub("", text)
    root = f'<svg stroke-linejoin="round" stroke-linecap="butt" font-family="{FAMILY}, sans-serif" '
    return text.replace("<svg ", root, 1).strip()


def _with_short_numbers(attribute: re.Match[str]) -> str:
    """An attribute in one line, its numbers to a hundredth."""
    in_one_line = " ".join(attribute[0].split())
    return _LONG_NUMBER.sub(_to_a_hundredth, in_one_line)


def _to_a_hundredth(number: re.Match[str]) -> str:
    rounded = round(float(number[0]), 2)
    return f"{rounded:.10g}"


def _of_house(colour: re.Match[str]) -> str:
    return _HOUSE.get(colour[0], colour[0])


def _themed(colour: re.Match[str]) -> str:
    return _THEMED.get(colour[0], colour[0])


def _desaturated(colour: str) -> str:
    """What seaborn makes of a colour for bars, boxes and violins (`saturation=0.75`)."""
    channels = matplotlib.colors.to_rgb(colour)
    hue, lightness, saturation = colorsys.rgb_to_hls(*channels)
    paler = colorsys.hls_to_rgb(hue, lightness, 0.75 * saturation)
    return matplotlib.colors.to_hex(paler)


def _house_colours() -> dict[str, str]:
    """What the house draws instead of a colour: its own for seaborn's paler ones, ink for black."""
    colours = {_desaturated(colour): str(colour) for colour in Colour}
    colours["#000000"] = str(Colour.INK)
    return colours


def _themed_colours() -> dict[str, str]:
    """What a page of two themes has instead of a colour: a variable of the house, a grey that turns over."""
    colours = {}
    greys = [f"#{3 * f'{level:02x}'}" for level in range(256)]
    for grey, opposite in zip(greys, reversed(greys), strict=True):
        colours[grey] = f"light-dark({grey}, {opposite})"
    for colour, variable in VARIABLES.items():
        colours[str(colour)] = f"var({variable}, {colour})"
    return colours


_HOUSE = _house_colours()
_THEMED = _themed_colours()
