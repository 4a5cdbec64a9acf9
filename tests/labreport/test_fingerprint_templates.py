"""Templates are followed through inheritance, inclusion and, one by one, macros."""

from __future__ import annotations

from pathlib import Path

import pytest

from labreport.errors import UsageError
from labreport.fingerprint.templates import Templates
from labreport.frame import MACROS, Lookup

FILES = {
    "page.html": '{% extends "base.html" %}{# a comment #}'
    '{% block x %}{{ bold("a") }}{% include "part.html" %}{% endblock %}',
    "base.html": "<main>{% block x %}{% endblock %}</main>",
    "part.html": "<p>part</p>",
    "macros.html": "{% macro bold(t) %}<b>{{ inner(t) }}</b>{% endmacro %}"
    "{% macro inner(t) %}{{ t }}{% endmacro %}{% macro unused(t) %}<u>{{ t }}</u>{% endmacro %}",
}


def closure(folder: Path, changes: dict[str, tuple[str, str]] | None = None) -> dict[str, str]:
    """What `page.html` reaches after replacing one text by another in some files."""
    for name, text in FILES.items():
        old, new = (changes or {}).get(name, ("", ""))
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1) if old else text)
    return Templates(Lookup(folder).find, Path.read_text, MACROS).closure("page.html")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("page.html", '"a"', '"b"'),
        ("base.html", "<main>", "<main id=m>"),
        ("part.html", "part", "other"),
        ("macros.html", "<b>", "<strong>"),
        ("macros.html", "{{ t }}{% endmacro %}{% macro unused", "[{{ t }}]{% endmacro %}{% macro unused"),
    ],
)
def test_a_change_in_anything_used_counts(tmp_path: Path, name: str, old: str, new: str) -> None:
    """Parents, parts, and macros that macros use."""
    assert closure(tmp_path, {name: (old, new)}) != closure(tmp_path)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [("page.html", "{# a comment #}", "{# another #}"), ("macros.html", "<u>", "<i>")],
)
def test_comments_and_other_macros_do_not_count(tmp_path: Path, name: str, old: str, new: str) -> None:
    """Editing one macro does not affect those who do not use it."""
    assert closure(tmp_path, {name: (old, new)}) == closure(tmp_path)


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    """One line, with its path."""
    with pytest.raises(UsageError, match=r"templates/absent\.html: no such template"):
        Templates(Lookup(tmp_path).find, Path.read_text, MACROS).closure("absent.html")
