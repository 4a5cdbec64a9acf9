"""How an answer's values get into the page: each knows its address, and is printed so that it is read back.

A filter prints a number inside `<data>`. Findings are said in the engine's own sentences, and by the tag
`finding` in words of an author's own; what is printed is in an element whose `data-finding` and
`data-judgement` let a program read it back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any

from jinja2 import Undefined, nodes, pass_context
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context
from markupsafe import Markup, escape

from labreport.display import capitalized
from labreport.errors import RenderError
from labreport.stats import Answer, Finding, Quantity
from labreport.stats.rounding import FORMS, has_numeral
from labreport.stats.words import Name, Number, Parts, Sentence


@dataclass(frozen=True)
class TracedQuantity:
    """A quantity that can be compared in a template, and printed only through a filter."""

    address: str
    quantity: Quantity

    value = property(
        attrgetter("quantity.value"), doc="For comparing; printed bare it is an untraced number."
    )
    unit = property(attrgetter("quantity.unit"), doc="The unit of `value`.")
    n = property(attrgetter("quantity.n"), doc="Number of observations behind the spread.")
    spread = property(attrgetter("quantity.spread"), doc="Standard deviation over the observations.")
    interval = property(attrgetter("quantity.interval"), doc="The interval, in the unit of `value`.")


class TracedText(str):
    """A string of an answer; what is cut out of it or joined to it is plain text again."""

    address: str


class TracedInteger(int):
    """A whole number among an answer's facts."""

    address: str


def word_of(finding: Finding) -> str:
    """The word of its judgement; of an exact finding `yes` or `no`."""
    if finding.kind == "exact":
        return "yes" if finding.judgement.sign > 0 else "no"
    return finding.judgement.word


@dataclass(frozen=True)
class TracedFinding:
    """A finding of an answer, with the quantities from which its sentences are made."""

    address: str
    finding: Finding
    quantities: Mapping[str, TracedQuantity]

    sign = property(attrgetter("finding.judgement.sign"), doc="That of the difference that was seen.")
    clear = property(attrgetter("finding.judgement.clear"), doc="Whether there is a difference.")
    same = property(
        attrgetter("finding.judgement.same"), doc="Whether one would be smaller than what matters."
    )
    unclear = property(attrgetter("finding.judgement.unclear"), doc="Whether the results leave it open.")

    @property
    def word(self) -> str:
        """How sure it is: `clear`, `the same` or `unclear`; of an exact one `yes` or `no`."""
        return word_of(self.finding)

    def __bool__(self) -> bool:
        """For an exact finding, whether it holds; another one has no truth, which is an error."""
        if self.finding.kind != "exact":
            raise RenderError(f"{self.address} is {self.word}, not yes or no; compare its `word`")
        return self.finding.judgement.sign > 0


@dataclass(frozen=True)
class TracedAnswer:
    """What a template knows as `answer`."""

    quantities: Mapping[str, TracedQuantity]
    findings: Mapping[str, TracedFinding]
    facts: Mapping[str, Any]


def traced(question: str, answer: Answer) -> TracedAnswer:
    """`answer` with the address of each of its values."""
    quantities = {
        name: TracedQuantity(f"{question}#{name}", item) for name, item in answer.quantities.items()
    }
    return TracedAnswer(
        quantities,
        {
            name: TracedFinding(f"{question}#findings.{name}", item, quantities)
            for name, item in answer.findings.items()
        },
        {name: traced_value(item, f"{question}#facts.{name}") for name, item in answer.facts.items()},
    )


def traced_value(value: Any, address: str) -> Any:
    """Plain JSON values, each string and whole number with its address: `ADDRESS.KEY` or `ADDRESS.INDEX`.

    Keys of a mapping are traced as `ADDRESS.KEY` too; they equal the plain keys.
    """
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        known = TracedText(value) if isinstance(value, str) else TracedInteger(value)
        known.address = address
        return known
    if isinstance(value, Mapping):
        return {
            traced_value(str(key), f"{address}.{key}"): traced_value(item, f"{address}.{key}")
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [traced_value(item, f"{address}.{index}") for index, item in enumerate(value)]
    return value


REFUSED: ContextVar[str] = ContextVar("refused", default="")
"""A numeral that no expression may print, while `refusing` looks for the one that does."""


@contextmanager
def refusing(numeral: str) -> Iterator[None]:
    """While it lasts, an expression that prints `numeral` without a source raises `RenderError`."""
    before = REFUSED.set(numeral)
    try:
        yield
    finally:
        REFUSED.reset(before)


def print_value(value: Any) -> Any:
    """What `{{ value }}` prints; Jinja calls it on every expression before escaping."""
    if isinstance(value, TracedQuantity):
        raise RenderError(f"{value.address} is printed without a filter; allowed are {', '.join(FORMS)}")
    if isinstance(value, (TracedText, TracedInteger)) and has_numeral(str(value)):
        return _data(str(value), value.address, "fact", str(value))
    if (refused := REFUSED.get()) and _holds(str(value), refused):
        raise RenderError(refused)
    return value


def _holds(text: str, numeral: str) -> bool:
    """Whether it is a number of the text, unless that is markup, which was printed before."""
    return "<" not in text and re.search(rf"(?<![\w.,]){re.escape(numeral)}(?!\w)", text) is not None


def join(items: Iterable[Any], separator: str = "") -> Markup:
    """Jinja's `join`, which keeps the trace of each item."""
    return Markup(escape(separator)).join(escape(print_value(item)) for item in items)


def capitalize(text: str) -> str:
    """`text` as a sentence begins with it, its trace kept, and all its other letters."""
    if isinstance(text, TracedText) and has_numeral(text):
        return _data(text, text.address, "fact", capitalized(text))
    return capitalized(text)


def printed(item: Any, form: str) -> Markup:
    """A quantity in one of the forms. Raises `RenderError` for what is not a quantity of an answer."""
    if isinstance(item, Undefined):
        str(item)  # raises, and says what is not there
    if not isinstance(item, TracedQuantity):
        raise RenderError(f"filter {form!r} was given {item!r:.80}; it prints quantities of an answer")
    quantity = item.quantity
    value = "" if quantity.value is None else repr(quantity.value)
    return _data(value, item.address, form, FORMS[form](quantity))


def literal(text: str) -> Markup:
    """`text` shown as what its author typed: no result says it, and no audit asks for its source."""
    return Markup('<span data-literal="" title="typed by hand; no result says it">{}</span>').format(text)


def _data(value: str, source: str, form: str, text: str) -> Markup:
    return Markup('<data value="{}" data-source="{}" data-form="{}">{}</data>').format(
        value, source, form, text
    )


FILTERS: Mapping[str, Callable[..., Any]] = {
    **{form.replace(" ", "_"): partial(printed, form=form) for form in FORMS},
    "capitalize": capitalize,
    "join": join,
    "literal": literal,
}


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
