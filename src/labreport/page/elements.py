"""Elements of HTML, found by Python's parser: some are replaced, and every other byte stays.

>>> html = '<p>See <img src="plan.png" alt="A plan"></p>'
>>> replace_elements(html, "img", lambda image: image.attributes["alt"])
'<p>See A plan</p>'
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser


@dataclass
class Element:
    """An element: its attributes without escapes, its tags and its content as they are written.

    Of one that has no end tag, such as `img`, content and end tag are empty.
    """

    attributes: dict[str, str]
    start_tag: str
    content: str = ""
    end_tag: str = ""


def elements(html: str, *names: str) -> list[Element]:
    """Find the elements of these names, by default all, in the order in which they begin."""
    return [element for _, element in _elements_by_position(html, names)]


def replace_elements(html: str, names: str, replacement: Callable[[Element], str | None]) -> str:
    """Return HTML with what `replacement` gives in place of elements of these `names`, such as `h2 h3`.

    Where it gives None, the element stays, and those inside it are asked for too.
    """
    pieces = []
    end = 0
    for position, element in _elements_by_position(html, tuple(names.split())):
        new = replacement(element) if position >= end else None
        if new is not None:
            pieces += [html[end:position], new]
            end = position + len(element.start_tag + element.content + element.end_tag)
    return "".join(pieces) + html[end:]


def _elements_by_position(html: str, names: tuple[str, ...]) -> list[tuple[int, Element]]:
    parser = _ElementParser(html, names)
    parser.feed(html)
    parser.close()
    return parser.elements


class _ElementParser(HTMLParser):
    """Gathers elements with their positions; Python's parser says where it is by line and column."""

    def __init__(self, html: str, names: tuple[str, ...]) -> None:
        super().__init__()
        self.elements: list[tuple[int, Element]] = []
        self._html = html
        self._names = names
        self._open: list[tuple[str, int]] = []
        """The names of elements that have not ended, and their places in `elements`."""
        lengths = (len(line) + 1 for line in html.split("\n"))
        self._line_begins = list(itertools.accumulate(lengths, initial=0))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._names or tag in self._names:
            attributes = {name: value or "" for name, value in attrs}
            self._open.append((tag, len(self.elements)))
            self.elements.append((self._position(), Element(attributes, self.get_starttag_text() or "")))

    def handle_endtag(self, tag: str) -> None:
        for depth in reversed(range(len(self._open))):
            name, place = self._open[depth]
            if name == tag:
                del self._open[depth:]
                begin, element = self.elements[place]
                end = self._position()
                element.content = self._html[begin + len(element.start_tag) : end]
                element.end_tag = self._html[end : self._html.index(">", end) + 1]
                return

    def _position(self) -> int:
        line, column = self.getpos()
        return self._line_begins[line - 1] + column
