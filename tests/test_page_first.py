"""The page is published before the PDF is laid out; the PDF follows, or there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from program import Program

TYPESETTING = "src/labreport/audit/paper.py"
LAYING_OUT = '    def finish(self) -> None:\n        """It is written already."""\n'


@pytest.fixture
def edited(program: Program) -> Program:
    """A complete report, of which page and PDF are stale."""
    program.edit("templates/questions/studied.grid.html", "The cell that", "The one that")
    return program


def test_a_kill_while_the_pdf_is_laid_out_leaves_the_new_page_without_one(
    edited: Program, tmp_path: Path
) -> None:
    """The next build makes the PDF and nothing else."""
    process = "src/labreport/pdf/separate.py"
    fault = tmp_path / "fault"
    dies = f"import os\n        if os.path.exists({str(fault)!r}):\n            os.kill(os.getpid(), 9)\n"
    edited.edit(process, LAYING_OUT, f"{LAYING_OUT}        {dies}")
    fault.touch()
    assert edited.run().code == -9
    report = edited.folder / "report"
    assert "The one that" in (report / "report.html").read_text()
    assert not (report / "report.pdf").exists()
    fault.unlink()
    ran = edited.run()
    assert (ran.code, set(ran.made)) == (0, {"document/pdf"})
    assert edited.run().out.startswith("Nothing to do")


def test_a_pdf_that_does_not_pass_its_audit_is_not_published(edited: Program) -> None:
    """The page is, the error says so, and the build has failed."""
    finding = "Finding('page 1', '7', 'is wrong')"
    edited.edit(TYPESETTING, "    return found\n", f"    return [*found, {finding}]\n")
    ran = edited.run()
    assert ran.code == 1
    assert ran.err == "error: report.pdf: page 1: '7' is wrong; the report has no PDF\n"
    assert ran.out.splitlines()[-1].startswith("Build failed: 1 error. Written without the rest: ")
    report = edited.folder / "report"
    assert "The one that" in (report / "report.html").read_text()
    assert not (report / "report.pdf").exists()


def test_a_page_whose_pdf_is_fresh_is_published_beside_it(program: Program) -> None:
    """A style of the screen changes nothing on paper, and the PDF is not written again."""
    pdf = program.folder / "report" / "report.pdf"
    before = (pdf.stat().st_ino, pdf.read_bytes())
    styles: Path = program.own_engine().folder / "src/labreport/frame/script/theme.js"
    styles.write_text(f"{styles.read_text()}\n// another line\n")
    assert program.run().made == {"document/html"}
    assert (pdf.stat().st_ino, pdf.read_bytes()) == before
