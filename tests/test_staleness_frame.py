"""What is the engine's, and what a project puts in its place, counts for staleness like the project's own."""

from __future__ import annotations

import pytest
from program import Program
from standin_nodes import DOCUMENTS, build_as_planned

FRAME = "src/labreport/frame"
SECTIONS = {"section/measured", "section/shared", "section/studied"}
PAGES = {"document/html", "document/pdf"}


EDITS: tuple[tuple[str, str, str, set[str]], ...] = (
    ("question.html", "Answer</span>", "Answered</span>", SECTIONS | PAGES),
    ("macros.html", "Figure <span", "Drawing <span", {"section/measured"} | PAGES),
    ("script/theme.js", "Dark theme", "Darker theme", {"document/html"}),
    ("allowed-numerals.txt", "the level", "the usual level", set()),
)


def test_editing_the_frame_makes_what_depends_on_it(program: Program) -> None:
    """And nothing else; each edit after the ones before."""
    for name, old, new, made in EDITS:
        program.edit(f"{FRAME}/{name}", old, new)
        assert build_as_planned(program).made - {"document/answers"} == made, name


@pytest.mark.parametrize(
    ("name", "old", "new", "made"),
    [
        ("question.html", "Answer</span>", "Answered</span>", SECTIONS | PAGES),
        ("styles/pages.css", "", "h1 { letter-spacing: 1pt }\n", {"document/pdf"}),
        ("script/theme.js", "Dark theme", "Darker theme", {"document/html"}),
        ("fonts/README.md", "Fonts", "Other fonts", set()),
    ],
    ids=["template", "style sheet", "script", "fonts stay the engine's"],
)
def test_a_file_of_the_project_takes_the_place_of_the_engine_s(
    program: Program, name: str, old: str, new: str, made: set[str]
) -> None:
    """When it appears, what depends on it is made; when it goes, the report is as it was."""
    program.run()  # from here on, the front door compares the stamps of files only
    published = program.folder / "report" / "report.html"
    before = published.read_bytes()
    own = program.folder / "templates" / name
    own.parent.mkdir(exist_ok=True)
    own.write_text((program.folder / FRAME / name).read_text())
    program.edit(f"templates/{name}", old, new)
    ran = build_as_planned(program)
    assert ran.made - {"document/answers"} - (PAGES - made) == made
    own.unlink()
    assert program.run().code == 0
    assert published.read_bytes() == before


def test_a_project_s_own_macros_are_known_to_every_template(program: Program) -> None:
    """They are beside those of the frame; who does not call them is not affected."""
    (program.folder / "templates" / "own-macros.html").write_text(
        "{% macro shout(text) %}<strong>{{ text }}!</strong>{% endmacro %}"
    )
    assert build_as_planned(program).made == set()
    program.edit("templates/questions/studied.grid.html", "<ul>", '{{ shout("All of it") }}<ul>')
    assert build_as_planned(program).made - DOCUMENTS == {"section/studied"}
    assert "<strong>All of it!</strong>" in (program.folder / "report" / "report.html").read_text()
    program.edit("templates/own-macros.html", "strong>{{", "strong>So: {{")
    assert build_as_planned(program).made - DOCUMENTS == {"section/studied"}


def test_a_template_extends_the_engine_s_file_of_its_own_name(program: Program) -> None:
    """Under `frame/`, the engine's is meant although the project has one."""
    (program.folder / "templates" / "section.html").write_text(
        '{% extends "frame/section.html" %}{% block outro %}<p>Asked of the project.</p>{% endblock %}'
    )
    assert build_as_planned(program).made - DOCUMENTS == SECTIONS
    page = (program.folder / "report" / "report.html").read_text()
    assert page.count("Asked of the project.") == len(SECTIONS)


def test_other_words_make_the_sections(program: Program) -> None:
    """They may print them; no answer and no figure does."""
    program.edit("src/exercise/project.py", "import Project", "import Project, Words")
    program.edit("src/exercise/project.py", "outline=OUTLINE,", 'outline=OUTLINE, words=Words(run="walk"),')
    assert build_as_planned(program).made - DOCUMENTS == SECTIONS


def test_a_module_beside_the_package_is_the_project_s(program: Program) -> None:
    """Its code is followed without a word about it in the project."""
    helper = program.folder / "src" / "helper.py"
    helper.write_text("def limit():\n    return 0\n")
    answers = "src/exercise/answers.py"
    program.edit(answers, "min(differences) > 0", "min(differences) > limit()")
    program.edit(answers, "from labreport", "from helper import limit\nfrom labreport")
    assert build_as_planned(program).made >= {"answer/measured.better"}
    helper.write_text("def limit():\n    return 0.5 - 0.5\n")
    # The crate names the code of each answer
    assert build_as_planned(program).made == {"answer/measured.better", "document/crate"}
