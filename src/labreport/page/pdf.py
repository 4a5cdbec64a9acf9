"""The report as one PDF/UA-1 file, by WeasyPrint, and what it leaves to do by pikepdf."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from labreport.charts import Exported
from labreport.errors import LabReportError
from labreport.page.document import render_page
from labreport.page.sections import RenderedSection
from labreport.page.values import FRAME
from labreport.project import Project

CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
"""


class MissingLibrary(LabReportError):
    """A library of the system is missing, without which there is no PDF; its text says how to get it."""


def render_pdf(
    project: Project,
    fragments: Sequence[RenderedSection],
    figures: Mapping[str, Exported],
    facts: Mapping[str, Any],
) -> bytes:
    """Make the report as PDF/UA-1, the same bytes each time, from what `render_page` takes.

    It is set in the engine's fonts, and reads no file besides. Raises `MissingLibrary` where Pango is
    missing, and what `render_page` raises.
    """
    return written(render_page(project, fragments, figures, facts, medium="print"))


def written(text: str) -> bytes:
    """Set HTML as PDF/UA-1. Raises `LabReportError` for what is not its own, or cannot be set."""
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # WeasyPrint prints a page of advice
            from weasyprint import HTML
            from weasyprint.urls import FatalURLFetchingError, URLFetcher
    except OSError as error:
        raise MissingLibrary(
            "the PDF needs Pango: install it (Debian and Ubuntu: apt-get install libpango-1.0-0 "
            "libpangoft2-1.0-0 libharfbuzz-subset0; macOS: brew install pango) and build again"
        ) from error

    def refuse(record: logging.LogRecord) -> bool:
        """Raise what is only logged: the PDF would lack a drawing, and what follows on its page."""
        if record.levelno >= logging.ERROR:
            raise LabReportError(f"the PDF cannot be set: {record.getMessage():.200}: {sys.exc_info()[1]}")
        return False

    logging.getLogger("weasyprint").filters = [refuse]
    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False, fail_on_errors=True)
    with tempfile.TemporaryDirectory() as place:  # a link, since the folder's path may hold what XML cannot
        Path(place, "fonts").symlink_to(FRAME / "fonts", target_is_directory=True)
        Path(place, "fonts.conf").write_text(CONFIGURATION, encoding="utf-8")
        own = {"FONTCONFIG_FILE": f"{place}/fonts.conf", "XDG_CACHE_HOME": place}  # and no other fonts
        try:
            with mock.patch.dict(os.environ, own):
                pdf = HTML(string=text, url_fetcher=fetcher).write_pdf(pdf_variant="pdf/ua-1")
        except FatalURLFetchingError as error:
            raise LabReportError(f"the PDF would load what is not its own: {error.__cause__}") from error
    assert isinstance(pdf, bytes)  # no target was given
    return finished(pdf)


def finished(pdf: bytes) -> bytes:
    """Make of WeasyPrint's PDF what an accessible document needs; the same bytes each time.

    Table headers get their scope, items of lists a body, links their print flag; links inside a link are
    dropped. Running heads and page numbers, marked as content though in no structure, become artifacts.
    """
    import pikepdf
    from pikepdf import Array, Dictionary, Name

    def listed(element: Any, key: Name) -> list[Any]:
        found = element.get(key, Array())
        return list(found) if isinstance(found, Array) else [found]

    def is_link(kid: Any) -> bool:
        return isinstance(kid, Dictionary) and kid.get(Name.Type) == Name.OBJR

    stream, parts = io.BytesIO(), (Name.Lbl, Name.LBody)
    dropped: set[Any] = set()
    read: set[Any] = set()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        root = document.Root.StructTreeRoot

        def mend(parent: Any, *around: Any) -> None:
            """Go through the structure elements below one, with the kinds of those that it is in."""
            for element in listed(parent, Name.K):
                if not isinstance(element, Dictionary) or is_link(element):
                    continue
                kind, kids = element.get(Name.S), listed(element, Name.K)
                if kind == Name.TH:
                    scope = Name.Column if Name.THead in around else Name.Row
                    element.A = Array([*listed(element, Name.A), Dictionary(O=Name.Table, Scope=scope)])
                if loose := [kid for kid in kids if kind == Name.LI and kid.get(Name.S) not in parts]:
                    body = Dictionary(Type=Name.StructElem, S=Name.LBody, P=element, K=Array(loose))
                    named = [kid for kid in kids if kid.get(Name.S) in parts]
                    element.K = Array([*named, document.make_indirect(body)])
                    for kid in loose:
                        kid.P = element.K[-1]
                if Name.Link in around:
                    dropped.update(kid.Obj.objgen for kid in kids if is_link(kid))
                    element.K = Array([kid for kid in kids if not is_link(kid)])
                    if kind == Name.Link:
                        element.S = Name.Span
                if Name.Pg in element:
                    page = element.Pg.objgen
                    read.update((page, int(kid)) for kid in kids if not isinstance(kid, Dictionary))
                mend(element, *around, kind)

        mend(root)
        for page in document.pages:
            if Name.Annots in page:
                page.Annots = Array([link for link in page.Annots if link.objgen not in dropped])
                for link in page.Annots:
                    link.F = int(link.get(Name.F, 0)) | 4  # it is printed (ISO 32000-1, table 165)
            contents = page.Contents.read_bytes()
            for mark in re.finditer(rb"/\w+\s+<</MCID (\d+)>>\s+BDC", contents):
                if (page.obj.objgen, int(mark[1])) not in read:
                    contents = contents.replace(mark[0], b"/Artifact\n<</Type /Pagination>>\nBDC")
            page.Contents.write(contents)
        parents = pikepdf.NumberTree(root.ParentTree)
        for number, entry in list(parents.items()):
            if not isinstance(entry, Array) and not any(map(is_link, listed(entry, Name.K))):
                del parents[number]  # of a link that was dropped
        document.save(stream, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return stream.getvalue()
