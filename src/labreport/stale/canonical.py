"""Texts of specifications, which only equal ones share."""

from __future__ import annotations

import json
import math
import reprlib
from dataclasses import fields, is_dataclass

from labreport.errors import UsageError, with_location
from labreport.project import Experiment

_ALLOWED = "texts, finite numbers, booleans, None, and lists, tuples, dicts and dataclasses of these"


def canonical_repr(value: object, where: str = "value") -> str:
    """Write `value`, called `where` in messages, as `labs.models.Ridge(alpha=1.0)`: no other has this text.

    A number of NumPy is another than Python's. Raises `UsageError` for other types, for numbers that are not
    finite, and for dictionaries with other keys than texts.
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
    """What a value consists of, by how Python names it: `[0]` of a list, `.rate` of a dataclass or a dict."""
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
    """The dataclasses in a specification: the outer one first, and each as often as it is there."""
    classes = [type(specification)] if is_dataclass(type(specification)) else []
    for member in _members(specification).values():
        classes += specification_classes(member)
    return classes


def specification_repr(experiment: Experiment) -> str:
    """Write an experiment's specification, as `canonical_repr` does. Raises `UsageError`, with its line."""
    where = with_location(experiment.location, f"{experiment.owner}: specification")
    return canonical_repr(experiment.specification, where)
