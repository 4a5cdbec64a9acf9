"""One HTML text → one PDF/UA-1 file."""

from __future__ import annotations

import contextlib
import gc
import io
import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from labreport.errors import MissingLibrary, RenderError
from labreport.frame import FOLDER
from labreport.pdf.project_fonts import only_fonts_of

ATTACHED = "answers.json"
UNDATED = datetime(2000, 1, 1)
"""The date of the attachment: always the same, so that equal reports are equal bytes."""
MISSING_PANGO = (
    "the PDF needs Pango: install it (Debian and Ubuntu: "
    "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; "
    "macOS: brew install pango) and build again"
)


def write(html: str, base: Path, target: Path, answers: str = "") -> None:
    """Write `html` to `target` as PDF/UA-1, the same bytes each time.

    Relative addresses are files below `base`, the project's templates; fonts are the engine's and no
    others. Title, author and language are those of the HTML. `answers`, the text of `answers.json`, is
    attached, so that whoever has the PDF has its numbers and their data. Raises `MissingLibrary` where
    Pango is missing, `RenderError` where the document asks for what is not its own, or `target`
    cannot be written.
    """
    load()
    with only_fonts_of(FOLDER / "fonts"), _collector_paused():
        pdf = _render(html, base, answers)
    try:
        target.write_bytes(pdf)
    except OSError as error:
        raise RenderError(
            f"cannot write {target}: {error.strerror or error}; choose another --output"
        ) from error


def load() -> None:
    """Import the libraries, which takes as long as some pages. Raises `MissingLibrary` without Pango."""
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # WeasyPrint prints a page of advice
            import weasyprint  # noqa: F401
    except OSError as error:
        raise MissingLibrary(MISSING_PANGO) from error
    from labreport.pdf import fetching, finishing, placing  # noqa: F401


def _render(html: str, base: Path, answers: str) -> bytes:
    """Imports happen here: this is where the libraries are needed, and `load` has seen that they work."""
    from weasyprint import HTML, Attachment
    from weasyprint.urls import FatalURLFetchingError

    from labreport.pdf.fetching import FolderFetcher
    from labreport.pdf.finishing import finish
    from labreport.pdf.placing import figures_placed

    try:
        page = HTML(string=html, base_url=base.resolve().as_uri() + "/", url_fetcher=FolderFetcher(base))
        with figures_placed():
            document = page.render()
        attached = Attachment(
            string=answers,
            name=ATTACHED,
            description="Every number of this report, with the data it was computed from",
            created=UNDATED,
            modified=UNDATED,
            relationship="Data",
        )
        pdf = document.write_pdf(pdf_variant="pdf/ua-1", attachments=[attached] if answers else [])
    except FatalURLFetchingError as error:
        raise RenderError(f"{error.__cause__ or error}") from error
    assert isinstance(pdf, bytes)  # no target was given
    return finish(pdf)


@contextlib.contextmanager
def _collector_paused() -> Iterator[None]:
    """Layout makes objects that stay in use: looking for garbage among them cost a fifth of its time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
