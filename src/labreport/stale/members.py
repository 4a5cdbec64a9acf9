"""What functions, classes and objects consist of, without calling any code of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import is_dataclass
from functools import cached_property
from types import CellType, FunctionType

_METHODS = (FunctionType, staticmethod, classmethod, property, cached_property)
MUTABLE = (list, dict, set, bytearray)
"""Types of values in which something can be kept."""


def static_member(owner: object, name: str) -> object:
    """An attribute of a module or a class, without a method being bound; None where there is none."""
    member = getattr(owner, "__dict__", {}).get(name)
    return member.__func__ if isinstance(member, (staticmethod, classmethod)) else member


def enclosed_parts(function: FunctionType) -> list[object]:
    """What a function has beside its code: defaults, enclosed values, attributes."""
    return [function.__defaults__, function.__kwdefaults__, function.__closure__, vars(function)]


def enclosed_values(function: FunctionType) -> list[object]:
    """The defaults of a function and the values of enclosed names."""
    values = list[object](function.__defaults__ or ())
    values += (function.__kwdefaults__ or {}).values()
    values += map(cell_content, function.__closure__ or ())
    return values


def cell_content(cell: CellType) -> object:
    """The value of an enclosed name; None where it has none yet."""
    try:
        return cell.cell_contents
    except ValueError:
        return None


def class_parts(kind: type) -> list[object]:
    """What a class has: bases, metaclass, members; annotations, which decorators and metaclasses may read."""
    members = []
    for name, value in sorted(vars(kind).items()):
        is_special = name.startswith("__") and not isinstance(value, _METHODS)
        if not is_special and name != "_abc_impl":
            members.append((name, value))
    annotations = None if is_dataclass(kind) else vars(kind).get("__annotations__")
    return [kind.__bases__, type(kind), members, annotations]


def method_functions(kind: type) -> Iterator[FunctionType]:
    """The functions among the members of a class, not of its bases."""
    for value in vars(kind).values():
        function = getattr(value, "__func__", value)
        if isinstance(value, property):
            function = value.fget
        if isinstance(value, cached_property):
            function = value.func
        if isinstance(function, FunctionType):
            yield function


def keeps_in_class(kind: type) -> bool:
    """Whether the methods of a class can keep a value in the class itself."""
    for name, value in vars(kind).items():
        if isinstance(value, classmethod) or (isinstance(value, MUTABLE) and not name.startswith("__")):
            return True
    return False
