"""Replaces typesetting, in checkouts whose tests are about something else.

To set a PDF and to make small fonts for the page takes most of a small build's time. `make_checkout` puts
this file in the place of `labreport.pdf.separate`, `labreport.audit.paper` and `labreport.page.webfonts`;
all that decides whether a document is stale is left as it is. What is made differs where the real thing
would, and is equal where that would be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Set
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labreport.audit.lint import Finding
    from labreport.stats import Answer


def paper(html: str) -> bytes:
    """What is written in place of a PDF made from `html`."""
    digest = hashlib.sha256(html.encode("utf-8", "surrogateescape")).hexdigest()
    return f"%PDF-1.7\n% {digest}\n%%EOF\n".encode()


class Writer:
    """Writes one file at once; the same calls as of `labreport.pdf.separate.Writer`."""

    def __init__(self, base: Path, scratch: Path) -> None:
        """Neither is needed."""

    def start(self) -> None:
        """Nothing is to be loaded."""

    def begin(self, html: str, target: Path, answers: str = "", published: bytes = b"") -> None:
        """Write it."""
        target.write_bytes(paper(html))

    def finish(self) -> None:
        """It is written already."""

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *raised: object) -> None:
        """Nothing is to be ended."""


def audit_pdf(
    path: Path,
    print_html: str,
    answers: Mapping[str, Answer],
    templates: Path,
    experiments: Iterable[str] = (),
    declared: Set[str] = frozenset(),
) -> list[Finding]:
    """The audit of the page, and whether the file is the one that was written for it."""
    # Here, since the audit imports the page, one of whose files this one replaces
    from labreport.audit.lint import Finding
    from labreport.audit.screen import audit_html

    found = list(audit_html(print_html, answers, templates, experiments, declared))
    if path.read_bytes() != paper(print_html):
        found.append(Finding(path.name, "", "is not what was made from the page"))
    return found


def font_faces(folder: Path, texts: Iterable[str], kept: Path | None = None) -> str:
    """A rule that names the fonts' digest and the characters that are used, in place of their outlines."""
    fonts = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.glob("*.ttf")))).hexdigest()
    characters = "".join(sorted(frozenset().union(*texts))).encode("utf-8", "surrogateescape")
    return f"@font-face{{font-family:{fonts!r};src:url(data:font/woff2,{characters.hex()})}}\n"
