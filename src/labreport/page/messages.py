"""Error messages for templates: unknown names, values that cannot be printed, wrong calls."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from numbers import Number
from typing import TYPE_CHECKING, NoReturn

import jinja2
from jinja2.environment import TemplateModule
from jinja2.utils import missing

from labreport.errors import LabReportError, UsageError, did_you_mean
from labreport.stats import Condition, Namespace, Table
from labreport.stats.conditions import ThreeValued

if TYPE_CHECKING:
    from labreport.page.environment import TemplateEnvironment


class TemplateError(UsageError):
    """A mistake in a template; the message starts with file and line."""


def undefined_type(environment: TemplateEnvironment) -> type[jinja2.StrictUndefined]:
    """A type for unknown names: any use of one raises an error that suggests a similar name."""

    class UndefinedName(jinja2.StrictUndefined, ThreeValued):
        @property
        def condition(self) -> NoReturn:
            """Raise an error, since a claim has an unknown name as its condition."""
            self._fail_with_undefined_error()

        @property
        def quantity(self) -> NoReturn:
            """Raise an error, since an unknown name is printed as a number."""
            self._fail_with_undefined_error()

        @property
        def _undefined_message(self) -> str:
            name, owner = str(self._undefined_name), self._undefined_obj
            if owner is missing:
                near = did_you_mean(name, environment.known_names)
                return self._undefined_hint or f"there is no {name!r} here{near}"
            near = did_you_mean(name, [word for word in dir(owner) if not word.startswith("_")])
            return f"{_owner_in_words(owner)} has no {name!r}{near}"

    return UndefinedName


def _owner_in_words(owner: object) -> str:
    """A description of the object on which a name was looked up: a file of macros, a function, or a value."""
    if isinstance(owner, TemplateModule):
        return str(owner.__name__)
    if callable(owner) and hasattr(owner, "__name__"):
        return f"the function {owner.__name__}(…)"
    return f"{type(owner).__name__} {str(owner)[:40]!r}"


def message_of(error: Exception, environment: jinja2.Environment) -> str:
    """The message for an exception raised by a template, in words of the engine or of Jinja if possible."""
    if isinstance(error, LabReportError):
        return error.message  # without its location, which is in the code compiled by Jinja
    if isinstance(error, jinja2.TemplateNotFound):
        return f"there is no template {error.name!r}"
    unknown = re.search(r"No (?P<kind>filter|test) named '(?P<name>\w+)'", str(error))
    if unknown:
        known = environment.filters if unknown["kind"] == "filter" else environment.tests
        return f"no {unknown['kind']} is called {unknown['name']!r}{did_you_mean(unknown['name'], known)}"
    if isinstance(error, jinja2.TemplateError):
        return str(error)
    return f"{type(error).__name__}: {error}"


def why_not_printed(value: object) -> str:
    """A message: why a value cannot be printed by `{{ }}`, and what to write instead."""
    no_text = f"{value!r:.60} is no text; print a quantity, a finding, a text or a list of them"
    if isinstance(value, bool):
        return no_text
    if isinstance(value, Number):
        return f"{value} is a bare number; print a quantity, or write {{{{ {value} | literal }}}}"
    if isinstance(value, Condition):
        return "a condition is not printed; write {% claim … %}the sentence{% endclaim %}"
    if isinstance(value, Table):
        return 'a table is printed by show(table, "its caption")'
    if isinstance(value, Namespace):
        return f"several values have this name; print one of {', '.join(value.members)}"
    if callable(value):
        return description(value)
    return no_text


def description(value: object) -> str:
    """What a value is that cannot be printed; for a function, how to call it."""
    if callable(value) and hasattr(value, "__name__"):
        return f"{value.__name__} is a function; write {value.__name__}(…)"
    return f"{value!r:.60} is none"


def template_function(name: str, function: Callable[..., object]) -> Callable[..., object]:
    """A function for templates that raises `UsageError` for a wrong call, with the correct usage.

    `show()` raises: "show(): missing a required argument: 'table'; write show(table, …)".
    """
    signature = inspect.signature(function)
    shown = [parameter for parameter in signature.parameters.values() if parameter.name != "caller"]
    usage = ", ".join(str(parameter.replace(annotation=inspect.Parameter.empty)) for parameter in shown)

    def call(*positional: object, **named: object) -> object:
        try:
            signature.bind(*positional, **named)
        except TypeError as error:
            raise UsageError(f"{name}(): {error}; write {name}({usage})") from None
        return function(*positional, **named)

    call.__name__ = name
    return call
