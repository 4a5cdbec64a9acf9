"""Findings in templates: the engine's own sentences, and the tag `finding` for words of an author's own.

What is printed is in an element whose `data-finding` and `data-judgement` let a program read it back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jinja2 import Undefined, nodes, pass_context
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context
from markupsafe import Markup

from labreport.errors import RenderError
from labreport.page.numbers import TracedFinding, printed
from labreport.stats.words import Name, Number, Parts, Sentence

EXACT = ("yes", "no")
"""What an exact finding may be."""
WORDS: Mapping[str, tuple[str, ...]] = {
    "clear": ("more", "less"),
    "more": ("more",),
    "less": ("less",),
    "same": ("same",),
    "unclear": ("unclear",),
    "yes": ("yes",),
    "no": ("no",),
}
"""The words that `when` takes, and the outcomes that each means."""
SAID = ("finding", "observation", "judgement")
"""The functions of templates that say what a finding is."""
OUTCOMES = ("more", "less", "same", "unclear")
BLOCK = re.compile(r"<(?:p|div|figure|table|ul|ol|dl|h[1-6]|section|article|pre|blockquote)\b")
OUTCOME = "wording_outcome"
"""The name under which the outcome reaches the words; templates have no use for it."""


def outcome(finding: TracedFinding) -> str:
    """Which wording a finding takes: `more` or `less` of a clear one, `same`, `unclear`, or yes and no."""
    judgement = finding.finding.judgement
    if finding.finding.kind == "exact":
        return finding.word
    if judgement.clear:
        return "more" if judgement.sign >= 0 else "less"
    return "same" if judgement.word == "the same" else "unclear"


def helpers(phrases: Mapping[str, str]) -> dict[str, Any]:
    """The functions `finding`, `observation` and `judgement`, in the phrases of a project.

    Each takes a finding, or the name of one of `answer.findings` as a text.
    """

    def said(which: str) -> Callable[[Context, Any], Markup]:
        @pass_context
        def function(context: Context, given: Any) -> Markup:
            finding = _meant(given, context.get("answer"), which)
            return marked(words_of(finding, which, phrases), finding, _about(finding))

        return function

    return {name: said(name) for name in SAID}


def words_of(finding: TracedFinding, which: str, phrases: Mapping[str, str]) -> Markup:
    """One of the standard sentences of a finding, its numbers traced and its names marked."""
    quantities = {name: one.quantity for name, one in finding.quantities.items()}
    sentence = Sentence(finding.finding, quantities, phrases)
    parts: Parts = sentence.whole() if which == "finding" else getattr(sentence, which)()
    return Markup("").join(_part(part, finding) for part in parts)


def _part(part: str | Number | Name, finding: TracedFinding) -> Markup | str:
    if isinstance(part, Number):
        return printed(finding.quantities[part.quantity], part.form)
    if isinstance(part, Name):
        if part.text == part.subject:
            return Markup("<code>{}</code>").format(part.text)
        return Markup('<span data-subject="{}">{}</span>').format(part.subject, part.text)
    return part


def marked(words: str, finding: TracedFinding, about: Iterable[str] = ()) -> Markup:
    """The words in an element that says whose they are; white space around them stays outside.

    Numbers in the engine's own sentences are `about` their subjects, whichever name is nearest.
    """
    text = words.strip()
    if not text:
        return Markup(words)
    before, _, after = words.partition(text)
    element = "div" if BLOCK.search(text) else "span"
    subjects = Markup(' data-about="{}"').format(" ".join(about)) if about else ""
    return Markup('{}<{} data-finding="{}" data-judgement="{}"{}>{}</{}>{}').format(
        Markup(before), element, finding.address, finding.word, subjects, Markup(text), element, Markup(after)
    )


def _about(finding: TracedFinding) -> list[str]:
    """Its subjects, and the experiments that its numbers come from."""
    sources = [finding.quantities[name].quantity.origin for name in finding.finding.numbers]
    names = [*finding.finding.subjects, *(name for source in sources for name in source.experiments)]
    return list(dict.fromkeys(names))


def _meant(given: Any, answer: Any, used: str) -> TracedFinding:
    """The finding itself, or the one of this name. Raises `RenderError` for anything else."""
    if isinstance(given, Undefined):
        str(given)  # raises, and says what is not there
    if isinstance(given, str) and answer is not None:
        if given not in answer.findings:
            known = f"it has {', '.join(answer.findings) or 'none'}"
            raise RenderError(f"{used} was given {given!r}, which is not a finding of the answer; {known}")
        return answer.findings[given]  # type: ignore[no-any-return]
    if not isinstance(given, TracedFinding):
        raise RenderError(f"{used} was given {given!r:.80}; it takes a finding of an answer, or its name")
    return given


class Wordings(Extension):
    """`{% finding F %}an observation of one's own{% endfinding %}`, and the engine says how sure it is.

    With `{% when clear %}…{% when same %}…{% when unclear %}…` the author says that as well; `clear` may
    be two, `more` and `less`. An exact finding has `yes` and `no`. `{% silent … %}` says that nothing is
    said then.
    """

    tags = {"finding"}  # noqa: RUF012  # Jinja's own declaration

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Keep the end of the line behind a finding, so that there is a space before the next sentence."""
        return re.sub(r"(\bendfinding\s*)%\}", r"\1+%}", source)

    def parse(self, parser: Parser) -> nodes.Node:
        """One tag, up to its end."""
        line = next(parser.stream).lineno
        given = parser.parse_expression()
        first = parser.parse_statements(("name:when", "name:silent", "name:endfinding"))
        answer = nodes.Name("answer", "load", lineno=line)
        known = nodes.Test(answer, "defined", [], [], None, None, lineno=line)
        current = nodes.CondExpr(known, answer, nodes.Const(None), lineno=line)
        if parser.stream.current.value == "endfinding":
            next(parser.stream)
            if _empty(first):
                parser.fail("this finding has no words; write what was seen, or {{ finding(...) }}", line)
            judgement = nodes.Name("judgement", "load")
            call = self.call_method("_observed", [given, current, judgement], lineno=line)
            return nodes.CallBlock(call, [], [], first, lineno=line)
        if not _empty(first):
            parser.fail("words outside every {% when %} of a finding belong to no outcome; move them", line)
        words = _wordings(parser, line)
        call = self.call_method("_chosen", [given, current, nodes.Const(tuple(words))], lineno=line)
        found = nodes.Name(OUTCOME, "load", lineno=line)
        body: list[nodes.Node] = [
            nodes.If(nodes.Compare(found, [nodes.Operand("eq", nodes.Const(one))]), said, [], [], lineno=line)
            for one, said in words.items()
        ]
        return nodes.CallBlock(call, [nodes.Name(OUTCOME, "param", lineno=line)], [], body, lineno=line)

    @pass_context
    def _observed(
        self, context: Context, given: Any, answer: Any, judgement: Any, caller: Callable[[], str]
    ) -> Markup:
        finding = _meant(given, answer, "finding")
        words = caller().rstrip()
        if finding.finding.kind == "exact":
            both = "{% when yes %} and {% when no %}"
            raise RenderError(f"finding {finding.address} is yes or no; give it {both}")
        sure = "" if words.rstrip().endswith(":") else Markup(" ") + judgement(context, finding)
        return marked(words, finding) + sure

    def _chosen(
        self, given: Any, answer: Any, known: tuple[str, ...], caller: Callable[[str], str]
    ) -> Markup:
        finding = _meant(given, answer, "finding")
        found = outcome(finding)
        if found not in known:
            wanted = "yes and no" if found in EXACT else "clear, same and unclear"
            raise RenderError(f"finding {finding.address} is {found}; it needs wordings for {wanted}")
        return marked(caller(found), finding)


def _wordings(parser: Parser, line: int) -> dict[str, list[nodes.Node]]:
    """Outcome → its words, after every rule of the tag has been checked."""
    words: dict[str, list[nodes.Node]] = {}
    while parser.stream.current.value != "endfinding":
        tag = next(parser.stream)
        outcomes = list(_outcomes(parser, tag.value))
        body = parser.parse_statements(("name:when", "name:silent", "name:endfinding"))
        if tag.value == "silent" and not _empty(body):
            parser.fail("words behind {% silent %} belong to no outcome; move them", tag.lineno)
        if tag.value == "when" and _empty(body):
            names = ", ".join(outcomes)
            parser.fail(f"{{% when %}} for {names} has no words; write them, or {{% silent %}}", tag.lineno)
        if tag.value == "when" and "unclear" in outcomes and {"more", "less"} & set(outcomes):
            own = "unclear shares a wording with clear; what is open needs words of its own"
            parser.fail(own, tag.lineno)
        for one in outcomes:
            if one in words:
                parser.fail(f"two wordings for {one}; a finding has one for each outcome", tag.lineno)
            words[one] = body
    next(parser.stream)
    wanted = EXACT if set(words) & set(EXACT) else OUTCOMES
    missing = [one for one in wanted if one not in words]
    wrong = [one for one in words if one not in wanted]
    if missing or wrong:
        text = f"no wording for {' and '.join(missing)}" if missing else f"{wrong[0]} beside yes and no"
        parser.fail(f"this finding has {text}; it needs yes and no, or clear, same and unclear", line)
    return words


def _outcomes(parser: Parser, tag: str) -> Iterator[str]:
    """The words behind `when`, separated by commas."""
    while True:
        token = parser.stream.expect("name")
        if token.value not in WORDS:
            parser.fail(f"{token.value!r} is not an outcome; {tag} takes {', '.join(WORDS)}", token.lineno)
        yield from WORDS[token.value]
        if not parser.stream.skip_if("comma"):
            return


def _empty(body: list[nodes.Node]) -> bool:
    """Whether nothing but white space would be printed."""
    return all(
        isinstance(node, nodes.Output)
        and all(isinstance(part, nodes.TemplateData) and not part.data.strip() for part in node.nodes)
        for node in body
    )
