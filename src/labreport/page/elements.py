"""Finding and replacing elements of HTML by Python's parser; all other bytes stay as they are.

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
    """An element of HTML, with its tags and content as they are in the source.

    `begin` is its index in the source. An element without an end tag, such as `img`, has empty content and
    end tag.
    """

    name: str
    begin: int
    attributes: dict[str, str]
    start_tag: str
    content: str = ""
    end_tag: str = ""


def elements(html: str, names: str = "") -> list[Element]:
    """The elements with these names, such as `h2 h3`, or all, in the order in which they begin."""
    parser = _ElementParser(html, names.split())
    parser.feed(html)
    parser.close()
    return parser.elements


def replace_elements(html: str, names: str, replacement: Callable[[Element], str | None]) -> str:
    """Replace each element with one of these names by the text that `replacement` returns.

    If it returns None, the element stays, and `replacement` is called for the elements inside it.
    """
    replaced = ""
    end = 0
    for element in elements(html, names):
        new = replacement(element) if element.begin >= end else None
        if new is not None:
            replaced += f"{html[end : element.begin]}{new}"
            end = element.begin + len(element.start_tag + element.content + element.end_tag)
    return replaced + html[end:]


class _ElementParser(HTMLParser):
    """Collects elements; Python's parser gives positions as line and column, converted here to indices."""

    def __init__(self, html: str, names: list[str]) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._html = html
        self._names = names
        self._open: list[Element] = []
        lengths = [len(line) + 1 for line in html.split("\n")]
        self._line_begins = list(itertools.accumulate(lengths, initial=0))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._names or tag in self._names:
            attributes = {name: value or "" for name, value in attrs}
            element = Element(tag, self._position(), attributes, self.get_starttag_text() or "")
            self.elements.append(element)
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Handle `<img />` as `<img>`, which has no end tag."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        while tag in [element.name for element in self._open]:
            element = self._open.pop()
            if element.name == tag:
                end = self._position()
                element.content = self._html[element.begin + len(element.start_tag) : end]
                element.end_tag = self._html[end : self._html.index(">", end) + 1]
                return

    def _position(self) -> int:
        line, column = self.getpos()
        return self._line_begins[line - 1] + column
