"""Elements of HTML: where each begins and ends, so that some are changed and every other byte stays.

>>> html = '<p>See <img src="plan.png" alt="A plan"></p>'
>>> [image] = elements(html, "img")
>>> image.attributes
{'src': 'plan.png', 'alt': 'A plan'}
>>> with_edits(html, [Edit(image.begin, image.end, "the plan")])
'<p>See the plan</p>'
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import NamedTuple


class Edit(NamedTuple):
    """A piece of a text, from `begin` to before `end`, and the text that takes its place."""

    begin: int
    end: int
    text: str


@dataclass
class Element:
    """An element: its attributes without escapes, and where its tags and its content are in the HTML.

    One that has no end tag, such as `img`, ends with its start tag.
    """

    name: str
    attributes: dict[str, str]
    begin: int
    content_begin: int
    content_end: int
    end: int


def elements(html: str, *names: str) -> list[Element]:
    """Find the elements of these names, by default all, in the order in which they begin."""
    parser = _ElementParser(html, names)
    parser.feed(html)
    parser.close()
    return parser.elements


def with_edits(html: str, edits: Iterable[Edit]) -> str:
    """Return HTML with some pieces replaced, of which no two overlap."""
    pieces = []
    position = 0
    for begin, end, text in sorted(edits):
        pieces += [html[position:begin], text]
        position = end
    return "".join(pieces) + html[position:]


class _ElementParser(HTMLParser):
    """Gathers elements; Python's parser says where it is by line and column."""

    def __init__(self, html: str, names: tuple[str, ...]) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._html = html
        self._names = names
        self._open: list[Element] = []
        lengths = [len(line) for line in html.split("\n")]
        self._line_begins = list(itertools.accumulate((length + 1 for length in lengths), initial=0))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._names and tag not in self._names:
            return
        attributes = {name: value or "" for name, value in attrs}
        begin = self._position()
        end = begin + len(self.get_starttag_text() or "")
        element = Element(tag, attributes, begin, end, end, end)
        self.elements.append(element)
        self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        for index in reversed(range(len(self._open))):
            if self._open[index].name == tag:
                element = self._open[index]
                element.content_end = self._position()
                element.end = self._html.index(">", element.content_end) + 1
                del self._open[index:]
                return

    def _position(self) -> int:
        line, column = self.getpos()
        return self._line_begins[line - 1] + column
