"""What WeasyPrint leaves to do in a tagged PDF: headers' scope, links, artifacts, a fixed identifier."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name

PRINT_FLAG = 4
"""Bit of an annotation's flags: it is printed with the page (ISO 32000-1, table 165)."""
MARKED = re.compile(rb"/\w+\s+<</MCID (\d+)>>\s+BDC")
PAGINATION = b"/Artifact\n<</Type /Pagination>>\nBDC"
Identity = tuple[int, int]
"""Number and generation of an object."""


def finish(pdf: bytes) -> bytes:
    """`pdf` as an accessible document needs it; the same bytes each time.

    Every table header gets its scope and every link its print flag. A link is one link: the further
    ones that are inside it, on the same area, are dropped. Running heads and page numbers, which
    are marked as content but belong to no structure, become artifacts, so that a reader skips them.
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        read: dict[Identity, set[int]] = {}
        dropped: set[Identity] = set()
        for element, around in list(_elements(document.Root.StructTreeRoot, ())):
            if element.get(Name.S) == Name.TH:
                _set_scope(element, Name.Column if "/THead" in around else Name.Row)
            if "/Link" in around:
                dropped.update(_take_links(element))
            if Name.Pg in element:
                contents = (kid for kid in _kids(element) if not isinstance(kid, (Dictionary, Array)))
                read.setdefault(element.Pg.objgen, set()).update(map(int, contents))
        for page in document.pages:
            _finish_links(page, dropped)
            _mark_artifacts(page, read.get(page.obj.objgen, set()))
        _forget(document.Root.StructTreeRoot.ParentTree)
        stream = io.BytesIO()
        document.save(
            stream,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            compress_streams=True,
        )
    return stream.getvalue()


def _elements(
    parent: pikepdf.Object, around: tuple[str, ...]
) -> Iterator[tuple[pikepdf.Object, tuple[str, ...]]]:
    """Every structure element below `parent`, in order, with the kinds of those that it is in."""
    around = (*around, str(parent.get(Name.S)))
    for child in _kids(parent):
        if isinstance(child, Dictionary) and child.get(Name.Type) != Name.OBJR:
            yield child, around
            yield from _elements(child, around)


def _kids(element: pikepdf.Object) -> list[pikepdf.Object]:
    kids = element.get(Name.K, Array())
    return list(kids) if isinstance(kids, Array) else [kids]


def _set_scope(header: pikepdf.Object, scope: Name) -> None:
    attributes = header.get(Name.A)
    if isinstance(attributes, Dictionary) and attributes.get(Name.O) == Name.Table:
        attributes.Scope = scope
    else:
        others = list(attributes) if isinstance(attributes, Array) else [attributes] if attributes else []
        header.A = Array([*others, Dictionary(O=Name.Table, Scope=scope)])


def _take_links(element: pikepdf.Object) -> Iterator[Identity]:
    """Take the links out of an element inside a link, and give those that they stood for."""
    kept = Array()
    for child in _kids(element):
        if isinstance(child, Dictionary) and child.get(Name.Type) == Name.OBJR:
            yield child.Obj.objgen
        else:
            kept.append(child)
    element.K = kept
    if element.get(Name.S) == Name.Link:
        element.S = Name.Span


def _finish_links(page: pikepdf.Page, dropped: set[Identity]) -> None:
    if Name.Annots in page:
        page.Annots = Array([link for link in page.Annots if link.objgen not in dropped])
        for link in page.Annots:
            link.F = int(link.get(Name.F, 0)) | PRINT_FLAG


def _forget(parents: pikepdf.Object) -> None:
    """Take from the parent tree the entries of links whose elements hold none any more.

    An entry maps a link's number to its element; pages, whose entries are arrays, stay.
    """
    numbers = Array()
    pairs = list(parents.Nums)
    for number, parent in zip(pairs[::2], pairs[1::2], strict=True):
        if isinstance(parent, Array) or any(
            isinstance(child, Dictionary) and child.get(Name.Type) == Name.OBJR for child in _kids(parent)
        ):
            numbers.extend([number, parent])
    parents.Nums = numbers


def _mark_artifacts(page: pikepdf.Page, read: set[int]) -> None:
    """Marked contents of `page` that no structure element reads become artifacts of pagination."""

    def mark(found: re.Match[bytes]) -> bytes:
        return found[0] if int(found[1]) in read else PAGINATION

    contents = page.Contents
    contents.write(MARKED.sub(mark, contents.read_bytes()))
