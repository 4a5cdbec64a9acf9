"""Figures as wide as the text, panels in millimetres, ticks that read well, and what is drawn in a panel."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import ticker
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation, Text

from labreport.charts.styles import INCH_MM, SERIES, SIZE, WIDTH_MM, Colour, SeriesStyle

Numbers = Sequence[float]


@dataclass(frozen=True)
class Margins:
    """Room around and between panels, in millimetres, for tick labels, titles and direct labels."""

    left: float = 10.0
    right: float = 4.0
    top: float = 8.0
    bottom: float = 10.5
    between: float = 12.0


def column_figure(
    height_mm: float, *, columns: int = 1, margins: Margins = Margins()
) -> tuple[Figure, list[Axes]]:
    """Make a figure as wide as the text, and its panels from left to right."""
    figure = Figure(figsize=(WIDTH_MM / INCH_MM, height_mm / INCH_MM))
    figure.set_layout_engine("none")
    width = (WIDTH_MM - margins.left - margins.right - (columns - 1) * margins.between) / columns
    height = height_mm - margins.top - margins.bottom
    lefts = (margins.left + column * (width + margins.between) for column in range(columns))
    size = width / WIDTH_MM, height / height_mm
    return figure, [figure.add_axes((left / WIDTH_MM, margins.bottom / height_mm, *size)) for left in lefts]


def canvas(height_mm: float) -> tuple[Figure, Axes]:
    """Make a figure with one panel and no axes, measured in mm from its upper left."""
    figure, (axes,) = column_figure(height_mm, margins=Margins(0, 0, 0, 0))
    axes.set_axis_off()
    axes.set(xlim=(0.0, WIDTH_MM), ylim=(height_mm, 0.0), autoscale_on=False)
    return figure, axes


def panel_title(axes: Axes, text: str, *, lift: float = 5.0) -> Text:
    """Set the panel's title off to the left, `lift` points above it."""
    return axes.set_title(text, color=Colour.INK.value, pad=lift)


def y_title(axes: Axes, text: str) -> Text:
    """Set the name of the y axis level above it, where it is read without turning the head."""
    axes.set_ylabel(text).set_visible(False)  # the alternative text reads it
    return note(axes, text, (0.0, 1.0), (0.0, 5.0), xycoords="axes fraction")


def note(
    axes: Axes, text: str, at: tuple[float, float], offset: tuple[float, float], **more: Any
) -> Annotation:
    """Set text off from a point by so many points, also outside the panel."""
    place = {"xy": at, "xytext": offset, "textcoords": "offset points", "annotation_clip": False}
    kind = {"ha": "left", "va": "baseline", "fontsize": SIZE, "color": Colour.QUIET.value}
    return axes.annotate(text, **{**place, **kind, **more})


def level(panels: Sequence[Axes]) -> None:
    """Give panels side by side the same y axis; only the first labels its ticks."""
    low, high = zip(*(panel.get_ylim() for panel in panels), strict=True)
    for panel in panels:
        panel.set_ylim(min(low), max(high))
        panel.tick_params(axis="y", labelleft=panel is panels[0])


def number(value: float, form: str = ".10g") -> str:
    """Write a number with a minus sign, and with the narrow space between thousands that the text has."""
    return f"{value:,{form}}".replace(",", "\u202f").replace("-", "−")


def plain_numbers(axis: Axis) -> None:
    """Label ticks as 0.5, 12, 1 000."""
    axis.set_major_formatter(lambda value, _: number(value))
    axis.set_minor_formatter(ticker.NullFormatter())


def whole_numbers(axis: Axis) -> None:
    """Put a few ticks at whole numbers."""
    axis.set_major_locator(ticker.MaxNLocator(nbins=5, integer=True, steps=[1, 2, 5, 10]))
    plain_numbers(axis)


def thousands(axis: Axis, subs: Sequence[float] = (1.0, 3.0)) -> None:
    """Put ticks of a logarithmic axis at 1, 3 and 10 in each decade, written out: 3 000, 10 000."""
    axis.set_major_locator(ticker.LogLocator(base=10.0, subs=subs, numticks=50))
    axis.set_minor_locator(ticker.NullLocator())
    plain_numbers(axis)


def powers_of_ten(axis: Axis) -> None:
    """Put at most six ticks of a logarithmic axis at powers of ten. Set the limits first."""
    low, high = sorted(math.log10(limit) for limit in axis.get_view_interval())
    every = next(step for step in (1, 2, 3, 5, 10, 20, 50, 100) if (high - low) / step < 6)
    axis.set_major_locator(ticker.LogLocator(base=10.0**every, numticks=8))
    axis.set_minor_locator(ticker.NullLocator())
    raised = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    axis.set_major_formatter(lambda value, _: "10" + str(round(math.log10(value))).translate(raised))


@dataclass(frozen=True)
class Mark:
    """One series: its name as the reader sees it, and how it is drawn."""

    label: str
    style: SeriesStyle = SERIES[0]

    @property
    def colour(self) -> Colour:
        """The colour of its lines and markers."""
        return self.style.colour


def curve(axes: Axes, x: Numbers, y: Numbers, mark: Mark, *, markers: bool = False) -> Line2D:
    """Draw the line of a series, with a marker at each point where there are few of them."""
    line: Any = {"linestyle": (0.0, mark.style.dash) if mark.style.dash else "-", "zorder": 3}
    marker = mark.style.marker if markers else None
    return axes.plot(x, y, label=mark.label, color=mark.colour.value, marker=marker, **line)[0]


def seed_lines(axes: Axes, x: Numbers, curves: Sequence[Numbers], mark: Mark) -> None:
    """Draw one faint line for each run behind the series; none for a single run, which is the series."""
    for y in curves if len(curves) > 1 else ():
        axes.plot(x, y, label="_", color=mark.colour.value, linewidth=0.6, alpha=0.35, zorder=2)


def points(axes: Axes, x: Numbers, y: Numbers, mark: Mark, *, size: float = 4.0) -> Line2D:
    """Draw markers without a line; `size` in points."""
    edge: Any = {"markeredgecolor": Colour.PAPER.value, "markeredgewidth": 0.5, "clip_on": False, "zorder": 3}
    kind: Any = {"linestyle": "none", "marker": mark.style.marker, "markersize": size, **edge}
    return axes.plot(x, y, label=mark.label, color=mark.colour.value, **kind)[0]


def spread(values: Numbers, apart: float, *, step: float = 0.16, room: float = 0.4) -> list[float]:
    """Find how far to set each dot beside its row, so that all can be counted.

    Dots whose `values` differ by less than `apart` get lanes, `step` from one to the next, or less where they
    would reach further than `room` to either side. Lonely dots stay where they are.
    """
    lanes = [0] * len(values)
    ends: list[float] = []
    groups = [ends] * len(values)  # of each dot: the last value in each lane of those that it stands among
    for index in sorted(range(len(values)), key=lambda index: values[index]):
        free = [lane for lane, end in enumerate(ends) if values[index] - end >= apart]
        if len(free) == len(ends):
            free, ends = [0], []
        lanes[index] = free[0] if free else len(ends)
        ends[lanes[index] : lanes[index] + 1] = [values[index]]
        groups[index] = ends
    step = min(step, 2 * room / max([1, *lanes]))
    return [step * (lane - (len(group) - 1) / 2) for lane, group in zip(lanes, groups, strict=True)]


def bars(
    axes: Axes,
    x: Numbers,
    heights: Numbers,
    mark: Mark,
    *,
    width: float = 0.72,
    level: bool = False,
    intervals: Sequence[tuple[float, float]] | None = None,
    texts: Sequence[str] = (),
) -> None:
    """Draw upright bars from zero, or `level` ones, each with its interval and its text.

    A text is within its bar, at the end, clear of the interval; where it does not fit, beyond both. Set the
    limits of `axes` first.
    """
    (axes.barh if level else axes.bar)(x, heights, width, color=mark.colour.value, label=mark.label)
    sides = list(zip(*(intervals or ()), strict=True))  # the low ends and the high ends
    if sides:
        line: Any = {"colors": Colour.INK.value, "linewidth": 0.9, "zorder": 2.5}
        (axes.hlines if level else axes.vlines)(x, *sides, **line)
    axes.get_xlim(), axes.get_ylim()  # limits that matplotlib still has to work out
    turn = slice(None, None, 1 if level else -1)
    for place, text, *ends in zip(x, texts, heights, *sides, strict=False):
        sign = -1.0 if ends[0] < 0 else 1.0
        near, far = (sign * max(0.0, of(sign * end for end in ends)) for of in (min, max))
        corners = np.array([(0.0, place - width / 2), (near, place + width / 2)])[:, turn]
        room = abs(np.subtract(*axes.transData.transform(corners))) - (_width(text), SIZE * LINE_SPACING)
        inside = bool((room > 0).all())
        at: Any = (near if inside else far, place)
        offset: Any = (-3.0 * sign if inside else 3.0 * sign, 0.0)
        back = inside == (sign > 0)  # the text ends there
        side = {"va": "center", "ha": "right" if back else "left"}
        if not level:
            side = {"va": "top" if back else "bottom", "ha": "center"}
        shade: Any = {"color": (Colour.PAPER if inside else Colour.INK).value, **side}
        note(axes, text, at[turn], offset[turn], fontweight=600 if inside else 400, **shade)


def band(axes: Axes, x: Numbers, low: Numbers, high: Numbers, mark: Mark, *, level: bool = False) -> None:
    """Draw a pale band from `low` to `high` behind a curve; a `level` one along y."""
    fill: Any = axes.fill_betweenx if level else axes.fill_between
    fill(x, low, high, color=mark.colour.value, alpha=0.16, linewidth=0.0, zorder=1.8)


def reference_line(axes: Axes, value: float, text: str) -> None:
    """Draw a quiet level line, its name at the right end where there is more room. Set the limits first."""
    dash: Any = {"linestyle": (0.0, (2.0, 2.0)), "linewidth": 0.8, "label": "_", "zorder": 1.5}
    axes.axhline(value, color=Colour.QUIET.value, **dash)
    low, high = axes.get_ylim()
    above = value - low < high - value
    place: Any = {"xycoords": axes.get_yaxis_transform(), "ha": "right", "va": "bottom" if above else "top"}
    note(axes, text, (1.0, value), (0.0, 2.0 if above else -2.0), **place)


LINE_SPACING = 1.3  # distance of two labels' baselines, in type sizes
LEADER = 5.0  # width of a leader, which leads from a point to its label, in points


@dataclass(frozen=True)
class Label:
    """Text for the point (`x`, `y`) in data coordinates, in the text shade of `colour`."""

    text: str
    x: float
    y: float
    colour: Colour = Colour.INK


def label_line_ends(axes: Axes) -> None:
    """Name each line that has a label at its right end. Set the limits of `axes` first."""
    labels = []
    for line in (line for line in axes.lines if str(line.get_label())[:1] != "_"):
        ends = [(float(x), float(y)) for x, y in np.asarray(line.get_xydata()) if np.isfinite([x, y]).all()]
        shade = next((colour for colour in Colour if colour == line.get_color()), Colour.INK)
        labels += [Label(str(line.get_label()), *end, shade) for end in ends[-1:]]
    direct_labels(axes, labels)


def direct_labels(axes: Axes, labels: Iterable[Label]) -> None:
    """Set each label to the right of its point, moved up or down only as far as clearness needs."""
    axes.get_xlim(), axes.get_ylim()  # limits that matplotlib still has to work out
    groups: list[list[tuple[Label, float]]] = []  # no two of different groups meet, whatever their heights
    reach = -math.inf
    places = [(label, *axes.transData.transform((label.x, label.y))) for label in labels]
    for label, x, y in sorted(places, key=lambda place: float(place[1])):
        if x > reach:
            groups.append([])
        groups[-1].append((label, y))
        reach = max(reach, x + _width(label.text) + 2 * LEADER)
    ends = {"shrinkA": 0.5, "shrinkB": 2.0, "relpos": (0.0, 0.5)}
    arrow = {"arrowstyle": "-", "color": Colour.RULE.value, "linewidth": 0.5, **ends}
    for group in groups:
        heights = [(label.text.count("\n") + 1) * SIZE * LINE_SPACING for label, _ in group]
        wanted = [y for _, y in group]
        moves = dodge(wanted, heights, axes.bbox.y0, axes.bbox.y1) - np.array(wanted)
        leaders = bool((abs(moves) > 3.0).any())  # points; all or none, so that labels are in line
        for (label, _), move in zip(group, moves.tolist(), strict=True):
            offset = 5.0 + LEADER * leaders, move
            kind: Any = {"va": "center", "color": label.colour.text.value, "fontweight": 600}
            kind |= {"parse_math": False, "arrowprops": arrow if leaders else None}
            note(axes, label.text, (label.x, label.y), offset, **kind)


def _width(text: str) -> float:
    """About how wide `text` is set, in points; letters of the house's face are half as wide as high."""
    return 0.56 * max(map(len, text.split("\n"))) * SIZE + 2.0


def dodge(wanted: Numbers, heights: Numbers, bottom: float, top: float) -> Any:
    """Find centres near `wanted`, an array, such that boxes of `heights` do not overlap, in the same order.

    The sum of squared moves is least. They are between `bottom` and `top` as far as they fit; half a line may
    stand out, because a label that is level with the end of an axis belongs there.
    """
    from scipy.optimize import isotonic_regression

    order = np.argsort(wanted, kind="stable")
    tall = np.asarray(heights)[order]
    middles = np.cumsum(tall) - tall / 2
    slack = max(heights) / 2
    starts = isotonic_regression(np.asarray(wanted)[order] - middles).x
    starts = np.maximum(bottom - slack, np.minimum(starts, top + slack - sum(heights)))
    return (starts + middles)[np.argsort(order)]


# Light to dark in even steps of lightness, so that order survives greyscale. These colours and the
# two text colours are the same in every theme: cell and text belong together.
_STEPS = ("#f3f7fb", "#b7d3ea", "#5f9fcf", "#1f6aa5", "#0a3a66")
SHADES = LinearSegmentedColormap.from_list("labreport", _STEPS)
ON_LIGHT, ON_DARK = "#101418", "#fdfdfe"  # no pure grey, which would turn over on a dark page
DARK_FROM = 172 / 256  # light text stands out more from here: relative luminance below 0.18, as in WCAG 2.2


def heat_map(
    axes: Axes,
    values: Any,
    texts: Sequence[Sequence[str]],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    low: float | None = None,
    high: float | None = None,
    blank: Any = False,
) -> None:
    """Draw `values` (rows × columns) as shades from `low` to `high`, else their own, `texts` in the cells.

    Cells that are not finite, or where `blank` is true, are left empty.
    """
    shown = np.ma.masked_invalid(np.where(blank, np.nan, values).astype(float))
    known = shown.compressed()
    low = float(known.min(initial=np.inf)) if low is None else low
    high = float(known.max(initial=low)) if high is None else high
    span = high - low if high > low else 1.0
    lines: Any = {"edgecolors": Colour.PAPER.value, "linewidth": 0.8}
    axes.pcolormesh(shown, cmap=SHADES, vmin=low, vmax=low + span, **lines)
    for row, column in np.argwhere(~np.ma.getmaskarray(shown)):
        colour = ON_DARK if (shown[row, column] - low) / span >= DARK_FROM else ON_LIGHT
        kind: Any = {"ha": "center", "va": "center", "fontsize": SIZE, "color": colour}
        axes.text(column + 0.5, row + 0.5, texts[row][column], **kind)
    height, width = shown.shape
    axes.grid(False)
    axes.spines[:].set_visible(False)
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_xticks(np.arange(width) + 0.5, list(columns), parse_math=False)
    axes.set_yticks(np.arange(height) + 0.5, list(rows), parse_math=False)
    axes.tick_params(axis="both", length=0, labelrotation=0)


def frame_cells(axes: Axes, cells: Iterable[tuple[int, int]]) -> None:
    """Draw a frame around each of the cells (row, column) of a map."""
    line: Any = {"edgecolor": Colour.VERMILLION.value, "linewidth": 1.6, "zorder": 4}
    for row, column in cells:
        axes.add_patch(Rectangle((column + 0.06, row + 0.06), 0.88, 0.88, fill=False, **line))


def picture(axes: Axes, image: Any, left: float, top: float, size: float) -> None:
    """Show a small square grey image, bytes, pixel by pixel, on a `canvas`; `left`, `top`, `size` in mm."""
    place: Any = {"extent": (left, left + size, top + size, top), "aspect": "auto", "interpolation": "none"}
    axes.imshow(image, cmap="gray", vmin=0, vmax=255, **place)


def caption(axes: Axes, text: str, middle: float, top: float) -> None:
    """Set small centred lines of text on a `canvas`, below `top` and about `middle`, both in mm."""
    kind: Any = {"ha": "center", "va": "top", "linespacing": 1.1, "color": Colour.INK.value}
    note(axes, text, (middle, top), (0.0, 0.0), **kind)
