"""Random small edits of Python, templates, style sheets and data: one text of a file replaced by another."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

COSMETIC = frozenset({"comment", "docstring", "formatting", "local name", "template comment"})
"""Kinds of edits that change nothing that a program computes."""
SWAPS = {
    "==": "!=", "!=": "==", "<": ">=", ">": "<=", "<=": ">", ">=": "<", "in": "not in", "not in": "in",
    "is": "is not", "is not": "is", "+": "-", "-": "+", "*": "+", "/": "*", "//": "*", "%": "//", "**": "*",
    "and": "or", "or": "and",
}  # fmt: skip
TEMPLATE_SWAPS = (
    ("upper", "lower"), ("lower", "upper"), ("number", "bare"), ("bare", "number"), (" > ", " < "),
    (" == ", " != "), ("many", "few"), ("few", "many"), ("loud", "soft"), ("strong", "b"), ("em>", "i>"),
    ("computed", "many"), ("listed.html", "many.html"), ("tiny", "tinier"), ("close", "open"),
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """The bytes from `start` to `end` of a file replaced; `kind` is what sort of edit it is."""

    kind: str
    start: int
    end: int
    new: str

    def applied(self, text: str) -> str:
        """The text after the edit."""
        return text[: self.start] + self.new + text[self.end :]


def changes(path: Path, random: Random) -> list[Change]:
    """All edits of a file that are known; what they put in is drawn from `random`."""
    text = path.read_text(encoding="utf-8")
    found = {".py": _python, ".html": _template, ".css": _numbers, ".js": _numbers, ".txt": _numbers}
    made = list(found[path.suffix](text, random))
    return [one for one in made if one.applied(text) != text]


def _python(text: str, random: Random) -> Iterator[Change]:
    tree = ast.parse(text)
    at = _offsets(text)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and not isinstance(parents.get(node), ast.JoinedStr):
            yield from _constant(node, parents, at, text, random)
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            yield from _swap("comparison", node.left, node.comparators[0], at, text)
        elif isinstance(node, ast.BinOp):
            yield from _swap("operator", node.left, node.right, at, text)
        elif isinstance(node, (ast.If, ast.IfExp)):
            start, end = at(node.test)
            yield Change("branch", start, end, f"(not ({text[start:end]}))")
        elif isinstance(node, ast.ExceptHandler) and node.type is not None:
            yield Change(
                "type of except", *at(node.type), random.choice(["KeyError", "Exception", "ValueError"])
            )
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            for decorator in node.decorator_list:
                start, end = at(decorator)
                yield Change("decorator", start - 1, end, "")
            yield from _local_names(node, text, random)
        elif isinstance(node, ast.alias) and node.name == "floor":
            start, end = at(node)
            yield Change("import", start, end, text[start:end].replace("floor", "ceil"))
    for statement in ast.walk(tree):
        if isinstance(statement, (ast.Expr, ast.AugAssign, ast.Assign, ast.Import)):
            where = parents.get(statement)
            if isinstance(where, ast.Module) and not _is_text(statement):
                yield Change("statement", *at(statement), "pass")
            start, end = at(statement)
            if end < len(text) and text[end] == "\n":
                yield Change("comment", end, end, f"  # {random.randint(0, 99)}")
    yield Change("formatting", 0, len(text), f"{ast.unparse(tree)}\n")


def _constant(
    node: ast.Constant, parents: dict[ast.AST, ast.AST], at: _At, text: str, random: Random
) -> Iterator[Change]:
    above = parents.get(node)
    if isinstance(above, ast.Expr):
        start, end = at(node)
        if text[start:end].startswith('"""'):
            yield Change("docstring", start + 3, start + 3, "Also: ")
        return
    kind = "default" if isinstance(above, ast.arguments) else "constant"
    value = node.value
    if isinstance(value, bool):
        yield Change(kind, *at(node), str(not value))
    elif isinstance(value, (int, float)):
        yield Change(kind, *at(node), repr(value + random.choice([1, 2, -1])))
    elif isinstance(value, str) and value:
        yield Change(kind, *at(node), repr(value + random.choice("xyz")))


def _swap(kind: str, left: ast.AST, right: ast.AST, at: _At, text: str) -> Iterator[Change]:
    start, end = at(left)[1], at(right)[0]
    word = text[start:end].strip(" ()\n")
    if word in SWAPS:
        yield Change(kind, start, end, text[start:end].replace(word, SWAPS[word], 1))


def _local_names(node: ast.FunctionDef | ast.ClassDef, text: str, random: Random) -> Iterator[Change]:
    """A variable of a function that is not an argument, under another name."""
    if not isinstance(node, ast.FunctionDef) or any(
        isinstance(inner, ast.Global) for inner in ast.walk(node)
    ):
        return
    lines = text.splitlines(keepends=True)
    start = sum(map(len, lines[: node.lineno - 1]))
    end = sum(map(len, lines[: node.end_lineno]))
    own = {
        inner.id
        for statement in node.body
        for inner in ast.walk(statement)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
    } - {argument.arg for argument in ast.walk(node) if isinstance(argument, ast.arg)}
    for name in sorted(own):
        body = text[start:end]
        if re.search(rf"[\"'.]\s*{name}\b|\b{name}\s*=[^=]\s*\w+\s*[,)]|{{[^}}]*{name}", body):
            continue
        yield Change("local name", start, end, re.sub(rf"\b{name}\b", f"{name}_{random.randint(1, 9)}", body))


def _template(text: str, random: Random) -> Iterator[Change]:
    for match in re.finditer(
        r"(?<=[}>])[^<>{}]*[A-Za-z]{3,}[^<>{}]*(?=[<{])|^[A-Z][^<>{}]*$", text, re.MULTILINE
    ):
        yield Change("template text", match.end(), match.end(), f" and {random.choice(['more', 'less'])}")
    for match in re.finditer(r"\{%-? *(?:set|macro)[^%]*?(\"[^\"]*\"|\b[0-9]+\b)", text):
        new = f'"{match[1].strip(chr(34))}x"' if match[1][0] == '"' else str(int(match[1]) + 1)
        yield Change("set or default", *match.span(1), new)
    for old, new in TEMPLATE_SWAPS:
        for match in re.finditer(rf"\{{[%{{][^%}}]*?({re.escape(old)})", text):
            yield Change("filter, macro or condition", *match.span(1), new)
    for match in re.finditer(r"%\}|\}\}", text):
        yield Change("template comment", match.end(), match.end(), f"{{# {random.randint(0, 99)} #}}")


def _numbers(text: str, random: Random) -> Iterator[Change]:
    for match in re.finditer(r"\b[0-9]+\b", text):
        yield Change("rule or datum", *match.span(), str(int(match[0]) + random.randint(1, 3)))


_At = Callable[[ast.AST], tuple[int, int]]


def _offsets(text: str) -> _At:
    """Where a node begins and ends in the text, in characters."""
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))

    def at(node: ast.AST) -> tuple[int, int]:
        def offset(line: int, column: int) -> int:
            return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

        assert isinstance(node, (ast.expr, ast.stmt, ast.alias))
        return offset(node.lineno, node.col_offset), offset(node.end_lineno or 0, node.end_col_offset or 0)

    return at


def _is_text(statement: ast.AST) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
