"""A page as an audit reads it: its elements, prose, names and numbers in order; and what is found wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

Element: TypeAlias = Any
"""One of lxml."""


@dataclass(frozen=True)
class Finding:
    """`where` it is, the `text` that is wrong, and the `problem` with it.

    A `sourceless` text is a number that comes from no answer, whatever is said of its source. `behind` is the
    name of a quantity, and the word that a template has behind it.
    """

    where: str
    text: str
    problem: str
    sourceless: bool = False
    behind: tuple[str, str] = ("", "")

    def __str__(self) -> str:
        return f"{self.where}: {self.text!r} {self.problem}"


UNREAD = frozenset({"script", "style", "pre", "kbd", "data", "code"})
"""Elements whose text is not prose: programs, keys, and what is looked at in its own way, data and names."""
SHOWN = ("title", "aria-label", "aria-description", "alt", "alttext", "placeholder", "label", "summary")
"""Attributes that are shown or read aloud."""
FORMULA = "//span[starts-with(@class, 'formula')]"
"""What a formula is in: its drawing, which may have a title, and its LaTeX, audited in its own way."""
BLOCKS = frozenset(
    {"p", "li", "td", "th", "tr", "dt", "dd", "div", "figcaption", "caption", "table", "section", "article"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "header", "footer"}
)
"""Elements that no sentence goes across."""
SENTENCE = re.compile(r"[.!?;](?=\s|$)")
HEADINGS = frozenset({"title", "h1", "h2", "h3"})
OWNERS = frozenset({"section", "article", "figure"})
"""Elements with an anchor of their own and, in heading or caption, a number."""


def parse(html: str, drawings: bool = False) -> Element:
    """The root of a page; what is inside the drawings of figures, which an audit leaves out, if asked for."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    page = etree.fromstring(f"<!DOCTYPE html>{html}".encode("utf-8", "replace"), parser)
    for drawing in page.xpath("//div[@class='drawing' and @data-figure]/svg") if not drawings else ():
        drawing[:] = []  # it is checked against its data when it is drawn
        drawing.text = None
    return page


def text_of(element: Element) -> str:
    """All text inside an element."""
    return "".join(element.itertext())


def name_of(code: Element) -> str:
    """The text of a `<code>` outside traced data."""
    return "".join(code.xpath(".//text()[not(parent::data)]"))


def classes(element: Element) -> set[str]:
    """Names of its classes."""
    return set(element.get("class", "").split())


def around(element: Element) -> Iterator[Element]:
    """An element and those that it is in, from the inside."""
    yield element
    yield from element.iterancestors()


def place(element: Element) -> str:
    """Where it is: the anchor of the figure or the part of the report that it is in."""
    anchors = (one.get("id") for one in around(element) if one.tag in OWNERS)
    return next(filter(None, anchors), "title page")


def leads_inward(element: Element) -> bool:
    """Whether it is a link to another place of the page."""
    return bool(element.tag == "a" and element.get("href", "").startswith("#"))


def in_heading(element: Element) -> bool:
    """Whether it is in a heading of the page or its parts, in a link to one, or in its row of a table."""
    return any(
        leads_inward(one) or one.tag in HEADINGS or {"part", "author", "subtitle"} & classes(one)
        for one in around(element)
    )


def walk(top: Element) -> Iterator[tuple[bool, Element, str, Element]]:
    """Beginnings and ends of elements in order: whether it is an end, and of which.

    Each has the text behind it, up to the next, and the element that this text is in.
    """
    from lxml import etree

    for event, element in etree.iterwalk(top, events=("start", "end")):
        if event == "start":
            yield False, element, element.text or "", element
        elif element is not top:
            yield True, element, element.tail or "", element.getparent()


def prose(page: Element) -> Iterator[tuple[Element, str]]:
    """Each piece of text that is prose, with the element that it is in."""
    yield from ((inside, text) for _, _, text, inside in walk(page) if text.strip() and not _silent(inside))


def _silent(element: Element) -> bool:
    """Whether what is inside is not prose, or is looked at in its own way."""
    return any(
        one.tag in UNREAD
        or "data-subject" in one.attrib
        or "data-literal" in one.attrib
        or {"figure-data", "counter"} & classes(one)
        or (one.get("class") == "source" and "formula" in classes(one.getparent()))
        or one.get("id", "").startswith("reference-")
        or (one.tag == "title" and any("formula" in classes(each) for each in one.iterancestors()))
        for one in around(element)
    )


@dataclass(frozen=True)
class Step:
    """A name on the way through the text, or a traced number, of which `data` are the element."""

    text: str
    data: Element = None


def sentences(page: Element, known: re.Pattern[str]) -> Iterator[tuple[str, list[Step]]]:
    """The known names and the numbers of each sentence, and the name in the header of its row, or nothing."""
    head, steps = "", list[Step]()
    for ended, element, text, inside in walk(page):
        for step in _named(element) if ended else ():
            if step.data is not None:
                steps.append(step)
            elif known.fullmatch(step.text):
                if any(one.tag == "th" and "row" in one.get("scope", "") for one in element.iterancestors()):
                    head = step.text
                else:
                    steps.append(step)
        if element.tag in BLOCKS or (SENTENCE.search(text) and not _silent(inside)):
            yield head, steps
            head, steps = "" if element.tag == "tr" else head, []
    yield head, steps


def _named(element: Element) -> Iterator[Step]:
    """The name or the number that an element is."""
    if "data-subject" in element.attrib:
        yield Step(element.get("data-subject").strip())
    outer = {one.tag for one in element.iterancestors()} if element.tag in ("data", "code") else set()
    if element.tag == "data":
        yield Step(text_of(element).strip()) if "code" in outer else Step(text_of(element), element)
    elif element.tag == "code" and "pre" not in outer:
        yield Step(name_of(element).strip())
