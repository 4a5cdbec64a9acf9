"""Pages that references name: filled in from the last PDF, and compared with the pages that come of it.

WeasyPrint can count them itself, and lays most pages out twice for it. With the numbers of the last time
there is one layout, and a second one where a number has changed. The result depends on none of them: it is a
layout whose references are all right.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pikepdf

from labreport.errors import RenderError
from labreport.pdf.placing import figures_placed

if TYPE_CHECKING:
    from weasyprint import HTML
    from weasyprint.document import Document

Numbers = dict[str, str]
"""The page of each anchor, and under no name how many there are."""
TOTAL = ""
USUAL = "9"
"""Stands for a number that is not known, and is as wide as most."""
ROUNDS = 8
"""Layouts at most; a wider number moves what is behind it down, so that two or three settle it."""


def laid_out(page: HTML, published: bytes) -> Document:
    """The document with numbers in each reference (`data-page`) and on each page (`data-pages`).

    `published` is the PDF of the last time, empty if there is none. Raises `RenderError` where the numbers
    do not settle.
    """
    numbers = _of_pdf(published)
    for _ in range(ROUNDS):
        filled = _fill_in(page.etree_element, numbers)
        with figures_placed():
            document = page.render()
        numbers = _of_layout(document)
        if filled == {name: numbers.get(name, USUAL) for name in filled}:
            return document
    raise RenderError("the numbers of the pages in references do not settle; reword a sentence beside one")


def _fill_in(root: Any, numbers: Numbers) -> Numbers:
    """Put numbers into all references, and give those that were put in."""
    filled = {TOTAL: numbers.get(TOTAL, USUAL)}
    root.set("data-pages", filled[TOTAL])
    for link in root.iter("a"):
        if (address := link.get("href", "")).startswith("#"):
            name = address[1:]
            filled[name] = numbers.get(name, USUAL)
            link.set("data-page", filled[name])
    return filled


def _of_layout(document: Document) -> Numbers:
    found = {TOTAL: str(len(document.pages))}
    for number, page in enumerate(document.pages, 1):
        for name in page.anchors:
            found.setdefault(name, str(number))
    return found


def _of_pdf(pdf: bytes) -> Numbers:
    """Nothing where it cannot be read: then one more layout finds them."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            pages = {page.obj.objgen: str(number) for number, page in enumerate(document.pages, 1)}
            names: list[Any] = list(document.Root.Names.Dests.Names)
            places = zip(map(str, names[::2]), names[1::2], strict=True)
            return {TOTAL: str(len(pages)), **{name: pages[place[0].objgen] for name, place in places}}
    except (pikepdf.PdfError, AttributeError, LookupError, TypeError, ValueError):
        return {}
