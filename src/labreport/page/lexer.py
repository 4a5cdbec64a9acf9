"""Reading templates: lines with nothing but a tag are removed, and claims keep their source text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from jinja2.lexer import Lexer

LexerToken: TypeAlias = tuple[int, str, str]
"""A token of Jinja's lexer: the line where it begins, its kind, and its text."""
CONDITION = "condition"
"""The kind of a token that is inserted after `claim`: the source text of the condition, in one line."""
ALONE = "alone"
"""The kind of a token that is inserted after `claim` and `endclaim` if the tag is alone on its line."""
ANSWER_BOX = "answerbox"
"""The tag that replaces `block answer`, since Jinja does not let an extension parse blocks."""


class TemplateLexer(Lexer):
    """Jinja's lexer; a tag or a comment that is alone on its line is removed together with the line."""

    def tokeniter(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> Iterator[LexerToken]:
        """Yield the tokens of a template, with the inserted tokens; line numbers stay correct."""
        tokens = list(super().tokeniter(source, name, filename, state))
        lines = re.split(r"\r\n|\r|\n", source)
        for begin, end in reversed(_tag_spans(tokens)):  # backwards, so that indices stay valid
            tag = tokens[begin : end + 1]
            first_line, last_line = tag[0][0], tag[-1][0]
            whole_lines = "\n".join(lines[first_line - 1 : last_line])
            is_alone = _source_of(tag).strip() == whole_lines.strip()
            if is_alone:
                _drop_line(tokens, begin - 1, end + 1)
            tokens[begin : end + 1] = _with_notes(tag, is_alone)
        yield from tokens


def _tag_spans(tokens: Sequence[LexerToken]) -> list[tuple[int, int]]:
    """The indices of the first and the last token of each tag and each comment."""
    spans = []
    begin = 0
    for place, (_, kind, _) in enumerate(tokens):
        if kind in ("block_begin", "comment_begin"):
            begin = place
        elif kind in ("block_end", "comment_end"):
            spans.append((begin, place))
    return spans


def _source_of(tokens: Sequence[LexerToken]) -> str:
    return "".join(text for _, _, text in tokens)


def _drop_line(tokens: list[LexerToken], before: int, after: int) -> None:
    """Remove the blanks before a tag, and those after it with the end of the line."""
    if before >= 0 and tokens[before][1] == "data":
        line, kind, text = tokens[before]
        tokens[before] = line, kind, text.rstrip(" \t")
    if after < len(tokens) and tokens[after][1] == "data":
        line, kind, text = tokens[after]
        rest = re.sub(r"\A[ \t]*\n?", "", text)
        dropped_lines = text.count("\n") - rest.count("\n")
        tokens[after] = line + dropped_lines, kind, rest


def _with_notes(tag: list[LexerToken], is_alone: bool) -> list[LexerToken]:
    """The tokens of a tag, with the inserted tokens for the parser of claims."""
    names = [place for place, (_, kind, _) in enumerate(tag) if kind == "name"]
    if not names:
        return tag
    behind = names[0] + 1
    line, _, name = tag[names[0]]
    if name == "block" and len(names) > 1 and tag[names[1]][2] == "answer":
        return [tag[0], (line, "name", ANSWER_BOX), tag[-1]]
    notes = []
    if name == "claim":
        condition = " ".join(_source_of(tag[behind:-1]).split())
        notes.append((line, CONDITION, condition))
    if name in ("claim", "endclaim") and is_alone:
        notes.append((line, ALONE, ""))
    return tag[:behind] + notes + tag[behind:]
