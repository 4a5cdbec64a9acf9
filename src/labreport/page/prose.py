"""The prose of a template: what a reader sees of it, without code, formulas, HTML and link targets.

Numbers that the author typed are searched in it; those that should come from a result are refused.
`check --coverage` also searches it for sentences outside of claims.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markdown_it.token import Token

from labreport.errors import LabReportError, MultipleErrors, location_of
from labreport.page.lexer import LexerToken
from labreport.page.markdown import parse
from labreport.page.messages import TemplateError
from labreport.page.placeholders import without_placeholders

PRINTED = "…"
"""The character for a value that the template prints."""
_CLAIM_BEGINS, _CLAIM_ENDS = "⸨", "⸩"
"""The characters for the start and the end of a claim. Markdown takes them for punctuation, so that `*` works
beside them.
"""
_HTML = re.compile(r"<(pre|code|script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)
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


@dataclass(frozen=True)
class Prose:
    """The prose of a paragraph, a heading or a cell; `first_line` is the index of its first line.

    `words` includes code and formulas, `text` has dots in their place; both have the same length. `in_claim`
    says for each character whether it is inside a claim.
    """

    text: str
    words: str
    in_claim: list[bool]
    first_line: int

    def line_of(self, position: int) -> int:
        """The number of the line, from 1, of the character at this position."""
        return self.first_line + 1 + self.text.count("\n", 0, position)


def markdown_of(tokens: Iterable[LexerToken]) -> str:
    """The Markdown of a template with the same lines; characters stand for printed values and for claims."""
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


def line_of(markdown: str, token: Token) -> int | None:
    """The line, from 1, of the first code, formula or cite that equals this token; None if there is none."""
    content = without_placeholders(token.content, PRINTED)
    for block in parse(markdown):
        line = block.map[0] + 1 if block.map else 1
        for candidate in block.children or [block]:
            if (candidate.type, candidate.content, candidate.info) == (token.type, content, token.info):
                return line
            is_break = candidate.type in ("softbreak", "hardbreak")
            line += 1 if is_break else candidate.content.count("\n")
    return None


def _pieces(token: Token) -> Iterator[tuple[str, bool]]:
    """The texts of a token, each with whether it is prose (else it is code or a formula)."""
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
