"""What WeasyPrint leaves out of a tagged PDF: scope of table headers, print flags of links, a fixed id."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name

PRINT_FLAG = 4
"""Bit of an annotation's flags: it is printed with the page (ISO 32000-1, table 165)."""


def finish(pdf: bytes) -> bytes:
    """`pdf` with the scope of every table header and the print flag of every link set; the same bytes each time."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            for annotation in page.get(Name.Annots, Array()):
                annotation.F = int(annotation.get(Name.F, 0)) | PRINT_FLAG
        for header, in_head in _table_headers(document.Root.StructTreeRoot, in_head=False):
            _set_scope(header, Name.Column if in_head else Name.Row)
        stream = io.BytesIO()
        document.save(
            stream,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            compress_streams=True,
            linearize=False,
        )
    return stream.getvalue()


def _table_headers(element: pikepdf.Object, in_head: bool) -> Iterator[tuple[pikepdf.Object, bool]]:
    """Every TH below `element`, and whether it stands in the head of its table."""
    kind = element.get(Name.S)
    if kind == Name.TH:
        yield element, in_head
        return
    children = element.get(Name.K)
    if isinstance(children, Dictionary):
        children = [children]
    if isinstance(children, (Array, list)):
        for child in children:
            if isinstance(child, Dictionary):
                yield from _table_headers(child, in_head or kind == Name.THead)


def _set_scope(header: pikepdf.Object, scope: Name) -> None:
    attributes = header.get(Name.A)
    table = Dictionary(O=Name.Table, Scope=scope)
    if attributes is None:
        header.A = table
    elif isinstance(attributes, Dictionary) and attributes.get(Name.O) == Name.Table:
        attributes.Scope = scope
    elif isinstance(attributes, Dictionary):
        header.A = Array([attributes, table])
    else:
        attributes.append(table)
