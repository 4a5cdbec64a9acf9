"""What is wrong with the type of a figure, measured on the boxes of its texts as they are drawn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox, BboxBase

TOUCH = 0.5
"""Boxes that overlap by less than this, in points, do not count: a box is larger than its ink."""

Drawn = dict[Text, tuple[str, float, Bbox]]
"""Texts that were drawn: words, size in points, box in points."""


@contextmanager
def texts_drawn() -> Iterator[Drawn]:
    """Collect each text that a figure shows while it is drawn: only drawing knows which ticks are in view.

    The box of an annotation would take its leader in; the box of its text is meant.
    """
    drawn: Drawn = {}
    draw = Text.draw

    def listen(text: Text, renderer: RendererBase) -> None:
        draw(text, renderer)
        if text.get_visible() and text.get_text().strip():
            box = Text.get_window_extent(text, renderer)
            drawn[text] = text.get_text(), float(text.get_fontsize()), box

    Text.draw = listen  # type: ignore[method-assign, assignment]
    try:
        yield drawn
    finally:
        Text.draw = draw  # type: ignore[method-assign]


def drawn_texts(figure: Figure) -> list[tuple[str, float, Bbox]]:
    """Draw `figure`, a pixel a point: every text that it shows."""
    width, height = figure.get_size_inches() * figure.dpi
    with texts_drawn() as drawn:
        figure.draw(RendererAgg(width, height, figure.dpi))  # type: ignore[no-untyped-call]
    return list(drawn.values())


@dataclass(frozen=True)
class Type:
    """What is wrong with the texts of a figure.

    `overlapping` are pairs of texts whose boxes overlap, `clipped` those that reach beyond the edge;
    `smallest` is the size in points of the smallest one, infinite if there is none.
    """

    overlapping: list[tuple[str, str]]
    clipped: list[str]
    smallest: float

    def said(self) -> str:
        """What is wrong, in words; empty where nothing is."""
        found = [f"{one!r} and {other!r} overlap" for one, other in self.overlapping]
        found += [f"{words!r} is cut off by the edge" for words in self.clipped]
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        return f"{found[0]}{more}; give it more room, or shorter or fewer texts" if found else ""


def measured(figure: Figure) -> Type:
    """Draw `figure`, and measure every text that it shows."""
    return judged(drawn_texts(figure), figure.bbox)


def judged(texts: list[tuple[str, float, Bbox]], edge: BboxBase) -> Type:
    """What is wrong with texts that were drawn in a figure with this edge."""
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
