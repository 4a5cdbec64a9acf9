"""Hash a value: everything that pickle would store of it, with stand-ins in place of code."""

from __future__ import annotations

import copyreg
import hashlib
import pickle
import re
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
from labreport.stale.members import FUNCTIONS_OF, member_functions
from labreport.stale.references import WHOLE_MODULE

if TYPE_CHECKING:
    from labreport.stale.resolver import Resolver

SIZE_LIMIT = 500_000_000
"""The size in bytes above which a value is not hashed; it counts by the statements that mention it."""
_PLAIN = frozenset({int, float, bool, bytes, list, tuple, dict, type(None), complex})


class TooLarge(Exception):
    """A value is larger than `SIZE_LIMIT`."""


class ValueHasher:
    """Hashes one value. Code in it is replaced by the stand-ins of a `Resolver`.

    `opaque` is set if a part could not be hashed; then the statements that mention the value have to count.
    """

    def __init__(self, resolver: Resolver) -> None:
        self.opaque = False
        self._resolver = resolver
        self._program = resolver.program
        self._open_sets = set[int]()
        folder = re.escape(str(self._program.project_modules.folder))
        self._project_folder = re.compile(rf"(?<![\w./-]){folder}(?![\w.-])")

    def hash_of(self, value: object) -> str:
        """The first 16 hexadecimal digits of a value's SHA-256; if pickling fails, the name of the error."""
        sink = _HashingSink()
        pickler = _Pickler(sink, self)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                pickler.dump(value)
        except Exception as error:  # whatever a library raises, too deep a value, one that is too large
            self.opaque = True
            return type(error).__name__
        return sink.sha256.hexdigest()[:HASH_DIGITS]

    def _relative_to_project(self, text: str) -> str:
        """A text without the path of the project's folder: `/x.csv` for the file `x.csv` of the project.

        Any other text that begins with a slash gets another one: `//x.csv` for the file `/x.csv`.
        """
        relative = self._project_folder.sub("", text)
        if text.startswith("/") and relative == text:
            return f"/{text}"
        return relative

    def stand_in(self, value: object) -> object:
        """What to hash in place of a value; None if pickle should store it, or take it apart."""
        kind = type(value)
        if kind in _PLAIN:
            return None
        if type(value) is str:  # as bytes: pickle writes a text that is one object twice as a reference
            return self._relative_to_project(value).encode("utf-8", "surrogatepass")
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
        if kind in FUNCTIONS_OF:
            return self._member(value)
        self._resolver.use_object(value)
        return None if self._program.is_own(kind.__module__) else self._wrapper(value)

    def _member(self, value: object) -> tuple[object, ...]:
        """The stand-in for a property or another class member that consists of functions."""
        if isinstance(value, cached_property):
            self._resolver.node.add_caching_function(value.func)
        return type(value).__name__, *member_functions(value)

    def _set(self, value: AbstractSet[Any]) -> object:
        """The stand-in for a set: its members, or their hashes, in the same order in every process."""
        kinds = set(map(type, value))
        if kinds <= {str} or kinds <= {int}:
            return "set", sorted(value)
        if id(value) in self._open_sets:  # it contains itself, by way of an object
            return ("set within itself",)
        self._open_sets.add(id(value))
        numbers, members = self._resolver.numbers, list[str]()
        for member in value:
            self._resolver.numbers = dict(numbers)  # so that the order of members has no effect
            members.append(self.hash_of(member))
        self._resolver.numbers = numbers
        self._open_sets.discard(id(value))
        return "set", sorted(members)

    def _wrapper(self, value: object) -> object:
        """The stand-in for a library's wrapper of a function, such as `functools.cache` makes; else None."""
        function = _wrapped_function(value)
        if function is None:
            return None
        kind = type(value)
        self._resolver.node.add_caching_function(function)
        if kind.__module__ != "functools":  # it may have options that cannot be read
            self.opaque = True
        return kind.__qualname__, function

    def reduce(self, value: Any) -> Any:
        """The parts from which pickle would rebuild a value; the name of its type if it cannot.

        For an object of the project, all attributes count, whatever its class would pickle.
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
    """The stand-in for the cell of an enclosed name: its value, if it has one yet."""
    try:
        return "cell", cell.cell_contents
    except ValueError:
        return ("empty cell",)


def _wrapped_function(value: object) -> object:
    """The `__wrapped__` function of an object, read without running its code; None if it has none."""
    wrapped = getattr_static(value, "__wrapped__", None)
    if isinstance(wrapped, (GetSetDescriptorType, MemberDescriptorType)):
        wrapped = getattr(value, "__wrapped__", None)
    return wrapped if callable(wrapped) else None


class _HashingSink:
    """A file for pickle that hashes what is written, and stores nothing."""

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()
        self._size = 0

    def write(self, data: bytes | pickle.PickleBuffer) -> int:
        """Hash some bytes. Raises `TooLarge`."""
        size = memoryview(data).nbytes  # large arrays come as buffers
        self._size += size
        if self._size > SIZE_LIMIT:
            raise TooLarge
        self.sha256.update(data)
        return size


class _Pickler(pickle.Pickler):
    """A pickler that asks a `ValueHasher` for stand-ins and parts."""

    def __init__(self, sink: _HashingSink, values: ValueHasher) -> None:
        super().__init__(sink, protocol=5)
        self._values = values

    def persistent_id(self, value: object) -> object:
        return self._values.stand_in(value)

    def reducer_override(self, value: Any) -> Any:
        return self._values.reduce(value)
