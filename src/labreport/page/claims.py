"""`{% claim CONDITION %}…{% endclaim %}`: text that is held against the results at every build."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
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
from labreport.stats.names import quoted_name

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

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Let a tag or comment that is alone on its line leave no line behind; any other stays as it is.

        The end of such a line is moved into the tag: lines keep their numbers, and `parse` sees it.
        Raises `MultipleErrors` for numbers that are typed in a Markdown file.
        """
        environment = self.environment
        if name and name.endswith(".md"):
            tokens = environment.lexer.tokeniter(source, name, filename)
            _refuse_typed_numbers(tokens, display_path(filename or name))
        start, end = map(re.escape, (environment.block_start_string, environment.block_end_string))
        begin_comment, end_comment = map(
            re.escape, (environment.comment_start_string, environment.comment_end_string)
        )
        alone = re.compile(
            rf"""
            (?P<raw> {start} [-+]? \s* raw\b .*? endraw \s* [-+]? {end} )
            | ^ [ \t]* (?P<tag> {start} (?: (?! [-+]? {end} ) . )* ) (?P<end> [-+]? {end} ) [ \t]* (?:\n|\Z)
            | ^ [ \t]* (?P<comment> {begin_comment} (?: (?! {end_comment} ) . )* ) {end_comment} [ \t]* \n
            """,
            re.VERBOSE | re.MULTILINE | re.DOTALL,
        )

        def fold(match: re.Match[str]) -> str:
            if match["raw"]:
                return match[0]
            if match["comment"]:
                return f"{match['comment']}\n{environment.comment_end_string}"
            return f"{match['tag']}\n{match['end']}"

        folded = alone.sub(fold, source)
        return re.sub(rf"({start}[-+]?\s*)block\s+answer\b", r"\1answerbox", folded)

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Put the text of a claim's condition, with the number of its last line, before the condition."""
        tokens = list(stream)
        for index, token in enumerate(tokens):
            yield token
            if token.value == "claim" and tokens[index - 1].type == "block_begin":
                rest = tokens[index + 1 :]
                condition = list(takewhile(lambda part: part.type != "block_end", rest))
                last = condition[-1] if condition else token
                yield Token(last.lineno, "string", _text_of(condition))

    def parse(self, parser: Parser) -> nodes.Node:
        """Read one tag up to its end."""
        tag = next(parser.stream)
        if tag.value == "answerbox":
            body = parser.parse_statements(("name:endblock",), drop_needle=True)
            parser.stream.skip_if("name:answer")
            return nodes.CallBlock(self.call_method("_keep_answer"), [], [], body, lineno=tag.lineno)
        return self._parse_claim(parser, tag.lineno)

    def _parse_claim(self, parser: Parser, line: int) -> nodes.Node:
        """Read the condition of a claim and its two bodies."""
        if parser._tag_stack.count("claim") > 1:
            parser.fail("a claim inside a claim; end the first before it, or join their conditions", line)
        written = parser.stream.expect("string")
        if not written.value:
            parser.fail(f"a claim has one condition, {_EXAMPLE}", line)
        condition = _ThreeValuedLogic().visit(parser.parse_expression(), self.call_method)
        begins_alone = written.lineno < parser.stream.current.lineno

        body = parser.parse_statements(("name:else", "name:endclaim"))
        end = next(parser.stream)
        has_other = end.value == "else"
        other_body: list[nodes.Node] = []
        if has_other:
            other_body = parser.parse_statements(("name:endclaim",))
            end = next(parser.stream)
        is_block = begins_alone and end.lineno < parser.stream.current.lineno

        place = nodes.Const((parser.name, line, written.value))
        arguments = [condition, place, nodes.Const(is_block), nodes.Const(has_other)]
        call = self.call_method("_render_claim", arguments, lineno=line)
        chosen = nodes.If(nodes.Name("first_body", "load"), body, [], other_body, lineno=line)
        return nodes.CallBlock(call, [nodes.Name("first_body", "param")], [], [chosen], lineno=line)

    # What the compiled template calls

    def _join(self, operator_name: str, *sides: Any) -> Condition:
        """Join conditions by And or Or, or negate one, by Not."""
        join: Callable[..., Condition] = {"And": both, "Or": either, "Not": negated}[operator_name]
        return join(*sides)

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


# Conditions as Jinja's tokens


def _text_of(condition: Sequence[Token]) -> str:
    """A condition in one line, as one writes it: `ranking.clear("a", "b") and ten == 10`."""
    text = ""
    for previous, token in zip([None, *condition], condition, strict=False):
        if previous and _are_apart(previous, token):
            text += " "
        text += quoted_name(token.value) if token.type == "string" else str(token.value)
    return text


def _are_apart(left: Token, right: Token) -> bool:
    """Whether a blank stands between two pieces of a condition."""
    if left.value in _WORDS or right.value in _WORDS:
        return True
    return left.type not in _TIGHT_BEHIND and right.type not in _TIGHT_BEFORE


def _refuse_typed_numbers(tokens: Iterable[tuple[int, str, str]], file: str) -> None:
    """Raise `MultipleErrors` for numbers that are typed in the Markdown of a template."""
    text = ""  # with an x for what Jinja prints
    for line, kind, value in tokens:
        text += "\n" * (line - 1 - text.count("\n"))
        if kind == "data":
            text += value
        elif kind == "variable_begin":
            text += "x"
    errors = [TemplateError(message, f"{file}:{line}") for line, message in typed_numbers(text)]
    if errors:
        raise MultipleErrors(errors)
