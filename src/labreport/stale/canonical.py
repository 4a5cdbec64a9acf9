"""Texts and digests that only equal values share."""

from __future__ import annotations

import json
import math
import reprlib
from dataclasses import fields, is_dataclass
from typing import Any

from labreport.errors import UsageError, with_location
from labreport.project import Data, Experiment, JsonValues, Study
from labreport.results import sha256_of

_ALLOWED = "texts, finite numbers, booleans, None, and lists, tuples, dicts and dataclasses of these"
_NOT_HOW_READ = ("source", "path", "calls")
"""Fields of a table or a file of values that are not in `reading_hash`: its bytes count, and no line does."""


def canonical_repr(value: Any, where: str = "value", classes: list[type] | None = None) -> str:
    """Write `value`, called `where` in messages, as `labs.models.Ridge(alpha=1.0)`: no other has this text.

    A number of NumPy is another than Python's. The classes of dataclasses are added to `classes`. Raises
    `UsageError` for other types, for numbers that are not finite, and for dictionaries with other keys than
    texts.
    """
    kind = type(value)
    if kind is str:
        return json.dumps(value, ensure_ascii=False)
    if kind in (bool, int) or value is None:
        return repr(value)
    if kind is float and math.isfinite(value):
        return repr(value)
    if kind is list or kind is tuple:
        return _sequence_repr(value, where, classes)
    if kind is dict and all(type(name) is str for name in value):
        return _mapping_repr(value, where, classes)
    if is_dataclass(kind):
        return _dataclass_repr(value, where, classes)
    if kind.__module__ == "numpy" and getattr(value, "shape", None) == ():
        return f"{kind.__name__}({canonical_repr(value.item(), where)})"
    raise UsageError(f"{where} is {kind.__name__} {reprlib.repr(value)}; allowed are {_ALLOWED}")


def _sequence_repr(value: list[Any] | tuple[Any, ...], where: str, classes: list[type] | None) -> str:
    texts = [canonical_repr(item, f"{where}[{index}]", classes) for index, item in enumerate(value)]
    inside = ",".join(texts)
    return f"[{inside}]" if isinstance(value, list) else f"({inside})"


def _mapping_repr(value: dict[str, Any], where: str, classes: list[type] | None) -> str:
    texts = []
    for name, item in value.items():
        key = json.dumps(name, ensure_ascii=False)
        texts.append(f"{key}:{canonical_repr(item, f'{where}.{name}', classes)}")
    return f"{{{','.join(texts)}}}"


def _dataclass_repr(value: Any, where: str, classes: list[type] | None) -> str:
    kind = type(value)
    if classes is not None:
        classes.append(kind)
    texts = []
    for member in fields(kind):
        if member.compare:
            item = canonical_repr(getattr(value, member.name), f"{where}.{member.name}", classes)
            texts.append(f"{member.name}={item}")
    return f"{kind.__module__}.{kind.__qualname__}({','.join(texts)})"


def short_hash(value: Any) -> str:
    """The digest of plain values, short: enough to tell versions of one thing apart."""
    return sha256_of(value)[:16]


def specification_repr(experiment: Experiment, classes: list[type] | None = None) -> str:
    """Write an experiment's specification, as `canonical_repr` does. Raises `UsageError`, with its line."""
    where = with_location(experiment.location, f"experiment {experiment.name!r}: specification")
    return canonical_repr(experiment.specification, where, classes)


def declaration_hash(declared: Experiment | Study) -> str:
    """The digest of how an experiment is declared: what readers of its results can see of it."""
    if isinstance(declared, Study):
        cells = [declaration_hash(experiment) for experiment in declared.experiments()]
        return short_hash([declared.name, declared.title, repr(declared.axes), cells])
    numbers = [declared.epochs, declared.seeds]
    specification = specification_repr(declared)
    return short_hash([declared.name, declared.title, numbers, repr(declared.design), specification])


def reading_hash(source: Data | JsonValues) -> str:
    """The digest of how a table or a file of values is read: all of its fields, but where its bytes are."""
    options: dict[str, Any] = {}
    for member in fields(source):
        if member.name not in _NOT_HOW_READ:
            options[member.name] = getattr(source, member.name)
    return short_hash(options)
