"""Functions that the content names by text, `"module:function"`."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from labreport.errors import UsageError
from labreport.outline import Figure, Question


def draw(function: Callable[..., Any], results: Any, answers: Any) -> Any:
    """What the function of a figure draws; one with a single argument gets the results only."""
    only_results = hasattr(function, "__code__") and function.__code__.co_argcount == 1
    return function(results) if only_results else function(results, answers)


def function(name: str, asked_by: str) -> Callable[..., Any]:
    """The function that `name` means, or that the question or figure of this name was made of.

    `asked_by` says in an error who named it.
    """
    module, _, attribute = name.partition(":")
    try:
        found = vars(importlib.import_module(module)).get(attribute)
    except ImportError as error:
        raise UsageError(f"{asked_by}: {name!r} cannot be imported: {error}") from error
    if isinstance(found, (Question, Figure)):
        found = found.function
    if not callable(found):
        raise UsageError(f"{asked_by}: {name!r} is not a function; write it as 'module:function'")
    called: Callable[..., Any] = found
    return called
