"""Numerals typed into the prose of templates, and the line that prints one which is on the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from labreport.audit.allowed import LIST, NUMERAL, WORDS, Allowed
from labreport.audit.finding import Finding
from labreport.errors import RenderError
from labreport.frame import Lookup
from labreport.page import refusing

NO_PROSE = re.compile(
    r"\{#.*?#\}"  # comments
    r"|<(pre|code|kbd|script|style)\b.*?</\1>"  # programs and names
    r"|\{%.*?%\}"  # statements: their texts are keys and macros' arguments
    r"|<[^>]*>",  # tags and their attributes
    re.DOTALL,
)
EXPRESSION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
LITERAL = re.compile(r"""^\s*(?:"[^"]*"|'[^']*'|[0-9.]+)""")


def lint_templates(folder: Path) -> list[Finding]:
    """Every numeral written by hand into a template of `folder`; the written lists allow some."""
    allowed, lookup = Allowed(folder), Lookup(folder)
    files = sorted(folder.rglob("*.html"))
    return [finding for file in files for finding in _lint(file, lookup.shown(file), allowed)]


def at_line(finding: Finding, page: str, folder: Path, render: Callable[[], object]) -> str:
    """What is wrong with a page, a number without a source by the line of the template that prints it.

    `render` makes the page's sections again. Where the number comes out of no template, its place on the page
    is said.
    """
    line = _line_of(finding.text, folder, render) if finding.sourceless else None
    if line is None:
        return f"{page}: {finding}"
    allowed = LIST if NUMERAL.match(finding.text) else WORDS
    return (
        f"{line}: the number {finding.text} has no source; print a quantity, as "
        f"{{{{ answer.quantities.NAME | number }}}}, or allow the phrase in templates/{allowed}"
    )


def _line_of(numeral: str, folder: Path, render: Callable[[], object]) -> str | None:
    for finding in lint_templates(folder):
        if finding.text in (numeral, *NUMERAL.findall(numeral)):
            return finding.where
    try:
        with refusing(numeral):
            render()
    except RenderError as refused:
        return str(refused).removesuffix(f": {numeral}")
    return None


def _lint(file: Path, shown: str, allowed: Allowed) -> Iterator[Finding]:
    text = NO_PROSE.sub(_blank, file.read_text(encoding="utf-8"))
    text = EXPRESSION.sub(_printed_literal, text)
    for number, line in enumerate(text.splitlines(), start=1):
        for numeral in allowed.untraced(line):
            yield Finding(
                f"{shown}:{number}", numeral, "is typed by hand; print a quantity of the answer instead"
            )


def _blank(found: re.Match[str]) -> str:
    """As many lines of nothing."""
    return " " + "\n" * found[0].count("\n")


def _printed_literal(expression: re.Match[str]) -> str:
    """An expression prints what it is given: only a literal in it would be typed by hand."""
    literal = LITERAL.match(expression[1])
    return (literal[0] if literal else "") + _blank(expression)
