"""What a template says in prominent places and how it chooses its words, read without rendering it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import jinja2
from jinja2 import nodes

from labreport.errors import RenderError
from labreport.page.wordings import Wordings

TAG = re.compile(r"<(/?)(b|strong|h[1-6]|title)\b[^>]*>", re.IGNORECASE)
ALTERNATIVE = re.compile(r'\b(?:alt|aria-label|title)="([^"]*)"')
LETTERS = re.compile(r"[^\W\d_]{2}")
JUDGED = frozenset({"word", "sign", "clear", "same", "unclear"})
"""What a template can ask of a finding."""
ORDERED = frozenset({"gt", "gteq", "lt", "lteq"})


@dataclass(frozen=True)
class Spoken:
    """Words outside `finding`, at a line of a template.

    `place` is `headline`, `bold`, `heading` or `alternative`, or says how words are chosen: `judgement`
    or `comparison`. Of a choice, `text` is empty.
    """

    file: str
    line: int
    place: str
    text: str = ""


@dataclass(frozen=True)
class _State:
    """Where the walk is: the block's name, the prominent element that is open, and whether in a caption."""

    block: str = ""
    element: str = ""


def spoken(folder: Path, shown: str = "templates") -> Iterator[Spoken]:
    """All of `folder`'s templates, in order; messages call it `shown`.

    Raises `RenderError` with file and line where one is wrong.
    """
    parser = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder), extensions=[Wordings], trim_blocks=True, lstrip_blocks=True
    )  # nothing is rendered
    for file in sorted(folder.rglob("*.html")):
        name = file.relative_to(folder).as_posix()
        try:
            tree = parser.parse(file.read_text(encoding="utf-8"), name)
        except jinja2.TemplateSyntaxError as error:
            raise RenderError(f"{shown}/{name}:{error.lineno}: {error.message}") from error
        yield from _Walk(f"{shown}/{name}").all(tree.body)


class _Walk:
    """Through one template in reading order; branches of a choice begin where it begins."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._state = _State()

    def all(self, body: list[nodes.Node]) -> Iterator[Spoken]:
        for node in body:
            yield from self._node(node)

    def _node(self, node: nodes.Node) -> Iterator[Spoken]:
        if isinstance(node, nodes.CallBlock) and isinstance(node.call.node, nodes.ExtensionAttribute):
            return  # a finding
        if isinstance(node, nodes.Block):
            self._state = replace(self._state, block=node.name)
            yield from self.all(node.body)
            self._state = _State()
        elif isinstance(node, nodes.Output):
            for part in node.nodes:
                yield from self._text(part) if isinstance(part, nodes.TemplateData) else self._choices(part)
        elif isinstance(node, nodes.If):
            yield from self._choice(node.test, node.lineno)
            start = self._state
            for branch in (node.body, *(other.body for other in node.elif_), node.else_):
                self._state = start
                yield from self.all(branch)
            for other in node.elif_:
                yield from self._choice(other.test, other.lineno)
        else:
            for expression in node.iter_child_nodes(exclude=("body", "else_", "elif_")):
                yield from self._choices(expression)
            yield from self.all([*getattr(node, "body", []), *getattr(node, "else_", [])])

    def _choices(self, expression: nodes.Node) -> Iterator[Spoken]:
        """Words chosen inside an expression: `"better" if a.value > b.value else "worse"`."""
        found = [expression] if isinstance(expression, nodes.CondExpr) else []
        for choice in (*found, *expression.find_all(nodes.CondExpr)):
            yield from self._choice(choice.test, choice.lineno)

    def _choice(self, test: nodes.Node, line: int) -> Iterator[Spoken]:
        if any(_name(node) in JUDGED or _is_finding(node) for node in (test, *test.find_all(nodes.Node))):
            yield Spoken(self._file, line, "judgement")
        elif any(_compares(node) for node in (test, *test.find_all(nodes.Compare))):
            yield Spoken(self._file, line, "comparison")

    def _text(self, data: nodes.TemplateData) -> Iterator[Spoken]:
        line, end = data.lineno, 0
        for tag in TAG.finditer(data.data):
            yield from self._piece(data.data[end : tag.start()], line + data.data[:end].count("\n"))
            self._state = replace(self._state, element="" if tag[1] else tag[2].lower())
            end = tag.end()
        yield from self._piece(data.data[end:], line + data.data[:end].count("\n"))

    def _piece(self, text: str, line: int) -> Iterator[Spoken]:
        for alternative in ALTERNATIVE.finditer(text):
            if LETTERS.search(alternative[1]):
                place = line + text[: alternative.start()].count("\n")
                yield Spoken(self._file, place, "alternative", alternative[1])
        words = " ".join(re.sub(r"<[^>]*>", " ", text).split())
        if not LETTERS.search(words):
            return
        line += text[: len(text) - len(text.lstrip())].count("\n")
        if self._state.element in ("b", "strong"):
            yield Spoken(self._file, line, "bold", words)
        elif self._state.element:
            yield Spoken(self._file, line, "heading", words)
        elif self._state.block == "headline":
            yield Spoken(self._file, line, "headline", words)


def _name(node: nodes.Node) -> str:
    """The attribute or key that an expression ends in."""
    if isinstance(node, nodes.Getattr):
        return node.attr
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return str(node.arg.value)
    return ""


def _is_finding(node: nodes.Node) -> bool:
    """Whether it is one of an answer's findings, which chooses by whether it holds."""
    return isinstance(node, (nodes.Getattr, nodes.Getitem)) and _name(node.node) == "findings"


def _compares(node: nodes.Node) -> bool:
    """Whether values are compared; with one, to say it in the singular or the plural, is not a comparison."""
    if not isinstance(node, nodes.Compare):
        return False
    sides = [node.expr, *(operand.expr for operand in node.ops)]
    values = any(_name(side) in ("value", "low", "high", "spread") for side in sides)
    grammar = any(isinstance(side, nodes.Const) and side.value == 1 for side in sides)
    return values and not grammar and any(operand.op in ORDERED for operand in node.ops)
