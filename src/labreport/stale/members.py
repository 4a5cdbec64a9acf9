"""The parts of functions and classes, read without running any of their code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import is_dataclass
from functools import cached_property
from types import FunctionType

FUNCTIONS_OF: dict[type, tuple[str, ...]] = {
    property: ("fget", "fset", "fdel"),
    cached_property: ("func",),
    staticmethod: ("__func__",),
    classmethod: ("__func__",),
}
"""Types of class members to the attributes with the functions in them, by which they count."""
_METHODS = (FunctionType, *FUNCTIONS_OF)
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
    for cell in function.__closure__ or ():
        with suppress(ValueError):  # the name is not assigned yet
            values.append(cell.cell_contents)
    return values


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


def member_functions(member: object) -> list[object]:
    """The functions in a property, a static method and the like; empty for any other member of a class."""
    return [getattr(member, attribute) for attribute in FUNCTIONS_OF.get(type(member), ())]


def method_functions(kind: type) -> Iterator[FunctionType]:
    """The functions of the methods and properties that a class itself defines."""
    for value in vars(kind).values():
        for function in [value, *member_functions(value)]:
            if isinstance(function, FunctionType):
                yield function


def caches_in_class(kind: type) -> bool:
    """Whether a class can store values in itself: it has class methods, or members that can be changed."""
    for name, value in vars(kind).items():
        if isinstance(value, classmethod) or (isinstance(value, MUTABLE) and not name.startswith("__")):
            return True
    return False
