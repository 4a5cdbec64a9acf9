"""Numbers that an author typed into a template, where the number of a result should be printed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from markdown_it.token import Token

from labreport.errors import MultipleErrors, location_of
from labreport.page.lexer import LexerToken
from labreport.page.markdown import parse
from labreport.page.messages import TemplateError

_NUMBER = r"\d[\d\u202f\u00a0]*(?:[.,]\d+)*"
_TYPED = re.compile(
    rf"""
    (?: ± | \+/[-−] ) \s* {_NUMBER} (?: \s*% )?
    | (?<![\w.,]) {_NUMBER} (?: \s*% | [\s-]* (?:per\s?cent|percentage)\b (?:\spoints?)? | [\s-]* points?\b )
    """,
    re.VERBOSE,
)
"""A percentage, a ± or a number of points."""
_MARK_UP = re.compile(r"<(pre|code|script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)


def refuse_typed_numbers(tokens: Iterable[LexerToken], file: str) -> None:
    """Raise `MultipleErrors` for the numbers that are typed in a template, of which these are all tokens."""
    text = ""  # the Markdown of the template, with an x for each value that Jinja prints
    for line, kind, value in tokens:
        text += "\n" * (line - 1 - text.count("\n"))
        if kind == "data":
            text += value
        elif kind == "variable_begin":
            text += "x"
    errors = [TemplateError(message, location_of(file, line)) for line, message in typed_numbers(text)]
    if errors:
        raise MultipleErrors(errors)


def typed_numbers(text: str) -> Iterator[tuple[int, str]]:
    """Find typed percentages, ± and points in Markdown: the line of each, and what to write instead."""
    lines = text.split("\n")
    for token in parse(text):
        first, end = token.map or (0, 0)
        for match in _TYPED.finditer(_prose(token)):
            line = next((number for number in range(first, end) if match[0] in lines[number]), first)
            typed = f'"{" ".join(match[0].split())}"'
            message = f"{typed} is typed; print the number of a result, or write {{{{ {typed} | literal }}}}"
            yield line + 1, message


def _prose(token: Token) -> str:
    """What a reader would read of it, without code and formulas."""
    if token.type == "html_block":
        return _MARK_UP.sub(" ", token.content)
    if token.type in ("text", "softbreak", "hardbreak"):
        return html.unescape(token.content) or "\n"
    if token.type in ("inline", "image"):
        return "".join(map(_prose, token.children or ()))
    if token.nesting or token.type == "html_inline":
        return ""
    return "\0"
