"""How a value gets into the page: it knows its address, and a filter prints it inside `<data>`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any

from jinja2 import Undefined
from markupsafe import Markup, escape

from labreport.errors import RenderError
from labreport.stats import Answer, Finding, Quantity
from labreport.stats.numerals import has_numeral
from labreport.stats.rounding import FORMS
from labreport.texts import capitalized


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
