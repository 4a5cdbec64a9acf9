"""The digest of a value: what pickle would store of it, with references in place of code."""

from __future__ import annotations

import copyreg
import hashlib
import pickle
import warnings
from collections.abc import Set as AbstractSet
from functools import cached_property
from inspect import getattr_static
from pathlib import PurePath
from types import (
    CellType,
    FunctionType,
    GetSetDescriptorType,
    MappingProxyType,
    MemberDescriptorType,
    ModuleType,
)
from typing import TYPE_CHECKING, Any

from labreport.project import Data, Experiment, Study
from labreport.project.checks import Declared
from labreport.results.files import HASH_DIGITS
from labreport.stale.declarations import declared_fields
from labreport.stale.references import WHOLE_MODULE

if TYPE_CHECKING:
    from labreport.stale.resolver import Resolver

SIZE_LIMIT = 500_000_000
"""Bytes of a value, beyond which it counts by the statements about it."""
_PLAIN = frozenset({int, float, bool, bytes, list, tuple, dict, type(None), complex})
_FUNCTIONS_OF: dict[type, tuple[str, ...]] = {
    property: ("fget", "fset", "fdel"),
    cached_property: ("func",),
    staticmethod: ("__func__",),
    classmethod: ("__func__",),
}
"""Members of classes that count by the functions in them."""


class TooLarge(Exception):
    """A value is larger than the limit."""


class ValueHash:
    """The digest of one value, and of the parts of it that are told apart by a digest of their own.

    `opaque` says that a part of it could not be told, so that it counts by the statements about it too.
    """

    def __init__(self, resolver: Resolver) -> None:
        self.opaque = False
        self._resolver = resolver
        self._program = resolver.program
        self._numbers: dict[int, tuple[int, object]] = {}
        self._open_sets = set[int]()

    def sha256(self, value: object) -> str:
        """The digest of a value, 16 hexadecimal digits; of one that is `opaque` as a whole, why it is."""
        sink = _HashingSink()
        pickler = _Pickler(sink, protocol=5)
        pickler.values = self
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                pickler.dump(value)
        except Exception as error:  # whatever a library raises, too deep a value, one that is too large
            self.opaque = True
            return type(error).__name__
        return sink.sha256.hexdigest()[:HASH_DIGITS]

    def back_reference(self, value: object) -> tuple[str, int] | None:
        """What stands for a value that is part of this digest already; None where it is new: it is noted."""
        known = self._numbers.get(id(value))
        if known is not None:
            return "again", known[0]
        self._numbers[id(value)] = len(self._numbers), value
        return None

    def stand_in(self, value: object) -> object:
        """What counts in place of a value; None where pickle tells it, or its parts."""
        kind = type(value)
        if kind in _PLAIN:
            return None
        if type(value) is str:  # as bytes, since whether two equal texts are one object means nothing
            return value.replace(str(self._program.sources.folder), "").encode("utf-8", "surrogatepass")
        if isinstance(value, PurePath):
            return kind.__name__, str(value)
        if type(value) is set or type(value) is frozenset:
            return self._set(value)
        if isinstance(value, ModuleType):
            return "module", value.__name__, self._resolver.resolve_name(value.__name__, WHOLE_MODULE)
        if isinstance(value, (type, FunctionType)):
            return self._resolver.resolve_definition(value)
        if isinstance(value, (Experiment, Study, Data)):
            return self._resolver.resolve_declaration(value)
        if isinstance(value, Declared):
            return kind.__name__, declared_fields(value)
        if isinstance(value, MappingProxyType):
            return "mapping", dict(value)
        if isinstance(value, CellType):
            return _cell(value)
        if kind in _FUNCTIONS_OF:
            return self._member(value)
        self._resolver.use_object(value)
        return None if self._program.is_own(kind.__module__) else self._wrapper(value)

    def _member(self, value: object) -> tuple[object, ...]:
        """What stands for a property or another member of a class that is made of functions."""
        kind = type(value)
        functions = [getattr(value, attribute) for attribute in _FUNCTIONS_OF[kind]]
        if kind is cached_property:
            self._resolver.node.add_keeper(functions[0])
        return kind.__name__, *functions

    def _set(self, value: AbstractSet[Any]) -> object:
        """The members of a set in an order that is the same in every process."""
        kinds = set(map(type, value))
        if kinds <= {str} or kinds <= {int}:
            return "set", sorted(value)
        if id(value) in self._open_sets:  # it contains itself, by way of an object
            return ("set within itself",)
        self._open_sets.add(id(value))
        numbers, members = self._numbers, list[str]()
        for member in value:
            self._numbers = dict(numbers)  # so that the order of members means nothing
            members.append(self.sha256(member))
        self._numbers = numbers
        self._open_sets.discard(id(value))
        return "set", sorted(members)

    def _wrapper(self, value: object) -> object:
        """What stands for an object of a library around a function, as `functools.cache` makes it."""
        function = _wrapped_function(value)
        if function is None:
            return None
        kind = type(value)
        self._resolver.node.add_keeper(function)
        if kind.__module__ != "functools":  # it may have options that nobody can ask for
            self.opaque = True
        return kind.__qualname__, function

    def reduce(self, value: Any) -> Any:
        """The parts of which pickle would make a value again; where it has none, the name of its type.

        Of an own object all of its attributes count, whatever its class pickles.
        """
        kind = type(value)
        special: Any = copyreg.dispatch_table.get(kind)
        try:
            parts = special(value) if special else value.__reduce_ex__(5)
        except Exception:  # of many kinds
            self.opaque = True
            parts = str, (f"{kind.__module__}.{kind.__qualname__}",)
        if self._program.is_own(kind.__module__) and isinstance(parts, tuple):
            state = [parts[2:3], getattr(value, "__dict__", None)]
            return *parts[:2], state, *parts[3:5]
        return parts


def _cell(cell: CellType) -> tuple[object, ...]:
    """What stands for an enclosed name: its value, if it has one yet."""
    try:
        return "cell", cell.cell_contents
    except ValueError:
        return ("empty cell",)


def _wrapped_function(value: object) -> object:
    """What an object says that it wraps; None for any other object. No code of the object is called."""
    wrapped = getattr_static(value, "__wrapped__", None)
    if isinstance(wrapped, (GetSetDescriptorType, MemberDescriptorType)):
        wrapped = getattr(value, "__wrapped__", None)
    return wrapped if callable(wrapped) else None


class _HashingSink:
    """A file for pickle that keeps no more than a digest of what is written."""

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()
        self._size = 0

    def write(self, data: bytes | pickle.PickleBuffer) -> int:
        """Take some bytes. Raises `TooLarge`."""
        size = memoryview(data).nbytes  # of large arrays it is a buffer
        self._size += size
        if self._size > SIZE_LIMIT:
            raise TooLarge
        self.sha256.update(data)
        return size


class _Pickler(pickle.Pickler):
    """Pickle, with references in place of code."""

    values: ValueHash

    def persistent_id(self, value: object) -> object:
        return self.values.stand_in(value)

    def reducer_override(self, value: Any) -> Any:
        return self.values.reduce(value)
