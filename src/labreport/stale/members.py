"""The parts of functions and classes, read without running any of their code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import is_dataclass
from functools import cached_property
from types import CellType, FunctionType

_METHODS = (FunctionType, staticmethod, classmethod, property, cached_property)
MUTABLE = (list, dict, set, bytearray)
"""Types of values that can be changed in place."""


def static_member(owner: object, name: str) -> object:
    """The attribute of a module or class as it is defined there, not bound; None if there is none."""
    member = getattr(owner, "__dict__", {}).get(name)
    return member.__func__ if isinstance(member, (staticmethod, classmethod)) else member


def enclosed_parts(function: FunctionType) -> list[object]:
    """The parts of a function besides its code: defaults, cells of enclosed names, attributes."""
    return [function.__defaults__, function.__kwdefaults__, function.__closure__, vars(function)]


def enclosed_values(function: FunctionType) -> list[object]:
    """The values that a function holds: its defaults, and those of enclosed names."""
    values = list[object](function.__defaults__ or ())
    values += (function.__kwdefaults__ or {}).values()
    values += map(cell_content, function.__closure__ or ())
    return values


def cell_content(cell: CellType) -> object:
    """The value of an enclosed name; None if it is not assigned yet."""
    try:
        return cell.cell_contents
    except ValueError:
        return None


def class_parts(kind: type) -> list[object]:
    """The parts of a class: bases, metaclass, members by name, and annotations.

    Annotations count because decorators and metaclasses may read them; those of a dataclass are fields.
    """
    members = []
    for name, value in sorted(vars(kind).items()):
        is_special = name.startswith("__") and not isinstance(value, _METHODS)
        if not is_special and name != "_abc_impl":
            members.append((name, value))
    annotations = None if is_dataclass(kind) else vars(kind).get("__annotations__")
    return [kind.__bases__, type(kind), members, annotations]


def method_functions(kind: type) -> Iterator[FunctionType]:
    """The functions of the methods and properties that a class itself defines."""
    for value in vars(kind).values():
        function = getattr(value, "__func__", value)
        if isinstance(value, property):
            function = value.fget
        if isinstance(value, cached_property):
            function = value.func
        if isinstance(function, FunctionType):
            yield function


def caches_in_class(kind: type) -> bool:
    """Whether a class can store values in itself: it has class methods, or members that can be changed."""
    for name, value in vars(kind).items():
        if isinstance(value, classmethod) or (isinstance(value, MUTABLE) and not name.startswith("__")):
            return True
    return False
