"""What may be wrong with the type of a figure, measured on the figure's own text boxes."""

from __future__ import annotations

from typing import Any

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

TOUCH = 0.5
"""Boxes that overlap by less than this, in points, do not count: a box is larger than its ink."""


class _Listener(RendererAgg):
    """Draws a figure and remembers each text that was really drawn, ticks out of view left out."""

    def __init__(self, figure: Figure) -> None:
        width, height = figure.get_size_inches() * figure.dpi
        super().__init__(width, height, figure.dpi)  # type: ignore[no-untyped-call]
        self.texts: list[Text] = []

    def draw_text(
        self,
        gc: Any,
        x: float,
        y: float,
        s: str,
        prop: Any,
        angle: float,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        """Remember the text, then draw it."""
        if isinstance(mtext, Text) and mtext not in self.texts and s.strip():
            self.texts.append(mtext)
        super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)  # type: ignore[no-untyped-call]


def drawn_texts(figure: Figure) -> list[tuple[str, float, Bbox]]:
    """Every text that `figure` shows: its words, its size in points, its box in points."""
    listener = _Listener(figure)
    figure.draw(listener)
    # The box of an annotation would take its leader in; the box of the text alone is meant.
    return [
        (text.get_text(), float(text.get_fontsize()), Text.get_window_extent(text, listener))
        for text in listener.texts
    ]


def overlapping_texts(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of texts whose boxes overlap; empty in a figure that is fit to print."""
    texts = drawn_texts(figure)
    return [
        (words, others)
        for index, (words, _, box) in enumerate(texts)
        for others, _, other in texts[index + 1 :]
        if min(box.x1, other.x1) - max(box.x0, other.x0) > TOUCH
        and min(box.y1, other.y1) - max(box.y0, other.y0) > TOUCH
    ]


def clipped_texts(figure: Figure) -> list[str]:
    """Texts that reach beyond the edge of the figure."""
    edge = figure.bbox
    return [
        words
        for words, _, box in drawn_texts(figure)
        if box.x0 < edge.x0 - TOUCH
        or box.y0 < edge.y0 - TOUCH
        or box.x1 > edge.x1 + TOUCH
        or box.y1 > edge.y1 + TOUCH
    ]


def smallest_type(figure: Figure) -> float:
    """The size in points of the smallest text shown; infinite if there is none."""
    return min((size for _, size, _ in drawn_texts(figure)), default=float("inf"))
