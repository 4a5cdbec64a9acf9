"""How a value gets into the page: through a filter, rounded, inside `<data>` that names its source."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from jinja2 import Undefined
from markupsafe import Markup, escape

from labreport.errors import RenderError
from labreport.page.traced import TracedInteger, TracedQuantity, TracedText
from labreport.stats.numerals import has_numeral
from labreport.stats.rounding import FORMS
from labreport.texts import capitalized

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


def _filter(form: str) -> Callable[[Any], Markup]:
    return lambda item: printed(item, form)


def _data(value: str, source: str, form: str, text: str) -> Markup:
    return Markup('<data value="{}" data-source="{}" data-form="{}">{}</data>').format(
        value, source, form, text
    )


FILTERS: Mapping[str, Callable[..., Any]] = {
    **{form.replace(" ", "_"): _filter(form) for form in FORMS},
    "capitalize": capitalize,
    "join": join,
}
