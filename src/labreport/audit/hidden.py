"""Numerals outside the text: in attributes that are shown, in style sheets, and in the names of things."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any

from labreport.audit.allowed import Allowed
from labreport.audit.finding import Finding
from labreport.audit.reading import SHOWN, Page
from labreport.stats import Answer
from labreport.stats.numerals import has_numeral

CONTENT = re.compile(r"content\s*:([^;}]*)")
STRING = re.compile(r'"((?:\\.|[^"\\])*)"' + r"|'((?:\\.|[^'\\])*)'", re.DOTALL)
ESCAPE = re.compile(r"\\([0-9A-Fa-f]{1,6})\s?|\\(.)", re.DOTALL)
ATTRIBUTE = re.compile(r"attr\(\s*([\w-]+)")
KEY = re.compile(r"[0-9a-f]{8,64}")


def check_attributes(page: Page, allowed: Allowed, declared: Set[str]) -> Iterator[Finding]:
    """Numerals in attributes that are shown, read aloud, or printed by the style sheet with `attr()`."""
    printed = {
        name for style in page.styles for found in CONTENT.findall(style) for name in ATTRIBUTE.findall(found)
    }
    for where, name, text in page.attributes:
        if name == "data-title" and text in declared:
            continue
        if (name in SHOWN or name in printed or name == "value") and name != "data-value":
            for numeral in allowed.untraced(text):
                problem = f"appears without a source in the attribute {name}, {text[:80]!r}"
                yield Finding(where, numeral, problem, sourceless=True)


def check_styles(page: Page, allowed: Allowed) -> Iterator[Finding]:
    """Numerals that a style sheet writes into the page."""
    for style in page.styles:
        for content in CONTENT.findall(style):
            for string in STRING.findall(content):
                text = ESCAPE.sub(_character, string[0] or string[1])
                for numeral in allowed.untraced(text):
                    yield Finding("style sheet", numeral, f"is written by content: {content.strip()[:60]!r}")


def check_names(
    page: Page, answers: Mapping[str, Answer], allowed: Allowed, experiments: Iterable[str] = ()
) -> Iterator[Finding]:
    """Numerals in `<code>` that are neither a name from the answers, nor a key of a result, nor a call."""
    names = {*experiments, *_names(answers)}
    for where, text, key in page.names:
        name = text.strip()
        if not has_numeral(name) or name in names or (key and KEY.fullmatch(name)) or _call(name):
            continue
        for numeral in allowed.untraced(name):
            problem = f"is printed without a source, as code: {name[:80]!r}"
            yield Finding(where, numeral, problem, sourceless=True)


def _names(answers: Mapping[str, Answer]) -> Iterator[str]:
    """Texts among facts, and what quantities and findings are called after and come from."""
    for answer in answers.values():
        yield from _texts(answer.facts)
        for name, quantity in answer.quantities.items():
            yield name.partition(".")[0]
            yield from quantity.origin.experiments
        for name, finding in answer.findings.items():
            yield name.partition(".")[0]
            yield from finding.subjects


def _texts(fact: Any) -> Iterator[str]:
    if isinstance(fact, str):
        yield fact
    elif isinstance(fact, Mapping):
        for key, item in fact.items():
            yield str(key)
            yield from _texts(item)
    elif isinstance(fact, (list, tuple)):
        for item in fact:
            yield from _texts(item)


def _call(text: str) -> bool:
    """Whether it is an expression of Python that calls something: it computes what it is about."""
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError):
        return False
    return any(isinstance(node, ast.Call) for node in ast.walk(tree))


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else escape[2]
