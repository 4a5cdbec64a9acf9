"""What is published before the rest: a report from one seed, and the page before the PDF."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from faults.formats import documents
from program import Program, Ran

WAITS = """
    while seed and "REPORT" in os.environ and not Path(os.environ["REPORT"]).exists():
        time.sleep(0.02)
"""
"""What later seeds do before they are trained, so that the first report comes before their end."""
ANNOUNCED = "First report, from one seed; more follow: "


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A checkout whose later seeds wait for `REPORT`, and which makes a first report at any time."""
    program = Program.fresh(tmp_path_factory.mktemp("edited") / "checkout")
    program.edit("src/labreport/execute/making.py", "WORTH_SECONDS = 60.0", "WORTH_SECONDS = 0.0")
    begun = '    _log("start", specification, seed, epoch)\n'
    program.edit("src/exercise/training.py", begun, begun + WAITS)
    return program.share_engine()


@pytest.fixture
def slow(edited: Program, tmp_path: Path) -> Program:
    """A copy of it."""
    return edited.copy(tmp_path / "checkout")


def run(program: Program, log: Path, fault: str = "") -> Ran:
    """Build three seeds; the later ones wait for the first report's PDF."""
    environment = {"STANDIN_LOG": str(log), "REPORT": str(program.folder / "report" / "report.pdf")}
    return program.run("--seeds", "3", environment=environment | ({"STANDIN_FAULT": fault} if fault else {}))


def epochs(log: Path) -> Counter[str]:
    """How often each epoch of each walk was trained."""
    lines = log.read_text().splitlines()
    return Counter(line.rpartition(" pid=")[0] for line in lines if line.startswith("epoch"))


def test_the_first_report_comes_before_the_whole_and_nothing_is_trained_twice(
    slow: Program, tmp_path: Path
) -> None:
    """Page, then PDF, are announced; in the end the report is the one of a build without a first one.

    What was made for the first one counts as made: the end of the build names as many as its beginning.
    """
    whole = slow.copy(tmp_path / "whole")
    ran = run(slow, tmp_path / "log")
    assert ran.code == 0, ran.err
    told = [line for line in ran.out.splitlines() if line.startswith(ANNOUNCED)]
    assert [line.rpartition(".")[2] for line in told] == ["html", "pdf"]
    assert set(epochs(tmp_path / "log").values()) == {1}
    assert "10 trainings, then 7 answers, figure curves, 3 sections" in ran.out.splitlines()[0]
    assert "10 trainings, 7 answers, 1 figure, 3 sections, 5 documents." in ran.out.splitlines()[-3]
    assert whole.run("--seeds", "3", "--force").code == 0
    assert documents(slow.folder / "report") == documents(whole.folder / "report")
    assert slow.run("--seeds", "3").out.startswith("Nothing to do")


def test_a_build_that_is_killed_leaves_the_first_report_and_goes_on(slow: Program, tmp_path: Path) -> None:
    """Page and ledger say that it is preliminary; the next build trains what is missing, makes the whole."""
    ran = run(slow, tmp_path / "log", "0.5#1@1:KILL-build")
    assert ran.code != 0
    page = (slow.folder / "report" / "report.html").read_text()
    assert "<b>Preliminary</b>: this report rests on a single seed" in page
    assert (slow.folder / "report" / "report.pdf").exists()
    assert json.loads((slow.folder / "report" / "ledger.json").read_bytes())["seeds"] == 1
    assert slow.plan("--seeds", "3")["document/html"] == "stale"
    first = {name for name in epochs(tmp_path / "log") if " seed=0 " in name}
    ran = run(slow, tmp_path / "log")
    assert (ran.code, ANNOUNCED in ran.out) == (0, False)
    counts = epochs(tmp_path / "log")
    assert {counts[name] for name in first} == {1}
    assert "<b>Preliminary" not in (slow.folder / "report" / "report.html").read_text()


def test_a_first_report_that_fails_is_a_note(slow: Program) -> None:
    """Training continues, and the whole report is made."""
    slow.edit(
        "src/labreport/execute/making.py",
        "        session = open_session(place, output, 1,",
        "        raise LabReportError('it is broken')\n        session = open_session(place, output, 1,",
    )
    ran = slow.run("--seeds", "3")
    assert ran.code == 0, ran.err
    assert ran.err == "note: the first report is not complete: it is broken; training continues\n"


def test_there_is_none_where_it_is_not_wanted(slow: Program) -> None:
    """Of a part, of everything forced, and of one seed: there is no report before any of them."""
    for words in (("alpha", "--seeds", "2"), ("--seeds", "1"), ("--force", "--seeds", "2")):
        ran = slow.run(*words)
        assert (ran.code, ANNOUNCED in ran.out) == (0, False)
        for document in documents(slow.folder / "report"):
            (slow.folder / "report" / document).unlink()


TYPESETTING = "src/labreport/audit/paper.py"
LAYING_OUT = '    def finish(self) -> None:\n        """It is written already."""\n'


@pytest.fixture
def stale(program: Program) -> Program:
    """A complete report, of which page and PDF are stale."""
    program.edit("templates/questions/studied.grid.html", "The cell that", "The one that")
    return program


def test_a_kill_while_the_pdf_is_laid_out_leaves_the_new_page_without_one(
    stale: Program, tmp_path: Path
) -> None:
    """The next build makes the PDF and nothing else."""
    process = "src/labreport/pdf/separate.py"
    fault = tmp_path / "fault"
    dies = f"import os\n        if os.path.exists({str(fault)!r}):\n            os.kill(os.getpid(), 9)\n"
    stale.edit(process, LAYING_OUT, f"{LAYING_OUT}        {dies}")
    fault.touch()
    assert stale.run().code == -9
    report = stale.folder / "report"
    assert "The one that" in (report / "report.html").read_text()
    assert not (report / "report.pdf").exists()
    fault.unlink()
    ran = stale.run()
    assert (ran.code, set(ran.made)) == (0, {"document/pdf"})
    assert stale.run().out.startswith("Nothing to do")


def test_a_pdf_that_does_not_pass_its_audit_is_not_published(stale: Program) -> None:
    """The page is, the error says so, and the build has failed."""
    finding = "Finding('page 1', '7', 'is wrong')"
    stale.edit(TYPESETTING, "    return found\n", f"    return [*found, {finding}]\n")
    ran = stale.run()
    assert ran.code == 1
    assert ran.err == "error: report.pdf: page 1: '7' is wrong; the report has no PDF\n"
    assert ran.out.splitlines()[-1].startswith("Build failed: 1 error. Written without the rest: ")
    report = stale.folder / "report"
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
