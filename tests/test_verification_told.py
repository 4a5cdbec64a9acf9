"""What `verify` found is in the report's next build, and no longer once the answers are others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from program import Program
from standin_nodes import ANSWERS, DOCUMENTS, build_as_planned

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
