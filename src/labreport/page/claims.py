"""`{% claim CONDITION %}…{% endclaim %}`: text that is held against the results at every build."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from labreport.errors import MultipleErrors, UsageError, display_path
from labreport.page.markdown import typed_in
from labreport.stats import Condition, as_condition, as_quantity, both, either, negated

_JOINED: dict[str, Callable[..., Condition]] = {"And": both, "Or": either, "Not": negated}
_EXAMPLE = 'such as ranking.clear("a", "b") or mean.a.above(92)'
_BLOCK = re.compile(r"\s*(#{1,6}\s|[-*+]\s|\d+[.)]\s|>|\||```)|[\s\S]*\n[ \t]*\n")
"""What begins a block of Markdown, or has several."""


class TemplateError(UsageError):
    """A mistake in a template, told with its file and line."""


@dataclass(frozen=True)
class Claim:
    """What a template says, and whether the results bear it out: True, False, or None where it is unknown.

    `now` is what they say instead of one that does not hold. `otherwise`: the author wrote what stands then.
    """

    file: str
    line: int
    text: str
    condition: str
    holds: bool | None
    now: str = ""
    otherwise: bool = False

    @property
    def fails(self) -> bool:
        """Whether something stands in the text that no longer holds."""
        return self.holds is False and not self.otherwise

    def __str__(self) -> str:
        text = self.text if len(self.text) <= 60 else f"{self.text[:60].rsplit(' ', 1)[0]} ..."
        now = f" (now {self.now})" if self.now else ""
        return f'{self.file}:{self.line}: no longer holds: "{text}"{now}'


class Claims(Extension):
    """The tag `claim`, and the block `answer`, whose text stands in the answer's box."""

    tags = {"claim", "answerbox"}  # noqa: RUF012  # Jinja's own declaration
    environment: Any

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Refuse numbers that are typed, with `Several`, and write into each tag how it stands on its line.

        A tag that is alone on its line leaves no line behind; any other keeps the end of its line.
        """
        if name and name.endswith(".md"):
            text = ""  # the template's own, with an x for what Jinja prints
            for line, kind, value in self.environment.lexer.tokeniter(source, name, filename):
                text += "\n" * (line - 1 - text.count("\n"))
                text += value if kind == "data" else "x" if kind == "variable_begin" else ""
            file = display_path(filename or name)
            if wrong := [TemplateError(f"{file}:{line}: {said}") for line, said in typed_in(text)]:
                raise MultipleErrors(wrong)
        start, end = map(re.escape, (self.environment.block_start_string, self.environment.block_end_string))
        tags = re.compile(
            rf"{start}[-+]?\s*raw\b.*?endraw\s*[-+]?{end}"
            rf"|(^[ \t]*)?({start})([-+]?)(\s*)(\w+)(.*?)([-+]?)({end})([ \t]*$)?",
            re.DOTALL | re.MULTILINE,
        )

        def tag(one: re.Match[str]) -> str:
            before, begin, first, space, word, rest, last, close, after = one.groups()
            if not word:
                return one[0]
            alone = before is not None and after is not None
            block, keep = (repr(before), "") if alone else (None, "+")
            if word == "claim":
                word = f"claim {' '.join(rest.split())!r}, {block},"
            elif word == "endclaim":
                word = f"endclaim {block}"
            elif word == "block" and rest.strip() == "answer":
                word, rest = "answerbox", ""
            inside = f"{first or keep}{space}{word}{rest}{last or keep}"
            return f"{before or ''}{begin}{inside}{close}{'' if alone else after or ''}"

        return tags.sub(tag, source)

    def parse(self, parser: Parser) -> nodes.Node:
        """Read one tag up to its end."""
        tag = next(parser.stream)
        line = tag.lineno
        if tag.value == "answerbox":
            body = parser.parse_statements(("name:endblock",), drop_needle=True)
            parser.stream.skip_if("name:answer")
            return nodes.CallBlock(self.call_method("_answer"), [], [], body, lineno=line)
        if parser._tag_stack.count("claim") > 1:
            parser.fail("a claim inside a claim; end the first before it, or join their conditions", line)
        given: Any = parser.parse_tuple()
        written, block, *conditions = given.items
        if len(conditions) != 1:
            parser.fail(f"a claim has one condition, {_EXAMPLE}", line)
        condition: nodes.Expr = _Logic().visit(conditions[0], self.call_method)
        body = parser.parse_statements(("name:else", "name:endclaim"))
        has_other = next(parser.stream).value == "else"
        other = parser.parse_statements(("name:endclaim",), drop_needle=True) if has_other else []
        before = None if parser.parse_expression().as_const() is None else block.as_const()
        facts = map(nodes.Const, (written.as_const(), before, line, parser.name, has_other))
        call = self.call_method("_claim", [condition, *facts], lineno=line)
        chosen = nodes.If(nodes.Name("first_body", "load"), body, [], other, lineno=line)
        return nodes.CallBlock(call, [nodes.Name("first_body", "param")], [], [chosen], lineno=line)

    def _join(self, how: str, *sides: Any) -> Condition:
        """Join conditions; one that fails is about those that make it fail."""
        of = [as_condition(one) for one in sides]
        found, failing = _JOINED[how](*of), [one for one in of if one.holds is False]
        return replace(found, about=both(*failing).about) if how == "And" and failing else found

    def _compared(self, left: Any, name: str, right: Any) -> Condition:
        if name in ("in", "notin"):
            raise UsageError(f"a claim does not take {name!r}; write one {_EXAMPLE}")
        sides = [one if isinstance(one, (str, int, float)) else as_quantity(one) for one in (left, right)]
        if len({isinstance(one, str) for one in sides}) == 2:
            raise UsageError(f"a text is compared with a number: {left!r:.40} and {right!r:.40}")
        return as_condition(getattr(operator, name.replace("teq", "e"))(*sides))

    def _claim(
        self, given: Any, written: str, block: str | None, line: int, name: str, otherwise: bool, caller: Any
    ) -> Markup:
        """Print the body that is true; both are rendered, so that a mistake in either shows."""
        condition, values = as_condition(given), self.environment.values
        body, other = caller(True), caller(False)
        if block is None and (_BLOCK.match(body) or _BLOCK.match(other)):
            raise UsageError("a claim around whole paragraphs has its tags alone on their lines")
        now = Markup("; ").join(map(values.sentence, condition.about if condition.holds is False else ()))
        said = (values.words(body), written, condition.holds, values.words(now), otherwise)
        claim = Claim(values.folder + name, line, *said)
        values.claims.append(claim)
        if condition.holds is None or claim.fails:
            return Markup(values.marked(body, claim, now, block))
        text = body if condition.holds else other
        return Markup(text if block is None else f"\n\n{text}\n\n")

    def _answer(self, caller: Any) -> str:
        self.environment.values.at.box = caller()
        return ""


class _Logic(NodeTransformer):
    """Writes and, or, not and comparisons as calls, which keep three values and look up both sides."""

    def visit(self, node: nodes.Node, *args: Any, **_: Any) -> Any:
        """Rewrite an expression and all that is in it; `args` is what makes a call."""
        self.generic_visit(node, *args)
        (call,) = args
        if isinstance(node, (nodes.And, nodes.Or, nodes.Not)):
            sides: list[Any] = [nodes.Const(type(node).__name__), *node.iter_child_nodes()]
            return call("_join", sides, lineno=node.lineno)
        if not isinstance(node, nodes.Compare):
            return node
        compared: list[Any] = [nodes.Const("And")]
        left = node.expr
        for one in node.ops:
            compared.append(call("_compared", [left, nodes.Const(one.op), one.expr]))
            left = one.expr
        return call("_join", compared, lineno=node.lineno)
