"""What nothing checks: sentences outside every claim that compare or judge, and numbers that are typed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import jinja2

from labreport.page.lexer import LexerToken, TemplateLexer
from labreport.page.prose import markdown_of, prose_of
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
SENTENCE = re.compile(r"\S.*?(?=[.!?:]\s|\Z)[.!?:]?", re.DOTALL)


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
            _add_template(coverage, path)
    return coverage


def _add_template(coverage: Coverage, path: Path) -> None:
    """Count what a template has."""
    source = path.read_text(encoding="utf-8")
    tokens = list(TemplateLexer(jinja2.Environment()).tokeniter(source, path.name))
    _count_printed(coverage, tokens)
    for prose in prose_of(markdown_of(tokens)):
        coverage.typed += count_typed_numbers(prose)
        for sentence in SENTENCE.finditer(prose.text):
            start, stop = sentence.span()
            if not JUDGES.search(prose.text, start, stop):
                continue
            if any(prose.in_claim[start:stop]):
                coverage.guarded += 1
                continue
            words = " ".join(prose.words[start:stop].split())
            coverage.unguarded.append(Sentence(path, prose.line_of(start), words))


def _count_printed(coverage: Coverage, tokens: Iterable[LexerToken]) -> None:
    """Count the numbers that stand between `{{` and `}}`."""
    words: list[str] = []
    for _, kind, value in tokens:
        if kind == "variable_begin":
            words = []
        elif kind != "variable_end":
            words += value.split()
        elif words[-2:] == ["|", "literal"]:
            coverage.literal += 1
        elif words and words[0] not in PLACES:
            coverage.printed += 1
