"""One HTML text → one PDF/UA-1 file; the only room that imports WeasyPrint and pikepdf."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from unicodedata import category
from urllib.parse import unquote, urlsplit

from labreport.errors import MissingLibrary, RenderError
from labreport.frame import FOLDER
from labreport.processes import collector_paused

ATTACHED = "answers.json"
UNDATED = datetime(2000, 1, 1)
"""The date of the attachment: always the same, so that equal reports are equal bytes."""
PICTURE = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)")
"""A figure in the document."""
ALLOWED = "allowed are data URIs and the templates' own files"
CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""
MISSING_PANGO = (
    "the PDF needs Pango: install it (Debian and Ubuntu: "
    "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; "
    "macOS: brew install pango) and build again"
)


def write(html: str, base: Path, target: Path, answers: str = "", published: bytes = b"") -> None:
    """Write `html` to `target` as PDF/UA-1, the same bytes each time.

    Relative addresses are files below `base`, the project's templates; fonts are the engine's and no
    others. Title, author and language are those of the HTML. `answers`, the text of `answers.json`, is
    attached, so that whoever has the PDF has its numbers and their data. `published` is the PDF of the last
    time, whose numbers of pages are tried first. Raises `MissingLibrary` where
    Pango is missing, `RenderError` where the document asks for what is not its own, has a letter that is in
    no font of the engine, or `target` cannot be written.
    """
    load()
    _check_letters(html)
    with _only_fonts_of(FOLDER / "fonts"), collector_paused():
        pdf = _render(html, base, answers, published)
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
    from labreport.pdf import typesetting  # noqa: F401


def _check_letters(html: str) -> None:
    """Raise `RenderError` for a letter of the text or of a figure that would be an empty box."""
    from fontTools.ttLib import TTFont

    texts = html + "".join(b64decode(data).decode() for data in PICTURE.findall(html))
    missing = {letter for letter in texts if ord(letter) > 126 and category(letter)[0] not in "CMZ"}
    for file in (FOLDER / "fonts").glob("*.ttf") if missing else ():
        with TTFont(file, lazy=True) as font:
            missing -= set(map(chr, font.getBestCmap()))
    if missing:
        shown = re.compile(f'[^<>"]*[{"".join(map(re.escape, sorted(missing)))}][^<>"]*').search(texts)
        said, found = " ".join(shown[0].split()) if shown else "", ", ".join(sorted(missing)[:5])
        raise RenderError(
            f"report.pdf: no font of it has {found}{' and others' if len(missing) > 5 else ''}, first in "
            f"{said[:60]!r}; it has Latin, Greek and Cyrillic letters: write it in these for the PDF"
        )


def _render(html: str, base: Path, answers: str, published: bytes) -> bytes:
    """Imports happen here: this is where the libraries are needed, and `load` has seen that they work."""
    from weasyprint import HTML, Attachment
    from weasyprint.urls import FatalURLFetchingError

    from labreport.pdf.typesetting import finish, laid_out

    try:
        page = HTML(string=html, base_url=base.resolve().as_uri() + "/", url_fetcher=_fetcher(base))
        document = laid_out(page, published)
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


def _fetcher(folder: Path) -> Any:
    """What a document may load: `data:` URIs, and files below `folder`, symbolic links followed first.

    A refusal stops the rendering: a document that lacks a part is not written.
    """
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    own = folder.resolve()

    class FolderFetcher(URLFetcher):
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            parts = urlsplit(url)
            if parts.scheme == "data":
                return super().fetch(url, headers)
            if parts.scheme != "file" or parts.netloc:
                raise FatalURLFetchingError(f"the document asks for {url[:200]!r}; {ALLOWED}")
            file = Path(unquote(parts.path)).resolve()
            if not file.is_relative_to(own):
                raise FatalURLFetchingError(f"the document asks for {file}, outside {own}; {ALLOWED}")
            try:
                return URLFetcherResponse(url, file.read_bytes())
            except OSError as error:
                raise FatalURLFetchingError(
                    f"the document asks for {file}: {error.strerror or error}"
                ) from error

    return FolderFetcher(allowed_protocols=("data",), allow_redirects=False, fail_on_errors=True)


@contextlib.contextmanager
def _only_fonts_of(folder: Path) -> Iterator[None]:
    """Within, a fontconfig that is initialised finds the fonts in `folder` and no others.

    System fonts would otherwise replace missing characters, and the PDF would differ from one
    machine to the next. The paths of folder and cache may hold anything, which XML cannot: the one is
    reached through a link, the other is in the environment.
    """
    names = ("FONTCONFIG_FILE", "XDG_CACHE_HOME")
    before = {name: os.environ.get(name) for name in names}
    with tempfile.TemporaryDirectory() as place:
        Path(place, "fonts").symlink_to(folder.resolve(), target_is_directory=True)
        configuration = Path(place, "fonts.conf")
        configuration.write_text(CONFIGURATION, encoding="utf-8")
        os.environ.update(zip(names, (str(configuration), place), strict=True))
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
