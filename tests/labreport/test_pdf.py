"""The PDF room: accessible, the same bytes each time, only project fonts, nothing loaded from elsewhere."""

from __future__ import annotations

import builtins
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from example_report import HOSTILE, Example, example
from pikepdf import Name

from labreport.errors import RenderError
from labreport.pdf import write

SOURCE = Path(__file__).parents[2] / "src"


@pytest.fixture
def report(tmp_path: Path) -> Example:
    """The example report."""
    return example(tmp_path / "templates")


ODD = "with 'space', quo\"te, new\nline, a&b <c>, über 🙂"
ANSWERS = '{"answers": "±"}\n'


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pikepdf.Pdf]:
    """The example's PDF, opened: with a hostile title and its answers, in a folder with an odd name."""
    folder = tmp_path_factory.mktemp("pdf") / ODD
    report = example(folder / "templates")
    report = replace(report, outline=replace(report.outline, title=HOSTILE, author=HOSTILE))
    write(report.page("print"), report.templates, folder / "report.pdf", ANSWERS)
    with pikepdf.open(folder / "report.pdf") as document:
        yield document


def elements(element: Any) -> Iterator[Any]:
    """Every structure element below `element`."""
    kids = element.get(Name.K, pikepdf.Array())
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and kid.get(Name.Type) != Name.OBJR:
            yield kid
            yield from elements(kid)


def test_the_document_says_what_it_is(pdf: pikepdf.Pdf) -> None:
    """Title and author, which stay text, language, and that it claims PDF/UA-1."""
    assert (str(pdf.docinfo[Name.Title]), str(pdf.docinfo[Name.Author])) == (HOSTILE, HOSTILE)
    assert "/JavaScript" not in pdf.Root.get("/Names", {})
    assert "/OpenAction" not in pdf.Root
    assert str(pdf.Root.Lang) == "en"
    with pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"


def test_every_table_header_has_its_scope(pdf: pikepdf.Pdf) -> None:
    """Columns in the head, rows in the body; WeasyPrint sets neither."""
    scopes = [str(each.A.Scope) for each in elements(pdf.Root.StructTreeRoot) if each.get(Name.S) == Name.TH]
    assert scopes.count("/Row") == 2  # the question at a glance, and the table's one row
    assert scopes.count("/Column") == 3 + 3  # at a glance, and the table


def test_every_link_is_one_link_and_is_printed(pdf: pikepdf.Pdf) -> None:
    """No link is within another, and each has its print flag."""
    links = [link for page in pdf.pages for link in page.get(Name.Annots, [])]
    assert links
    assert all(int(link.F) & 4 for link in links)
    for element in elements(pdf.Root.StructTreeRoot):
        if element.get(Name.S) == Name.Link:
            assert not any(inner.get(Name.S) == Name.Link for inner in elements(element))


def test_running_heads_and_page_numbers_are_artifacts(pdf: pikepdf.Pdf) -> None:
    """A screen reader skips them."""
    for page in pdf.pages:
        assert b"/Pagination" in page.Contents.read_bytes()


def test_a_figure_carries_its_alternative_text(pdf: pikepdf.Pdf) -> None:
    """Kind of chart, then finding."""
    figures = [each for each in elements(pdf.Root.StructTreeRoot) if each.get(Name.S) == Name.Figure]
    assert [str(each.Alt) for each in figures] == ["line chart: It rises to 96.5\u00a0%."]


def test_only_the_projects_fonts_are_embedded(report: Example, tmp_path: Path) -> None:
    """No font of the system replaces them: a letter that they lack is refused, with the text it is in."""
    report.with_question("{% block headline %}Net 汉字{% endblock %}{% block body %}{% endblock %}")
    with pytest.raises(
        RenderError, match=r"^report.pdf: no font of it has 字, 汉, first in 'Net 汉字'; it has"
    ):
        write(report.page("print"), report.templates, tmp_path / "report.pdf")
    report.with_question("{% block headline %}и ∂{% endblock %}{% block body %}{% endblock %}")
    write(report.page("print"), report.templates, tmp_path / "report.pdf")
    with pikepdf.open(tmp_path / "report.pdf") as document:
        fonts = {str(item.BaseFont) for item in document.objects if _is_font(item)}
    assert fonts
    assert all(
        any(name in font for name in ("Source-Serif-4", "Source-Sans-3", "JetBrains")) for font in fonts
    )


def _is_font(item: pikepdf.Object) -> bool:
    return isinstance(item, pikepdf.Dictionary) and item.get(Name.Type) == Name.Font and Name.BaseFont in item


@pytest.mark.slow
def test_another_process_place_and_day_make_the_same_bytes(report: Example, tmp_path: Path) -> None:
    """Hash seed, time zone, date, user and folder leave no trace in the file."""
    page = tmp_path / "page.html"
    page.write_text(report.page("print"), encoding="utf-8")
    digests = set()
    for seed, zone in (("1", "UTC"), ("2", "Pacific/Auckland")):
        target = tmp_path / f"copy {seed}" / "report.pdf"
        target.parent.mkdir()
        program = (
            "import pathlib, sys; from labreport.pdf import write;"
            "page, base, target = map(pathlib.Path, sys.argv[1:]);"
            "write(page.read_text(encoding='utf-8'), base, target)"
        )
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": str(SOURCE)}
        command = [sys.executable, "-c", program, str(page), str(report.templates), str(target)]
        subprocess.run(command, env=environment, check=True)
        digests.add(hashlib.sha256(target.read_bytes()).hexdigest())
    assert len(digests) == 1


PICTURE, LINK, STYLE = (
    '<img src="{}" alt="x">',
    '<link rel="stylesheet" href="{}">',
    "<style>@import url({});</style>",
)


@pytest.mark.parametrize(
    ("markup", "address"),
    [
        (PICTURE, "http://127.0.0.1:9/x.png"),
        (LINK, "https://example.org/x.png"),
        (STYLE, "ftp://127.0.0.1/x"),
        (PICTURE, "file:///etc/passwd"),
        (LINK, "file://host/etc/passwd"),
        (STYLE, "../secret.png"),
        (PICTURE, "fonts/../../secret.png"),
        (LINK, "gopher:x"),
        (STYLE, "file:///etc/passwd"),
    ],
)
def test_what_is_not_the_documents_own_is_refused(
    report: Example, tmp_path: Path, markup: str, address: str
) -> None:
    """No host, no file outside the templates, by no element; and no file is written."""
    (tmp_path / "secret.png").write_bytes(b"secret")
    page = report.page("print").replace("What follows.", markup.format(address))
    with pytest.raises(RenderError, match="the document asks for"):
        write(page, report.templates, tmp_path / "report.pdf")
    assert not (tmp_path / "report.pdf").exists()


@pytest.mark.parametrize("start", ["http://127.0.0.1:9", "file://elsewhere"])
def test_another_host_is_refused_even_for_a_path_that_is_ours(
    report: Example, tmp_path: Path, start: str
) -> None:
    """The address as a whole is judged, not only its path."""
    (report.templates / "inner.css").write_text("p {color: red}")
    link = f'<link rel="stylesheet" href="{start}{report.templates}/inner.css">'
    with pytest.raises(RenderError, match="the document asks for"):
        write(report.page("print").replace("What follows.", link), report.templates, tmp_path / "report.pdf")


def test_a_link_out_of_the_folder_is_followed_before_it_is_judged(report: Example, tmp_path: Path) -> None:
    """A symbolic link among the templates opens nothing else."""
    (tmp_path / "secret.css").write_text("p {color: red}")
    (report.templates / "inner.css").symlink_to(tmp_path / "secret.css")
    page = report.page("print").replace("What follows.", '<link rel="stylesheet" href="inner.css">')
    with pytest.raises(RenderError, match=r"secret\.css"):
        write(page, report.templates, tmp_path / "report.pdf")


def test_the_documents_own_files_and_data_are_allowed(report: Example, tmp_path: Path) -> None:
    """What lies among the templates may be used."""
    (report.templates / "inner.css").write_text("p {color: red}")
    page = report.page("print").replace("What follows.", '<link rel="stylesheet" href="inner.css">')
    write(page, report.templates, tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-1.7")


def test_without_pango_one_sentence_names_what_to_install(
    report: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """WeasyPrint's page of advice is kept from the terminal."""
    real = builtins.__import__

    def without_pango(name: str, *arguments: Any) -> Any:
        if name == "weasyprint":
            print("-----\nWeasyPrint could not import some external libraries.")
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", without_pango)
    with pytest.raises(RenderError) as raised:
        write("<html>", report.templates, tmp_path / "report.pdf")
    assert "apt-get install libpango-1.0-0" in str(raised.value)
    assert "brew install pango" in str(raised.value)
    assert "\n" not in str(raised.value)
    assert capsys.readouterr().out == ""


def test_a_place_that_cannot_be_written_is_named(report: Example, tmp_path: Path) -> None:
    """One line, with the path."""
    with pytest.raises(RenderError, match=r"cannot write .*nowhere"):
        write(report.page("print"), report.templates, tmp_path / "nowhere" / "report.pdf")


def test_odd_folders_are_no_obstacle(pdf: pikepdf.Pdf) -> None:
    """Fontconfig and addresses are given paths that they can read."""
    assert any("Source-Serif-4" in str(item.BaseFont) for item in pdf.objects if _is_font(item))


def test_the_answers_are_attached(pdf: pikepdf.Pdf) -> None:
    """Byte for byte, with a name and a description, and the document still claims PDF/UA-1."""
    (attached,) = pdf.attachments.items()
    assert attached[0] == "answers.json"
    assert attached[1].get_file().read_bytes() == ANSWERS.encode()
    assert attached[1].description


def test_facts_of_the_run_end_wherever_they_are_on_a_page() -> None:
    """Also one with a long name: floats in columns that are balanced had no end there."""
    program = """
import jinja2, weasyprint
from labreport.frame import FOLDER
style = (FOLDER / "styles/pages.css").read_text()
page = (FOLDER / "print.html").read_text()
footer = jinja2.Template(page[page.index("<footer") : page.index("</body>")])
facts = footer.render(facts={"word " * 20: "some words here " * 4})
html = f"<style>{style}</style><div style='height: 240mm'></div>{facts}"
assert weasyprint.HTML(string=html).render().pages
"""
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    subprocess.run([sys.executable, "-c", program], env=environment, timeout=60, check=True)
