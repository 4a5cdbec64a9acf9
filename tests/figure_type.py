"""What may be wrong with the type of a figure, measured on the figure's own text boxes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

TOUCH = 0.5
"""Boxes that overlap by less than this, in points, do not count: a box is larger than its ink."""


def measuring(figure: Figure) -> RendererAgg:
    """A renderer on which the texts of `figure` can be measured, a pixel a point."""
    width, height = figure.get_size_inches() * figure.dpi
    return RendererAgg(width, height, figure.dpi)  # type: ignore[no-untyped-call]


def drawn_texts(figure: Figure) -> list[tuple[str, float, Bbox]]:
    """Every text that `figure` shows, ticks out of view left out: words, size in points, box in points."""
    renderer = measuring(figure)
    with _listening() as drawn:
        figure.draw(renderer)
    # The box of an annotation would take its leader in; only the box of the text is meant.
    return [
        (text.get_text(), float(text.get_fontsize()), Text.get_window_extent(text, renderer))
        for text in dict.fromkeys(drawn)
        if text.get_visible() and text.get_text().strip()
    ]


@contextmanager
def _listening() -> Iterator[list[Text]]:
    """Collect each `Text` that is asked to draw itself: only drawing knows which ticks are in view."""
    drawn: list[Text] = []
    draw = Text.draw

    def listen(text: Text, renderer: RendererBase) -> None:
        drawn.append(text)
        draw(text, renderer)

    Text.draw = listen  # type: ignore[method-assign, assignment]
    try:
        yield drawn
    finally:
        Text.draw = draw  # type: ignore[method-assign]


@dataclass(frozen=True)
class Type:
    """What is wrong with the texts of a figure, which is drawn once to find it.

    `overlapping` are pairs of texts whose boxes overlap, `clipped` those that reach beyond the edge;
    `smallest` is the size in points of the smallest one, infinite if there is none.
    """

    overlapping: list[tuple[str, str]]
    clipped: list[str]
    smallest: float


def measured(figure: Figure) -> Type:
    """Measure every text that `figure` shows."""
    texts, edge = drawn_texts(figure), figure.bbox
    overlapping = [
        (words, others)
        for index, (words, _, box) in enumerate(texts)
        for others, _, other in texts[index + 1 :]
        if min(box.x1, other.x1) - max(box.x0, other.x0) > TOUCH
        and min(box.y1, other.y1) - max(box.y0, other.y0) > TOUCH
    ]
    clipped = [
        words
        for words, _, box in texts
        if box.x0 < edge.x0 - TOUCH
        or box.y0 < edge.y0 - TOUCH
        or box.x1 > edge.x1 + TOUCH
        or box.y1 > edge.y1 + TOUCH
    ]
    return Type(overlapping, clipped, min((size for _, size, _ in texts), default=float("inf")))
