"""Check what the author's code returns before it is stored; errors point at the author's function."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NoReturn

from labreport.errors import UsageError, location_of
from labreport.project import Arrays
from labreport.results.files import STATE, map_leaves, validated_arrays


def checked_members(values: object, description: str, function: Callable[..., object]) -> dict[str, Any]:
    """A mapping as plain JSON values: numbers, texts and lists by name; NumPy values are converted.

    Raises `UsageError` at the author's function for anything else. The message begins with `description`:
    "the metrics have a value of set".
    """

    def as_json(value: Any) -> Any:
        value = value.tolist() if hasattr(value, "tolist") else value  # a NumPy scalar or array
        if value is not None and not isinstance(value, (bool, int, float, str, list)):
            kind = type(value).__name__
            refuse_function(
                f"{description} have a value of {kind}; allowed are numbers, texts and lists", function
            )
        return value

    if not isinstance(values, Mapping):
        refuse_function(f"{description} are {type(values).__name__}; return a dict of numbers", function)
    members: dict[str, Any] = map_leaves(values, as_json)
    return members


def checked_arrays(values: object, function: Callable[..., object]) -> Arrays:
    """Copies of arrays by name. Raises `UsageError` at the author's function if one cannot be stored."""
    try:
        return validated_arrays(values)
    except UsageError as error:
        refuse_function(str(error), function)


def checked_snapshot(returned: object, function: Callable[..., object]) -> tuple[dict[str, Any], Arrays]:
    """The metrics and arrays that `snapshot` returned, checked. Raises `UsageError` at `snapshot`."""
    if not isinstance(returned, tuple) or len(returned) != 2:
        refuse_function(f"snapshot returned {type(returned).__name__}; return metrics, arrays", function)
    metrics = checked_members(returned[0], "the metrics", function)
    arrays = checked_arrays(returned[1], function)
    for name in arrays:
        if name.startswith(STATE):
            refuse_function(f"an array is named {name!r}; no name may begin with {STATE!r}", function)
    return metrics, arrays


def refuse_function(text: str, function: Callable[..., object]) -> NoReturn:
    """Raise `UsageError` at the line where a function or method of the author's is defined."""
    location = ""
    with suppress(TypeError, OSError):  # the source may not exist
        definition = inspect.unwrap(function)
        _, line = inspect.getsourcelines(definition)
        location = location_of(inspect.getsourcefile(definition) or "", line)
    raise UsageError(text, location)
