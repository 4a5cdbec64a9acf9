"""The report as one PDF/UA-1 file, made by WeasyPrint and completed by pikepdf."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from labreport.errors import LabReportError
from labreport.page.fonts import FONTS

FONT_CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
"""


class MissingLibrary(LabReportError):
    """A system library that is needed for the PDF is missing; the message says how to install it."""


def html_to_pdf(text: str) -> bytes:
    """Convert HTML to PDF/UA-1 in the engine's fonts; it is deterministic and loads no other file.

    Raises `MissingLibrary` if Pango is missing, and `LabReportError` if the HTML refers to other files or
    cannot be converted.
    """
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

    logging.getLogger("weasyprint").filters = [_raise_what_is_logged]
    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False, fail_on_errors=True)
    with _own_fonts_only():
        try:
            pdf = HTML(string=text, url_fetcher=fetcher).write_pdf(pdf_variant="pdf/ua-1")
        except FatalURLFetchingError as error:
            raise LabReportError(f"the PDF would load what is not its own: {error.__cause__}") from error
    assert isinstance(pdf, bytes)  # no target was given
    from labreport.page.structure import repair_structure

    return repair_structure(pdf)


def _raise_what_is_logged(record: logging.LogRecord) -> bool:
    """Raise errors that WeasyPrint only logs, since the PDF would lack a drawing and the rest of its page."""
    if record.levelno >= logging.ERROR:
        raise LabReportError(f"the PDF cannot be set: {record.getMessage():.200}: {sys.exc_info()[1]}")
    return False


@contextlib.contextmanager
def _own_fonts_only() -> Iterator[None]:
    """In this context, fontconfig finds only the engine's fonts."""
    with tempfile.TemporaryDirectory() as folder:
        # a link, since the path of the fonts may contain characters that XML does not allow
        Path(folder, "fonts").symlink_to(FONTS, target_is_directory=True)
        Path(folder, "fonts.conf").write_text(FONT_CONFIGURATION, encoding="utf-8")
        variables = {"FONTCONFIG_FILE": f"{folder}/fonts.conf", "XDG_CACHE_HOME": folder}
        before = dict(os.environ)
        os.environ.update(variables)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
