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

from labreport.charts.marks import ON_DARK, ON_LIGHT, powers_of_ten, thousands
from labreport.charts.styles import FAMILY, INCH_MM, VARIABLES, WIDTH_MM, Colour
from labreport.errors import UsageError
from labreport.stats.quantity import scalar


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
            frame = frame.reset_index() if any(name is not None for name in frame.index.names) else frame
            columns, rows = list(frame.columns), list(frame.itertuples(index=False, name=None))
        return tuple(map(str, columns)), tuple(tuple(map(_plain, row)) for row in rows)


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
    smaller. Raises `UsageError` for another figure that is, and for what is no figure.
    """
    shown = drawing if isinstance(drawing, Drawing) else Drawing(drawing)
    figure = _figure(shown.figure, name)
    width = round(float(figure.get_size_inches()[0]) * INCH_MM, 2)
    scale = WIDTH_MM / width if width > WIDTH_MM + 0.05 else 1.0
    wide = f"it is {width:.0f} mm wide"
    if scale < 1 and not any(kind.__module__ == "seaborn.axisgrid" for kind in type(shown.figure).__mro__):
        raise UsageError(f"figure {name!r}: {wide}; the page has room for {WIDTH_MM:.0f} mm")
    for axes in figure.axes:
        _make_readable(axes)
    alt = shown.alt or _described(shown.kind, [axes for axes in figure.axes if axes.get_visible()])
    file = io.StringIO()
    with warnings.catch_warnings():
        # A name may hold letters that our faces lack; the viewer finds a font for them.
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font")
        figure.savefig(file, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    text = _tidy(file.getvalue(), re.sub(r"[^\w-]", "-", name))
    note = f"figure {name!r} is drawn at {100 * scale:.0f} %: {wide}" if scale < 1 else ""
    if scale < 1:  # a grid's size follows its data
        text = re.sub(r'="([\d.]+)pt"', lambda one: f'="{scale * float(one[1]):.2f}pt"', text, count=2)
    colours = r'(?<=(?:fill|roke)(?:: |="))#[0-9a-f]{6}'
    screen = re.sub(colours, lambda one: _THEMED.get(one[0], one[0]), text)
    said = shown.kind, shown.title, shown.caption, alt
    return Exported(screen, text, min(width, WIDTH_MM), *said, *shown.table(), note)


def _plain(value: Any) -> Any:
    """A cell as JSON has it: Python's for NumPy's scalars, None for what is not finite or missing."""
    value = scalar(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str | int | None):
        return value
    return None if str(value) in ("<NA>", "NaT") else str(value)


def _figure(thing: Any, name: str) -> Figure:
    """The figure of whatever matplotlib, pandas or seaborn returns."""
    while isinstance(thing, (list, tuple)) or hasattr(thing, "flat"):  # (figure, axes), an array of axes
        thing = next(iter(getattr(thing, "flat", thing)), None)
    figure = getattr(thing, "figure", None)
    if not isinstance(figure, FigureBase):
        told = f"figure {name!r}: its function returns {'None' if thing is None else type(thing).__name__}"
        raise UsageError(f"{told}; return a Drawing, or a figure or axes")
    return figure.get_figure(root=True)  # of a part of it


def _described(kind: str, panels: Sequence[Any]) -> str:
    """Say what is shown: kind of chart, what its axes are, and its series."""
    labels = [(axes.get_ylabel(), axes.get_xlabel()) for axes in panels]
    sides = dict.fromkeys(" against ".join(filter(None, each)) for each in labels if any(each))
    text = ": ".join(filter(None, (kind or "chart", " and ".join(sides))))
    legends = filter(None, (axes.get_legend() for axes in panels))
    found = [text.get_text() for legend in legends for text in legend.get_texts()]
    found = found or [str(line.get_label()) for axes in panels for line in axes.lines]
    names = [name for name in dict.fromkeys(found) if name and name[0] != "_"]
    return f"{text[:1].upper()}{text[1:]}{'; ' if names else ''}{', '.join(names[:8])}."


def _make_readable(axes: Any) -> None:
    """Label logarithmic axes as the house does, and set texts on cells in colours equal in either theme."""
    for axis in (axes.xaxis, axes.yaxis):
        if axis.get_scale() == "log" and isinstance(axis.get_major_formatter(), ticker.LogFormatter):
            low, high = sorted(axis.get_view_interval())
            if high >= 1000 * low:
                powers_of_ten(axis)
            else:
                thousands(axis, (1.0, 2.0, 5.0))
    if axes.images or any("Mesh" in type(one).__name__ for one in axes.collections):
        axes.grid(False)
        for text in axes.texts:
            red, green, blue = matplotlib.colors.to_rgb(text.get_color())
            if type(text) is Text and max(red, green, blue) - min(red, green, blue) < 0.05:
                text.set_color(ON_DARK if green > 0.5 else ON_LIGHT)


def _tidy(text: str, name: str) -> str:
    """Shorten matplotlib's SVG: nothing about itself, a hundredth of a point, ids that begin with `name`."""
    dropped = (
        r'(?s)<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->| version="1.1"'
        r'| id="(?:[A-Za-z]+(?:2d)?|matplotlib\.axis)_\d+"| transform="rotate\(-0 [^"]*"'
        rf"|; font-family: '{FAMILY}'|[\x00-\x08\x0b\x0c\x0e-\x1f]"  # characters that no XML may hold
    )
    text = re.sub(dropped, "", text[text.index("<svg") :])
    text = re.sub(r'(?<= )(?:d|x|y|width|height|transform)="[^"]*"', _shortened, text)
    text = re.sub(r"(?<=>)[ \n]+(?=<)", "", text)
    text = re.sub(r'( id="|url\(#|href="#)', rf"\1{name}-", text)
    text = re.sub(r"(?<=: )#[0-9a-f]{6}", lambda one: _HOUSE.get(one[0], one[0]), text)
    text = re.sub(r'<path d="[^"]*" style="fill: none"/>|<defs/>', "", text)
    text = re.sub(r"<g></g>|<g/>", "", text)
    whole = f'<svg stroke-linejoin="round" stroke-linecap="butt" font-family="{FAMILY}, sans-serif" '
    return text.replace("<svg ", whole, 1).strip()


def _shortened(found: re.Match[str]) -> str:
    return re.sub(r"-?\d+\.\d{3,}", lambda one: f"{round(float(one[0]), 2):.10g}", " ".join(found[0].split()))


def _desaturated(colour: str) -> str:
    """What seaborn makes of a colour for bars, boxes and violins (`saturation=0.75`)."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*matplotlib.colors.to_rgb(colour))
    return matplotlib.colors.to_hex(colorsys.hls_to_rgb(hue, lightness, 0.75 * saturation))


_HOUSE = {_desaturated(colour): str(colour) for colour in Colour} | {"#000000": str(Colour.INK)}
"""What the house draws instead of a colour."""
_GREYS = [f"#{3 * f'{grey:02x}'}" for grey in range(256)]
_THEMED = {grey: f"light-dark({grey}, {dark})" for grey, dark in zip(_GREYS, _GREYS[::-1], strict=True)}
"""What a page of two themes has instead of a colour: a variable of the house, a grey that turns over."""
_THEMED |= {str(colour): f"var({variable}, {colour})" for colour, variable in VARIABLES.items()}
