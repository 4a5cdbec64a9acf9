"""Specifications as texts: two have the same text if and only if they are equal."""

from __future__ import annotations

import json
import math
import reprlib
from dataclasses import fields, is_dataclass

from labreport.errors import UsageError, with_location
from labreport.project import Experiment

_ALLOWED = "texts, finite numbers, booleans, None, and lists, tuples, dicts and dataclasses of these"


def canonical_repr(value: object, where: str = "value") -> str:
    """A text that only values equal to this one have: `labs.models.Ridge(alpha=1.0)`.

    NumPy scalars and Python numbers have different texts. Raises `UsageError` for types other than
    `_ALLOWED`, for NaN and infinities, and for dicts with keys that are no texts; the message calls the value
    `where`.
    """
    kind = type(value)
    if kind is str:
        return json.dumps(value, ensure_ascii=False)
    if kind in (bool, int) or value is None:
        return repr(value)
    if type(value) is float and math.isfinite(value):
        return repr(value)
    if kind.__module__ == "numpy" and hasattr(value, "item") and getattr(value, "shape", None) == ():
        return f"{kind.__name__}({canonical_repr(value.item(), where)})"
    texts = {name: canonical_repr(member, where + name) for name, member in _members(value).items()}
    if kind is list:
        return f"[{','.join(texts.values())}]"
    if kind is tuple:
        return f"({','.join(texts.values())})"
    if type(value) is dict and all(type(name) is str for name in value):
        items = [f"{canonical_repr(name[1:])}:{text}" for name, text in texts.items()]
        return f"{{{','.join(items)}}}"
    if is_dataclass(kind):
        arguments = [f"{name[1:]}={text}" for name, text in texts.items()]
        return f"{kind.__module__}.{kind.__qualname__}({','.join(arguments)})"
    raise UsageError(f"{where} is {kind.__name__} {reprlib.repr(value)}; allowed are {_ALLOWED}")


def _members(value: object) -> dict[str, object]:
    """The members of a value: `{"[0]": first, …}` of a list, `{".rate": 0.1}` of a dataclass or a dict."""
    kind = type(value)
    if type(value) is list or type(value) is tuple:
        return {f"[{index}]": member for index, member in enumerate(value)}
    if type(value) is dict:
        return {f".{name}": member for name, member in value.items()}
    if is_dataclass(kind):
        names = [member.name for member in fields(kind) if member.compare]
        return {f".{name}": getattr(value, name) for name in names}
    return {}


def specification_classes(specification: object) -> list[type]:
    """The dataclasses in a specification, the outer one first; one that is used twice comes twice."""
    classes = [type(specification)] if is_dataclass(type(specification)) else []
    for member in _members(specification).values():
        classes += specification_classes(member)
    return classes


def specification_repr(experiment: Experiment) -> str:
    """The `canonical_repr` of an experiment's specification. Raises `UsageError` at the experiment's line."""
    where = with_location(experiment.location, f"{experiment.owner}: specification")
    return canonical_repr(experiment.specification, where)
