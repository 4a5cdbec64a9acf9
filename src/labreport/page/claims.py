"""`{% claim CONDITION %}…{% endclaim %}`: text that is compared with the results in every build."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, astuple, dataclass
from typing import TYPE_CHECKING, Any

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from labreport.errors import UsageError
from labreport.page.lexer import ALONE, ANSWER_BOX, CONDITION
from labreport.results.files import JsonObject
from labreport.stats import Condition, Quantity, as_condition, as_quantity, both, either, negated

if TYPE_CHECKING:
    from labreport.page.environment import TemplateEnvironment

_EXAMPLE = 'such as ranking.clear("a", "b") or mean.a.above(92)'
_BLOCK = re.compile(r"\s*(#{1,6}\s|[-*+]\s|\d+[.)]\s|>|\||```)|[\s\S]*\n[ \t]*\n")
"""Matches text that starts with a block of Markdown, or contains several."""
_JOINED_BY: dict[type[nodes.Node], str] = {nodes.And: "_both", nodes.Or: "_either", nodes.Not: "_negated"}
"""The method of `ClaimTags` that replaces each operator of Jinja."""
_COMPARISONS = {"eq": "eq", "ne": "ne", "lt": "lt", "lteq": "le", "gt": "gt", "gteq": "ge"}
"""The function of `operator` for each comparison of Jinja that a claim may use; `in` is not allowed."""
DOES_NOT_HOLD = "does not hold"
"""The verdict in front of the text of a claim that fails."""


@dataclass(frozen=True)
class ClaimSource:
    """A claim as it is written: its template and line, and its condition in one line.

    `is_block` means that its tags are alone on their lines; `has_other`, that it has an `{% else %}`.
    """

    template: str
    line: int
    condition: str
    is_block: bool
    has_other: bool


@dataclass(frozen=True)
class Claim:
    """A claim of a template, and whether the results confirm it: True, False, or None if unknown.

    `file` is the path of the template below the project. `condition` is the source text. `how` says by how
    much it holds or fails: `by 0.1 points`. `now` is what the results say, if the claim fails. `otherwise`
    means that the author wrote an `{% else %}`. `question` is the question whose template it is in, if any.
    """

    file: str
    line: int
    text: str
    condition: str
    holds: bool | None
    now: str = ""
    otherwise: bool = False
    how: str = ""
    question: str = ""

    @property
    def fails(self) -> bool:
        """Whether the page prints a text that does not hold."""
        return self.holds is False and not self.otherwise

    @property
    def is_counted(self) -> bool:
        """Whether the claim counts among those that may fail; with `{% else %}`, only if it is unknown."""
        return self.holds is None or not self.otherwise

    def to_json(self) -> JsonObject:
        """The claim as JSON values, without the question, under which it is stored."""
        values = asdict(self)
        del values["question"]
        return values


class ClaimTags(Extension):
    """The tag `claim`, and the block `answer`, whose text is printed in the box of the answer."""

    tags = {"claim", ANSWER_BOX}  # noqa: RUF012  # Jinja's own declaration
    environment: TemplateEnvironment

    def parse(self, parser: Parser) -> nodes.Node:
        """Parse one tag up to its end tag."""
        tag = next(parser.stream)
        if tag.value == "claim":
            return self._parse_claim(parser, tag.lineno)
        body = parser.parse_statements(("name:endblock",), drop_needle=True)
        parser.stream.skip_if("name:answer")
        return nodes.CallBlock(self.call_method("_keep_answer"), [], [], body, lineno=tag.lineno)

    def _parse_claim(self, parser: Parser, line: int) -> nodes.Node:
        """Parse the condition of a claim, its body, and the body after `{% else %}`."""
        if parser._tag_stack.count("claim") > 1:
            parser.fail("a claim inside a claim; end the first before it, or join their conditions", line)
        condition_text = parser.stream.expect(CONDITION).value
        if not condition_text:
            parser.fail(f"a claim has one condition, {_EXAMPLE}", line)
        begins_alone = parser.stream.skip_if(ALONE)
        expression = parser.parse_expression()
        has_name = isinstance(expression, nodes.Name) or expression.find(nodes.Name) is not None
        if not has_name:
            parser.fail(f"{condition_text} asks nothing of the results; a claim is {_EXAMPLE}", line)
        condition = _ThreeValuedLogic(self.call_method).visit(expression)

        body = parser.parse_statements(("name:else", "name:endclaim"))
        has_other = next(parser.stream).value == "else"
        other_body: list[nodes.Node] = []
        if has_other:
            other_body = parser.parse_statements(("name:endclaim",), drop_needle=True)
        is_block = parser.stream.skip_if(ALONE) and begins_alone

        source = ClaimSource(parser.name or "", line, condition_text, is_block, has_other)
        fields = nodes.Const(astuple(source))  # compiled templates can contain only plain values
        call = self.call_method("_render_claim", [condition, fields], lineno=line)
        chosen = nodes.If(nodes.Name("first_body", "load"), body, [], other_body, lineno=line)
        return nodes.CallBlock(call, [nodes.Name("first_body", "param")], [], [chosen], lineno=line)

    # What the compiled template calls

    _both = staticmethod(both)
    _either = staticmethod(either)
    _negated = staticmethod(negated)

    def _compare(self, left: object, operator_name: str, right: object) -> Condition:
        """Compare two exact numbers, or two texts. Raises `UsageError` for one of each, and for `in`."""
        if operator_name not in _COMPARISONS:
            raise UsageError(f"a claim does not take {operator_name!r}; write one {_EXAMPLE}")
        if isinstance(left, str) != isinstance(right, str):
            raise UsageError(f"a text is compared with a number: {left!r:.40} and {right!r:.40}")
        compare = getattr(operator, _COMPARISONS[operator_name])
        return as_condition(compare(_comparable(left), _comparable(right)))

    def _render_claim(
        self, truth: object, fields: tuple[Any, ...], caller: Callable[[bool], Markup]
    ) -> Markup:
        """Write the body that applies; both are rendered, so that mistakes in either are found.

        `fields` are those of a `ClaimSource`.
        """
        source = ClaimSource(*fields)
        body, other_body = caller(True), caller(False)
        if not body.strip():
            raise UsageError("a claim has nothing in it; write its sentence before endclaim")
        if not source.is_block and (_BLOCK.match(body) or _BLOCK.match(other_body)):
            raise UsageError("a claim around whole paragraphs has its tags alone on their lines")
        return self.environment.printer.print_claim(source, as_condition(truth), body, other_body)

    def _keep_answer(self, caller: Callable[[], Markup]) -> str:
        self.environment.printer.box = caller()
        return ""


def _comparable(side: object) -> str | float | Quantity:
    """The value to compare: a text or a plain number unchanged, anything else as a quantity."""
    return side if isinstance(side, (str, int, float)) else as_quantity(side)


@dataclass
class _ThreeValuedLogic(NodeTransformer):
    """Replaces and, or, not and comparisons by calls, which allow unknown and evaluate both operands."""

    call: Callable[..., nodes.Expr]

    def visit(self, node: nodes.Node, *_: Any, **__: Any) -> Any:
        """Rewrite an expression and its parts."""
        self.generic_visit(node)
        if type(node) in _JOINED_BY:
            return self.call(_JOINED_BY[type(node)], list(node.iter_child_nodes()), lineno=node.lineno)
        if isinstance(node, nodes.Compare):
            return self.call("_both", list(self._comparisons(node)), lineno=node.lineno)
        return node

    def _comparisons(self, node: nodes.Compare) -> Iterator[nodes.Expr]:
        """The parts of a chained comparison: `5 < ten` and `ten <= 10` for `5 < ten <= 10`."""
        left = node.expr
        for operand in node.ops:
            yield self.call("_compare", [left, nodes.Const(operand.op), operand.expr])
            left = operand.expr
