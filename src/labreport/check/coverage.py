"""What nothing checks: sentences outside every claim that compare or judge, and numbers that are typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import jinja2

from labreport.page.prose import blank, without_markup
from labreport.page.typed import count_typed_numbers

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
END_OF_SENTENCE = re.compile(
    r"""
    (?<=[.!?:]) [*_]* \s+                    # behind its last sign, which may be emphasised
    | \n\s*\n                                # the end of a paragraph
    | \n (?= \s* (?: [-*+>|\#] | \d+[.)] ) )  # before a list, a quotation, a table or a heading
    """,
    re.VERBOSE,
)
FIRST_WORD = re.compile(r"\S")
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


def coverage_of(templates: Iterable[Path]) -> Coverage:
    """Count what the claims of these templates cover; a file that does not exist has nothing.

    Of a template "Small nets are faster. {% claim gain.more %}Large ones gain more.{% endclaim %}":

    >>> coverage_of([template])
    Coverage(unguarded=[Sentence(template, 1, "Small nets are faster.")], guarded=1, printed=0, ...)
    """
    coverage = Coverage()
    for path in templates:
        if path.is_file():
            text, outside_claims = _texts_of(path, coverage)
            coverage.typed += count_typed_numbers(text)
            _add_sentences(path, text, outside_claims, coverage)
    return coverage


def _texts_of(path: Path, coverage: Coverage) -> tuple[str, str]:
    """A template as a reader sees it, and the same with dots where a claim is; its numbers are counted."""
    text = ""
    outside_claims = ""
    in_claim = False
    for line, kind, words in _pieces(path.read_text(encoding="utf-8")):
        piece = "\n" * (line - 1 - text.count("\n"))
        if kind == "data":
            piece += words[0]
        elif kind == "variable":
            piece += PRINTED
            _count_number(coverage, words)
        elif kind == "block" and words[0] in ("claim", "endclaim"):
            in_claim = words[0] == "claim"
        text += piece
        outside_claims += blank(piece) if in_claim else piece
    return text, outside_claims


def _add_sentences(path: Path, text: str, outside_claims: str, coverage: Coverage) -> None:
    """Count the sentences that compare or judge, and list those that are no part of a claim."""
    prose = without_markup(text)
    for start, stop in _sentences(prose):
        if not JUDGES.search(prose, start, stop):
            continue
        sentence = text[start:stop]
        if outside_claims[start:stop] != sentence:
            coverage.guarded += 1
            continue
        line = text.count("\n", 0, start) + 1
        coverage.unguarded.append(Sentence(path, line, " ".join(sentence.split())))


def _pieces(source: str) -> Iterator[tuple[int, str, list[str]]]:
    """The texts of a template and its tags: the line of each, its kind (`data`, `block`), and its words."""
    words: list[str] = []
    for line, kind, value in jinja2.Environment().lexer.tokeniter(source, None):
        if kind == "data":
            yield line, kind, [value]
        elif kind.endswith("_begin"):
            words = []
        elif kind.endswith("_end"):
            yield line, kind.removesuffix("_end"), words
        elif kind != "whitespace":
            words.append(value)


def _count_number(coverage: Coverage, words: list[str]) -> None:
    """Count what stands between `{{` and `}}`."""
    if words[-2:] == ["|", "literal"]:
        coverage.literal += 1
    elif words[0] not in PLACES:
        coverage.printed += 1


def _sentences(prose: str) -> Iterator[tuple[int, int]]:
    """Where each sentence begins and ends."""
    start = 0
    breaks = [match.span() for match in END_OF_SENTENCE.finditer(prose)]
    breaks.append((len(prose), len(prose)))
    for stop, following in breaks:
        first_word = FIRST_WORD.search(prose, start, stop)
        if first_word:
            yield first_word.start(), stop
        start = following
