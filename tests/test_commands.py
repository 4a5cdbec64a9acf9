"""What a user can type, what is printed, and how the program ends; the real program throughout."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from program import Program

from labreport.store.output import LOCK

ESCAPE = "\x1b["


@pytest.fixture(scope="module")
def built() -> Program:
    """A checkout with a complete report of two seeds; tests that change it copy it."""
    return Program.built("--seeds", "2")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["measurd"],
            "unknown command or name 'measurd'; did you mean 'measured'? See python build.py --help.",
        ),
        (["grade", "absent.json"], "absent.json: No such file"),
        (["--show-code", "alpah"], "no run named 'alpah'; did you mean 'alpha'?"),
        (["--force", "absent"], "no item named 'absent'"),
        (["why", "measured.acuracy"], "no item named 'measured.acuracy'; did you mean 'measured.accuracy'?"),
        (["measureds"], "did you mean 'measured'?"),
        (["grade", "--form", "form.json"], "--form form.json: a form ends in .toml; write form.toml"),
    ],
)
def test_bad_usage_is_one_line_and_2(built: Program, arguments: list[str], message: str) -> None:
    """Names that the project does not have; what no project has is in `test_command_line.py`."""
    ran = built.run(*arguments)
    assert ran.code == 2
    assert message in ran.err
    assert len(ran.err.strip().splitlines()) == 1
    assert not ran.made


def test_a_specification_that_breaks_a_rule_is_one_line_and_2(built: Program, tmp_path: Path) -> None:
    """The edited line, the value and what is allowed are named; the report stays."""
    program = built.copy(tmp_path / "checkout")
    before = (program.folder / "report/report.html").read_bytes()
    program.edit("src/exercise/catalogue.py", "Walk(0.25)", "Walk(2.0)")
    ran = program.run()
    assert ran.code == 2
    place = "src/exercise/catalogue.py:15"
    assert ran.err == f"error: {place}: rate is 2.0; allowed is a number above 0 and up to 1\n"
    assert (program.folder / "report/report.html").read_bytes() == before


@pytest.mark.parametrize("mistake", ["EXPERIMENTS ==", "raise SystemExit(0)\nEXPERIMENTS ="])
def test_a_catalogue_that_cannot_be_loaded_is_one_line(built: Program, tmp_path: Path, mistake: str) -> None:
    """File and line, without a traceback; also where it ends the program, as if all were well."""
    program = built.copy(tmp_path / "checkout")
    program.edit("src/exercise/catalogue.py", "EXPERIMENTS =", mistake)
    ran = program.run()
    assert ran.code in (1, 2)
    assert "catalogue.py:" in ran.err
    assert len(ran.err.splitlines()) == 1


def test_an_answer_that_reads_what_it_did_not_declare_is_named(built: Program, tmp_path: Path) -> None:
    """A dependency cannot be left out: reading it raises."""
    program = built.copy(tmp_path / "checkout")
    program.edit(
        "src/exercise/answers.py",
        '_accuracy(results, "alpha"), "early"',
        '_accuracy(results, "beta"), "early"',
    )
    ran = program.run("--seeds", "2")
    assert ran.code in (1, 2)
    assert "reads results['beta'] and declares alpha" in ran.err


def test_a_failing_answer_is_named_with_file_and_line(built: Program, tmp_path: Path) -> None:
    """And with `--debug`, the traceback of the author's code; the last line is never "Done"."""
    program = built.copy(tmp_path / "checkout")
    program.edit(
        "src/exercise/answers.py", "EPOCH = 5\n", "EPOCH = 5\n\n\ndef fails() -> None:\n    {}['gone']\n"
    )
    program.edit("src/exercise/answers.py", "cells = {\n", "fails()\n    cells = {\n")
    ran = program.run("--seeds", "2")
    line = "error: answer studied.grid failed at src/exercise/answers.py:15: KeyError: 'gone' "
    assert ran.code == 1
    assert ran.err == f"{line}(--debug shows the traceback).\n"
    assert ran.out.splitlines()[-1] == "Build failed: 1 error. The previous report is unchanged."
    ran = program.run("--seeds", "2", "--debug")
    assert "{}['gone']" in ran.err
    assert ran.err.splitlines()[-1].startswith(line)


def test_status_says_first_whether_all_is_fresh(built: Program, tmp_path: Path) -> None:
    """Then only what is not; `--verbose` lists everything, and the numbers are those of the plan."""
    assert built.run("status", "--seeds", "2").out == (
        "All is fresh: 9 trainings, 7 answers, 1 figure, 3 sections, 5 documents.\n"
    )
    listed = built.run("status", "--seeds", "2", "--verbose").out.splitlines()[1:]
    assert {line.split()[0] for line in listed} == {"fresh"}
    assert len(listed) == 10 + 7 + 1 + 3 + 5
    program = built.copy(tmp_path / "checkout")
    program.edit("templates/questions/studied.grid.html", "The cell that", "The one that")
    ran = program.run("status", "--seeds", "2")
    assert ran.code == 1
    assert ran.out == (
        "Stale: 1 section, 4 documents.\n"
        "template questions/studied.grid.html changed: section studied, then 4 documents;\n"
        "  --verbose lists them\n"
    )
    listed = program.run("status", "--seeds", "2", "--verbose").out.splitlines()[1:]
    assert [line.split()[:2] for line in listed if not line.startswith("fresh")] == [
        ["stale", "section/studied"],
        ["waits", "answers.json"],
        ["waits", "report.html"],
        ["waits", "ro-crate-metadata.json"],
        ["waits", "report.pdf"],
    ]


def test_one_edit_of_the_catalogue_is_one_line_of_status(built: Program, tmp_path: Path) -> None:
    """What changed, from what to what, and all that it leads to; a document has the name of its file."""
    program = built.copy(tmp_path / "checkout")
    program.edit("src/exercise/catalogue.py", "Walk(0.25)", "Walk(0.26)")
    told = program.run("status", "--seeds", "2").out.splitlines()
    assert len(told) <= 4
    assert re.match(r"\w+: rate 0.25 → 0.26: 2 trainings of \w+", told[1])
    assert program.run("why", "report.pdf", "--seeds", "2").out.startswith("report.pdf: ")


def test_a_library_that_is_missing_stops_who_builds_and_not_who_asks(built: Program, tmp_path: Path) -> None:
    """What would be made is said without it, and what adds it; before anything runs, a build refuses."""
    program = built.copy(tmp_path / "checkout")
    program.edit("src/exercise/project.py", '("numpy",)', '("numpy", "nowhere")')
    line = (
        "libraries names 'nowhere', which is not installed; python build.py build installs what "
        f"requirements.txt names, or correct its name (this is Python {sys.executable})\n"
    )
    for words in (["status"], ["why", "alpha"], ["--dry-run"]):
        ran = program.run(*words)
        assert ran.err.startswith(f"note: {line}")
        assert "library nowhere is new: none" in ran.out
    assert program.run("changes").err == ""
    for words in ([], ["verify"], ["clean"]):
        ran = program.run(*words)
        assert (2, f"error: {line}") == (ran.code, ran.err)


def test_a_module_that_is_missing_is_named_with_its_line(built: Program, tmp_path: Path) -> None:
    """And with what adds it."""
    program = built.copy(tmp_path / "checkout")
    program.edit(
        "src/exercise/project.py", "from exercise.catalogue", "import skleanr\nfrom exercise.catalogue"
    )
    assert program.run("status").err == (
        "error: src/exercise/project.py:5: there is no module 'skleanr'; python build.py build installs what "
        "requirements.txt names, or correct the name\n"
    )


def test_an_unwritable_output_is_one_line_and_2(built: Program, tmp_path: Path) -> None:
    """The path, and what to do."""
    (tmp_path / "file").write_text("")
    ran = built.run("--output", str(tmp_path / "file" / "inside"))
    assert ran.code == 2
    assert str(tmp_path / "file") in ran.err
    assert len(ran.err.strip().splitlines()) == 1


def test_without_pango_the_page_is_written_and_the_package_named(tmp_path: Path) -> None:
    """WeasyPrint fails on import as it does without the library; no stale PDF stays beside the new page."""
    program = Program.typeset().copy(tmp_path / "checkout")
    (tmp_path / "path" / "weasyprint").mkdir(parents=True)
    fails = "raise OSError(\"cannot load library 'libpango-1.0-0'\")\n"
    (tmp_path / "path" / "weasyprint" / "__init__.py").write_text(fails)
    program.edit("templates/questions/studied.grid.html", "The cell that", "The one that")
    ran = program.run("--seeds", "1", environment={"PYTHONPATH": str(tmp_path / "path")})
    assert ran.code == 1
    assert "apt-get install libpango-1.0-0" in ran.err
    assert len(ran.err.strip().splitlines()) == 1
    assert "The one that" in (program.folder / "report/report.html").read_text()
    assert not (program.folder / "report/report.pdf").exists()
    assert program.plan("--seeds", "1")["document/pdf"] == "stale"


def test_quiet_prints_nothing(built: Program, tmp_path: Path) -> None:
    """Neither when there is something to do nor when there is not."""
    program = built.copy(tmp_path / "checkout")
    assert program.run("--quiet", "--seeds", "2").out == ""
    program.edit("templates/questions/studied.grid.html", "The cell that", "The one that")
    assert program.run("--quiet", "--seeds", "2").out == ""


def test_lines_fit_80_columns_and_have_no_colour_off_a_terminal(built: Program, tmp_path: Path) -> None:
    """Plan, summary, status and why."""
    program = built.copy(tmp_path / "checkout")
    program.edit("src/exercise/training.py", "self._walk.noise * stumble", "self._walk.noise * stumble * 2")
    paths = re.compile(re.escape(str(program.folder)))
    for arguments in (["--dry-run"], ["status"], ["why", "measured"], []):
        out = program.run("--seeds", "2", *arguments, environment={"COLUMNS": "80"}).out
        assert ESCAPE not in out
        lines = [paths.sub("", line) for line in out.splitlines()]
        assert max(map(len, lines)) <= 80


def test_colour_is_used_when_asked_for_and_never_with_no_color(built: Program) -> None:
    """`FORCE_COLOR` for pipes; `NO_COLOR` is respected on a terminal."""
    assert ESCAPE in built.run("status", "--seeds", "2", environment={"FORCE_COLOR": "1"}).out
    script = f"import pty; pty.spawn([{sys.executable!r}, 'build.py', 'status', '--seeds', '2'])"
    for no_colour in ("", "1"):
        found = subprocess.run(
            [sys.executable, "-c", script],
            cwd=built.folder,
            capture_output=True,
            text=True,
            check=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "NO_COLOR": no_colour, "TERM": "xterm"},
        )
        assert (ESCAPE in found.stdout) == (not no_colour)


ODD = {
    "LANG": "C",
    "LC_ALL": "POSIX",
    "PYTHONIOENCODING": "ascii",
    "PYTHONUTF8": "0",
    "HOME": "/nonexistent",
    "TERM": "dumb",
    "COLUMNS": "1",
}


def test_odd_surroundings_do_not_matter(built: Program, tmp_path: Path) -> None:
    """The report is the same, and `status` answers, in a terminal of no width that can be."""
    program = built.copy(tmp_path / "checkout")
    program.edit("templates/questions/studied.grid.html", "The cell that", "The one that")
    assert program.run("status", "--seeds", "2", environment={"TERM": "dumb", "COLUMNS": "x"}).code == 1
    ran = program.run("--seeds", "2", environment=ODD)
    assert ran.code == 0, ran.err
    assert "section/studied" in ran.made


def test_odd_paths_and_a_closed_stdout_do_not_stop_the_build(built: Program, tmp_path: Path) -> None:
    """Spaces, quotes, newlines, emoji, what is not UTF-8, long names; the report matters more than words."""
    program = built.copy(tmp_path / "with space, quote'\", new\nline, emoji 🙂 and \udcff" / ("x" * 200))
    program.edit("templates/questions/studied.grid.html", "The cell that", "The one that")
    before = program.outputs()
    command = f'"{sys.executable}" build.py --seeds 2 >&-'
    found = subprocess.run(["sh", "-c", command], cwd=program.folder, capture_output=True, check=False)
    assert found.returncode == 0, found.stderr
    assert b"The one that" in (program.folder / "report/report.html").read_bytes()
    assert program.outputs()["document/pdf"] != before["document/pdf"]


def test_output_may_be_elsewhere(built: Program, tmp_path: Path) -> None:
    """`--output` holds report and results; the checkout is left alone."""
    ran = built.run("--seeds", "1", "--output", str(tmp_path / "out"))
    assert ran.code == 0, ran.err
    assert {"report.html", "report.pdf", "answers.json", "results"} <= {
        path.name for path in (tmp_path / "out").iterdir()
    }
    assert not ran.made
    told = built.run("status", "--output", str(tmp_path / "out")).err
    assert "note: the report has 1 seed, and a build without --seeds has" in told
    assert "note:" not in built.run("status", "--seeds", "2", "--output", str(tmp_path / "out")).err


def test_a_report_agrees_with_itself_and_not_with_another(built: Program, tmp_path: Path) -> None:
    """`grade` finds a number that is off, and an answer that is missing."""
    answers = json.loads((built.folder / "report/answers.json").read_text())

    def grade(change: Any) -> tuple[int, str]:
        other = json.loads(json.dumps(answers))
        change(other["questions"])
        (tmp_path / "other.json").write_text(json.dumps(other))
        ran = built.run("grade", str(tmp_path / "other.json"))
        return ran.code, ran.out

    assert grade(lambda questions: None)[0] == 0
    for change, message in (
        (
            lambda found: found["measured.accuracy"]["quantities"]["accuracy"].update(value=0.1),
            "accuracy is 0.1",
        ),
        (lambda found: found.pop("measured.better"), "is not answered"),
    ):
        code, out = grade(change)
        assert code == 1
        assert message in out


def test_verify_passes_on_what_was_built(built: Program) -> None:
    """Every byte, every answer, and one training again; a check that passes is a line only if asked for."""
    ran = built.run("verify", "--seeds", "2", "--verbose")
    assert ran.code == 0, ran.out + ran.err
    assert "equal bits" in ran.out
    assert "0 failed" in ran.out
    short = built.run("verify", "--seeds", "2", "--again").out
    assert "equal bits" not in short
    assert len(short.splitlines()) == len(ran.out.splitlines()) - ran.out.count("ok  ")


@pytest.mark.parametrize("what", ["array", "answers", "page"])
def test_verify_finds_what_differs(built: Program, tmp_path: Path, what: str) -> None:
    """A flipped byte in an array, a changed answer, a changed number on the page."""
    program = built.copy(tmp_path / "checkout")
    report = program.folder / "report"
    if what == "array":
        path = sorted((report / "results").glob("*.safetensors"))[0]
        data = bytearray(path.read_bytes())
        data[-30] ^= 1
        path.write_bytes(data)
    elif what == "answers":
        path = report / "answers.json"
        path.write_text(re.sub(r'"value": 0\.9\d', '"value": 0.80', path.read_text(), count=1))
    else:
        path = report / "report.html"
        text, count = re.subn(r"(<data[^>]*>)\d", r"\g<1>7", path.read_text(), count=1)
        assert count == 1
        path.write_text(text)
    ran = program.run("verify", "--seeds", "2")
    assert ran.code == 1
    assert "differs" in ran.out
    assert not ran.made


def test_why_knows_what_the_report_numbers(built: Program) -> None:
    """A question by its number, a figure by the page's; a number that the report does not have is unknown."""
    named = built.run("why", "measured.accuracy", "--seeds", "2")
    assert built.run("why", "1.1", "--seeds", "2").out == named.out
    assert built.run("why", "Question 1.1", "--seeds", "2").out == named.out
    figure = built.run("why", "curves", "--seeds", "2")
    assert figure.out.startswith("figure/curves: fresh")
    for word in ("Figure 1", "figure-1", "fig. 1"):
        assert built.run("why", word, "--seeds", "2").out == figure.out
    for word in ("9.1", "1.99", "Figure 99"):
        assert f"no item named '{word}'" in built.run("why", word, "--seeds", "2").err


def test_a_build_ends_with_its_files_and_how_they_are_checked(built: Program, tmp_path: Path) -> None:
    """Page, PDF and answers by name, and a command that can be typed as it is."""
    program = built.copy(tmp_path / "checkout")
    ran = program.run("--seeds", "2", "--force", "document/html", "--output", "report")
    assert ran.out.splitlines()[-2:] == [
        "The report: report/report.html, report.pdf, answers.json",
        "Check it:   python build.py verify --output report --seeds 2",
    ]
    command = ran.out.splitlines()[-1].partition("python build.py ")[2]
    assert program.run(*command.split(), "--quick").code == 0


def test_an_unknown_name_waits_for_no_other_build(built: Program, tmp_path: Path) -> None:
    """It is refused at once, not when that has ended."""
    program = built.copy(tmp_path / "checkout")
    with FileLock(program.folder / "report" / LOCK):
        ran = program.run("bild", "--seeds", "2", "--lock-timeout", "1")
    assert (2, "") == (ran.code, ran.out)
    assert "'bild'" in ran.err


def test_a_dry_run_says_how_long_training_takes(built: Program, tmp_path: Path) -> None:
    """As the build would say it, from what trainings took before."""
    program = built.copy(tmp_path / "checkout")
    program.edit("src/labreport/execute/build.py", "WORTH_SAYING = 10.0", "WORTH_SAYING = 0.0")
    ran = program.run("--seeds", "2", "--force", "--dry-run")
    assert re.search(r"^This would take (a few seconds|about [0-9 mins]+)\.$", ran.out, re.MULTILINE)
    assert "would take" not in program.run("--seeds", "2", "--dry-run").out
