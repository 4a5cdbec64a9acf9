"""What is drawn in a panel: curves, a faint line for each seed, points; each tagged with its series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from labreport.charts import style
from labreport.charts.palette import Colour, SeriesStyle

SEED_OPACITY = 0.35
SEED_WIDTH = 0.6
GID_MARK = "series"


@dataclass(frozen=True)
class Mark:
    """One series: its name as the reader sees it, and how it is drawn."""

    label: str
    style: SeriesStyle

    @property
    def colour(self) -> Colour:
        """The colour of its lines and markers."""
        return self.style.colour

    @property
    def linestyle(self) -> str | tuple[float, tuple[float, ...]]:
        """Its dash as matplotlib takes it."""
        return (0.0, self.style.dash) if self.style.dash else "-"


def tag(artist: Artist, series: str, part: str = "") -> None:
    """Mark `artist` as belonging to `series`, so that the page's script can find it.

    The part `"curve"` is what a reader reads values off; only lines can be that.
    """
    artist.set_gid("/".join((GID_MARK, part, series)))


def data_of(line: Line2D) -> list[tuple[float, float]]:
    """The points of a line, in data coordinates."""
    return [(float(x), float(y)) for x, y in np.asarray(line.get_xydata())]


def named_curves(axes: Axes) -> list[Line2D]:
    """The lines of `axes` that are a series' curve, in order of drawing."""
    return [line for line in axes.lines if str(line.get_gid()).startswith(f"{GID_MARK}/curve/")]


def curve(axes: Axes, x: Sequence[float], y: Sequence[float], mark: Mark, *, markers: bool = False) -> Line2D:
    """The line of a series, with a marker at each point where there are few of them."""
    (line,) = axes.plot(
        x,
        y,
        color=mark.colour.value,
        linestyle=mark.linestyle,
        marker=mark.style.marker if markers else None,
        label=mark.label,
        zorder=3,
    )
    tag(line, mark.label, "curve")
    return line


def seed_lines(axes: Axes, x: Sequence[float], curves: Sequence[Sequence[float]], mark: Mark) -> None:
    """One faint line for each seed behind the series; none for a single seed, which is the curve itself."""
    if len(curves) > 1:
        for y in curves:
            seed_line(axes, x, y, mark)


def seed_line(axes: Axes, x: Sequence[float], y: Sequence[float], mark: Mark) -> None:
    """The faint line of one seed."""
    (line,) = axes.plot(
        x,
        y,
        color=mark.colour.value,
        linewidth=SEED_WIDTH,
        alpha=SEED_OPACITY,
        solid_joinstyle="round",
        label=f"_{mark.label}",
        zorder=2,
    )
    tag(line, mark.label, "seed")


def points(
    axes: Axes, x: Sequence[float], y: Sequence[float], mark: Mark, *, hollow: bool = False, size: float = 4.0
) -> Line2D:
    """Markers without a line."""
    (line,) = axes.plot(
        x,
        y,
        linestyle="none",
        marker=mark.style.marker,
        markersize=size,
        markerfacecolor=Colour.PAPER.value if hollow else mark.colour.value,
        markeredgecolor=mark.colour.value,
        markeredgewidth=0.9,
        label=mark.label,
        zorder=3,
        clip_on=False,
    )
    tag(line, mark.label, "curve")
    return line


def bars(
    axes: Axes,
    x: Sequence[float],
    heights: Sequence[float],
    mark: Mark,
    *,
    standing_out: Mark,
    at: int | None,
) -> None:
    """Bars from zero; the one at index `at`, if any, in the style of `standing_out`."""
    marks = [standing_out if index == at else mark for index in range(len(heights))]
    shown = axes.bar(x, heights, width=0.72, color=[one.colour.value for one in marks])
    for bar, one in zip(shown, marks, strict=True):
        tag(bar, one.label, "bar")


def stems(axes: Axes, start: float, ends: Sequence[float]) -> None:
    """A quiet level line to each of `ends`, one a row, that leads the eye from its name to its mark."""
    axes.grid(False)
    axes.hlines(range(len(ends)), start, ends, colors=Colour.GRID.value, linewidth=0.8, zorder=1)


def picture(axes: Axes, image: NDArray[np.uint8], left: float, top: float, size: float, series: str) -> None:
    """A small square grey image, bytes, pixel by pixel, on a `canvas`; `left`, `top`, `size` in mm."""
    shown = axes.imshow(
        image,
        cmap="gray",
        vmin=0,
        vmax=255,
        interpolation="none",
        extent=(left, left + size, top + size, top),
        aspect="auto",
    )
    tag(shown, series, "picture")


def caption(axes: Axes, text: str, middle: float, top: float, series: str) -> None:
    """Small centred lines of text on a `canvas`, below `top` and about `middle`, both in mm."""
    note = axes.text(middle, top, text, ha="center", va="top", fontsize=style.SMALL, linespacing=1.1)
    tag(note, series, "caption")
