"""A page as an audit reads it: texts, traced data, numbers, references; and what is found wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from labreport.page.templates import VOID


@dataclass(frozen=True)
class Finding:
    """`where` it is, the `text` that is wrong, and the `problem` with it.

    A `sourceless` text is a number that comes from no answer, whatever is said of its source.
    """

    where: str
    text: str
    problem: str
    sourceless: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.text!r} {self.problem}"


DRAWING = re.compile(r'(<div class="drawing" data-figure="[^"]*">\s*<svg\b[^>]*>).*?</svg>', re.DOTALL)
"""A figure of the report; its labels are checked against its data when it is drawn."""
UNREAD = frozenset({"script", "style", "pre", "kbd"})
"""Elements whose text is not prose: programs and keys."""
OWN = frozenset({"data", "code"})
"""Elements whose text is looked at in a way of its own: traced data and names."""
SHOWN = ("title", "aria-label", "aria-description", "alt", "alttext", "placeholder", "label", "summary")
"""Attributes that are shown or read aloud."""
BLOCKS = frozenset(
    {"p", "li", "td", "th", "tr", "dt", "dd", "div", "figcaption", "caption", "table", "section", "article"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "header", "footer"}
)
"""Elements that no sentence goes across."""
SENTENCE = re.compile(r"[.!?;](?=\s|$)")
HEADINGS = frozenset({"title", "h1", "h2", "h3"})
OWNERS = frozenset({"section", "article", "figure"})
"""Elements with an anchor of their own and, in heading or caption, a number."""


@dataclass
class Element:
    """An open element, its attributes, and the text inside it so far where that is wanted."""

    tag: str
    attributes: dict[str, str]
    wanted: bool = False
    silent: bool = False
    """Whether it or an element around it is `unread`."""
    text: str = ""

    @property
    def classes(self) -> list[str]:
        """Its class names."""
        return self.attributes.get("class", "").split()

    @property
    def inward(self) -> bool:
        """Whether it is a link to another place of the page."""
        return self.tag == "a" and self.attributes.get("href", "").startswith("#")

    @property
    def heads(self) -> bool:
        """Whether what is inside is, or leads to, a heading."""
        named = {"part", "author", "subtitle"} & set(self.classes)
        return self.inward or self.tag in HEADINGS or bool(named)

    @property
    def unread(self) -> bool:
        """Whether what is inside is not prose, or is looked at in its own way."""
        own = self.tag in UNREAD or self.tag in OWN or "data-subject" in self.attributes
        return own or bool({"figure-data", "counter"} & set(self.classes))


@dataclass(frozen=True)
class Traced:
    """A `<data>` element."""

    source: str
    form: str
    value: str
    text: str
    where: str


@dataclass(frozen=True)
class Step:
    """One thing on the way through the text: `kind` is `name`, `head`, `data`, `stop`, or `row`.

    A `head` is a name in the header of a row. `about` are the names that `data-about` gives in its place.
    """

    kind: str
    text: str = ""
    data: Traced | None = None
    about: str | None = None


@dataclass
class Page(HTMLParser):
    """Reads a page: `Page().read(html)`."""

    prose: list[tuple[str, str, bool]] = field(default_factory=list)
    """(where, text, whether it is in a heading) of each piece of prose outside traced data and counters.

    Headings are those of the page and its parts, the links to them, and their rows in a table.
    """
    traced: list[Traced] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)
    """Anchor → the number printed at the figure or heading that has it."""
    tables: list[str] = field(default_factory=list)
    """Numbers of tables, in order."""
    references: list[tuple[str, str]] = field(default_factory=list)
    """(anchor, number by which a link names it)."""
    findings: list[tuple[str, str, str, str]] = field(default_factory=list)
    """(where, address of a finding, judgement for which the words bound to it were written, the words)."""
    titled: list[tuple[str, str, str]] = field(default_factory=list)
    """(where, name of an experiment, its title in the text)."""
    pictures: list[tuple[str, str, str]] = field(default_factory=list)
    """(where, alternative text, caption) of each figure."""
    attributes: list[tuple[str, str, str]] = field(default_factory=list)
    """(where, name, text) of each attribute that is shown or that a style sheet may show."""
    styles: list[str] = field(default_factory=list)
    """Style sheets."""
    names: list[tuple[str, str, bool]] = field(default_factory=list)
    """(where, text outside traced data, whether it is a key) of each `<code>` in prose."""
    flow: list[Step] = field(default_factory=list)
    """Names, traced data and ends of sentences and rows, in order."""

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
        self._attributes(element)
        if tag in BLOCKS:
            self.flow.append(Step("row" if tag == "tr" else "stop"))
        if tag not in VOID:
            wanted = ("data", "figcaption", "span", "code", "style")
            element.wanted = tag in wanted or "data-finding" in element.attributes
            element.silent = element.unread or (bool(self._open) and self._open[-1].silent)
            self._open.append(element)

    def _attributes(self, element: Element) -> None:
        """A figure's alternative text is compared with its caption; all others are read by themselves."""
        drawing = any("drawing" in each.classes for each in self._open[-1:])
        spoken = {"img": "alt", "svg": "aria-label"}.get(element.tag) if drawing else None
        for name, text in element.attributes.items():
            if name == spoken:
                self._alternative = text
            elif name in SHOWN or name.startswith("data-") or (name == "value" and element.tag != "data"):
                self.attributes.append((self._where, name, text))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """SVG's self-closing elements hold no text."""
        if tag in VOID:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close the element, and those inside it that were left open."""
        if not any(element.tag == tag for element in reversed(self._open)):
            return
        while self._open:
            element = self._open.pop()
            self._closed(element)
            if element.tag in BLOCKS:
                self.flow.append(Step("row" if element.tag == "tr" else "stop"))
            if element.tag == tag:
                return

    def handle_data(self, data: str) -> None:
        """A piece of text belongs to every element that is open around it."""
        traced = self._open and self._open[-1].tag == "data"
        for element in self._open:
            if element.wanted and not (traced and element.tag == "code"):
                element.text += data
        if data.strip() and not (self._open and self._open[-1].silent):
            self.prose.append((self._where, data, any(element.heads for element in self._open)))
            if SENTENCE.search(data):
                self.flow.append(Step("stop"))

    def _closed(self, element: Element) -> None:
        attributes = element.attributes
        if "data-finding" in attributes:
            address, judgement = attributes["data-finding"], attributes.get("data-judgement", "")
            self.findings.append((self._where, address, judgement, " ".join(element.text.split())))
        if "data-subject" in attributes:
            self.titled.append((self._where, attributes["data-subject"], element.text.strip()))
            self._name(attributes["data-subject"])
        if element.tag == "data":
            self._traced(element)
        elif element.tag == "style":
            self.styles.append(element.text)
        elif element.tag == "code" and not any(outer.tag == "pre" for outer in self._open):
            keys = any("keys" in outer.classes for outer in self._open)
            self.names.append((self._where, element.text, keys))
            self._name(element.text)
        elif element.tag == "figcaption":
            self.pictures.append((self._where, self._alternative, element.text))
        elif element.tag == "span" and "counter" in element.classes:
            self._counted(element.text.strip())

    def _traced(self, element: Element) -> None:
        attributes = element.attributes
        names = ("data-source", "data-form", "value")
        source, form, value = (attributes.get(name, "") for name in names)
        item = Traced(source, form, value, element.text, self._where)
        self.traced.append(item)
        if any(outer.tag == "code" for outer in self._open):
            self._name(element.text)
        else:
            about = (outer.attributes.get("data-about") for outer in (element, *reversed(self._open)))
            self.flow.append(Step("data", "", item, next((each for each in about if each is not None), None)))

    def _name(self, text: str) -> None:
        if text.strip():
            head = any(
                outer.tag == "th" and "row" in outer.attributes.get("scope", "") for outer in self._open
            )
            self.flow.append(Step("head" if head else "name", text.strip()))

    def _counted(self, number: str) -> None:
        """A counter belongs to the link, the caption, the figure, or the heading that it is in."""
        for element in reversed(self._open):
            if element.inward:
                self.references.append((element.attributes["href"][1:], number))
                return
            if element.tag == "caption":
                self.tables.append(number)
                return
            if element.tag in OWNERS and "id" in element.attributes:
                self.numbers.setdefault(element.attributes["id"], number)
                return
