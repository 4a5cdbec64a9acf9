"""What nothing checks: sentences outside every claim that compare or judge, and numbers that are typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import jinja2

WORDS = """
    ahead beat beats behind best better clear clearly decrease decreased decreases differ differed
    different differs drop dropped drops equal equally exceed exceeded exceeds faster fastest fell
    fewer fewest gain gained gains greater greatest help helped helps higher highest hurt hurts
    identical improve improved improvement improves increase increased increases larger largest
    least less longer longest lower lowest more most outperform outperformed outperforms quicker
    quickest rise rises rose same shorter shortest significant significantly slower slowest smaller
    smallest stronger strongest than twice unchanged weaker weakest worse worst
"""
"""Words with which a sentence compares or judges; the list is that of English reports, and never complete."""
JUDGES = re.compile(
    rf"\b(?:{'|'.join(WORDS.split())}|no\ (?:effect|difference|change)|as\ \w+\ as|\w+\ times)\b",
    re.IGNORECASE,
)
PLACES = ("figure", "question", "ref", "rows", "show", "term")
"""What a template calls between `{{` and `}}` that is no number."""
NOT_PROSE = re.compile(
    r"""
    ^(?P<fence>```|~~~).*?^(?P=fence)   # a block of code
    | `[^`\n]*`                         # code in a line
    | \$\$.*?\$\$ | \$[^$\n]+\$         # a formula
    | <!--.*?--> | <[^<>]*>             # HTML
    | \]\([^)\n]*\) | \[[@^][^\]\n]*\]  # where a link leads; a reference, a note
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
END_OF_SENTENCE = re.compile(r"(?<=[.!?:])[*_]*\s+|\n\s*\n|\n(?=\s*(?:[-*+>|#]|\d+[.)])\s?)")
FIRST_WORD = re.compile(r"\S")
ITEM_NUMBER = re.compile(r"^[ \t]*\d+[.)]", re.MULTILINE)
NUMBER = re.compile(r"(?<![\w.])\d[\d.,]*(?<=\d)(?!\w)")
PRINTED = "…"
"""Stands in a sentence for what the template prints there."""


@dataclass(frozen=True)
class Sentence:
    """A sentence of a template, as its author wrote it, and the line on which it begins."""

    file: Path
    line: int
    text: str


@dataclass
class Coverage:
    """What the claims of templates cover.

    `unguarded` are the sentences that compare or judge outside every claim, and `guarded` is the number of
    those inside one. Numbers are `printed` from results, `literal` where the author says so, or `typed`.
    """

    unguarded: list[Sentence] = field(default_factory=list)
    guarded: int = 0
    printed: int = 0
    literal: int = 0
    typed: int = 0


@dataclass(frozen=True)
class _Text:
    """The text of a template, with `prose` of the same length in which code, formulas and HTML are blank.

    `bound` are the offsets of the characters that a claim holds.
    """

    text: str
    prose: str
    bound: frozenset[int]


def coverage_of(templates: Iterable[Path]) -> Coverage:
    """Count what the claims of these templates cover; a file that does not exist has nothing.

    Of a template "Small nets are faster. {% claim gain.more %}Large ones gain more.{% endclaim %}":

    >>> coverage_of([template])
    Coverage(unguarded=[Sentence(template, 1, "Small nets are faster.")], guarded=1, printed=0, ...)
    """
    coverage = Coverage()
    for path in templates:
        if not path.is_file():
            continue
        template = _read(path.read_text(encoding="utf-8"), coverage)
        coverage.typed += len(NUMBER.findall(ITEM_NUMBER.sub("", template.prose)))
        for start, stop in _sentences(template):
            if not JUDGES.search(template.prose, start, stop):
                continue
            if template.bound.isdisjoint(range(start, stop)):
                line = template.text.count("\n", 0, start) + 1
                sentence = " ".join(template.text[start:stop].split())
                coverage.unguarded.append(Sentence(path, line, sentence))
            else:
                coverage.guarded += 1
    return coverage


def _read(source: str, coverage: Coverage) -> _Text:
    """Take the text out of a template, and count in `coverage` what it prints."""
    text, bound = "", set[int]()
    in_claim = False
    tag: list[str] = []
    for line, kind, value in jinja2.Environment().lexer.tokeniter(source, None):
        text += "\n" * (line - 1 - text.count("\n"))
        if kind == "data":
            if in_claim:
                bound.update(range(len(text), len(text) + len(value)))
            text += value
        elif kind in ("block_begin", "variable_begin"):
            tag = []
        elif kind == "block_end":
            if tag[0] in ("claim", "endclaim"):
                in_claim = tag[0] == "claim"
        elif kind == "variable_end":
            text += PRINTED
            if tag[-2:] == ["|", "literal"]:
                coverage.literal += 1
            elif tag[0] not in PLACES:
                coverage.printed += 1
        elif not kind.startswith(("whitespace", "comment")):
            tag.append(value)
    return _Text(text, NOT_PROSE.sub(_blank, text), frozenset(bound))


def _blank(match: re.Match[str]) -> str:
    """Dots in place of what is no prose, so that lines and offsets stay."""
    return re.sub(r"[^\n]", "·", match[0])


def _sentences(template: _Text) -> Iterator[tuple[int, int]]:
    """Where each sentence begins and ends."""
    start = 0
    breaks = [match.span() for match in END_OF_SENTENCE.finditer(template.prose)]
    for stop, following in [*breaks, (len(template.prose), len(template.prose))]:
        first_word = FIRST_WORD.search(template.text, start, stop)
        if first_word:
            yield first_word.start(), stop
        start = following
