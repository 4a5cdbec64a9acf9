"""Numbers that an author typed into a template; those are refused that should be printed from a result."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from labreport.errors import MultipleErrors, location_of
from labreport.page.lexer import LexerToken
from labreport.page.messages import TemplateError
from labreport.page.prose import prose_of

_NUMBER = r"\d[\d\u202f\u00a0]*(?:[.,]\d+)*"
_ANY_TYPED = re.compile(rf"(?<![\w.,]){_NUMBER}(?!\w)")
_REFUSED = re.compile(
    rf"""
    (?: ± | \+/[-−] ) \s* {_NUMBER} (?: \s*% )?
    | (?<![\w.,]) {_NUMBER} (?: \s*% | [\s-]* (?:per\s?cent|percentage)\b (?:\spoints?)? | [\s-]* points?\b )
    """,
    re.VERBOSE,
)
"""A percentage, a ± or a number of points."""


def refuse_typed_numbers(tokens: Iterable[LexerToken], file: str) -> None:
    """Raise `MultipleErrors` for the numbers that are typed in a template, of which these are all tokens."""
    text = ""  # the Markdown of the template, with an x for each value that Jinja prints
    for line, kind, value in tokens:
        text += "\n" * (line - 1 - text.count("\n"))
        if kind == "data":
            text += value
        elif kind == "variable_begin":
            text += "x"
    errors = [TemplateError(message, location_of(file, line)) for line, message in refused_numbers(text)]
    if errors:
        raise MultipleErrors(errors)


def count_typed_numbers(text: str) -> int:
    """Count all numbers that are typed in Markdown, of which most are allowed: `30 days`, not `HCT116`."""
    return sum(len(_ANY_TYPED.findall(prose.text)) for prose in prose_of(text))


def refused_numbers(text: str) -> Iterator[tuple[int, str]]:
    """Find typed percentages, ± and points in Markdown: the line of each, and what to write instead."""
    lines = text.split("\n")
    for prose in prose_of(text):
        for match in _REFUSED.finditer(prose.text):
            line = next((number for number in prose.lines if match[0] in lines[number]), prose.lines.start)
            typed = f'"{" ".join(match[0].split())}"'
            message = f"{typed} is typed; print the number of a result, or write {{{{ {typed} | literal }}}}"
            yield line + 1, message
