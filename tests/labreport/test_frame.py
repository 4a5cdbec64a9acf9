"""A name means the project's file, or else the engine's, in one place for everybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from labreport.frame import FOLDER, Lookup
from labreport.program import nearby


@pytest.fixture
def lookup(tmp_path: Path) -> Lookup:
    """A project that replaces one template and one style sheet, and adds one script."""
    for name in ("section.html", "styles/base.css", "script/own.js", "allowed-numerals.txt"):
        path = tmp_path / "templates" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return Lookup(tmp_path / "templates")


def test_the_project_s_file_comes_before_the_engine_s(lookup: Lookup) -> None:
    """A file that it has replaces the engine's; what it lacks is the engine's."""
    assert lookup.find("section.html") == lookup.templates / "section.html"
    assert lookup.find("question.html") == FOLDER / "question.html"
    assert lookup.find("frame/section.html") == FOLDER / "section.html"
    assert lookup.find("absent.html") is None


@pytest.mark.parametrize(
    "name", ["../labreport/frame/section.html", "/etc/hostname", "styles/../../secret", "", "..", "a\\b"]
)
def test_no_name_leads_out_of_the_folders(lookup: Lookup, name: str) -> None:
    """Templates are data: they can read nothing else."""
    (lookup.templates.parent / "secret").touch()
    assert lookup.find(name) is None


def test_a_subfolder_holds_the_files_of_both(lookup: Lookup) -> None:
    """By name; of two equal names the project's."""
    scripts = lookup.files("script", "*.js")
    assert scripts["own.js"] == lookup.templates / "script" / "own.js"
    assert scripts["theme.js"] == FOLDER / "script" / "theme.js"
    assert list(scripts) == sorted(scripts)
    assert lookup.files("styles")["base.css"] == lookup.templates / "styles" / "base.css"
    assert lookup.files("frame/styles")["base.css"] == FOLDER / "styles" / "base.css"


def test_lists_are_the_engine_s_and_the_project_s(lookup: Lookup) -> None:
    """A project adds to them, and replaces none."""
    name = "allowed-numerals.txt"
    assert lookup.every(name) == [FOLDER / name, lookup.templates / name]


def test_messages_say_whose_file_it_is(lookup: Lookup) -> None:
    """The project's, whether it is there or could be, or else the engine's."""
    (lookup.templates / "section.html").write_text("mine", encoding="utf-8")
    assert lookup.shown("section.html") == str(lookup.templates / "section.html")
    assert lookup.shown("nowhere.html") == str(lookup.templates / "nowhere.html")
    assert lookup.shown("question.html") == nearby(FOLDER / "question.html")


def test_a_project_without_templates_is_watched_where_they_would_appear(tmp_path: Path) -> None:
    """So that the first one is noticed."""
    assert next(Lookup(tmp_path / "templates").all_folders()) == tmp_path
    assert FOLDER / "question.html" in set(Lookup(tmp_path / "templates").all_files())
