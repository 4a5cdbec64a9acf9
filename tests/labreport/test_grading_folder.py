"""A folder of submissions: every one is graded, whatever the others are."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from graded import expected, reference, rerun

from labreport.commands.grade import run
from labreport.commands.parser import parse
from labreport.console.terminal import Terminal
from labreport.errors import LabReportError, UsageError
from labreport.grading import grade
from labreport.grading.grade import find, grade_all
from labreport.project import Rubric

MALFORMED: dict[str, tuple[Callable[[Path], object], str]] = {
    "array.json": (lambda path: path.write_text("[1, 2]"), "is not an answers.json from this program"),
    "cut.json": (lambda path: path.write_text('{"schema": 3,'), "is not valid JSON (line 1, column 14)"),
    "deep.json": (lambda path: path.write_text("[" * 100_000), "is nested more than 24 levels deep"),
    "empty.json": (lambda path: path.write_text(""), "is not valid JSON (line 1, column 1)"),
    "huge.json": (
        lambda path: path.write_text(with_value("1" + "0" * 400)),
        "holds a number of 401 digits; at most 20 are allowed",
    ),
    "infinite.json": (lambda path: path.write_text(with_value("1e999")), "holds the number 1e999, which is"),
    "large.json": (lambda path: path.write_bytes(b" " * 4_000_001), "has more than 4,000,000 bytes"),
    "latin.json": (lambda path: path.write_bytes(b'{"title": "\xe9t\xe9"}'), "is not UTF-8 text (byte 12)"),
    "link.json": (lambda path: path.symlink_to("absent"), "is a link; the file itself is needed"),
    "nan.json": (lambda path: path.write_text(with_value("NaN")), "holds NaN; finite numbers are allowed"),
    "none.json": (
        lambda path: path.write_text('{"schema": 3, "questions": {}}'),
        "holds no questions",
    ),
    "pipe.json": (os.mkfifo, "is a FIFO, not a file"),
    "student": (os.mkdir, "holds no file that ends in .json or .toml"),
    "text.json": (
        lambda path: path.write_text(with_value('"ten"')),
        "has a wrong value in question 'parameters': Expected `int | float | null`, got `str`",
    ),
    "true.json": (
        lambda path: path.write_text(with_value("true")),
        "Expected `int | float | null`, got `bool`",
    ),
    "twice.json": (
        lambda path: path.write_text('{"schema": 3, "questions": {"a": {}, "a": {}}}'),
        "has the key 'a' twice in one object",
    ),
    "judgement.json": (
        lambda path: path.write_text(with_judgement("certain")),
        "has a wrong value in question 'better': Invalid enum value 'certain'",
    ),
    "part.json": (
        lambda path: path.write_text(json.dumps(reference() | {"questions": {"a": {"quantities": 3}}})),
        "has a wrong value in question 'a': ",
    ),
    "version.json": (
        lambda path: path.write_text(json.dumps(reference() | {"schema": 99})),
        "has version 99; the reference has 3",
    ),
    "form.toml": (lambda path: path.write_bytes(b"form = 2\n\xff\n"), "is not UTF-8 text (byte 10)"),
    "other.toml": (lambda path: path.write_text("x = 1\n"), "is not a form of this program"),
}


@pytest.fixture(autouse=True)
def project(monkeypatch: pytest.MonkeyPatch) -> None:
    """A project with the usual rubric, in place of the one around."""
    made = SimpleNamespace(rubric=Rubric(), recompute="")
    monkeypatch.setattr("labreport.commands.grade.load_project", lambda where: made)


def with_value(text: str) -> str:
    """The reference's text, with another text as the number of parameters."""
    plain = reference()
    plain["questions"]["parameters"]["quantities"]["wide.parameters"]["value"] = "HERE"
    return json.dumps(plain).replace('"HERE"', text)


def with_judgement(word: str) -> str:
    """The same, with another word as a judgement."""
    plain = reference()
    plain["questions"]["better"]["findings"]["small minus wide"]["judgement"]["word"] = word
    return json.dumps(plain)


def command(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of `grade`, against the made reference."""
    (folder / "answers.json").write_text(json.dumps(reference()), encoding="utf-8")
    found = parse(["grade", *arguments]).arguments
    found.output = folder
    out, err = io.StringIO(), io.StringIO()
    terminal = Terminal(out=out, err=err)
    terminal.width = 80
    code = run(found, Path(__file__).parents[2], terminal)
    return code, out.getvalue(), err.getvalue()


HONEST = 12


def test_malformed_files_among_many_get_one_line_each(tmp_path: Path) -> None:
    """The honest ones beside them get all points; the exit code is 0."""
    folder = tmp_path / "submissions"
    folder.mkdir()
    for number in range(HONEST):
        text = json.dumps(rerun(5, number))
        (folder / f"student-{number:02}.json").write_text(text, encoding="utf-8")
    for name, (make, _) in MALFORMED.items():
        make(folder / name)
    table = tmp_path / "points.csv"
    code, out, _ = command(tmp_path, str(folder), "--csv", str(table))
    assert code == 0
    rows = {row["submission"]: row for row in csv.DictReader(io.StringIO(table.read_text()))}
    assert len(rows) == HONEST + len(MALFORMED)
    for name, (_, problem) in MALFORMED.items():
        row = rows[name.rsplit(".", 1)[0]]
        assert row["points"] == "0"
        assert problem in row["problem"]
        assert len([line for line in out.splitlines() if line.startswith(f"{name.rsplit('.', 1)[0]} ")]) == 1
    assert min(float(rows[f"student-{number:02}"]["points"]) for number in range(HONEST)) >= 0.95 * 9
    assert all(len(line) <= 80 for line in out.splitlines())


@pytest.mark.parametrize("name", ["cut.json", "pipe.json", "student", "form.toml"])
def test_a_malformed_single_file_is_one_line(tmp_path: Path, name: str) -> None:
    """Bad input, exit code 2; what is said of each kind is tried among many."""
    make, _ = MALFORMED[name]
    make(tmp_path / name)
    with pytest.raises(UsageError) as found:
        command(tmp_path, str(tmp_path / name))
    assert found.value.exit_code == 2
    assert len(str(found.value).splitlines()) == 1


def test_a_single_file_with_all_points_is_0_and_with_fewer_1(tmp_path: Path) -> None:
    """A reason follows the question that lost points."""
    plain = reference()
    path = tmp_path / "one.json"
    path.write_text(json.dumps(plain), encoding="utf-8")
    assert command(tmp_path, str(path))[0] == 0
    del plain["questions"]["level"]
    path.write_text(json.dumps(plain), encoding="utf-8")
    code, out, _ = command(tmp_path, str(path))
    assert code == 1
    assert "    is not answered" in out.splitlines()
    assert out.splitlines()[-1] == "8 of 9 points."


def test_names_of_learning_platforms_are_kept(tmp_path: Path) -> None:
    """A file's name without its suffix, or the folder's; the report's own file wins in a folder."""
    for name in (
        "doejane_12345_67890_answers.json",
        "Jane Doe_123_assignsubmission_file_/answers.json",
        "submission_42/report/answers.json",
        "submission_42/report/results/other.json",
        "twins/a.json",
        "twins/b.toml",
        "same.json",
        "same.toml",
        "notes.pdf",
        "predictions.npz",
        "__MACOSX/x.json",
        ".hidden.json",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    found, ignored = find(tmp_path)
    assert [one.name for one in found] == [
        "Jane Doe_123_assignsubmission_file_",
        "doejane_12345_67890_answers",
        "same.json",
        "same.toml",
        "submission_42",
        "twins",
    ]
    assert [one.problem[:36] for one in found if one.path is None] == ["holds 2 files that could be the subm"]
    assert ignored == ["notes.pdf"]


def test_a_link_to_the_reference_is_not_a_submission(tmp_path: Path) -> None:
    """Also inside a student's folder."""
    (tmp_path / "solution.json").write_text(json.dumps(reference()))
    (tmp_path / "all" / "cheat").mkdir(parents=True)
    (tmp_path / "all" / "cheat" / "answers.json").symlink_to(tmp_path / "solution.json")
    (result,) = grade_all(expected(), find(tmp_path / "all")[0])
    assert result.graded.problem == "is a link; the file itself is needed"


def test_identical_submissions_are_named(tmp_path: Path) -> None:
    """The same file laid out differently, and the same numbers under other texts."""
    folder = tmp_path / "submissions"
    folder.mkdir()
    plain = rerun(5, 1)
    (folder / "anna.json").write_text(json.dumps(plain))
    (folder / "bert.json").write_text(json.dumps(plain, indent=3, sort_keys=True))
    (folder / "carl.json").write_text(json.dumps(plain | {"title": "Mine"}))
    (folder / "dora.json").write_text(json.dumps(rerun(5, 2)))
    (folder / "emil.json").write_text(json.dumps(reference()))
    _, out, _ = command(tmp_path, str(folder))
    assert "identical file: anna, bert" in out.splitlines()
    assert "identical numbers: anna, bert, carl" in out.splitlines()
    assert "identical file: the reference, emil" in out.splitlines()
    assert not [line for line in out.splitlines() if line.startswith("identical") and "dora" in line]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: None, "No such file or directory"),
        (lambda folder: folder.mkdir(), "holds no submissions"),
    ],
)
def test_nothing_to_grade_is_bad_usage(tmp_path: Path, make: Callable[[Path], None], message: str) -> None:
    """An empty folder agrees with nothing."""
    make(tmp_path / "submissions")
    with pytest.raises(UsageError, match=message):
        command(tmp_path, str(tmp_path / "submissions"))


def test_a_reference_without_answers_is_bad_usage(tmp_path: Path) -> None:
    """ "0 of 0 agree" is not a grade."""
    (tmp_path / "one.json").write_text(json.dumps(reference()))
    for plain, message in (
        (reference() | {"questions": {}}, "holds no questions"),
        ({"schema": 1}, "is not an answers.json"),
        (reference() | {"questions": {"a": {}}}, "has an answer to 'a' that cannot be read"),
        (
            reference() | {"questions": {"a": {"quantities": {}, "findings": {}, "facts": {}}}},
            "no answers that can be compared",
        ),
    ):
        (tmp_path / "reference.json").write_text(json.dumps(plain))
        with pytest.raises(UsageError, match=message):
            command(tmp_path, str(tmp_path / "one.json"), "--reference", str(tmp_path / "reference.json"))


def test_a_file_name_cannot_become_a_formula(tmp_path: Path) -> None:
    """The spreadsheet shows the name as text."""
    folder = tmp_path / "submissions"
    folder.mkdir()
    (folder / "=HYPERLINK(A1).json").write_text("{}")
    command(tmp_path, str(folder), "--csv", str(tmp_path / "points.csv"))
    assert "'=HYPERLINK(A1)," in (tmp_path / "points.csv").read_text()


@pytest.mark.parametrize("name", ["form.json", "form", "project.py"])
def test_a_form_with_another_ending_is_refused(tmp_path: Path, name: str) -> None:
    """It could not be handed in; nothing is written."""
    with pytest.raises(UsageError, match=r"ends in \.toml; write (form|project)\.toml"):
        command(tmp_path, "--form", str(tmp_path / name))
    assert not (tmp_path / name).exists()
    assert command(tmp_path, "--form", str(tmp_path / "form.toml"))[0] == 0
    assert (tmp_path / "form.toml").read_text(encoding="utf-8").startswith("# Made results: answers")


WORKER = "asked_worker:serve"


def ask(folder: Path, words: list[str], seconds: float = 3.0) -> dict[int, bytes | str]:
    """Every reply, by the number of its request."""
    requests = {place: word.encode() for place, word in enumerate(words)}
    return dict(grade.ask_all(WORKER, bytes(folder / "pids"), requests, seconds))


def test_a_file_that_hangs_its_reader_is_timed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its process is ended; all others are answered, by new processes where needed."""
    monkeypatch.setattr(grade, "REPLY_LIMIT", 100)
    words = ["a", "hang", "b", "die", "c", "half", "d", "long", "hang", "e"]
    replies = ask(tmp_path, words)
    late = "takes more than 3 s to read"
    ended = "ended the process that read it, by its use of memory or otherwise"
    told = {"hang": late, "half": late, "die": ended, "long": "needs too long a reply"}
    assert replies == {place: told.get(word, f"read {word}".encode()) for place, word in enumerate(words)}
    for pid in (tmp_path / "pids").read_text().split():
        assert subprocess.run(["kill", "-0", pid], capture_output=True).returncode != 0


def test_no_process_is_left_when_reading_stops_early(tmp_path: Path) -> None:
    """As when the user presses Ctrl-C."""
    replies = grade.ask_all(WORKER, bytes(tmp_path / "pids"), {1: b"a", 2: b"hang", 3: b"hang"}, 60.0)
    next(replies)
    start = time.monotonic()
    replies.close()  # type: ignore[attr-defined]
    assert time.monotonic() - start < 10


def test_a_process_that_cannot_be_started_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be read then."""

    def child(*arguments: object, **more: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(grade, "Child", child)
    with pytest.raises(LabReportError, match=r"cannot start a process to read submissions: .*unavailable"):
        list(grade.ask_all(WORKER, b"", {0: b"a"}))
