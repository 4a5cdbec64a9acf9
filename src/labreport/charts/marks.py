"""What is drawn in a panel: curves, faint lines a seed, points; each tagged with its series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

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
    """One faint line a seed behind the series; none for a single seed, which is the curve itself."""
    if len(curves) < 2:
        return
    for y in curves:
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
