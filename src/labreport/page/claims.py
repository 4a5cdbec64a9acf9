"""`{% claim CONDITION %}…{% endclaim %}`: text that is held against the results at every build."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from labreport.errors import MultipleErrors, UsageError, display_path
from labreport.page.markdown import typed_numbers
from labreport.stats import Condition, as_condition, as_quantity, both, either, negated

_EXAMPLE = 'such as ranking.clear("a", "b") or mean.a.above(92)'
_BLOCK = re.compile(r"\s*(#{1,6}\s|[-*+]\s|\d+[.)]\s|>|\||```)|[\s\S]*\n[ \t]*\n")
"""What begins a block of Markdown, or has several."""


class TemplateError(UsageError):
    """A mistake in a template, with its file and line."""


@dataclass(frozen=True)
class Claim:
    """What a template says, and whether the results bear it out: True, False, or None where it is unknown.

    `file` is the path of its template below the project. `condition` is what the author wrote, `how` says how
    nearly it holds or fails: `by 0.1 points`. `now` is what the results say instead of one that fails.
    `otherwise`: the author wrote what stands then.
    """

    file: str
    line: int
    text: str
    condition: str
    holds: bool | None
    now: str = ""
    otherwise: bool = False
    how: str = ""

    @property
    def fails(self) -> bool:
        """Whether something stands in the text that does not hold."""
        return self.holds is False and not self.otherwise

    def __str__(self) -> str:
        text = self.text
        if len(text) > 60:
            text = f"{text[:60].rsplit(' ', 1)[0]} ..."
        now = f" (now {self.now})" if self.now else ""
        return f'{self.file}:{self.line}: does not hold: "{text}"{now}'


class Token(NamedTuple):
    """A piece of a template as Jinja's lexer gives it; the texts of all of them are the template."""

    line: int
    kind: str
    text: str


class ClaimTags(Extension):
    """The tag `claim`, and the block `answer`, whose text stands in the answer's box."""

    tags = {"claim", "answerbox"}  # noqa: RUF012  # Jinja's own declaration
    environment: Any

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the template with what `parse` needs in its tags; see `rewrite_tags`.

        Raises `MultipleErrors` for numbers that are typed in a Markdown file.
        """
        untrimmed = self.environment.overlay(trim_blocks=False, lstrip_blocks=False)
        tokens = [Token(*token) for token in untrimmed.lexer.tokeniter(source, name, filename)]
        if name and name.endswith(".md"):
            _refuse_typed_numbers(tokens, display_path(filename or name))
        return rewrite_tags(tokens)

    def parse(self, parser: Parser) -> nodes.Node:
        """Read one tag up to its end."""
        tag = next(parser.stream)
        if tag.value == "answerbox":
            return self._parse_answer(parser, tag.lineno)
        return self._parse_claim(parser, tag.lineno)

    def _parse_answer(self, parser: Parser, line: int) -> nodes.Node:
        body = parser.parse_statements(("name:endblock",), drop_needle=True)
        parser.stream.skip_if("name:answer")
        return nodes.CallBlock(self.call_method("_keep_answer"), [], [], body, lineno=line)

    def _parse_claim(self, parser: Parser, line: int) -> nodes.Node:
        """Read `claim TEXT, INDENT, CONDITION`, as `rewrite_tags` leaves it, and its two bodies."""
        if parser._tag_stack.count("claim") > 1:
            parser.fail("a claim inside a claim; end the first before it, or join their conditions", line)
        arguments: Any = parser.parse_tuple()
        written, indent, *conditions = arguments.items
        if len(conditions) != 1:
            parser.fail(f"a claim has one condition, {_EXAMPLE}", line)
        names = {name.name for name in arguments.find_all(nodes.Name) if name.ctx == "load"}
        values = [nodes.Pair(nodes.Const(name), nodes.Name(name, "load")) for name in sorted(names)]
        condition = _ThreeValuedLogic().visit(conditions[0], self.call_method)

        body = parser.parse_statements(("name:else", "name:endclaim"))
        has_other = next(parser.stream).value == "else"
        other_body: list[nodes.Node] = []
        if has_other:
            other_body = parser.parse_statements(("name:endclaim",), drop_needle=True)
        ends_alone = parser.parse_expression().as_const() is not None
        indent_of_block = indent.as_const() if ends_alone else None

        facts = [written.as_const(), indent_of_block, line, parser.name, has_other]
        arguments_of_call = [condition, nodes.Dict(values), *map(nodes.Const, facts)]
        call = self.call_method("_render_claim", arguments_of_call, lineno=line)
        chosen = nodes.If(nodes.Name("first_body", "load"), body, [], other_body, lineno=line)
        return nodes.CallBlock(call, [nodes.Name("first_body", "param")], [], [chosen], lineno=line)

    # What the compiled template calls

    def _join(self, operator_name: str, *sides: Any) -> Condition:
        """Join conditions by And, Or or Not; a conjunction that fails is about those that make it fail."""
        conditions = [as_condition(side) for side in sides]
        if operator_name == "Not":
            return negated(conditions[0])
        if operator_name == "Or":
            return either(*conditions)
        joined = both(*conditions)
        failing = [condition for condition in conditions if condition.holds is False]
        return replace(joined, about=both(*failing).about) if failing else joined

    def _compare(self, left: Any, operator_name: str, right: Any) -> Condition:
        """Compare two exact numbers, or two texts. Raises `UsageError` for a mixture, and for `in`."""
        if operator_name in ("in", "notin"):
            raise UsageError(f"a claim does not take {operator_name!r}; write one {_EXAMPLE}")
        if isinstance(left, str) != isinstance(right, str):
            raise UsageError(f"a text is compared with a number: {left!r:.40} and {right!r:.40}")
        compare = getattr(operator, operator_name.replace("teq", "e"))
        return as_condition(compare(_comparable(left), _comparable(right)))

    def _render_claim(
        self,
        truth: Any,
        values: dict[str, Any],
        written: str,
        indent: str | None,
        line: int,
        template: str,
        otherwise: bool,
        caller: Callable[[bool], Markup],
    ) -> Markup:
        """Print the body that is true; both are rendered, so that a mistake in either shows."""
        condition = as_condition(truth)
        environment = self.environment.root
        body, other_body = caller(True), caller(False)
        if not body.strip():
            raise UsageError("a claim has nothing in it; write its sentence before endclaim")
        if indent is None and (_BLOCK.match(body) or _BLOCK.match(other_body)):
            raise UsageError("a claim around whole paragraphs has its tags alone on their lines")
        now = Markup()
        if condition.holds is False:
            now = Markup("; ").join(environment.sentence_of(subject) for subject in condition.about)
        claim = Claim(
            file=environment.folder + template,
            line=line,
            text=environment.words_of(body),
            condition=written + environment.loop_values(values),
            holds=condition.holds,
            now=environment.words_of(now),
            otherwise=otherwise,
            how=condition.how,
        )
        identity = environment.add_claim(claim, condition.about)
        printed = other_body if condition.holds is False and otherwise else body
        return Markup(environment.wrap_claim(claim, identity, printed, now, indent))

    def _keep_answer(self, caller: Callable[[], Markup]) -> str:
        self.environment.root.context.box = caller()
        return ""


def _comparable(side: Any) -> Any:
    """What Python compares: a text or a plain number as it is, anything else as a quantity."""
    return side if isinstance(side, (str, int, float)) else as_quantity(side)


class _ThreeValuedLogic(NodeTransformer):
    """Writes and, or, not and comparisons as calls, which keep three values and look up both sides."""

    def visit(self, node: nodes.Node, call: Callable[..., nodes.Expr], **_: Any) -> Any:
        """Rewrite an expression and all that is in it; `call(method, arguments)` makes a call."""
        self.generic_visit(node, call)
        if isinstance(node, (nodes.And, nodes.Or, nodes.Not)):
            operator_name = nodes.Const(type(node).__name__)
            return call("_join", [operator_name, *node.iter_child_nodes()], lineno=node.lineno)
        if isinstance(node, nodes.Compare):
            return self._conjunction(node, call)
        return node

    def _conjunction(self, node: nodes.Compare, call: Callable[..., nodes.Expr]) -> nodes.Expr:
        """`5 < ten <= 10` as `5 < ten and ten <= 10`."""
        sides: list[nodes.Expr] = [nodes.Const("And")]
        left = node.expr
        for operand in node.ops:
            sides.append(call("_compare", [left, nodes.Const(operand.op), operand.expr]))
            left = operand.expr
        return call("_join", sides, lineno=node.lineno)


# Tags as Jinja's tokens, before they are parsed


def rewrite_tags(tokens: Sequence[Token]) -> str:
    """Write a template anew, so that each tag says how it stands on its line, and a claim what it claims.

    A tag that is alone on its line leaves no line behind; any other keeps the blanks around it, by `+`.
    `{% claim gain.more %}` in a line becomes `{%+ claim 'gain.more', None, gain.more +%}`, and the same alone
    on an indented line has its indent in place of None. `{% block answer %}` becomes `{% answerbox %}`. Lines
    stay where they are.
    """
    pieces: list[str] = []
    position = 0
    after_lone_tag = False
    while position < len(tokens):
        token = tokens[position]
        end = _end_of_tag(tokens, position)
        if end is None:
            pieces.append(token.text.lstrip(" \t") if after_lone_tag else token.text)
            after_lone_tag = False
            position += 1
            continue
        indent = _indent_before(tokens, position)
        after_lone_tag = indent is not None and _ends_its_line(tokens, end)
        pieces.append(_rewrite_tag(tokens[position : end + 1], indent if after_lone_tag else None))
        position = end + 1
    return "".join(pieces)


def _end_of_tag(tokens: Sequence[Token], begin: int) -> int | None:
    """Where the tag ends that begins here, or None where none does."""
    if tokens[begin].kind != "block_begin":
        return None
    for position in range(begin, len(tokens)):
        if tokens[position].kind == "block_end":
            return position
    return None


def _indent_before(tokens: Sequence[Token], position: int) -> str | None:
    """The blanks between the begin of the line and a token, or None where something else stands there."""
    if position == 0:
        return ""
    previous = tokens[position - 1]
    if tokens[position].text.endswith("-"):  # Jinja has dropped the blanks before it, and counted their lines
        end_of_previous = previous.line + previous.text.count("\n")
        return "" if end_of_previous < tokens[position].line else None
    _, newline, indent = previous.text.rpartition("\n")
    starts_line = newline or position == 1
    if previous.kind != "data" or not starts_line or indent.strip(" \t"):
        return None
    return indent


def _ends_its_line(tokens: Sequence[Token], position: int) -> bool:
    """Whether only blanks stand between a token and the end of its line."""
    if position + 1 == len(tokens) or "\n" in tokens[position].text:
        return True
    following = tokens[position + 1]
    blanks, newline, _ = following.text.partition("\n")
    is_last = position + 2 == len(tokens)
    return following.kind == "data" and not blanks.strip(" \t") and bool(newline or is_last)


def _rewrite_tag(tag: Sequence[Token], indent: str | None) -> str:
    """Write one tag, from `{%` to `%}`; without an `indent` it is not alone on its line."""
    begin, *inside, end = tag
    text = "".join(token.text for token in inside)
    word = next((token.text for token in inside if token.kind == "name"), "")
    rest = text.partition(word)[2]
    if word == "claim":
        text = f" claim {' '.join(rest.split())!r}, {indent!r},{rest}"
    elif word == "endclaim":
        text = f" endclaim {indent!r}{rest}"
    elif word == "block" and rest.strip() == "answer":
        text = " answerbox "
    if indent is not None:
        return f"{begin.text}{text}{end.text}"
    keep_before = "" if begin.text.endswith(("-", "+")) else "+"
    keep_after = "" if end.text.startswith(("-", "+")) else "+"
    return f"{begin.text}{keep_before}{text}{keep_after}{end.text}"


def _refuse_typed_numbers(tokens: Sequence[Token], file: str) -> None:
    """Raise `MultipleErrors` for numbers that are typed in the Markdown of a template."""
    text = ""  # with an x for what Jinja prints
    for token in tokens:
        text += "\n" * (token.line - 1 - text.count("\n"))
        if token.kind == "data":
            text += token.text
        elif token.kind == "variable_begin":
            text += "x"
    errors = [TemplateError(message, f"{file}:{line}") for line, message in typed_numbers(text)]
    if errors:
        raise MultipleErrors(errors)
