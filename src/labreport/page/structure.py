"""The structure of a PDF as accessible documents need it: what WeasyPrint leaves to do."""

from __future__ import annotations

import io
import re

from pikepdf import Array, Dictionary, Name, NumberTree, Object, ObjectStreamMode, Page, Pdf

PRINTED = 4
"""The flag of an annotation that is printed (ISO 32000-1, table 165)."""
_MARKED_CONTENT = re.compile(rb"/\w+\s+<</MCID (?P<number>\d+)>>\s+BDC")


def repair_structure(pdf: bytes) -> bytes:
    """Make of WeasyPrint's PDF what an accessible document needs; the same bytes each time.

    Table headers get their scope, items of lists a body, links their print flag; links inside a link are
    dropped. Running heads and page numbers, marked as content though in no structure, become artifacts.
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
    """The elements of structure of a PDF, while they are repaired."""

    def __init__(self, document: Pdf) -> None:
        self._document = document
        self._root = document.Root.StructTreeRoot
        self._dropped_links: set[tuple[int, int]] = set()
        self._content_of_elements: set[tuple[tuple[int, int], int]] = set()
        """Pages and numbers of the content that is in the structure."""

    def repair(self) -> None:
        """Go through all elements; what else there is to do rests on what was seen."""
        self._repair_below(self._root, ())

    def _repair_below(self, parent: Object, ancestors: tuple[Object | None, ...]) -> None:
        """Repair the elements below one; `ancestors` are the kinds of those that it is in."""
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
        """Put what stands loose in an item of a list into a body."""
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
        """Make of a link inside a link plain text."""
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
        """Let the links of a page be printed, and drop those that are inside of others."""
        if Name.Annots not in page:
            return
        page.Annots = Array([link for link in page.Annots if link.objgen not in self._dropped_links])
        for link in page.Annots:
            link.F = int(link.get(Name.F, 0)) | PRINTED

    def mark_artifacts(self, page: Page) -> None:
        """Mark what is in no element as an artifact: a screen reader skips it."""
        contents = page.Contents.read_bytes()
        for mark in _MARKED_CONTENT.finditer(contents):
            if (page.obj.objgen, int(mark["number"])) not in self._content_of_elements:
                contents = contents.replace(mark[0], b"/Artifact\n<</Type /Pagination>>\nBDC")
        page.Contents.write(contents)

    def forget_dropped_links(self) -> None:
        """Remove the elements of links that were dropped from the tree of parents."""
        parents = NumberTree(self._root.ParentTree)
        for number, entry in list(parents.items()):
            is_of_element = not isinstance(entry, Array)
            if is_of_element and not any(_is_link(child) for child in _children(entry)):
                del parents[number]


def _children(element: Object) -> list[Object]:
    """What an element of structure holds, of which there may be one, several or none."""
    children = element.get(Name.K, Array())
    return list(children) if isinstance(children, Array) else [children]


def _is_link(child: Object) -> bool:
    return isinstance(child, Dictionary) and child.get(Name.Type) == Name.OBJR


def _give_scope(header: Object, scope: Object) -> None:
    """Say whether a header is one of a column or of a row, beside its other attributes."""
    attributes = header.get(Name.A, Array())
    before = list(attributes) if isinstance(attributes, Array) else [attributes]
    header.A = Array([*before, Dictionary(O=Name.Table, Scope=scope)])
