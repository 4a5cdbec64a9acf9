"""The finished PDF, by the checkers of the trade."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from browser.conftest import module, program

pytestmark = pytest.mark.browser


def test_it_is_pdf_ua_by_every_rule(report: Path) -> None:
    """`page-validation`, profile ua1."""
    validation = module("page", "page-validation").validate_pdf(report / "report.pdf", profile="ua1")
    assert [f"{failure.rule_id}: {failure.message}" for failure in validation.failures] == []
    assert validation.is_compliant
    assert validation.rules.total > 100


def test_no_type_is_below_eight_points(report: Path) -> None:
    """In text and in drawings alike, but for raised signs and indices."""
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


def test_a_program_comes_out_of_it_as_it_is(report: Path) -> None:
    """Copied out, each sign is itself: no hyphen, and no ligature that reads as something else."""
    page = (report / "report.html").read_text(encoding="utf-8")
    code = re.search(r'<pre><code class="language-python">(.*?)</code>', page, re.DOTALL)
    if code is None:
        pytest.skip("no program in it")
    command = [program("pdftotext", "Debian's poppler-utils"), "-raw", str(report / "report.pdf"), "-"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    copied = "".join(run.stdout.split())
    lines = [re.sub(r"<[^>]*>|\s", "", line) for line in code[1].splitlines()]
    assert [line for line in lines if "&" not in line and line not in copied] == []
