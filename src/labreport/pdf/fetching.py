"""What a document may load while it becomes a PDF: data URIs, and files inside one folder."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

ALLOWED = "allowed are data URIs and the templates' own files"


class FolderFetcher(URLFetcher):
    """Refuses every address but `data:` and files below `folder`, symbolic links followed first.

    A refusal stops the rendering: a document that lacks a part is not written.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(allowed_protocols=("data",), allow_redirects=False, fail_on_errors=True)
        self._folder = folder.resolve()

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """The bytes behind `url`; raises `FatalURLFetchingError` where it is not allowed."""
        parts = urlsplit(url)
        if parts.scheme == "data":
            return super().fetch(url, headers)
        if parts.scheme != "file" or parts.netloc:
            raise FatalURLFetchingError(f"the document asks for {url[:200]!r}; {ALLOWED}")
        file = Path(unquote(parts.path)).resolve()
        if not file.is_relative_to(self._folder):
            raise FatalURLFetchingError(f"the document asks for {file}, outside {self._folder}; {ALLOWED}")
        try:
            return URLFetcherResponse(url, file.read_bytes())
        except OSError as error:
            raise FatalURLFetchingError(f"the document asks for {file}: {error.strerror or error}") from error
