"""`{% claim CONDITION %}…{% endclaim %}`: text that is held against the results at every build."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
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


# What stands between two pieces of a condition, by Jinja's names of tokens
_WORDS = {"and", "or", "not", "if", "else", "is", "in"}
_TIGHT_BEHIND = {"dot", "lparen", "lbracket", "assign"}
_TIGHT_BEFORE = {"dot", "lparen", "rparen", "lbracket", "rbracket", "assign", "comma"}


class ClaimTags(Extension):
    """The tag `claim`, and the block `answer`, whose text stands in the answer's box."""

    tags = {"claim", "answerbox"}  # noqa: RUF012  # Jinja's own declaration
    environment: Any

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """Give the tokens of a template with what `parse` needs in its tags.

        A tag that is alone on its line leaves no line behind; any other keeps the blanks around it. So
        `claim ranking.wins("a")` becomes `claim 'ranking.wins("a")', true, ranking.wins("a")`, with false
        where it is in a line, and `endclaim` `endclaim true`; `block answer` becomes `answerbox answer`.
        Raises `MultipleErrors` for numbers that are typed in a Markdown file.
        """
        written = tuple(stream)
        if stream.name and stream.name.endswith(".md"):
            _refuse_typed_numbers(written, display_path(stream.filename or stream.name))
        tokens = list(written)
        inserted: dict[int, list[Token]] = {}
        begin = 0
        for index, token in enumerate(written):
            if token.type == "block_begin":
                begin = index
            elif token.type == "block_end":
                alone = _starts_line(written, begin) and _ends_line(written, index)
                inserted[begin + 1] = _arguments(written[begin + 1 : index], alone)
                if alone:
                    _drop_line(tokens, begin, index)
                elif _lost_newline(written, index):
                    inserted[index] = [Token(token.lineno, "data", "\n")]
                if [part.value for part in written[begin + 1 : index]] == ["block", "answer"]:
                    tokens[begin + 1] = tokens[begin + 1]._replace(value="answerbox")
        for index, token in enumerate(tokens):
            yield token
            yield from inserted.get(index, [])

    def parse(self, parser: Parser) -> nodes.Node:
        """Read one tag up to its end."""
        tag = next(parser.stream)
        if tag.value == "answerbox":
            return self._parse_answer(parser, tag.lineno)
        return self._parse_claim(parser, tag.lineno)

    def _parse_answer(self, parser: Parser, line: int) -> nodes.Node:
        parser.stream.skip_if("name:answer")
        body = parser.parse_statements(("name:endblock",), drop_needle=True)
        parser.stream.skip_if("name:answer")
        return nodes.CallBlock(self.call_method("_keep_answer"), [], [], body, lineno=line)

    def _parse_claim(self, parser: Parser, line: int) -> nodes.Node:
        """Read `claim TEXT, ALONE, CONDITION`, as `filter_stream` leaves it, and its two bodies."""
        if parser._tag_stack.count("claim") > 1:
            parser.fail("a claim inside a claim; end the first before it, or join their conditions", line)
        arguments: Any = parser.parse_tuple()
        written, begins_alone, *conditions = arguments.items
        if len(conditions) != 1:
            parser.fail(f"a claim has one condition, {_EXAMPLE}", line)
        condition = _ThreeValuedLogic().visit(conditions[0], self.call_method)

        body = parser.parse_statements(("name:else", "name:endclaim"))
        has_other = next(parser.stream).value == "else"
        other_body: list[nodes.Node] = []
        if has_other:
            other_body = parser.parse_statements(("name:endclaim",), drop_needle=True)
        ends_alone = parser.parse_expression().as_const()

        place = nodes.Const((parser.name, line, written.as_const()))
        is_block = nodes.Const(begins_alone.as_const() and ends_alone)
        call = self.call_method("_render_claim", [condition, place, is_block, nodes.Const(has_other)])
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
        place: tuple[str, int, str],
        is_block: bool,
        otherwise: bool,
        caller: Callable[[bool], Markup],
    ) -> Markup:
        """Print the body that is true; both are rendered, so that a mistake in either shows.

        `place` are template, line and the condition's text.
        """
        condition = as_condition(truth)
        environment = self.environment.root
        body, other_body = caller(True), caller(False)
        if not body.strip():
            raise UsageError("a claim has nothing in it; write its sentence before endclaim")
        if not is_block and (_BLOCK.match(body) or _BLOCK.match(other_body)):
            raise UsageError("a claim around whole paragraphs has its tags alone on their lines")
        now = Markup()
        if condition.holds is False:
            now = Markup("; ").join(map(environment.sentence_of, condition.about))
        template, line, written = place
        claim = Claim(
            file=environment.folder + template,
            line=line,
            text=environment.words_of(body),
            condition=written,
            holds=condition.holds,
            now=environment.words_of(now),
            otherwise=otherwise,
            how=condition.how,
        )
        identity = environment.add_claim(claim, condition.about)
        printed = other_body if condition.holds is False and otherwise else body
        return Markup(environment.wrap_claim(claim, identity, printed, now, is_block))

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


def _starts_line(tokens: Sequence[Token], begin: int) -> bool:
    """Whether only blanks stand between the begin of its line and the token `{%` of a tag."""
    if begin == 0:
        return True
    before = tokens[begin - 1]
    lines = str(before.value).split("\n")
    if before.lineno + len(lines) - 1 < tokens[begin].lineno:  # `{%-` has dropped the ends of lines before it
        return True
    return not lines[-1].strip(" \t") and (len(lines) > 1 or begin == 1)


def _ends_line(tokens: Sequence[Token], end: int) -> bool:
    """Whether only blanks stand between the token `%}` of a tag and the end of its line."""
    if end + 1 == len(tokens) or "\n" in tokens[end].value:
        return True
    after = tokens[end + 1]
    blanks, newline, _ = str(after.value).partition("\n")
    return after.type == "data" and not blanks.strip(" \t") and bool(newline or end + 2 == len(tokens))


def _lost_newline(tokens: Sequence[Token], end: int) -> bool:
    """Whether Jinja took the end of the line into the token `%}`, though no `-` asks for it."""
    if "\n" not in tokens[end].value or tokens[end].value.startswith("-"):
        return False
    following = tokens[end + 1 : end + 2]
    return not any(token.type.endswith("_begin") and token.value.endswith("-") for token in following)


def _drop_line(tokens: list[Token], begin: int, end: int) -> None:
    """Drop the indent of a tag that is alone on its line, and the end of the line."""
    if begin and tokens[begin - 1].type == "data":
        before = tokens[begin - 1]
        tokens[begin - 1] = before._replace(value=before.value.rstrip(" \t"))
    if end + 1 < len(tokens) and "\n" not in tokens[end].value:
        after = tokens[end + 1]
        tokens[end + 1] = after._replace(value=after.value.partition("\n")[2])


def _arguments(tag: Sequence[Token], alone: bool) -> list[Token]:
    """What `parse` is given behind the name of a claim's tag: its condition as text, whether it is alone."""
    word, *condition = tag
    is_alone = Token(word.lineno, "name", str(alone).lower())
    if word.value == "endclaim":
        return [is_alone]
    if word.value != "claim":
        return []
    comma = Token(word.lineno, "comma", ",")
    return [Token(word.lineno, "string", _text_of(condition)), comma, is_alone, comma]


def _text_of(condition: Sequence[Token]) -> str:
    """A condition in one line, as one writes it: `ranking.clear("a", "b") and ten == 10`."""
    text = ""
    for previous, token in zip([None, *condition], condition, strict=False):
        if previous and _are_apart(previous, token):
            text += " "
        text += f'"{token.value}"' if token.type == "string" else str(token.value)
    return text


def _are_apart(left: Token, right: Token) -> bool:
    """Whether a blank stands between two pieces of a condition."""
    if left.value in _WORDS or right.value in _WORDS:
        return True
    return left.type not in _TIGHT_BEHIND and right.type not in _TIGHT_BEFORE


def _refuse_typed_numbers(tokens: Sequence[Token], file: str) -> None:
    """Raise `MultipleErrors` for numbers that are typed in the Markdown of a template."""
    text = ""  # with an x for what Jinja prints
    for token in tokens:
        text += "\n" * (token.lineno - 1 - text.count("\n"))
        if token.type == "data":
            text += token.value
        elif token.type == "variable_begin":
            text += "x"
    errors = [TemplateError(message, f"{file}:{line}") for line, message in typed_numbers(text)]
    if errors:
        raise MultipleErrors(errors)
