"""Take a global value apart into places, so that two looks at it tell whether it was filled or changed.

A place is filled if it held nothing (it was absent, None, False or empty) and holds something now. All else
is a change: a generator that was advanced, a list that got longer, a number that was counted up.
"""

from __future__ import annotations

import functools
import gc
import pickle
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import CellType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias

from labreport.project.checks import Declared
from labreport.stale.effects import top_module
from labreport.stale.members import FUNCTIONS_OF, class_members, enclosed_parts, method_functions
from labreport.stale.node import FunctionKey, Node, function_key
from labreport.stale.resolver import Resolver
from labreport.stale.values import HashingSink, TooLarge, ValueHasher, wrapped_function

if TYPE_CHECKING:
    from labreport.stale.program import Program
    from labreport.stale.programgraph import ProgramGraph

PLACES_LIMIT = 5_000
"""How many places of one global are told apart; each of the others counts as a whole."""
BYTES_LIMIT = 1_000_000
"""How many bytes of a place are hashed."""
_SAMPLE = 65_536
"""How many bytes of a larger array are hashed, at equal distances."""
_SCALARS = frozenset({int, float, bool, complex, str, bytes, type(None)})
_LOOKED_INTO = frozenset(
    {"builtins", "collections", "types", "enum", "itertools", "functools", "array", "random", "datetime"}
    | {"decimal", "fractions", "pathlib", "numpy"}
)
"""Libraries whose objects are looked into; those of others may change though what they do stays the same."""
_TABLES = frozenset({"DataFrame", "Series"})
"""The types of pandas that are looked into; others keep what they have computed."""
_CacheWrapper = functools._lru_cache_wrapper
_CACHED = "cached"
"""The part of a path that stands before a result that `functools.cache` holds."""
Path: TypeAlias = tuple[object, ...]
"""The way from a global to one of its places: keys, names of attributes, numbers of items."""
Members: TypeAlias = Iterable[tuple[object, object]]


@dataclass(frozen=True)
class Place:
    """What is at a place: a plain value, the hash of another, the type of what has places itself.

    `has_owner` means that it is inside a function or an object with methods, which alone fill it. What
    `is_private` to an object of a library can only be filled.
    """

    content: object
    has_owner: bool
    is_private: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether it holds nothing."""
        return self.content is None or self.content is False or self.content == ""


@dataclass
class Look:
    """A value at one time: its places, and the functions that may have filled them."""

    places: dict[Path, Place] = field(default_factory=dict)
    functions: set[FunctionKey] = field(default_factory=set)
    holds_results: bool = False
    """Whether a function with `functools.cache` in it holds results; they are no part of its hash."""
    has_objects: bool = False
    """Whether it holds anything that can be filled: no numbers, texts or functions, nor tuples of these."""


@dataclass(frozen=True)
class Difference:
    """How a value differs between two looks at it."""

    is_filled: bool
    is_changed: bool
    by_owners: bool
    """Whether everything that was filled has an owner."""


UNCHANGED = Difference(is_filled=False, is_changed=False, by_owners=True)


def difference(before: Look, now: Look) -> Difference:
    """How a value differs from what it was."""
    is_filled, is_changed, by_owners = False, False, True
    for path, place in now.places.items():
        earlier = before.places.get(path)
        if earlier == place:
            continue
        if earlier is None or earlier.is_empty or place.is_private:
            is_filled = True
            by_owners &= place.has_owner
        else:
            is_changed = True
    for path in before.places.keys() - now.places.keys():
        is_changed |= not before.places[path].is_empty and _CACHED not in path
    return Difference(is_filled, is_changed, by_owners)


class Looker:
    """Looks at one value of a loaded program; the result is in `look`."""

    def __init__(self, graph: ProgramGraph, value: object) -> None:
        self.look = Look()
        self._graph = graph
        self._visited = dict[int, object]()
        """By `id`; what is made for a look only must stay, else its `id` would be used again."""
        members = self._members(value)
        if members is None:
            self._add((), value, has_owner=False)
        else:
            self.look.has_objects = not isinstance(value, (type, FunctionType))
            self._add_members((), members, has_owner=self._has_code(value))

    def _add(self, path: Path, value: object, *, has_owner: bool) -> None:
        """Add the place of a value, and the places in it."""
        if type(value) in _SCALARS:
            self.look.places[path] = Place(value, has_owner)
        elif self._counts_elsewhere(value):
            self.look.places[path] = Place(id(value), has_owner)
        elif id(value) in self._visited:
            self.look.places[path] = Place("again", has_owner)
        else:
            self._visited[id(value)] = value
            self._take_apart(path, value, has_owner)

    def _take_apart(self, path: Path, value: object, has_owner: bool) -> None:
        self.look.has_objects |= not isinstance(value, (tuple, CellType))
        members = self._members(value) if len(self.look.places) < PLACES_LIMIT else None
        if members is not None:
            has_code = self._has_code(value)
            self.look.places[path] = Place(type(value).__qualname__, has_owner)
            self._add_members(path, members, has_owner=has_owner or has_code)
        elif is_private(self._graph.program, value):
            self.look.places[path] = Place(_identity(value), True, is_private=True)
        else:
            self.look.places[path] = Place(self._hash_of(value), has_owner)
        self._add_function(wrapped_function(value))

    def _add_members(self, path: Path, members: Members, *, has_owner: bool) -> None:
        for name, member in members:
            key = name if type(name) in _SCALARS else self._hash_of(name)
            self._add((*path, key), member, has_owner=has_owner)

    def _add_function(self, function: object) -> None:
        if isinstance(function, FunctionType):
            self.look.functions.add(function_key(function.__code__))

    def _hash_of(self, value: object) -> str:
        """A short hash of the beginning of a value; empty for an empty collection."""
        if isinstance(value, Collection) and len(value) == 0:
            return ""
        return _BeginningHasher(Resolver(self._graph, Node(), _held_values)).hash_of(value)

    # Kinds of values

    def _counts_elsewhere(self, value: object) -> bool:
        """Whether a value is a function or class with a node of its own, or cannot change."""
        if isinstance(value, (type, FunctionType)):
            return self._graph.program.defined_at(value)
        return isinstance(value, (ModuleType, Declared, *FUNCTIONS_OF))

    def _has_code(self, value: object) -> bool:
        """Whether a value has functions of its own; these are added to `functions`."""
        self._add_function(value)
        kind = value if isinstance(value, type) else type(value)
        methods = list[FunctionType]()
        if self._graph.program.is_own(kind.__module__):
            methods = [method for base in kind.__mro__ for method in method_functions(base)]
        for method in methods:
            self._add_function(method)
        return bool(methods) or isinstance(value, (FunctionType, _CacheWrapper))

    def _members(self, value: Any) -> Members | None:
        """The members of a value by key, name or number; None for a value that is one place."""
        if isinstance(value, FunctionType):
            return [(number, part) for number, part in enumerate(enclosed_parts(value)) if part]
        if isinstance(value, type):
            return class_members(value)
        if isinstance(value, _CacheWrapper):
            return self._results(value)
        if isinstance(value, CellType):
            return _cell_members(value)
        if isinstance(value, MethodType):
            return [("__self__", value.__self__), ("__func__", value.__func__)]
        if isinstance(value, functools.partial):
            return [("func", value.func), ("args", value.args), ("keywords", value.keywords)]
        is_own = self._graph.program.is_own(type(value).__module__)
        attributes = _attributes(value) if is_own else []
        if isinstance(value, dict):
            return [*attributes, *value.items()]
        if isinstance(value, (list, tuple)) and not all(type(item) in _SCALARS for item in value):
            return [*attributes, ("len()", len(value)), *enumerate(value)]
        return attributes if is_own else None

    def _results(self, function: functools._lru_cache_wrapper[object]) -> Members | None:
        """The results that a function with `functools.cache` holds; None if it may have dropped some."""
        info = function.cache_info()
        self.look.holds_results |= info.currsize > 0
        if info.currsize == info.maxsize:
            return None
        results = []
        for referent in gc.get_referents(function):
            of_cache = referent.values() if type(referent) is dict else [referent]
            results += [(f"result {id(result)}", result) for result in of_cache]
        return [(_CACHED, dict(results))]


def is_private(program: Program, value: object) -> bool:
    """Whether a value is an object of a library that may change without a change of what it does."""
    kind = type(value)
    library = top_module(kind.__module__)
    is_table = library == "pandas" and kind.__name__ in _TABLES
    is_seen = is_table or library in _LOOKED_INTO or program.is_own(kind.__module__)
    return isinstance(value, _CacheWrapper) or not is_seen


def _identity(value: object) -> tuple[object, ...]:
    """What changes if an attribute of a library's object is assigned, or an item is added to it."""
    attributes = [(name, id(attribute)) for name, attribute in _attributes(value)]
    size = len(value) if isinstance(value, Mapping) else None
    misses = value.cache_info().misses if isinstance(value, _CacheWrapper) else None
    return type(value).__qualname__, tuple(attributes), size, misses


def _attributes(value: object) -> Members:
    """The attributes of an object, also those in slots, without running any of its code."""
    names = list(getattr(value, "__dict__", ()))
    for base in type(value).__mro__:
        slots = vars(base).get("__slots__", ())
        names += [slots] if isinstance(slots, str) else slots
    for name in names:
        with suppress(AttributeError):
            yield name, object.__getattribute__(value, name)


def _held_values(value: type | FunctionType) -> object:
    """What a function or class without a name holds, in place of its parts with its code."""
    return enclosed_parts(value) if isinstance(value, FunctionType) else class_members(value)


def _cell_members(cell: CellType) -> Members:
    with suppress(ValueError):  # the name is not assigned yet
        yield "cell", cell.cell_contents


class _BeginningHasher(ValueHasher):
    """Hashes the beginning of a value, and a sample of a large array, so that it takes milliseconds."""

    def hash_of(self, value: object) -> str:
        """A short hash of the first `BYTES_LIMIT` bytes that pickle would store, or of those that it can."""
        sink = _SamplingSink()
        with suppress(Exception):  # of many kinds
            self.dump(value, sink)
        return sink.short_hash()

    def reduce(self, value: Any) -> Any:
        """The parts from which pickle would rebuild a value; its type's name for an object of a library."""
        is_of_table = top_module(type(value).__module__) == "pandas"
        if is_private(self._program, value) and not is_of_table:
            return str, (type(value).__qualname__,)
        return super().reduce(value)


class _SamplingSink(HashingSink):
    """A sink that hashes a sample of long writes, and ends after `BYTES_LIMIT` bytes."""

    def write(self, data: bytes | pickle.PickleBuffer) -> int:
        """Hash some bytes, or a sample of them. Raises `TooLarge`."""
        view = memoryview(data).cast("B")
        step = view.nbytes // _SAMPLE | 1  # odd, so that it is not always the same byte of a number
        sample = view[::step].tobytes()
        self.size += len(sample)
        if self.size > BYTES_LIMIT:
            raise TooLarge
        self.sha256.update(sample)
        return view.nbytes
