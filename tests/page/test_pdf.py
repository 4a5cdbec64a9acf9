"""The PDF: the same bytes each time, tagged, in the engine's fonts, and nothing loaded from elsewhere."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Name
from sample_report import HOSTILE, report

from labreport.errors import LabReportError
from labreport.page.document import render_page
from labreport.page.pdf import MissingLibrary, html_to_pdf

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The sample report as PDF."""
    return html_to_pdf(render_page(*report(tmp_path_factory.mktemp("report")), medium="print"))


@pytest.fixture(scope="module")
def pdf(made: bytes) -> Iterator[pikepdf.Pdf]:
    """The same, opened."""
    with pikepdf.open(io.BytesIO(made)) as document:
        yield document


def elements(element: Any) -> Iterator[Any]:
    """Every structure element below `element`."""
    kids = element.get(Name.K, pikepdf.Array())
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and kid.get(Name.Type) != Name.OBJR:
            yield kid
            yield from elements(kid)


def of_kind(pdf: pikepdf.Pdf, kind: Name) -> list[Any]:
    """The structure elements of one kind."""
    return [element for element in elements(pdf.Root.StructTreeRoot) if element.get(Name.S) == kind]


def test_the_document_says_what_it_is(pdf: pikepdf.Pdf) -> None:
    """Title, author, language, and that it claims PDF/UA-1."""
    assert str(pdf.docinfo[Name.Title]) == "Neural networks on MNIST"
    assert str(pdf.docinfo[Name.Author]) == "A. Student"
    assert str(pdf.docinfo[Name.Subject]) == f"By {HOSTILE}"
    assert str(pdf.Root.Lang) == "en"
    with pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"


def test_another_process_place_and_day_make_the_same_bytes(made: bytes, tmp_path: Path) -> None:
    """Hash seed, time zone and folder leave no trace in the file."""
    code = (
        "import sys, pathlib; from sample_report import report;"
        "from labreport.page.document import render_page; from labreport.page.pdf import html_to_pdf;"
        "page = render_page(*report(pathlib.Path(sys.argv[1])), medium='print');"
        "sys.stdout.buffer.write(html_to_pdf(page))"
    )
    environment = {
        **os.environ,
        "PYTHONHASHSEED": "7",
        "TZ": "Pacific/Auckland",
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT / "tests"))),
    }
    command = [sys.executable, "-c", code, str(tmp_path / "with 'space', ü")]
    again = subprocess.run(command, env=environment, capture_output=True, check=True)
    assert again.stdout == made


def test_every_cell_of_a_table_names_its_headers(pdf: pikepdf.Pdf) -> None:
    """Those of its column and of its row, by their identities."""
    identities = {str(header.ID) for header in of_kind(pdf, Name.TH)}
    assert len(identities) == 10
    for cell in of_kind(pdf, Name.TD):
        headers = {str(header) for header in cell.A.Headers}
        assert len(headers) == 2
        assert headers <= identities


def test_every_item_of_a_list_has_a_body(pdf: pikepdf.Pdf) -> None:
    """Also one of paragraphs, and one of the references."""
    items = of_kind(pdf, Name.LI)
    assert len(items) >= 4
    for item in items:
        assert {str(kid.S) for kid in item.K} <= {"/Lbl", "/LBody"}


def test_every_link_is_one_link(pdf: pikepdf.Pdf) -> None:
    """No link is within another."""
    links = [link for page in pdf.pages for link in page.get(Name.Annots, [])]
    assert links
    for link in of_kind(pdf, Name.Link):
        assert [inner for inner in elements(link) if inner.get(Name.S) == Name.Link] == []


def test_running_heads_and_page_numbers_are_artifacts(pdf: pikepdf.Pdf) -> None:
    """A screen reader skips them."""
    assert all(b"/Pagination" in page.Contents.read_bytes() for page in pdf.pages)


def test_a_figure_carries_its_alternative_text(pdf: pikepdf.Pdf) -> None:
    """Of drawings and of formulas."""
    texts = [str(element.Alt) for element in of_kind(pdf, Name.Figure)]
    drawings = ["line chart: Does not hold: side by side", "line chart: shrinking"]
    assert texts == [drawings[0], r"\sigma(x)", drawings[1]]


def test_formulas_and_drawings_can_be_found_and_copied(made: bytes) -> None:
    """The LaTeX of a formula is text over it, which nobody sees; the text of a drawing stays text."""
    pypdfium2 = pytest.importorskip("pypdfium2")
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(made))
    assert r"\sigma(x)" in text
    assert "epoch 50" in text


def test_bookmarks_lead_to_sections_and_questions(pdf: pikepdf.Pdf) -> None:
    """With their numbers."""
    with pdf.open_outline() as outline:
        titles = [(item.title, [inner.title for inner in item.children]) for item in outline.root]
    assert titles[1] == ("1 Three hidden layers", ["1.1 Which network achieves the best accuracy?"])


def test_only_the_engines_fonts_are_embedded(pdf: pikepdf.Pdf) -> None:
    """Text of drawings included, also for letters that they lack."""
    fonts = {
        str(item.BaseFont)
        for item in pdf.objects
        if isinstance(item, pikepdf.Dictionary) and item.get(Name.Type) == Name.Font and Name.BaseFont in item
    }
    assert fonts
    assert all(
        any(family in font for family in ("Source-Serif-4", "Source-Sans-3", "JetBrains")) for font in fonts
    )


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="http://127.0.0.1:9/x.png" alt="x">',
        "<style>@import url(https://example.org/x.css)</style>",
        '<img src="figure:other" alt="x">',
        '<img src="/etc/hostname" alt="x">',
        '<link rel="stylesheet" href="{folder}/a.css">',
        '<img src="{folder}/a.svg" alt="x">',
    ],
)
def test_what_is_not_the_reports_own_is_not_loaded(markup: str, tmp_path: Path) -> None:
    """No host and no file, also one that is there and whole: there is no PDF then, and one line says why."""
    (tmp_path / "a.css").write_text("p { color: red }")
    (tmp_path / "a.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    loading = markup.replace("{folder}", tmp_path.as_uri())
    with pytest.raises(LabReportError, match=r"the PDF would load|the PDF cannot be set"):
        html_to_pdf(f"<html lang=en><title>t</title><body>{loading}<p>x</p></html>")


def test_a_drawing_that_cannot_be_set_is_an_error() -> None:
    """WeasyPrint would leave out the drawing, and all that follows it on its page."""
    path = '<path d="M1 1 H9" fill="currentColor"/>'
    broken = f'<svg xmlns="http://www.w3.org/2000/svg" color="currentColor" width="9" height="9">{path}</svg>'
    with pytest.raises(LabReportError, match=r"the PDF cannot be set: .*SVG"):
        html_to_pdf(f"<html lang=en><title>t</title><body>{broken}</html>")


def test_without_pango_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """WeasyPrint's page of advice is kept from the terminal."""
    fails = "print('-----\\nWeasyPrint could not import some libraries.'); raise OSError('libpango-1.0-0')"
    (tmp_path / "weasyprint.py").write_text(fails)
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(
        MissingLibrary, match=r"^the PDF needs Pango: .*apt-get install libpango-1\.0-0[^\n]*$"
    ):
        html_to_pdf("<html>")
    assert capsys.readouterr().out == ""
