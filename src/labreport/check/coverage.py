"""Parts of templates that nothing checks: comparing or judging sentences outside claims, typed numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import jinja2

from labreport.page.lexer import LexerToken, TemplateLexer
from labreport.page.prose import count_typed_numbers, markdown_of, prose_of

WORDS = """
    ahead beat beats behind best better clear clearly decrease decreased decreases differ differed
    different differs drop dropped drops equal equally exceed exceeded exceeds faster fastest fell
    fewer fewest gain gained gains greater greatest help helped helps higher highest hurt hurts
    identical improve improved improvement improves increase increased increases larger largest
    least less longer longest lower lowest more most outperform outperformed outperforms quicker
    quickest rise rises rose same shorter shortest significant significantly slower slowest smaller
    smallest stronger strongest than twice unchanged weaker weakest worse worst
"""
"""Words of sentences that compare or judge, in English reports; the list cannot be complete."""
JUDGES = re.compile(
    rf"\b(?:{'|'.join(WORDS.split())}|no\ (?:effect|difference|change)|as\ \w+\ as|\w+\ times)\b",
    re.IGNORECASE,
)
PLACES = ("figure", "question", "ref", "rows", "show", "term")
"""Functions called in `{{ }}` that do not print a number."""
SENTENCE = re.compile(r"\S.*?(?=[.!?:]\s|\Z)[.!?:]?", re.DOTALL)


@dataclass(frozen=True)
class Sentence:
    """A sentence as it is in the template, and the line on which it begins."""

    file: Path
    line: int
    text: str


@dataclass
class Coverage:
    """How much of the templates is checked.

    `unguarded` are the sentences that compare or judge outside of claims; `guarded` is the number of those
    inside. Numbers are `printed` from results, `literal` if marked so by the author, or `typed`.
    """

    unguarded: list[Sentence] = field(default_factory=list)
    guarded: int = 0
    printed: int = 0
    literal: int = 0
    typed: int = 0


def coverage_of(templates: Iterable[Path]) -> Coverage:
    """The coverage of these templates; files that do not exist are skipped.

    For a template "Small nets are faster. {% claim gain.more %}Large ones gain more.{% endclaim %}":

    >>> coverage_of([template])
    Coverage(unguarded=[Sentence(template, 1, "Small nets are faster.")], guarded=1, printed=0, ...)
    """
    coverage = Coverage()
    for path in templates:
        if path.is_file():
            _add_template(coverage, path)
    return coverage


def _add_template(coverage: Coverage, path: Path) -> None:
    """Add the counts of one template."""
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
    """Count the numbers that are printed by `{{ }}`."""
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
