"""The prose of a template: what a reader reads of it, without code, formulas, HTML and where links lead.

Typed numbers are refused in it, and `check --coverage` looks in it for sentences that no claim covers.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markdown_it.token import Token

from labreport.page.lexer import LexerToken
from labreport.page.markdown import parse

PRINTED = "…"
"""Stands in prose for what the template prints there."""
_CLAIM_BEGINS, _CLAIM_ENDS = "⸨", "⸩"
"""Where a claim begins and ends; for Markdown they are punctuation, so that `*` beside them is read."""
_HTML = re.compile(r"<(pre|code|script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)


@dataclass(frozen=True)
class Prose:
    """The prose of a paragraph, a heading or a cell, which begins on the line of this index.

    `words` have code and formulas as they are written, `text` has dots in their place. `in_claim` says of
    each letter of both whether a claim is around it.
    """

    text: str
    words: str
    in_claim: list[bool]
    first_line: int

    def line_of(self, position: int) -> int:
        """Return the number of the line, from 1, on which a letter stands."""
        return self.first_line + 1 + self.text.count("\n", 0, position)


def markdown_of(tokens: Iterable[LexerToken]) -> str:
    """Return the Markdown of a template, line by line, with signs where it prints and where claims are."""
    text = ""
    previous = ""
    for line, kind, value in tokens:
        text += "\n" * (line - 1 - text.count("\n"))
        if kind == "data":
            text += value
        elif kind == "variable_begin":
            text += PRINTED
        elif previous == "block_begin" and value == "claim":
            text += _CLAIM_BEGINS
        elif previous == "block_begin" and value == "endclaim":
            text += _CLAIM_ENDS
        if kind != "whitespace":
            previous = kind
    return text


def prose_of(markdown: str) -> Iterator[Prose]:
    """Yield the prose of Markdown, block by block."""
    is_claimed = False
    for token in parse(markdown):
        text = words = ""
        in_claim = []
        for piece, is_prose in _pieces(token):
            for letter in piece:
                if letter in (_CLAIM_BEGINS, _CLAIM_ENDS):
                    is_claimed = letter == _CLAIM_BEGINS
                    continue
                words += letter
                text += letter if is_prose or letter == "\n" else "·"
                in_claim.append(is_claimed)
        yield Prose(text, words, in_claim, token.map[0] if token.map else 0)


def _pieces(token: Token) -> Iterator[tuple[str, bool]]:
    """The texts of a token, each with whether it is prose, or code or a formula."""
    if token.type == "html_block":
        yield _HTML.sub(" ", token.content), True
    elif token.type == "text":
        yield html.unescape(token.content), True
    elif token.type in ("softbreak", "hardbreak"):
        yield "\n", True
    elif token.type in ("inline", "image"):
        for child in token.children or ():
            yield from _pieces(child)
    elif not token.nesting and token.type != "html_inline":
        yield f"{token.markup}{token.content}{token.markup}", False
