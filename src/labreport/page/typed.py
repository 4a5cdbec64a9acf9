"""Numbers that the author typed in a template; those that should come from a result are refused."""

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
"""A number in per cent, with ±, or of points."""


def refuse_typed_numbers(tokens: Iterable[LexerToken], file: str) -> None:
    """Raise `MultipleErrors` if numbers that must come from results are typed in a template.

    `tokens` are all tokens of the template.
    """
    errors: list[LabReportError] = []
    for line, message in refused_numbers(markdown_of(tokens)):
        errors.append(TemplateError(message, location_of(file, line)))
    if errors:
        raise MultipleErrors(errors)


def count_typed_numbers(prose: Prose) -> int:
    """Count all typed numbers, also allowed ones: one in `30 days`, none in `HCT116`."""
    return len(_ANY_TYPED.findall(prose.text))


def refused_numbers(markdown: str) -> Iterator[tuple[int, str]]:
    """Yield the line of each typed number that is refused, and a message that says what to write instead."""
    for prose in prose_of(markdown):
        for match in _REFUSED.finditer(prose.text):
            typed = f'"{" ".join(match[0].split())}"'
            message = f"{typed} is typed; print the number of a result, or write {{{{ {typed} | literal }}}}"
            yield prose.line_of(match.start()), message
