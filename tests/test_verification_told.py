"""What `verify` found is in the report's next build, and no longer once the answers are others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from program import Program
from standin_nodes import ANSWERS, DOCUMENTS, build_as_planned

from labreport.verification import folder

OUTLINE = "src/exercise/outline.py"
QUESTION = """            ("grid",),
        ),
        Question(
            "studied.checked",
            "Was it checked?",
            "exercise.answers:checked",
            "questions/studied.checked.html",
            reads_verification=True,
            local=True,
        ),
"""
ANSWER = '''

def checked(results: Results) -> Answer:
    """What verification found."""
    found = results.verification
    return Answer({}, facts={"failed": None if found is None else found["failed"]})
'''
TEMPLATE = """{% block headline %}
{% if answer.facts.failed is none %}Not yet.{% elif answer.facts.failed %}Badly.{% else %}Well.{% endif %}
{% endblock %}
{% block body %}{% endblock %}
"""


@pytest.fixture(scope="module")
def unchecked(built: Program, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A report that asks whether it was checked; copied, never changed."""
    program = built.copy(tmp_path_factory.mktemp("unchecked") / "checkout")
    program.edit(OUTLINE, '            ("grid",),\n        ),\n', QUESTION)
    answers = program.folder / ANSWERS
    answers.write_text(answers.read_text() + ANSWER)
    (program.folder / "templates/questions/studied.checked.html").write_text(TEMPLATE)
    build_as_planned(program)
    return program


@pytest.fixture
def asking(unchecked: Program, tmp_path: Path) -> Program:
    """A copy of it."""
    return unchecked.copy(tmp_path / "checkout")


def told(program: Program) -> str:
    """The answer in one line, as published."""
    answers: dict[str, Any] = json.loads((program.folder / "report/answers.json").read_text())
    headline: str = answers["questions"]["studied.checked"]["headline"]
    return headline


def test_the_next_build_tells_what_verification_found(asking: Program) -> None:
    """Only the answer, its section and the documents are made; a second verification changes nothing."""
    assert told(asking) == "Not yet."
    assert asking.run("verify").code == 0
    assert asking.run("status").code == 1
    assert "verification changed" in asking.run("why", "studied.checked").out
    ran = build_as_planned(asking)
    documents = set(DOCUMENTS) - {"document/workflow"}  # which is a copy of the project's module
    assert ran.made == {"answer/studied.checked", "section/studied", *documents}
    assert told(asking) == "Well."
    assert asking.run("verify").code == 0
    assert asking.run("status").code == 0


def test_what_was_found_of_other_answers_is_not_told(asking: Program) -> None:
    """An answer that changes takes the verification with it; the former answers bring it back."""
    assert asking.run("verify").code == 0
    assert asking.run().code == 0
    asking.edit(ANSWERS, "EPOCH = 5", "EPOCH = 2")
    build_as_planned(asking)
    assert told(asking) == "Not yet."
    asking.edit(ANSWERS, "EPOCH = 2", "EPOCH = 5")
    build_as_planned(asking)
    assert told(asking) == "Well."


def test_a_verification_that_fails_is_told_too(asking: Program) -> None:
    """A page that was altered does not agree; the next build repairs it, and says what was found."""
    page = asking.folder / "report/report.html"
    page.write_text(page.read_text().replace("<data", "<data data-x='1'", 1))
    assert asking.run("verify").code == 1
    build_as_planned(asking)
    assert told(asking) == "Badly."
    assert asking.run("verify").code == 0
    build_as_planned(asking)
    assert told(asking) == "Well."


def before(out: str) -> set[str]:
    """The parts of a verification that were as they had been."""
    lines = [line for line in out.splitlines() if line.startswith("As on ")]
    return {part.strip(" .") for line in lines for part in line.partition(": ")[2].split(",")}


def test_what_passed_is_not_computed_again_until_something_changes(
    built: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each part by what it rests on; a copy of the report brings nothing of it to another user."""
    program = built.copy(tmp_path / "checkout")
    monkeypatch.setenv("LABREPORT_CACHE", str(tmp_path / "mine"))
    first = program.run("verify")
    assert (first.code, before(first.out)) == (0, set())
    second = program.run("verify")
    parts = before(second.out)
    assert {"documents again", "answers again", "1 training repeated"} <= parts
    assert second.out.splitlines()[-1].partition(" (")[0] == first.out.splitlines()[-1].partition(" (")[0]
    assert not before(program.run("verify", "--again").out)
    (program.folder / "report/report.pdf").write_bytes(b"%PDF- of somebody else")
    assert before(program.run("verify").out) == set()
    assert program.run("verify").code == 1
    monkeypatch.setenv("LABREPORT_CACHE", str(tmp_path / "another"))
    assert before(built.run("verify").out) == set()


def test_a_file_that_a_check_reads_is_among_what_it_rests_on(
    built: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where nothing declares it, as a project's own check reads what it expects."""
    program = built.copy(tmp_path / "checkout")
    monkeypatch.setenv("LABREPORT_CACHE", str(tmp_path / "mine"))
    expected = program.folder / "expected.txt"
    expected.write_text("1")
    code = "import pathlib\nfrom labreport.run import Check\n\ndef verify(results):\n"
    code += f"    text = pathlib.Path({str(expected)!r}).read_text()\n"
    code += "    yield Check('expected', text == '1', text, 'what was expected')\n"
    (program.folder / "src/exercise/own_check.py").write_text(code)
    program.edit(
        "src/exercise/project.py",
        "PROJECT = Project(\n",
        'PROJECT = Project(\n    verify="exercise.own_check:verify",\n',
    )
    build_as_planned(program)
    assert program.run("verify").code == 0
    again = program.run("verify")
    assert any("by other code" in part for part in before(again.out)), again.out
    expected.write_text("2")
    assert program.run("verify").code == 1


def test_nothing_is_kept_where_there_is_no_place_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than in the current folder."""
    monkeypatch.delenv("LABREPORT_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "somewhere")
    assert folder() is None
