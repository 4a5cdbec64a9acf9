"""A page as an audit reads it: texts outside traced data, traced data, numbers of figures, references."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

DRAWING = re.compile(r"(<svg\b[^>]*>).*?</svg>", re.DOTALL)
UNREAD = frozenset({"head", "script", "style", "svg", "pre", "code", "kbd"})
"""Elements whose text is no prose: programs, names, and drawings, whose labels come from their data."""
OWNERS = frozenset({"section", "article", "figure"})
"""Elements with an anchor of their own and, in heading or caption, a number."""
VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)


@dataclass
class Element:
    """An open element, its attributes, and the text inside it so far where that is wanted."""

    tag: str
    attributes: dict[str, str]
    wanted: bool = False
    text: str = ""

    @property
    def classes(self) -> list[str]:
        """Its class names."""
        return self.attributes.get("class", "").split()

    @property
    def unread(self) -> bool:
        """Whether what is inside is no prose, or is looked at in its own way."""
        return (
            self.tag in UNREAD or self.tag == "data" or bool({"figure-data", "counter"} & set(self.classes))
        )


@dataclass(frozen=True)
class Traced:
    """A `<data>` element."""

    source: str
    form: str
    value: str
    text: str
    where: str


@dataclass(frozen=True)
class Mark:
    """Words that are bound to a claim, the claim's address, and the verdict for which they were written."""

    claim: str
    verdict: str
    text: str
    where: str


@dataclass(frozen=True)
class Reference:
    """A link that names what it leads to by number."""

    target: str
    number: str


@dataclass
class Page(HTMLParser):
    """Reads a page: `Page().read(html)`."""

    prose: list[tuple[str, str]] = field(default_factory=list)
    """(where, text) of each piece of prose outside traced data and counters."""
    traced: list[Traced] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)
    """Anchor → the number printed at the figure or heading that carries it."""
    tables: list[str] = field(default_factory=list)
    """Numbers of tables, in order."""
    references: list[Reference] = field(default_factory=list)
    findings: list[Mark] = field(default_factory=list)
    """Words bound to claims by the tags `finding` and `premise`."""
    pictures: list[tuple[str, str, str]] = field(default_factory=list)
    """(where, alternative text, caption) of each figure."""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[Element] = []
        self._where = "title page"
        self._alternative = ""

    def read(self, html: str) -> Page:
        """Read all of `html` and return the page."""
        self.feed(DRAWING.sub(r"\1</svg>", html))
        self.close()
        return self

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where we are; void elements are looked at and left."""
        element = Element(tag, {name: value or "" for name, value in attrs})
        if tag in OWNERS and "id" in element.attributes:
            self._where = element.attributes["id"]
        if tag == "img" and "alt" in element.attributes:
            self._alternative = element.attributes["alt"]
        if tag == "svg" and "aria-label" in element.attributes:
            self._alternative = element.attributes["aria-label"]
        if tag not in VOID:
            element.wanted = tag in ("data", "figcaption", "span") or "data-claim" in element.attributes
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """SVG's self-closing elements hold no text."""
        if tag in VOID:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close the element, and those inside it that were left open."""
        while any(element.tag == tag for element in self._open):
            element = self._open.pop()
            self._closed(element)
            if element.tag == tag:
                return

    def handle_data(self, data: str) -> None:
        """A piece of text belongs to every element that is open around it."""
        for element in self._open:
            if element.wanted:
                element.text += data
        if data.strip() and not any(element.unread for element in self._open):
            self.prose.append((self._where, data))

    def _closed(self, element: Element) -> None:
        attributes = element.attributes
        if "data-claim" in attributes:
            text = " ".join(element.text.split())
            verdict = attributes.get("data-verdict", "")
            self.findings.append(Mark(attributes["data-claim"], verdict, text, self._where))
        if element.tag == "data":
            self.traced.append(
                Traced(
                    attributes.get("data-source", ""),
                    attributes.get("data-form", ""),
                    attributes.get("value", ""),
                    element.text,
                    self._where,
                )
            )
        elif element.tag == "figcaption":
            self.pictures.append((self._where, self._alternative, element.text))
        elif element.tag == "span" and "counter" in element.classes:
            self._counted(element.text.strip())

    def _counted(self, number: str) -> None:
        """A counter belongs to the link, the caption, the figure, or the heading that it stands in."""
        for element in reversed(self._open):
            if element.tag == "a" and self._inward(element):
                self.references.append(Reference(element.attributes["href"][1:], number))
                return
            if element.tag == "caption":
                self.tables.append(number)
                return
            if element.tag in OWNERS and "id" in element.attributes:
                self.numbers.setdefault(element.attributes["id"], number)
                return

    @staticmethod
    def _inward(element: Element) -> bool:
        return element.attributes.get("href", "").startswith("#")
