"""Findings outside the construct that binds words to what was found, in templates, titles and figures.

Prominent words (headlines, bold texts, headings, alternative texts, titles) either come from a finding or
say nothing that results could refute; words chosen by a condition are chosen by a finding. What
is neutral cannot be decided by a program, so words that judge or compare are looked for, one by one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from spoken import JUDGED, Spoken, spoken

from labreport.audit.reading import Finding
from labreport.frame import FOLDER
from labreport.outline import Outline

JUDGING = re.compile(
    r"\b(?:better|best|worse|worst|more|most|less|least|fewer|fewest|(?:high|low|fast|slow|larg|small|great)er"
    r"|(?:high|low|fast|slow|larg|small|great)est|ahead|behind|leads?|learn(?:s|ed)?|fail(?:s|ed)?|works?"
    r"|help(?:s|ed)?|stop(?:s|ped)?|improv(?:es?|ed)|enough|hardly|never|always|yes|no|not|none|neither|cannot"
    r"|surely|probably|clearly|starved|hold(?:s)?|held|missed|accurate|drops?|rises?|falls?|grows?|shrinks?"
    r"|differ(?:s)?|alone|too|depends?|agrees?|wins?|loses?|beats?|reach(?:es|ed)?(?!\s*$)|exceeds?)\b",
    re.IGNORECASE,
)
"""Words by which a text finds something; what something reaches may be a number behind the text."""
SENTENCE = re.compile(r"[.!:;]\s*$")
CHOSEN = {
    "judgement": "words are chosen by a judgement outside a finding; use {% finding %} with all its wordings",
    "comparison": "words are chosen by comparing values; compare in the answer and use {% finding %}",
}


def findings_outside(templates: Path) -> list[Finding]:
    """Every finding of `templates`, or of the frame, that is not bound, with file and line."""
    return [found for piece in (*spoken(templates), *_frame()) for found in _judge(piece)]


@cache
def _frame() -> tuple[Spoken, ...]:
    return tuple(spoken(FOLDER, "labreport/frame"))


def findings_in_titles(outline: Outline) -> list[Finding]:
    """Titles of sections that find something; a question or a neutral name does not."""
    return [
        Finding(f"title of section {section.slug}", section.title, _problem(word[0]))
        for section in outline.sections
        if not section.title.endswith("?") and (word := JUDGING.search(section.title))
    ]


def findings_in_figures(folder: Path) -> list[Finding]:
    """Texts in the code that draws which find something, or which are chosen by comparing values.

    That code is, of every file in the folder, the definitions that use `labreport.charts`.
    """
    return [
        found
        for file in sorted(folder.rglob("*.py"))
        for definition in _drawing(ast.parse(file.read_text(encoding="utf-8")))
        for found in _figure(definition, file.name)
    ]


def _drawing(tree: ast.Module) -> Iterator[ast.stmt]:
    """The module's functions and classes in which a name of the engine's charts is used."""
    imported = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("labreport")
        for alias in node.names
        if "charts" in (node.module or "") or alias.name == "charts"
    }
    for definition in tree.body:
        used = {node.id for node in ast.walk(definition) if isinstance(node, ast.Name)}
        if isinstance(definition, (ast.FunctionDef, ast.ClassDef)) and used & imported:
            yield definition


def _judge(piece: Spoken) -> Iterator[Finding]:
    where = f"{piece.file}:{piece.line}"
    if piece.place in CHOSEN:
        yield Finding(where, piece.place, CHOSEN[piece.place])
    elif (word := JUDGING.search(piece.text)) is not None:
        yield Finding(where, piece.text[:80], f"({piece.place}) {_problem(word[0])}")
    elif piece.place == "bold" and SENTENCE.search(piece.text):
        yield Finding(where, piece.text[:80], "(bold) is a sentence outside a finding; bind it to one")


def _problem(word: str) -> str:
    return f"says {word!r} outside a finding; bind it to one, or name things neutrally"


def _figure(tree: ast.stmt, name: str) -> Iterator[Finding]:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    bodies = (parent.body for parent in ast.walk(tree) if isinstance(parent, documented))
    documentation = {id(node.value) for body in bodies for node in body if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.IfExp) and _says(node) and _compares(node.test):
            yield Finding(f"{name}:{node.lineno}", ast.unparse(node)[:80], CHOSEN["comparison"])
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            word = JUDGING.search(node.value) if " " in node.value.strip() else None
            if word:
                yield Finding(f"{name}:{node.lineno}", node.value[:80], _problem(word[0]))


def _says(choice: ast.IfExp) -> bool:
    """Whether a branch is a text of words."""
    texts = (part for branch in (choice.body, choice.orelse) for part in ast.walk(branch))
    return any(
        isinstance(part, ast.Constant)
        and isinstance(part.value, str)
        and re.search(r"[^\W\d_]{3}", part.value)
        for part in texts
    )


def _compares(test: ast.expr) -> bool:
    """By order, other than with one; or by a judgement that was not asked for all its cases."""
    for node in ast.walk(test):
        if isinstance(node, ast.Attribute) and node.attr in JUDGED:
            return True
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            grammar = any(isinstance(side, ast.Constant) and side.value == 1 for side in sides)
            if not grammar and any(isinstance(op, (ast.Gt, ast.Lt, ast.GtE, ast.LtE)) for op in node.ops):
                return True
    return False
