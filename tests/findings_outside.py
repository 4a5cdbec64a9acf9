"""Findings in the code that draws: texts that judge, and texts that are chosen by comparing values."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from labreport.audit.lint import Finding
from labreport.page.templates import JUDGING, claim

CHOSEN = "words are chosen by comparing values; compare in the answer and use {% finding %}"
JUDGED = frozenset({"word", "sign", "clear", "same", "unclear"})
"""What can be asked of a finding."""


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


def _figure(tree: ast.stmt, name: str) -> Iterator[Finding]:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    bodies = (parent.body for parent in ast.walk(tree) if isinstance(parent, documented))
    documentation = {id(node.value) for body in bodies for node in body if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.IfExp) and _says(node) and _compares(node.test):
            yield Finding(f"{name}:{node.lineno}", ast.unparse(node)[:80], CHOSEN)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            problem = claim(node.value, JUDGING) if " " in node.value.strip() else ""
            if problem:
                yield Finding(f"{name}:{node.lineno}", node.value[:80], problem)


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
