"""Repairs of the structure of a PDF, which WeasyPrint does not make as accessible documents need it."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import TypeAlias

from pikepdf import Array, Dictionary, Name, NumberTree, Object, ObjectStreamMode, Page, Pdf

Identity: TypeAlias = tuple[int, int]
"""The identity of an object of a PDF: its number and its generation."""
_MARKED_CONTENT = re.compile(rb"/\w+\s+<</MCID (?P<number>\d+)>>\s+BDC")


def repair_structure(pdf: bytes) -> bytes:
    """Repair the structure of a PDF by WeasyPrint for accessible readers; the result is deterministic.

    Items of lists get a body, and links inside a link are removed. Running heads and page numbers become
    artifacts, since they are not in the structure.
    """
    stream = io.BytesIO()
    with Pdf.open(io.BytesIO(pdf)) as document:
        root = document.Root.StructTreeRoot
        elements = list(_elements_below(root))
        dropped_links: set[Identity] = set()
        for element in elements:
            if element.get(Name.S) == Name.LI:
                _give_body(document, element)
            if element.get(Name.S) == Name.Link:
                for inner in _elements_below(element):
                    dropped_links |= _drop_links(inner)
        content = _content_by_page(elements)
        for page in document.pages:
            if Name.Annots in page:
                page.Annots = Array([link for link in page.Annots if link.objgen not in dropped_links])
            _mark_artifacts(page, content[page.obj.objgen])
        _forget_links(NumberTree(root.ParentTree))
        document.save(stream, deterministic_id=True, object_stream_mode=ObjectStreamMode.generate)
    return stream.getvalue()


def _elements_below(parent: Object) -> Iterator[Object]:
    """Yield all structure elements inside an element."""
    for child in _children(parent):
        if isinstance(child, Dictionary) and not _is_link(child):
            yield child
            yield from _elements_below(child)


def _children(element: Object) -> list[Object]:
    """The children of a structure element as a list, which may be empty."""
    children = element.get(Name.K, Array())
    return list(children) if isinstance(children, Array) else [children]


def _is_link(child: Object) -> bool:
    return isinstance(child, Dictionary) and child.get(Name.Type) == Name.OBJR


def _give_body(document: Pdf, item: Object) -> None:
    """Put the children of an item of a list that are not in a body into one."""
    named: list[Object] = []
    loose: list[Object] = []
    for child in _children(item):
        is_named = child.get(Name.S) in (Name.Lbl, Name.LBody)
        (named if is_named else loose).append(child)
    if loose:
        body = Dictionary(Type=Name.StructElem, S=Name.LBody, P=item, K=Array(loose))
        item.K = Array([*named, document.make_indirect(body)])
        for child in loose:
            child.P = item.K[-1]


def _drop_links(element: Object) -> set[Identity]:
    """Convert links inside another link to plain text, and return the identities of their annotations."""
    children = _children(element)
    element.K = Array([child for child in children if not _is_link(child)])
    if element.get(Name.S) == Name.Link:
        element.S = Name.Span
    return {child.Obj.objgen for child in children if _is_link(child)}


def _content_by_page(elements: list[Object]) -> dict[Identity, set[int]]:
    """For each page, the numbers of the marked content that is in the structure."""
    content = defaultdict[Identity, set[int]](set)
    for element in elements:
        for child in _children(element):
            if not isinstance(child, Dictionary):
                content[element.Pg.objgen].add(int(child))
    return content


def _mark_artifacts(page: Page, numbers: set[int]) -> None:
    """Mark content that has none of these numbers as an artifact, which screen readers skip."""

    def marked(mark: re.Match[bytes]) -> bytes:
        is_in_structure = int(mark["number"]) in numbers
        return mark[0] if is_in_structure else b"/Artifact\n<</Type /Pagination>>\nBDC"

    page.Contents.write(_MARKED_CONTENT.sub(marked, page.Contents.read_bytes()))


def _forget_links(parents: NumberTree) -> None:
    """Remove the links that were dropped from the parent tree."""
    for number, entry in list(parents.items()):
        is_of_element = not isinstance(entry, Array)
        if is_of_element and not any(map(_is_link, _children(entry))):
            del parents[number]
