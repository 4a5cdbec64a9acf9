"""Numbers that an author typed into a template; those are refused that should be printed from a result."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from labreport.errors import LabReportError, MultipleErrors, location_of
from labreport.page.lexer import LexerToken
from labreport.page.messages import TemplateError
from labreport.page.prose import Prose, markdown_of, prose_of

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
    errors: list[LabReportError] = []
    for line, message in refused_numbers(markdown_of(tokens)):
        errors.append(TemplateError(message, location_of(file, line)))
    if errors:
        raise MultipleErrors(errors)


def count_typed_numbers(prose: Prose) -> int:
    """Count all numbers that are typed, of which most are allowed: `30 days`, not `HCT116`."""
    return len(_ANY_TYPED.findall(prose.text))


def refused_numbers(markdown: str) -> Iterator[tuple[int, str]]:
    """Find typed percentages, ± and points in Markdown: the line of each, and what to write instead."""
    for prose in prose_of(markdown):
        for match in _REFUSED.finditer(prose.text):
            typed = f'"{" ".join(match[0].split())}"'
            message = f"{typed} is typed; print the number of a result, or write {{{{ {typed} | literal }}}}"
            yield prose.line_of(match.start()), message
