"""Numbers of pages in references: right whatever the last PDF had, and the same bytes as from nothing."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from labreport.errors import RenderError
from labreport.pdf import typesetting, write

TEMPLATES = Path(__file__).parents[2] / "templates"
FRAME = """<html lang="en"><head><title>x</title><style>
@page {{ size: 100mm 100mm; margin: 10mm; @bottom-center {{ content: counter(page) " / " string(pages) }} }}
html {{ string-set: pages attr(data-pages) }} body {{ font: 10pt/1.4 "Source Sans 3" }}
a::after {{ content: attr(data-page) {more} }}</style></head><body><article>{body}</article></body></html>"""


def text(places: list[int], more: str = "") -> str:
    """A document of so many sentences in front of each of its chapters, which refers to all of them."""
    links = " ".join(f'<a href="#c{number}">{number} on page </a>,' for number in range(len(places)))
    chapters = "".join(
        f'{"<p>Words and more words of this chapter.</p>" * count}<h2 id="c{number}">Chapter {number}</h2>'
        for number, count in enumerate(places)
    )
    return FRAME.format(body=f"<p>{links}</p>{chapters}", more=more)


def pages(pdf: Path) -> list[str]:
    """Its texts."""
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]


def check(pdf: Path) -> None:
    """Every reference names the page on which its chapter is, and every page how many there are."""
    found = pages(pdf)
    told = re.findall(r"(\d+) on page\s+(\d+)", " ".join(found))
    assert told
    for chapter, page in told:
        assert f"Chapter {chapter}\r" in found[int(page) - 1] + "\r"
    assert all(f"{number} / {len(found)}" in one for number, one in enumerate(found, 1))


def test_the_last_pdf_decides_nothing_but_the_time(tmp_path: Path) -> None:
    """After each of many edits: the right pages, and the bytes of a build from nothing."""
    rng = random.Random(2)
    new = tmp_path / "new.pdf"
    before = b""
    for _ in range(6):
        document = text([rng.randrange(40) for _ in range(rng.randrange(2, 9))])
        write(document, TEMPLATES, tmp_path / "again.pdf", published=before)
        write(document, TEMPLATES, new)
        assert new.read_bytes() == (tmp_path / "again.pdf").read_bytes()
        check(new)
        before = new.read_bytes()


@pytest.mark.parametrize("damaged", [b"", b"%PDF-1.7 no more of it"])
def test_a_last_pdf_that_cannot_be_read_is_as_none(damaged: bytes, tmp_path: Path) -> None:
    """Whatever is in its place."""
    write(text([3, 30]), TEMPLATES, tmp_path / "new.pdf", published=damaged)
    check(tmp_path / "new.pdf")


def test_numbers_that_were_right_are_laid_out_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is what they are kept for."""
    laid_out, real = [], typesetting._of_layout

    def noted(document: Any) -> typesetting.Numbers:
        laid_out.append(document)
        return real(document)

    monkeypatch.setattr(typesetting, "_of_layout", noted)
    write(text([3, 60]), TEMPLATES, tmp_path / "last.pdf")
    assert len(laid_out) == 2
    write(text([3, 60]), TEMPLATES, tmp_path / "new.pdf", published=(tmp_path / "last.pdf").read_bytes())
    assert len(laid_out) == 3


def test_numbers_that_do_not_settle_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than a reference to a wrong page."""
    found = iter("1212121212")
    monkeypatch.setattr(typesetting, "_of_layout", lambda document: dict.fromkeys(["", "c0"], next(found)))
    with pytest.raises(RenderError, match="do not settle"):
        write(text([1]), TEMPLATES, tmp_path / "new.pdf")
