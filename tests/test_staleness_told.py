"""What a user reads about staleness, and can do about it: why, status, force, clean."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

from program import Program
from standin_nodes import ALL, ANSWERS, CATALOGUE, DOCUMENTS, FIGURES, GRID, QUICK, TRAINING


def test_forcing_one_thing_makes_it_and_what_changes_with_it(program: Program) -> None:
    """A figure drawn again comes out equal, so nothing else is made."""
    assert program.run("--force", "curves").made == {"figure/curves"}


def test_forcing_everything_makes_everything(program: Program) -> None:
    """Every training, answer, figure and section."""
    made = program.run("--force").made
    assert made - DOCUMENTS == ALL - DOCUMENTS


def test_a_section_alone_makes_only_what_it_needs(tmp_path: Path) -> None:
    """The report waits until the rest is there."""
    ran = Program.fresh(tmp_path / "checkout").run("studied")
    assert ran.code == 0
    assert ran.made == GRID | {"answer/studied.grid", "section/studied"}


def test_what_an_edit_changes_is_told_of_a_section_alone(program: Program) -> None:
    """And that the report is as it was before."""
    program.edit(CATALOGUE, QUICK, QUICK.replace("0.5", "0.3"))
    ran = program.run("measured")
    assert "Changed in the answers:\n  1.1 How close does the quick walk come?\n    was: " in ran.out
    assert "Not rebuilt: report.html, report.pdf, answers.json; 'python build.py build' does that" in ran.out
    assert "  was: " in program.run("changes").out


def test_a_report_that_an_edit_leaves_as_it_was_is_said_to_be_the_same(program: Program) -> None:
    """The figure is drawn again, with the same bytes."""
    program.edit(FIGURES, "2.4", "(2.4 + 0)")
    ran = program.run()
    assert "Done in" in ran.out
    assert "The report is the same as before: report/report.html, report.pdf, answers.json\n" in ran.out


def test_what_the_answers_say_is_not_told_of_a_build_that_fails(program: Program) -> None:
    """The report stays as it was; the next build that succeeds tells it."""
    program.edit(CATALOGUE, QUICK, QUICK.replace("0.5", "0.3"))
    program.edit(FIGURES, "2.4", "2.4 / 0")
    failed = program.run()
    assert failed.code == 1
    assert "Changed in the answers" not in failed.out
    program.edit(FIGURES, "2.4 / 0", "2.4")
    assert "Changed in the answers" in program.run().out


def test_asking_writes_nothing_whatever_there_is_to_notice(program: Program) -> None:
    """An edit, damaged and lost files, a forgotten record, a file in the way of a folder: whatever there is,
    the folder stays byte for byte as it was, and every file has its time."""
    report = program.folder / "report"
    program.edit(FIGURES, "2.4", "2.6")
    (report / "cache/answer/studied.grid.json").write_text("damaged")
    next((report / "results").glob("*.json")).write_text("damaged")
    next((report / "results").glob("*.safetensors")).unlink()
    (report / "report.pdf").unlink()
    (report / "ledger.json").unlink()
    (report / "quarantine").write_text("in the way")
    before = _everything(report)
    for words in (("status",), ("status", "--json"), ("why", "crate"), ("--dry-run",), ("changes",)):
        program.run(*words)
        assert _everything(report) == before, words


def _everything(folder: Path) -> dict[str, tuple[int, bytes]]:
    """All that is in a folder."""
    paths = sorted(folder.rglob("*"))
    return {str(one): (one.stat().st_mtime_ns, b"" if one.is_dir() else one.read_bytes()) for one in paths}


def test_why_names_old_and_new_values_down_the_chain(program: Program) -> None:
    """From the section to the field that changed."""
    program.edit(CATALOGUE, QUICK, QUICK.replace("0.5", "0.3"))
    ran = program.run("why", "measured")
    assert ran.code == 1
    assert "result/alpha#0–4" in ran.out
    assert "rate 0.5 → 0.3" in ran.out


def test_why_names_what_changed_and_its_line(program: Program) -> None:
    """A class is not called a function, and a comment is not the change."""
    program.edit(FIGURES, "    figure = Figure(", "    # wider\n    figure = Figure(")
    program.edit(FIGURES, "2.4", "2.6")
    program.edit(TRAINING, "return float(numpy.mean", "return 1 * float(numpy.mean")
    text = (program.folder / TRAINING).read_text()
    line = text[: text.index("1 * float")].count("\n") + 1
    told = program.run("why", "curves").out
    assert "function exercise.figures:curves changed at src/exercise/figures.py:17\n" in told
    assert f"class exercise.training:WalkRun changed at {TRAINING}:{line}\n" in told


def test_a_rebuild_tells_in_the_reports_words_how_the_answers_changed(program: Program) -> None:
    """Question and sentence, was and now; `changes` lists everything, also after another build."""
    program.edit(CATALOGUE, QUICK, QUICK.replace("0.5", "0.2"))
    ran = program.run()
    told = ran.out.partition("Changed in the answers:\n")[2].splitlines()
    place = told.index("  1.2 Which of the two walks comes closer?")
    assert told[place + 1].startswith("    was: The quick walk comes closer: ")
    assert any(line.startswith("    now: The quick walk does not come closer: ") for line in told[place:])
    assert "claim" not in ran.out
    assert program.run().code == 0
    listed = program.run("changes")
    assert listed.code == 0
    assert "1.1 How close does the quick walk come?\n  was: The quick walk reaches" in listed.out
    assert re.search(r"^  early: [0-9.]+.% → [0-9.]+.%$", listed.out, re.MULTILINE)


def test_status_is_1_exactly_when_something_is_stale(program: Program) -> None:
    """So that a script can ask without building."""
    assert program.run("status").code == 0
    program.edit(ANSWERS, "min(differences) > 0", "max(differences) > 0")
    ran = program.run("status", "--json")
    assert ran.code == 1
    assert json.loads(ran.out)["fresh"] is False


def test_a_lost_ledger_costs_no_training(program: Program) -> None:
    """What is stored is recognised by its key."""
    (program.folder / "report/ledger.json").unlink()
    shutil.rmtree(program.folder / "report/.stamp", ignore_errors=True)
    assert program.run().made - DOCUMENTS == set()


def test_a_run_with_nothing_to_do_imports_nothing_heavy(program: Program, tmp_path: Path) -> None:
    """Neither the instant run nor the one that hashes loads a heavy library."""
    program.run()
    for arguments in ((), ("status",)):
        ran = program.run(*arguments, environment={"PYTHONVERBOSE": "1"})
        loaded = {line.split("'")[1] for line in ran.err.splitlines() if line.startswith("import '")}
        assert not loaded & {"tensorflow", "numpy", "matplotlib", "jinja2", "weasyprint", "rich", "scipy"}
        assert "sys" not in loaded or ran.code == 0


def test_an_edit_that_keeps_size_and_time_is_noticed(program: Program) -> None:
    """The stamp holds change time and inode as well."""
    program.run()
    path = program.folder / ANSWERS
    status = path.stat()
    text = path.read_text().replace("min(differences) > 0", "max(differences) < 0")
    path.write_text(text)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert "answer/measured.better" in program.run().made
