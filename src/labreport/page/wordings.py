"""Two tags of the template language that bind words to claims: `finding` and `premise`.

A finding has a wording for every verdict that its claim may get; one that lacks a wording is an error
when the template is read. A premise has words for where the specifications bear it out, and for where not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from jinja2 import Undefined, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from markupsafe import Markup

from labreport.errors import RenderError
from labreport.page.traced import TracedClaim

VERDICTS = ("supported", "refuted", "equivalent", "inconclusive")
EXACT = VERDICTS[:2]
"""What a premise may be: it compares specifications, and that leaves nothing open."""
BLOCK = re.compile(r"<(?:p|div|figure|table|ul|ol|dl|h[1-6]|section|article|pre|blockquote)\b")
VERDICT = "wording_verdict"
"""The name under which the verdict reaches the words; templates have no use for it."""


class Wordings(Extension):
    """`{% finding CLAIM %}{% when supported %}…{% endfinding %}` and `{% premise CLAIM %}…{% endpremise %}`.

    CLAIM is a claim of an answer, or the name of one of `answer.claims` as a text. `{% when a, b %}` gives
    one wording to several verdicts; `{% silent a, b %}` says that nothing is said then. What is printed
    is in an element whose `data-claim` and `data-verdict` let a program read the finding back.
    """

    tags = {"finding", "premise"}  # noqa: RUF012  # Jinja's own declaration

    def parse(self, parser: Parser) -> nodes.Node:
        """One tag, up to its end."""
        token = next(parser.stream)
        claim = _claim(parser)
        read = _finding if token.value == "finding" else _premise
        words = read(parser, token.lineno)
        known = nodes.Const(tuple(words), lineno=token.lineno)
        call = self.call_method("_printed", [claim, known, nodes.Const(token.value)], lineno=token.lineno)
        argument = nodes.Name(VERDICT, "param", lineno=token.lineno)
        body = [_choice(words, token.lineno)]
        return nodes.CallBlock(call, [argument], [], body, lineno=token.lineno)

    def _printed(self, claim: object, known: Iterable[str], tag: str, caller: Callable[[str], str]) -> Markup:
        if isinstance(claim, Undefined):
            str(claim)  # raises, and says what is not there
        if not isinstance(claim, TracedClaim):
            raise RenderError(f"{tag} was given {claim!r:.80}; it takes a claim of an answer")
        verdict = str(claim.verdict)
        if verdict not in known:
            raise RenderError(
                f"{tag} {claim.address} is {verdict}; allowed are {', '.join(known)}"
                + ("; words that a test decides are a finding" if tag == "premise" else "")
            )
        return _marked(caller(verdict), claim.address, verdict)


def _marked(words: str, address: str, verdict: str) -> Markup:
    """The words in an element that says whose they are; white space around them stays outside."""
    text = words.strip()
    if not text:
        return Markup(words)
    before, _, after = words.partition(text)
    element = "div" if BLOCK.search(text) else "span"
    return Markup('{}<{} data-claim="{}" data-verdict="{}">{}</{}>{}').format(
        Markup(before), element, address, verdict, Markup(text), element, Markup(after)
    )


def _claim(parser: Parser) -> nodes.Expr:
    """The tag's expression; a text is the name of a claim of `answer`."""
    line = parser.stream.current.lineno
    claim = parser.parse_expression()
    if isinstance(claim, nodes.Const) and isinstance(claim.value, str):
        claims = nodes.Getattr(nodes.Name("answer", "load", lineno=line), "claims", "load", lineno=line)
        return nodes.Getitem(claims, claim, "load", lineno=line)
    return claim


def _finding(parser: Parser, line: int) -> dict[str, list[nodes.Node]]:
    """Verdict → its words, after every rule of the construct has been checked."""
    _nothing(parser, parser.parse_statements(("name:when", "name:silent", "name:endfinding")), line)
    words: dict[str, list[nodes.Node]] = {}
    written: list[tuple[tuple[str, ...], list[nodes.Node]]] = []
    while parser.stream.current.value != "endfinding":
        tag = next(parser.stream)
        verdicts = tuple(_verdicts(parser, tag.value))
        body = parser.parse_statements(("name:when", "name:silent", "name:endfinding"))
        if tag.value == "silent":
            _nothing(parser, body, tag.lineno)
        else:
            _check_wording(parser, verdicts, body, tag.lineno)
            for others, other in written:
                if other == body:
                    parser.fail(
                        f"the wording for {', '.join(verdicts)} is the same as that for {', '.join(others)}; "
                        f"list the verdicts together: {{% when {', '.join((*others, *verdicts))} %}}",
                        tag.lineno,
                    )
            written.append((verdicts, body))
        for verdict in verdicts:
            if verdict in words:
                parser.fail(f"two wordings for {verdict}; a finding has one for each verdict", tag.lineno)
            words[verdict] = body
    next(parser.stream)
    missing = [verdict for verdict in VERDICTS if verdict not in words]
    if missing:
        parser.fail(
            f"this finding has no wording for {' and '.join(missing)}; "
            f"add {{% when {', '.join(missing)} %}} and the words",
            line,
        )
    return words


def _premise(parser: Parser, line: int) -> dict[str, list[nodes.Node]]:
    holds = parser.parse_statements(("name:otherwise", "name:endpremise"))
    if parser.stream.current.value != "otherwise":
        parser.fail(
            "this premise has no {% otherwise %}; say there what is true where it does not hold, or nothing",
            line,
        )
    if _empty(holds):
        parser.fail("this premise says nothing where it holds; write the words", line)
    next(parser.stream)
    fails = parser.parse_statements(("name:endpremise",), drop_needle=True)
    if fails == holds:
        parser.fail("this premise says the same whether it holds or not", line)
    return dict(zip(EXACT, (holds, fails), strict=True))


def _verdicts(parser: Parser, tag: str) -> Iterator[str]:
    """The names behind `when`, separated by commas."""
    while True:
        token = parser.stream.expect("name")
        if token.value not in VERDICTS:
            parser.fail(f"{token.value!r} is not a verdict; {tag} takes {', '.join(VERDICTS)}", token.lineno)
        yield token.value
        if not parser.stream.skip_if("comma"):
            return


def _check_wording(parser: Parser, verdicts: tuple[str, ...], body: list[nodes.Node], line: int) -> None:
    if _empty(body):
        names = ", ".join(verdicts)
        parser.fail(f"{{% when {names} %}} has no words; write them, or {{% silent {names} %}}", line)
    shared = [verdict for verdict in verdicts if verdict in EXACT]
    if "inconclusive" in verdicts and shared:
        parser.fail(
            f"inconclusive shares a wording with {' and '.join(shared)}; "
            "what is left open is not a finding: give it words of its own",
            line,
        )


def _nothing(parser: Parser, body: list[nodes.Node], line: int) -> None:
    if not _empty(body):
        parser.fail("words outside every {% when %} of a finding are bound to no verdict; move them", line)


def _empty(body: list[nodes.Node]) -> bool:
    """Whether nothing but white space would be printed."""
    return all(
        isinstance(node, nodes.Output)
        and all(isinstance(part, nodes.TemplateData) and not part.data.strip() for part in node.nodes)
        for node in body
    )


def _choice(words: dict[str, list[nodes.Node]], line: int) -> nodes.If:
    """`if` over the verdict, a branch for each."""

    def test(verdict: str) -> nodes.Compare:
        given = nodes.Name(VERDICT, "load", lineno=line)
        return nodes.Compare(given, [nodes.Operand("eq", nodes.Const(verdict))], lineno=line)

    first, *others = words.items()
    branches = [nodes.If(test(name), body, [], [], lineno=line) for name, body in others]
    return nodes.If(test(first[0]), first[1], branches, [], lineno=line)
