"""Templates are followed through inheritance, inclusion and, one by one, macros."""

from __future__ import annotations

from pathlib import Path

import pytest

from labreport.errors import UsageError
from labreport.fingerprint.templates import Templates
from labreport.frame import MACROS, Lookup
from labreport.page.templates import summarise

FILES = {
    "page.html": '{% extends "base.html" %}{# a comment #}'
    '{% block x %}{{ bold("a") }}{% include "part.html" %}{% include "one.html" if a else "two.html" %}'
    '{% include ["absent.html", "three.html"] %}{% import "tools.html" as tools %}{{ tools.loud("x") }}'
    '{% from "more.html" import small as tiny %}{{ tiny("x") }}{% endblock %}',
    "one.html": "one",
    "two.html": "two",
    "three.html": "three",
    "computed.html": "{% include kind ~ '.html' %}",
    "tools.html": "{% set end = '!' %}{% macro loud(t) %}{{ t }}{{ end }}{% endmacro %}",
    "more.html": "{% if 2 > 1 %}{% macro small(t) %}{{ size }}{% endmacro %}{% endif %}"
    "{% set size = 'small' %}",
    "base.html": "<main>{% block x %}{% endblock %}</main>",
    "part.html": "<p>part</p>",
    "macros.html": "{% set mark = 'b' %}{% macro bold(t) %}<b>{{ mark }}{{ inner(t) }}</b>{% endmacro %}"
    "{% macro inner(t) %}{{ t }}{% endmacro %}{% macro unused(t) %}<u>{{ t }}</u>{% endmacro %}",
}


def closure(folder: Path, changes: dict[str, tuple[str, str]] | None = None) -> dict[str, str]:
    """What `page.html` reaches after replacing one text by another in some files."""
    for name, text in FILES.items():
        old, new = (changes or {}).get(name, ("", ""))
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1) if old else text)
    return templates(folder).closure("page.html")


def templates(folder: Path) -> Templates:
    """Those of a folder, and of the engine."""
    find = Lookup(folder).find
    return Templates(find, lambda path: summarise(path.read_text()), MACROS, lambda: sorted(FILES))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("page.html", '"a"', '"b"'),
        ("base.html", "<main>", "<main id=m>"),
        ("part.html", "part", "other"),
        ("one.html", "one", "uno"),
        ("two.html", "two", "due"),
        ("three.html", "three", "tre"),
        ("tools.html", "'!'", "'?'"),
        ("tools.html", "{{ end }}", "{{ end }}."),
        ("more.html", "2 > 1", "2 > 0"),
        ("more.html", "'small'", "'tiny'"),
        ("macros.html", "'b'", "'x'"),
        ("macros.html", "<b>", "<strong>"),
        ("macros.html", "{{ t }}{% endmacro %}{% macro unused", "[{{ t }}]{% endmacro %}{% macro unused"),
    ],
)
def test_a_change_in_anything_used_counts(tmp_path: Path, name: str, old: str, new: str) -> None:
    """Parents, parts, and macros that macros use."""
    assert closure(tmp_path, {name: (old, new)}) != closure(tmp_path)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("page.html", "{# a comment #}", "{# another #}"),
        ("part.html", "part", "pa{# a comment #}rt"),
        ("page.html", '{{ bold("a") }}', "{{bold('a')}}"),
        ("macros.html", "<u>", "<i>"),
    ],
)
def test_comments_and_other_macros_do_not_count(tmp_path: Path, name: str, old: str, new: str) -> None:
    """Editing one macro does not affect those who do not use it."""
    assert closure(tmp_path, {name: (old, new)}) == closure(tmp_path)


def test_where_a_name_is_computed_every_template_counts(tmp_path: Path) -> None:
    """Any of them may be put in."""
    closure(tmp_path)
    assert {"part.html", "macros.html:unused"} <= set(templates(tmp_path).closure("computed.html"))


def test_a_template_that_is_not_there_yet_counts(tmp_path: Path) -> None:
    """The first of a list that exists is put in: when one appears, the page is another."""
    before = closure(tmp_path)
    (tmp_path / "absent.html").write_text("Here now.")
    assert templates(tmp_path).closure("page.html") != before


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    """One line, with its path."""
    with pytest.raises(UsageError, match=r"templates/absent\.html: no such template"):
        templates(tmp_path).closure("absent.html")
