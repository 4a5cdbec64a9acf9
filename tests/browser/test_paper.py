"""The finished PDF, by the checkers of the trade."""

from __future__ import annotations

import ctypes
import itertools
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from checkers import module, program
from PIL import Image

from exercise.catalogue import SMALL
from exercise.show_code import show_program

pytestmark = pytest.mark.browser

TOP, BOTTOM, LEFT, RIGHT = 19, 16, 20, 25
"""Millimetres of the page around the text, as templates/styles/pages.css sets them, or a little less."""
HEIGHT = 297
LARGEST_BAND = 0.25
INK = 200
POINTS = 72 / 25.4
COLUMN = 140 * POINTS
"""Right of this there are notes and page numbers only, in points."""
LARGEST_TEXT = 10.5
"""Headings are larger, in points, and of the family of `HEADING`; answers are as large, of another family."""
HEADING = b"Sans"


def test_it_is_pdf_ua_by_every_rule(report: Path) -> None:
    """`page-validation`, profile ua1."""
    found = module("page", "page-validation").validate_pdf(report / "report.pdf", profile="ua1")
    assert [f"{each.rule_id}: {each.message}" for each in found.failures] == []
    assert found.is_compliant
    assert found.rules.total > 100


def test_outloud_finds_no_error(report: Path) -> None:
    """Tags, alternative text, headers, reading order."""
    run = subprocess.run(
        [program("outloud", "the requirements of the tests"), "--no-info", report / "report.pdf"],
        capture_output=True,
        text=True,
    )
    assert [line for line in run.stdout.splitlines() if "ERROR" in line] == []
    assert "0 error(s)" in run.stdout


def test_pdfua_finds_no_error(report: Path) -> None:
    """The machine-checkable rules, by another hand."""
    run = subprocess.run(
        [program("pdfua", "the requirements of the tests"), "check", report / "report.pdf"],
        capture_output=True,
        text=True,
    )
    assert "errors=0" in run.stdout, run.stdout


def test_its_structure_is_sound(report: Path) -> None:
    """`qpdf --check`."""
    run = subprocess.run(
        [program("qpdf", "Debian's qpdf"), "--check", report / "report.pdf"], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_all_fonts_are_embedded_and_ours(report: Path) -> None:
    """`pdffonts`: nothing of the system's."""
    run = subprocess.run(
        [program("pdffonts", "Debian's poppler-utils"), report / "report.pdf"],
        capture_output=True,
        text=True,
        check=True,
    )
    fonts = [line.split() for line in run.stdout.splitlines()[2:]]
    assert len(fonts) >= 5
    for name, *_, embedded, subset, unicode, _, _ in fonts:
        assert re.search(r"Source-(Serif-4|Sans-3)|JetBrains-Mono", name)
        assert (embedded, subset, unicode) == ("yes", "yes", "yes")


def test_it_is_as_long_as_a_student_reads_and_light(report: Path) -> None:
    """At most fifteen pages, with one seed or several."""
    document = module("pypdfium2", "pypdfium2").PdfDocument(report / "report.pdf")
    assert 10 <= len(document) <= 15
    assert (report / "report.pdf").stat().st_size < 2_000_000


def test_no_page_has_a_blank_band(report: Path, tmp_path: Path) -> None:
    """At most a quarter of the text's height is empty in one piece.

    Not on the first and the last page.
    """
    pdftoppm = program("pdftoppm", "Debian's poppler-utils")
    subprocess.run(
        [pdftoppm, "-r", "36", "-gray", "-png", report / "report.pdf", tmp_path / "page"], check=True
    )
    bands = [_largest_band(file) for file in sorted(tmp_path.glob("page*.png"))]
    assert {} == {
        number: f"{band:.0%}"
        for number, band in enumerate(bands[:-1], start=1)
        if number > 1 and band > LARGEST_BAND
    }


def _largest_band(file: Path) -> float:
    """The tallest run of rows without ink, as a share of the text's height."""
    with Image.open(file) as opened:
        page = opened.convert("L")
    scale = page.height / HEIGHT
    text = page.crop(
        (
            round(LEFT * scale),
            round(TOP * scale),
            page.width - round(RIGHT * scale),
            page.height - round(BOTTOM * scale),
        )
    )
    inked = [
        row
        for row in range(text.height)
        if text.crop((0, row, text.width, row + 1)).getextrema()[0] < INK  # type: ignore[operator]
    ]
    edges = [0, *inked, text.height]
    return max(after - before for before, after in itertools.pairwise(edges)) / text.height


def test_no_type_is_below_eight_points(report: Path) -> None:
    """In text and in drawings alike."""
    pdfium = module("pypdfium2", "pypdfium2")
    raw = pdfium.raw
    small: dict[str, float] = {}
    for number, page in enumerate(pdfium.PdfDocument(report / "report.pdf"), start=1):
        text = page.get_textpage()
        for index in range(text.count_chars()):
            size = raw.FPDFText_GetFontSize(text, index)
            matrix = raw.FS_MATRIX()
            raw.FPDFText_GetMatrix(text, index, matrix)
            height = size * abs(matrix.d or matrix.b)
            character = chr(raw.FPDFText_GetUnicode(text, index))
            if height < 7.99 and character.strip():
                small[f"page {number}: {character!r}"] = round(height, 2)
    assert small == {}


def test_programs_come_out_of_it_as_they_are(report: Path) -> None:
    """Copied out, each sign is itself: no hyphen, and `//` is not a ligature that reads as something else."""
    run = subprocess.run(
        [program("pdftotext", "Debian's poppler-utils"), "-raw", report / "report.pdf", "-"],
        capture_output=True,
        text=True,
        check=True,
    )
    copied = " ".join(run.stdout.split())
    lines = [" ".join(line.split()) for line in show_program(SMALL.specification).splitlines()]
    assert [line for line in lines if line not in copied] == []


def test_no_page_ends_with_a_heading(report: Path) -> None:
    """What follows is on the same page; an answer may end one, since its evidence may be long."""
    pages = module("pypdfium2", "pypdfium2").PdfDocument(report / "report.pdf")
    ends = {number: _last_line(page) for number, page in enumerate(pages, start=1)}
    large = {number: text for number, (height, text) in ends.items() if height > LARGEST_TEXT}
    assert large == {}


def _last_line(page: Any) -> tuple[float, str]:
    """Height of the tallest character of headings in the lowest line of the text's column, and the line."""
    raw, text = module("pypdfium2", "pypdfium2").raw, page.get_textpage()
    lines: dict[int, list[tuple[float, str]]] = {}
    for index in range(text.count_chars()):
        character = chr(raw.FPDFText_GetUnicode(text, index))
        matrix = raw.FS_MATRIX()
        raw.FPDFText_GetMatrix(text, index, matrix)
        if character.strip() and matrix.e < COLUMN and matrix.f > BOTTOM * POINTS:
            family = ctypes.create_string_buffer(100)
            raw.FPDFText_GetFontInfo(text, index, family, len(family), None)
            size = raw.FPDFText_GetFontSize(text, index) * abs(matrix.d or matrix.b)
            height = size if HEADING in family.value else 0.0
            lines.setdefault(round(matrix.f), []).append((height, character))
    line = lines[min(lines)]
    return max(height for height, _ in line), "".join(character for _, character in line)
