"""What templates may call: filters that print lists, and functions that say how they are called."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import jinja2
from markupsafe import Markup, escape

from labreport.errors import UsageError
from labreport.stats import wording


def list_filters(print_value: Callable[[Any], Markup]) -> dict[str, Callable[..., Markup]]:
    """Return the filters that print a list, by name; `print_value` prints each of its items."""

    def join(items: Any, separator: str = "") -> Markup:
        """Print the items with a separator between them."""
        return escape(separator).join(map(print_value, _items(items, "join", 'join(", ")')))

    def listed(items: Any, word: str = "and") -> Markup:
        """Print the items as a sentence has them: `5, 8 and 9`."""
        return enumeration(map(print_value, _items(items, "listed", 'listed or | listed("or")')), word)

    return {"join": join, "listed": listed}


def _items(value: Any, name: str, usage: str) -> Iterable[Any]:
    if isinstance(value, jinja2.Undefined):
        str(value)  # which raises, and says what is near
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise UsageError(f"the filter {name} prints a list: {description(value)}; write | {usage}")
    return value


def enumeration(items: Iterable[Any], word: str = "and") -> Markup:
    """Join as English does: `5, 8 and 9`."""
    texts = [escape(item) for item in items]
    return Markup(wording.enumeration(texts, escape(word)))


def description(value: Any) -> str:
    """Say what a value is that cannot be printed; of a function, that its brackets are missing."""
    if callable(value) and hasattr(value, "__name__"):
        return f"{value.__name__} is a function; write {value.__name__}(…)"
    return f"{value!r:.60} is none"


def template_function(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function for templates, of which a wrong call says how it is written.

    `show()` raises `UsageError`: "show(): missing a required argument: 'table'; write show(table, …)".
    """
    signature = inspect.signature(function)
    shown = [parameter for parameter in signature.parameters.values() if parameter.name != "caller"]
    usage = ", ".join(str(parameter.replace(annotation=inspect.Parameter.empty)) for parameter in shown)

    @wraps(function)
    def call(*positional: Any, **named: Any) -> Any:
        try:
            signature.bind(*positional, **named)
        except TypeError as error:
            raise UsageError(f"{name}(): {error}; write {name}({usage})") from None
        return function(*positional, **named)

    return call
