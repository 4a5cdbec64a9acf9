"""Each ingredient of each kind of node is changed once: code, templates, data, versions, words, formats."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from edits.campaign import LIBRARIES, World
from edits.judging import in_fork

pytestmark = pytest.mark.slow
ENGINE = "engine/labreport"
DISTRIBUTIONS = (
    *("numpy", "scipy", "matplotlib", "seaborn", "jinja2", "markupsafe", "weasyprint", "pydyf", "tinycss2"),
    *("fonttools", "pikepdf", "brotli", "msgspec"),
    *("ziamath", "ziafont", "latex2mathml", "pybtex", "latexcodec", "pyyaml", "pygments"),
)


class Edit(NamedTuple):
    """A text of a file replaced, and nodes that must not be called fresh then."""

    file: str
    old: str
    new: str
    stale: tuple[str, ...]


EDITS = (
    Edit(
        "trial/numbers.txt",
        "3 1",
        "3 2",
        ("result/base#0", "answer/measured", "figure/bars", "document/crate"),
    ),
    Edit(
        "trial/catalogue.py",
        "Model(3)",
        "Model(5)",
        ("result/base#0", "answer/counted", "figure/bars", "section/edits"),
    ),
    Edit("trial/catalogue.py", '"three"', '"five"', ("section/edits",)),
    Edit("trial/fitting.py", "inner(3)", "inner(4)", ("result/base#0",)),
    Edit("trial/shapes.py", "self.size * self.size", "self.size + self.size", ("result/base#0",)),
    Edit("trial/bindings.py", "IN_ELSE = 7", "IN_ELSE = 8", ("answer/counted", "section/edits")),
    Edit("trial/style.py", "40.0", "44.0", ("figure/bars", "section/edits")),
    Edit("templates/questions/listed.html", "Drawn once", "Drawn", ("section/edits", "document/html")),
    Edit(
        "templates/questions/measured.html",
        "{% block headline %}",
        "{% block headline %} ",
        ("section/edits",),
    ),
    Edit("project.py", 'run="fit"', 'run="walk"', ("section/edits", "document/html", "document/pdf")),
    Edit(
        "project.py",
        '    "Edits",',
        '    "Other",',
        ("document/html", "document/pdf", "document/answers", "document/workflow"),
    ),
    Edit("project.py", "    seeds=1,", '    seeds=1, subtitle="More",', ("document/html", "document/pdf")),
    Edit("project.py", "    seeds=1,", '    seeds=1, author="Me",', ("document/html", "document/pdf")),
    Edit("project.py", "    seeds=1,", "    seeds=1, threads=2,", ("result/base#0", "answer/measured")),
    Edit("project.py", '("numpy",)', '("numpy", "scipy")', ("result/base#0",)),
    Edit("project.py", 'section("Edits"', 'section("Others"', ("section/edits", "document/html")),
    Edit("trial/answers.py", "How many are there?", "How many?", ("section/edits",)),
    Edit(f"{ENGINE}/program.py", 'VERSION = "', 'VERSION = "9.', ("document/crate",)),
    Edit(f"{ENGINE}/outline.py", 'language: str = "en"', 'language: str = "fr"', ("document/html",)),
    Edit(f"{ENGINE}/plan/fingerprints.py", "FORMAT = 2", "FORMAT = 3", ("result/base#0",)),
    Edit(f"{ENGINE}/plan/fingerprints.py", 'PYTHON = "', 'PYTHON = "9" + "', ("result/base#0",)),
    Edit(
        f"{ENGINE}/nodes/content.py",
        "return answer.to_plain()",
        "return dict(answer.to_plain())",
        ("answer/listed",),
    ),
    Edit(f"{ENGINE}/page/documents.py", "size > LIMIT", "LIMIT < size", ("document/html", "document/pdf")),
    Edit(
        f"{ENGINE}/page/documents.py",
        "def answers_json(",
        "def answers_json(*, more=0):\n    pass\n\n\ndef answers_json(",
        ("document/answers",),
    ),
    Edit(
        f"{ENGINE}/pdf/__init__.py", "[attached] if answers", "[attached] * 1 if answers", ("document/pdf",)
    ),
    Edit(f"{ENGINE}/frame/document.html", "<head>", "<head >", ("document/html", "document/pdf")),
    Edit(f"{ENGINE}/frame/macros.html", 'class="drawing"', 'class="drawn"', ("section/edits",)),
    Edit(f"{ENGINE}/frame/styles/pages.css", "{", "{ ", ("document/pdf",)),
    Edit(f"{ENGINE}/frame/script/theme.js", "theme", "themes", ("document/html",)),
    Edit(f"{ENGINE}/frame/fonts/README.md", "Fonts", "Type", ("figure/bars", "document/html")),
)
COSMETIC = (
    Edit("trial/bindings.py", "IN_ELSE = 7", "IN_ELSE = 7  # seven", ()),
    Edit("trial/fitting.py", '"""A few numbers."""', '"""Some numbers."""', ()),
    Edit("trial/answers.py", "import decimal\n", "\n\nimport decimal\n", ()),
    Edit("templates/own-macros.html", "{# The project's macros. #}", "{# Macros. #}", ()),
    Edit("trial/table.py", "return UNUSED + 1", "return UNUSED + 2", ()),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The trial project with its report; nothing of the engine is loaded in this process."""
    before = list(sys.path), sys.dont_write_bytecode
    found = World(tmp_path_factory.mktemp("edits") / "trial")
    for library in LIBRARIES:
        with suppress(ImportError):
            importlib.import_module(library)
    first = in_fork(lambda: _without_engine(found.first))
    assert first is not None
    assert not first.error, first.error
    yield found
    sys.path[:], sys.dont_write_bytecode = before


def _without_engine(function: Any) -> Any:
    """In a fork: other tests have loaded the engine of this checkout."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "labreport"]:
        del sys.modules[name]
    return function()


def plan(world: World, packages: Path | None = None) -> dict[str, tuple[str, dict[str, Any]]]:
    """State and ingredients of each node, as a fresh process sees them."""

    def look() -> dict[str, tuple[str, dict[str, Any]]]:
        if packages is not None:
            sys.path.insert(0, str(packages))
        from labreport.execute.session import open_session
        from labreport.locate import find_project

        session = open_session(find_project(world.folder), world.folder / "report")
        statuses = session.planner.plan().statuses
        return {one.name: (str(one.state), dict(one.ingredients)) for one in statuses}

    found: dict[str, tuple[str, dict[str, Any]]] = in_fork(lambda: _without_engine(look))
    return found


def _after(world: World, edit: Edit) -> dict[str, tuple[str, dict[str, Any]]]:
    path = world.folder / edit.file
    before = path.read_bytes()
    text = before.decode()
    assert edit.old in text, f"{edit.old!r} is not in {edit.file}"
    path.write_text(text.replace(edit.old, edit.new, 1))
    try:
        return plan(world)
    finally:
        path.write_bytes(before)


def test_each_ingredient_that_changes_makes_its_nodes_stale(world: World, tmp_path: Path) -> None:
    """Every ingredient of every node is changed by one of the edits, or by another version of a library."""
    first = plan(world)
    assert {state for state, _ in first.values()} == {"fresh"}
    changed: set[tuple[str, str]] = set()
    packages = tmp_path / "site-packages"
    for name in DISTRIBUTIONS:
        (packages / f"{name}-99.0.dist-info").mkdir(parents=True)
    for edit in (*EDITS, None):
        after = _after(world, edit) if edit is not None else plan(world, packages)
        for name, (state, made_of) in after.items():
            different = {key for key in first[name][1] if made_of.get(key) != first[name][1][key]}
            assert state != "fresh" or not different, (edit, name, different)
            changed |= {(name.partition("/")[0], key) for key in different}
        if edit is not None:
            assert [name for name in edit.stale if after[name][0] == "fresh"] == [], edit
    known = {(name.partition("/")[0], key) for name, (_, made_of) in first.items() for key in made_of}
    assert known - changed == {("result", "seed")}, "which says what node it is"


@pytest.mark.parametrize("edit", COSMETIC, ids=lambda edit: edit.new.strip()[:30])
def test_what_changes_no_output_rebuilds_nothing(world: World, edit: Edit) -> None:
    """Comments, docstrings, formatting, and code that nobody calls."""
    assert {state for state, _ in _after(world, edit).values()} == {"fresh"}
