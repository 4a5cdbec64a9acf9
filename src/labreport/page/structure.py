"""Repairs of the structure of a PDF, which WeasyPrint does not make as accessible documents need it."""

from __future__ import annotations

import io
import re

from pikepdf import Array, Dictionary, Name, NumberTree, Object, ObjectStreamMode, Page, Pdf

PRINTED = 4
"""The flag of annotations that are printed (ISO 32000-1, table 165)."""
_MARKED_CONTENT = re.compile(rb"/\w+\s+<</MCID (?P<number>\d+)>>\s+BDC")


def repair_structure(pdf: bytes) -> bytes:
    """Repair the structure of a PDF by WeasyPrint for accessible readers; the result is deterministic.

    Table headers get a scope, items of lists a body, and links their print flag; links inside a link are
    removed. Running heads and page numbers become artifacts, since they are not in the structure.
    """
    stream = io.BytesIO()
    with Pdf.open(io.BytesIO(pdf)) as document:
        tree = _StructureTree(document)
        tree.repair()
        for page in document.pages:
            tree.repair_links(page)
            tree.mark_artifacts(page)
        tree.forget_dropped_links()
        document.save(stream, deterministic_id=True, object_stream_mode=ObjectStreamMode.generate)
    return stream.getvalue()


class _StructureTree:
    """The structure elements of a PDF during the repair."""

    def __init__(self, document: Pdf) -> None:
        self._document = document
        self._root = document.Root.StructTreeRoot
        self._dropped_links: set[tuple[int, int]] = set()
        self._content_of_elements: set[tuple[tuple[int, int], int]] = set()
        """The content that is in the structure: pairs of a page and a number of marked content."""

    def repair(self) -> None:
        """Repair all elements, and note what the other steps need: their content, and removed links."""
        self._repair_below(self._root, ())

    def _repair_below(self, parent: Object, ancestors: tuple[Object | None, ...]) -> None:
        """Repair the elements below `parent`; `ancestors` are the kinds of the elements around them."""
        for element in _children(parent):
            if not isinstance(element, Dictionary) or _is_link(element):
                continue
            kind = element.get(Name.S)
            if kind == Name.TH:
                _give_scope(element, Name.Column if Name.THead in ancestors else Name.Row)
            if kind == Name.LI:
                self._give_body(element)
            if Name.Link in ancestors:
                self._drop_links(element)
            if Name.Pg in element:
                self._note_content(element)
            self._repair_below(element, (*ancestors, kind))

    def _give_body(self, item: Object) -> None:
        """Put the children of an item of a list that are not in a body into one."""
        parts = (Name.Lbl, Name.LBody)
        named = [child for child in _children(item) if child.get(Name.S) in parts]
        loose = [child for child in _children(item) if child.get(Name.S) not in parts]
        if not loose:
            return
        body = Dictionary(Type=Name.StructElem, S=Name.LBody, P=item, K=Array(loose))
        item.K = Array([*named, self._document.make_indirect(body)])
        for child in loose:
            child.P = item.K[-1]

    def _drop_links(self, element: Object) -> None:
        """Convert a link inside another link to plain text."""
        children = _children(element)
        links = [child for child in children if _is_link(child)]
        self._dropped_links.update(link.Obj.objgen for link in links)
        element.K = Array([child for child in children if not _is_link(child)])
        if element.get(Name.S) == Name.Link:
            element.S = Name.Span

    def _note_content(self, element: Object) -> None:
        page = element.Pg.objgen
        for child in _children(element):
            if not isinstance(child, Dictionary):
                self._content_of_elements.add((page, int(child)))

    def repair_links(self, page: Page) -> None:
        """Set the print flag of the links of a page, and remove links inside other links."""
        if Name.Annots not in page:
            return
        page.Annots = Array([link for link in page.Annots if link.objgen not in self._dropped_links])
        for link in page.Annots:
            link.F = int(link.get(Name.F, 0)) | PRINTED

    def mark_artifacts(self, page: Page) -> None:
        """Mark content that is in no element as an artifact, which screen readers skip."""
        contents = page.Contents.read_bytes()
        for mark in _MARKED_CONTENT.finditer(contents):
            if (page.obj.objgen, int(mark["number"])) not in self._content_of_elements:
                contents = contents.replace(mark[0], b"/Artifact\n<</Type /Pagination>>\nBDC")
        page.Contents.write(contents)

    def forget_dropped_links(self) -> None:
        """Remove the links that were dropped from the parent tree."""
        parents = NumberTree(self._root.ParentTree)
        for number, entry in list(parents.items()):
            is_of_element = not isinstance(entry, Array)
            if is_of_element and not any(_is_link(child) for child in _children(entry)):
                del parents[number]


def _children(element: Object) -> list[Object]:
    """The children of a structure element as a list, which may be empty."""
    children = element.get(Name.K, Array())
    return list(children) if isinstance(children, Array) else [children]


def _is_link(child: Object) -> bool:
    return isinstance(child, Dictionary) and child.get(Name.Type) == Name.OBJR


def _give_scope(header: Object, scope: Object) -> None:
    """Set the scope of a table header, column or row, and keep its other attributes."""
    attributes = header.get(Name.A, Array())
    before = list(attributes) if isinstance(attributes, Array) else [attributes]
    header.A = Array([*before, Dictionary(O=Name.Table, Scope=scope)])
