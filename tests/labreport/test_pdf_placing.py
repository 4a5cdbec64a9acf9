"""Figures change places with text rather than leave a page half empty."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

from labreport.frame import FOLDER
from labreport.pdf import write

TEMPLATES = Path(__file__).parents[2] / "templates"
PAGE = """<html lang="en"><head><title>x</title><style>
@page {{ size: 100mm 100mm; margin: 0 }} * {{ margin: 0 }} body {{ font: 10pt/1 "Source Sans 3" }}
p, figure {{ break-inside: avoid }} p {{ line-height: {text}mm }} figure {{ line-height: 50mm }}
h3 {{ break-after: auto; font-size: 10pt }}</style></head><body><article>
{body}</article></body></html>"""
DOT = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLv"
    "AAAAAElFTkSuQmCC"
)
FIGURE = "<figure>figure {}</figure>"


def order(tmp_path: Path, body: str, text: int) -> str:
    """Words in the order in which the pages show them, pages separated by a bar."""
    write(PAGE.format(body=body, text=text), TEMPLATES, tmp_path / "x.pdf")
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(tmp_path / "x.pdf")]
    return " | ".join(" ".join(page.split()) for page in pages)


@pytest.mark.parametrize(
    ("body", "text", "expected"),
    [
        ("<p>one</p><p>two</p>" + FIGURE.format(1) + "<p>three</p>", 30, "one figure 1 | two three"),
        (
            "<p>one</p><p>two</p><p>three</p>" + FIGURE.format(1) + "<p>four</p>",
            20,
            "one two figure 1 | three four",
        ),
        ("<h3>one</h3>" + "<h3>two</h3>" * 5 + FIGURE.format(1), 1, "one two two two two two figure 1"),
        (
            "<p>one</p>" + FIGURE.format(1) + FIGURE.format(2) + "<p>two</p>",
            40,
            "one figure 1 | figure 2 two",
        ),
    ],
)
def test_a_pushed_figure_changes_places_with_text(
    tmp_path: Path, body: str, text: int, expected: str
) -> None:
    """It goes before text that it fits in front of; where all fits, everything stays."""
    assert order(tmp_path, body, text) == expected


def test_text_that_follows_fills_the_page(tmp_path: Path) -> None:
    """A heading keeps the figure from going up; what follows comes first instead."""
    body = (
        '<p>one</p><h3 style="line-height: 5mm">two</h3>'
        + FIGURE.format(1)
        + '<p style="line-height: 20mm">three</p>'
    )
    assert order(tmp_path, body, 60) == "one two three | figure 1"


def test_a_float_goes_with_its_text(tmp_path: Path) -> None:
    """Text that fills the page brings what is beside it."""
    note = '<div style="float: right; width: 20mm; line-height: 10mm">note</div>'
    head = '<h3 style="line-height: 5mm">head</h3>'
    body = f'<p>one</p>{head}{FIGURE.format(1)}{note}<p style="line-height: 20mm">two</p>'
    assert "note one head two | figure 1" == order(tmp_path, body, 60)


NAMES = ("one", "two", "three")
NOTE = '<div style="float: right; width: 20mm; line-height: 30mm">note</div>'
HEADING = '<h3 style="break-after: avoid; line-height: 10mm">heading</h3>'
NUMBERED = "<style>a::after { content: ' on page ' attr(data-page) }</style>"
REFERENCE = '<p><a href="#there">there</a></p>'
TARGET = '<p id="there">here</p>'
APART = "</article><article>"
MOVED = '<h3 style="break-after: avoid; line-height: 10mm" id="there">heading</h3>'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            f"{REFERENCE}<p>two</p>{FIGURE.format(1)}<p>three</p><p>four</p><p>five</p>{TARGET}",
            "there on page 3 figure 1 | two three four | five here",
        ),
        (
            f"<p>one</p><p>two</p>{FIGURE.format(1)}{REFERENCE}<p>four</p><p>five</p>{TARGET}",
            "one figure 1 | two there on page 3 four | five here",
        ),
        (
            f"{REFERENCE}<p>two</p><p style='line-height: 20mm'>three</p>{APART}{MOVED}{NOTE}<p>four</p>",
            "there on page 2 two three | note heading four",
        ),
    ],
    ids=["before the figure that moves", "on the page behind it", "to a heading that moves"],
)
def test_a_reference_names_the_page_in_the_end(tmp_path: Path, body: str, expected: str) -> None:
    """Not one of a layout that was thrown away, and not zero."""
    assert order(tmp_path, NUMBERED + body, 30) == expected


def test_figures_keep_their_order(tmp_path: Path) -> None:
    """No figure overtakes another."""
    body = "<p>one</p>" + FIGURE.format(1) + FIGURE.format(2) + '<p style="line-height: 10mm">two</p>'
    found = order(tmp_path, body, 70)
    assert found.index("figure 1") < found.index("figure 2")


def test_the_answer_stays_in_front_of_its_evidence(tmp_path: Path) -> None:
    """A figure does not climb over the box with the answer."""
    body = '<div class="answer" style="line-height: 60mm">answer</div>' + FIGURE.format(1)
    assert order(tmp_path, body, 10) == "answer | figure 1"


@pytest.mark.parametrize("blank", range(0, 240, 40))
def test_a_caption_is_beside_its_drawing_wherever_the_page_breaks(tmp_path: Path, blank: int) -> None:
    """A drawing that a break pushes to the next page is not left out there until the page's end."""
    styles = "".join(
        (FOLDER / "styles" / name).read_text(encoding="utf-8") for name in ("base.css", "pages.css")
    )
    figure = (
        '<figure class="column"><div class="drawing">'
        f'<img src="{DOT}" alt="" style="width: 125mm; height: 60mm"></div>'
        "<figcaption>CAPTION</figcaption></figure>"
    )
    body = f'<div style="height: {blank}mm"></div><h3>Question</h3><p>Yes.</p>{figure}<p>After.</p>'
    html = f'<html lang="en"><head><title>x</title><style>{styles}</style></head><body>{body}</body></html>'
    write(html, TEMPLATES, tmp_path / "x.pdf")
    for page in pypdfium2.PdfDocument(tmp_path / "x.pdf"):
        text = page.get_textpage()
        tops = [one.get_bounds()[3] for one in page.get_objects([FPDF_PAGEOBJ_IMAGE])]
        found = text.search("CAPTION").get_next()
        captions = [text.get_charbox(found[0])[3]] if found else []
        assert len(tops) == len(captions)
        assert all(0 <= top - caption < 15 for top, caption in zip(tops, captions, strict=True))


@pytest.mark.parametrize("lines", [1, 2])
def test_a_heading_is_not_left_at_the_foot_of_a_page(tmp_path: Path, lines: int) -> None:
    """It goes with what follows where a float that does not fit begins the next page."""
    text = '<p style="break-inside: auto; line-height: 10mm; orphans: 2; widows: 1">two<br>two<br>two</p>'
    before = f'<p style="line-height: {90 - 10 * lines}mm">one</p>'
    found = order(tmp_path, f"{before}</article><article>{HEADING}{NOTE}{text}", 10)
    assert found == "one | note heading two two two"


def test_a_running_head_names_the_section_in_which_its_page_begins(tmp_path: Path) -> None:
    """One that begins further down the page is named on the next; one at the top at once."""
    text = '<p style="break-inside: avoid; height: 30mm">text</p>'
    sections = (f'<section><h2 data-title="HEAD {name}">{name}</h2>{text * 10}</section>' for name in NAMES)
    body = "".join(sections)
    styles = "".join(
        (FOLDER / "styles" / name).read_text(encoding="utf-8")
        for name in ("base.css", "pages.css", "paper.css")
    )
    page = f'<html lang="en"><head><title>x</title><style>{styles}</style></head><body>{body}</body></html>'
    write(page, TEMPLATES, tmp_path / "x.pdf")
    pages = [each.get_textpage().get_text_range() for each in pypdfium2.PdfDocument(tmp_path / "x.pdf")]
    heads = [next((line for line in text.splitlines() if "HEAD" in line), "") for text in pages]
    assert ["", "HEAD one", "HEAD two"] == heads[:3]
