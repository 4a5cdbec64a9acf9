"""`{% claim CONDITION %}…{% endclaim %}`: text that is held against the results at every build."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from jinja2 import TemplateSyntaxError, Undefined, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from markupsafe import Markup

from labreport.errors import LabReportError, Several, UsageError, shown
from labreport.page.markdown import typed, typed_numbers
from labreport.stats import Condition, Quantity, as_condition, as_quantity, both, either, negated

_JOINED: dict[str, Callable[..., Condition]] = {"both": both, "either": either, "negated": negated}
_COMPARED = {"eq": "eq", "ne": "ne", "lt": "lt", "lteq": "le", "gt": "gt", "gteq": "ge"}
"""Comparisons as Jinja and as `operator` call them."""
_EXAMPLE = 'such as ranking.clear("a", "b") or mean.a.above(92)'
_LOGIC = (nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.CondExpr)
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

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Check the numbers that are typed, and write into each tag how it stands on its line.

        A tag that is alone on its line leaves no line behind; any other keeps the end of its line.
        """
        if name and name.endswith(".md"):
            _check_numbers(self.environment, source, filename or name)
        strings = ("block_start", "block_end", "comment_start", "comment_end")
        start, end, remark, remarked = (getattr(self.environment, f"{one}_string") for one in strings)
        begin, stop = re.escape(start), re.escape(end)
        tags = re.compile(
            rf"{re.escape(remark)}.*?{re.escape(remarked)}|{begin}[-+]?\s*raw\b.*?endraw\s*[-+]?{stop}"
            rf"|(?P<before>^[ \t]*)?{begin}(?P<open>[-+]?)\s*(?P<inside>.*?)\s*(?P<close>[-+]?){stop}"
            r"(?P<after>[ \t]*$)?",
            re.DOTALL | re.MULTILINE,
        )

        def tag(one: re.Match[str]) -> str:
            before, inside, after = one["before"], one["inside"], one["after"]
            if not inside:
                return one[0]
            alone = before is not None and after is not None
            mark, keep = json.dumps(f"|{before}" if alone else ""), "" if alone else "+"
            word, rest = (*inside.split(None, 1), "")[:2]
            if word == "claim":
                inside = f"claim {json.dumps(' '.join(rest.split()))}, {mark}, {rest}"
            elif word == "endclaim":
                inside = f"endclaim {mark}"
            elif word == "block" and rest == "answer":
                inside = "answerbox"
            inside += "\n" * (one[0].count("\n") - inside.count("\n"))
            tag = f"{start}{one['open'] or keep} {inside} {one['close'] or keep}{end}"
            return (before or "") + tag + ("" if alone else after or "")

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
        source = parser.stream.expect("string").value
        parser.stream.expect("comma")
        mark = parser.stream.expect("string").value
        parser.stream.expect("comma")
        if parser.stream.current.type == "block_end":
            parser.fail(f"this claim has no condition; write one {_EXAMPLE}", line)
        condition = self._condition(parser.parse_expression(), parser)
        other: list[nodes.Node] = []
        try:
            body = parser.parse_statements(("name:else", "name:endclaim"))
            if has_other := next(parser.stream).value == "else":
                other = parser.parse_statements(("name:endclaim",), drop_needle=True)
        except TemplateSyntaxError:
            if parser.stream.current.type == "eof":
                parser.fail("this claim has no {% endclaim %}", line)
            raise
        block = mark if parser.stream.expect("string").value else ""
        facts = map(nodes.Const, (source, block, line, parser.name, has_other))
        call = self.call_method("_claim", [condition, *facts], lineno=line)
        chosen = nodes.If(nodes.Name("first_body", "load"), body, [], other, lineno=line)
        return nodes.CallBlock(call, [nodes.Name("first_body", "param")], [], [chosen], lineno=line)

    def _condition(self, node: nodes.Expr, parser: Parser) -> nodes.Expr:
        """Write and, or, not and comparisons as calls, which keep three values and look up both sides."""
        parts: list[nodes.Expr]
        if isinstance(node, (nodes.And, nodes.Or)):
            how = "both" if isinstance(node, nodes.And) else "either"
            parts = [self._condition(side, parser) for side in (node.left, node.right)]
        elif isinstance(node, nodes.Not):
            how, parts = "negated", [self._condition(node.node, parser)]
        elif isinstance(node, nodes.Compare):
            how, parts, sides = "both", [], [node.expr, *(one.expr for one in node.ops)]
            for one, left, right in zip(node.ops, sides, sides[1:], strict=False):
                if one.op not in _COMPARED:
                    parser.fail(f"a claim does not take {one.op!r}; write one {_EXAMPLE}", node.lineno)
                numbers = [self._whole(left, parser), nodes.Const(one.op), self._whole(right, parser)]
                parts.append(self.call_method("_compared", numbers))
        else:
            return self._whole(node, parser)
        return self.call_method("_join", [nodes.Const(how), *parts], lineno=node.lineno)

    def _whole(self, node: nodes.Expr, parser: Parser) -> nodes.Expr:
        if isinstance(node, _LOGIC) or any(True for _ in node.find_all(_LOGIC)):
            parser.fail("and, or, not and if stand in a claim only between whole conditions", node.lineno)
        return node

    def _join(self, how: str, *sides: Any) -> Condition:
        """Join conditions; one that fails is about those that make it fail."""
        of = [_checked(one) for one in sides]
        found, failing = _JOINED[how](*of), [one for one in of if one.holds is False]
        return replace(found, about=both(*failing).about) if how == "both" and failing else found

    def _compared(self, left: Any, name: str, right: Any) -> Condition:
        given = (there(left), there(right))
        sides = [one if isinstance(one, (str, int, float)) else as_quantity(one) for one in given]
        if len({isinstance(one, str) for one in sides}) == 2:
            raise UsageError(f"a text is compared with a number: {left!r:.40} and {right!r:.40}")
        return as_condition(getattr(operator, _COMPARED[name])(*sides))

    def _claim(
        self, given: Any, source: str, mark: str, line: int, name: str, has_other: bool, caller: Any
    ) -> Markup:
        """Print the body that is true; both are rendered, so that a mistake in either shows."""
        condition, values = _checked(given), self.environment.values  # type: ignore[attr-defined]
        body, other = caller(True), caller(False)
        if not mark and (_BLOCK.match(body) or _BLOCK.match(other)):
            raise UsageError("a claim around whole paragraphs has its tags alone on their lines")
        about = condition.about if condition.holds is False else ()
        now = Markup("; ").join(map(values.sentence, about))
        facts = (values.words(body), source, condition.holds, values.words(now), has_other)
        claim = Claim(values.folder + name, line, *facts)
        values.claims.append(claim)
        block = mark[1:] if mark else None
        if condition.holds is None or claim.fails:
            return Markup(values.marked(body, claim, now, block))
        text = body if condition.holds else other
        return Markup(text if block is None else f"\n\n{text}\n\n")

    def _answer(self, caller: Any) -> str:
        self.environment.values.at.box = caller()  # type: ignore[attr-defined]
        return ""


def _checked(given: Any) -> Condition:
    wrong = isinstance(there(given), (Quantity, int, float, str, list)) and not isinstance(given, bool)
    if wrong or given is None:
        raise UsageError(f"a claim takes a condition {_EXAMPLE}; this is {given!r:.60}")
    return as_condition(given)


def there(given: Any) -> Any:
    """Give the value of a name. Raises what there is instead of one that is not there."""
    if isinstance(given, Undefined):
        str(given)
    return given


def _check_numbers(environment: Any, source: str, file: str) -> None:
    found = ((f"{shown(file)}:{line}", text) for line, text in typed_numbers(environment, source))
    wrong: list[LabReportError] = [TemplateError(f"{place}: {typed(text)}") for place, text in found]
    if wrong:
        raise wrong[0] if len(wrong) == 1 else Several(wrong)
