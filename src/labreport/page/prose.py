"""What of Markdown is prose: what a reader reads of it, without code, formulas, HTML and where links lead.

`prose_of` reads a text as Markdown does. Where each letter has to stay in its place, as in sentences that are
listed with their lines, `without_markup` blanks what is no prose.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it.token import Token

from labreport.page.markdown import parse

LITERAL = re.compile(
    r"""(
      ```.*?``` | ~~~.*?~~~      # a block of code
    | `[^`\n]+`                  # code in a line
    | \$\$.*?\$\$ | \$[^$\n]+\$  # a formula
    )""",
    re.VERBOSE | re.DOTALL,
)
"""Code and formulas, in which nothing is Markdown; every second part of a text that is split by it."""
_NOT_PROSE = re.compile(
    rf"""
    {LITERAL.pattern}
    | <!--.*?--> | <[^<>]*>             # HTML
    | \]\([^)\n]*\) | \[[@^][^\]\n]*\]  # where a link leads; a reference, a note
    """,
    re.VERBOSE | re.DOTALL,
)
_HTML = re.compile(r"<(pre|code|script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)


@dataclass(frozen=True)
class Prose:
    """The prose of a paragraph, a heading or a cell, and the indices of the lines that have it."""

    text: str
    lines: range


def prose_of(text: str) -> Iterator[Prose]:
    """Yield the prose of Markdown, block by block."""
    for token in parse(text):
        begin, end = token.map or (0, 0)
        yield Prose(_prose_of_token(token), range(begin, end))


def _prose_of_token(token: Token) -> str:
    """What a reader reads of a token; a NUL for code and formulas, so that nothing is joined across them."""
    if token.type == "html_block":
        return _HTML.sub(" ", token.content)
    if token.type in ("text", "softbreak", "hardbreak"):
        return html.unescape(token.content) or "\n"
    if token.type in ("inline", "image"):
        return "".join(map(_prose_of_token, token.children or ()))
    if token.nesting or token.type in ("html_inline", "cite"):
        return ""
    return "\0"


def without_markup(text: str) -> str:
    """Return Markdown with dots in place of what is no prose, so that lines and offsets stay."""
    return _NOT_PROSE.sub(lambda match: blank(match[0]), text)


def blank(text: str) -> str:
    """Return dots in place of a text, line by line."""
    return re.sub(r"[^\n]", "·", text)
