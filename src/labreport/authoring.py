"""What an author writes in code: where it is, if its values are allowed, and what is said of mistakes.

The place of a mistake is the line on which the author wrote the value (`project.py:12`), and not that of a
function through which the value came.
"""

from __future__ import annotations

import ast
import dataclasses
import itertools
import operator
import os
import re
import sys
import traceback
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from types import FrameType
from typing import (
    Annotated,
    Any,
    Literal,
    NamedTuple,
    NoReturn,
    TypeAlias,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from msgspec import Meta as Meta

from labreport.display import enumeration
from labreport.errors import UsageError, did_you_mean
from labreport.program import nearby, to_install

_ENGINE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_PACKAGE = f"{__name__.partition('.')[0]}."
_ADDRESS = re.compile(r" at 0x[0-9a-f]+(?=>)")
_LONGEST = 90
"""Characters of a value that a message shows."""
_SHOWN = 3
"""Values of a tuple that are shown each for itself, where that is long."""


class Wrong(NamedTuple):
    """The first field of `owner` whose `value` is not what its annotation allows, and what is said of it."""

    owner: type
    field: str
    value: Any
    said: str

    def __str__(self) -> str:
        return f"{self.field}{self.said}"


def wrong(item: Any, leave_out: tuple[str, ...] = ()) -> Wrong | None:
    """What is wrong with the first wrong field of a dataclass's instance; None where all are as annotated.

    A whole number may stand for a number, and nothing else for anything else. Bounds are those of
    a `Meta` in an `Annotated`. An annotation that cannot be read here allows everything.
    """
    kind: type = type(item)
    hints = _hints(kind)
    for member in fields(item):
        value, hint = getattr(item, member.name), hints.get(member.name, Any)
        if member.name in leave_out or fits(value, hint):
            continue
        inner = next((found for each in _inside(value) if (found := wrong(each)) is not None), None)
        if inner is not None:
            return inner
        each, *several = get_args(hint) or [Any]
        if len(repr(value)) > _LONGEST and isinstance(value, tuple) and several == [...]:
            place, part = next((place, part) for place, part in enumerate(value) if not fits(part, each))
            return Wrong(kind, member.name, value, f"[{place}] is {brief(part)}; {_advice(part, each)}")
        return Wrong(kind, member.name, value, f" is {brief(value)}; {_advice(value, hint)}")
    return None


def brief(value: Any) -> str:
    """The value as Python writes it, its middle left out where it is long."""
    text = value.__name__ if isinstance(value, type) else _ADDRESS.sub("", repr(value))
    if len(text) > _LONGEST and (name := getattr(value, "slug", getattr(value, "name", ""))):
        return f"the {type(value).__name__.lower()} {name!r}"
    if len(text) > _LONGEST and isinstance(value, tuple) and len(value) <= _SHOWN:
        return f"({', '.join(map(brief, value))}{',' if len(value) == 1 else ''})"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 10]} … {text[-7:]}"


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    try:
        return get_type_hints(kind, include_extras=True)
    except (NameError, TypeError, AttributeError):  # of a name that only a type checker imports
        return {}


def _inside(value: Any) -> Iterator[Any]:
    """The dataclasses that a value is, or holds."""
    if is_dataclass(value) and not isinstance(value, type):
        yield value
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from _inside(each)


def fits(value: Any, hint: Any) -> bool:
    """Whether an annotation allows a value."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return fits(value, parts[0]) and all(_within(value, bounds) for bounds in parts[1:])
    if origin in (Union, types.UnionType):
        return any(fits(value, part) for part in parts)
    if origin is Literal:
        same = (part for part in parts if value == part and isinstance(value, type(part)))
        return any(isinstance(value, bool) == isinstance(part, bool) for part in same)
    if hint is None:
        return value is None
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    kind = origin or hint
    if kind is Any or not isinstance(kind, type):
        return True
    try:
        if not isinstance(value, kind):
            return False
    except TypeError:  # of a protocol that is for type checkers only
        return True
    if is_dataclass(kind) and not kind.__module__.startswith(_PACKAGE):  # whose values are checked when made
        return wrong(value) is None
    if isinstance(value, tuple) and kind is tuple and parts:
        every = parts[:1] * len(value) if parts[1:] == (...,) else parts
        return len(value) == len(every) and all(map(fits, value, every))
    if isinstance(value, Mapping) and len(parts) == 2:
        return all(fits(key, parts[0]) and fits(each, parts[1]) for key, each in value.items())
    if isinstance(value, (list, set, frozenset, tuple)) and len(parts) == 1:
        return all(fits(each, parts[0]) for each in value)
    return True


_BOUNDS: Mapping[str, tuple[Callable[[Any, Any], bool], str]] = {
    "ge": (operator.ge, "of at least {:,}"),
    "gt": (operator.gt, "above {:,}"),
    "le": (operator.le, "up to {:,}"),
    "lt": (operator.lt, "below {:,}"),
    "min_length": (lambda value, limit: len(value) >= limit, "at least {:,} long"),
    "max_length": (lambda value, limit: len(value) <= limit, "at most {:,} long"),
}
"""A bound of a `Meta` to what compares a value with it, and how it is said."""


def _set(bounds: Any) -> dict[str, Any]:
    return {name: limit for name in _BOUNDS if (limit := getattr(bounds, name, None)) is not None}


def _within(value: Any, bounds: Any) -> bool:
    return all(_BOUNDS[name][0](value, limit) for name, limit in _set(bounds).items())


def _advice(value: Any, hint: Any) -> str:
    """What to write where that is known, and else what is allowed."""
    meant, how = _meant(value, hint)
    if how and fits(meant, hint):
        return f"write {brief(meant)}, {' and '.join(dict.fromkeys(how))}"
    choices = [each for each in get_args(hint) if isinstance(each, str)]
    near = did_you_mean(value, choices) if isinstance(value, str) and choices else "."
    return f"allowed is {allowed(hint)}{near.removesuffix('.')}"


def _meant(value: Any, hint: Any) -> tuple[Any, list[str]]:
    """The value that was most likely meant, and how it is written differently."""
    origin, parts = get_origin(hint), get_args(hint)
    if fits(value, hint):
        return value, []
    if origin is Annotated:
        return _meant(value, parts[0])
    if origin in (Union, types.UnionType):
        return next((found for part in parts if (found := _meant(value, part))[1]), (value, []))
    if origin is tuple and parts[1:] == (...,):
        how = []
        if isinstance(value, (list, set, frozenset, range)):
            how = ["as a tuple in round brackets"]
        elif not isinstance(value, tuple):
            value, how = (value,), ["with the comma"]
        each = [_meant(part, parts[0]) for part in value]
        return tuple(part for part, _ in each), [*(word for _, words in each for word in words), *how]
    if isinstance(value, str) and hint in (int, float):
        with suppress(ValueError):
            return hint(value), ["without quotes"]
    if isinstance(value, float) and hint is int and value.is_integer():
        return int(value), ["without the point"]
    if hint is int and not isinstance(value, bool):
        with suppress(TypeError):  # a number of NumPy's
            return operator.index(value), ["as a whole number of Python's"]
    if hint is str and isinstance(value, (int, float)):
        return str(value), ["in quotes"]
    return value, []


def allowed(hint: Any) -> str:
    """What an annotation allows, in words: `a whole number of at least 1`."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        kind, comma, each = allowed(parts[0]).partition(",")
        return f"{kind}{''.join(map(_limits, parts[1:]))}{comma}{each}"
    if origin in (Union, types.UnionType):
        return " or ".join(allowed(part) for part in parts)
    if origin is Literal:
        return enumeration([repr(part) for part in parts], "or")
    if origin is tuple and parts[1:] == (...,):
        return f"a tuple, in which each is {allowed(parts[0])}"
    if origin is tuple and parts:
        return f"a tuple of {enumeration([allowed(part) for part in parts])}"
    known: dict[Any, str] = {int: "a whole number", float: "a number", str: "a text", bool: "True or False"}
    known[Callable] = "a function"
    if hint in (None, types.NoneType):
        return "None"
    kind = origin or hint
    if is_dataclass(kind) and isinstance(kind, type) and kind.__module__.startswith(_PACKAGE):
        name = kind.__name__.lower()
        return f"{'an' if name[0] in 'aeio' else 'a'} {name}"
    return known.get(kind, f"a value of {getattr(kind, '__name__', kind)}")


def _limits(bounds: Any) -> str:
    limits = _set(bounds)
    if {"ge", "le"} <= limits.keys():
        return f" from {limits['ge']:,} to {limits['le']:,}"
    said = [_BOUNDS[name][1].format(limit) for name, limit in limits.items()]
    return f" {' and '.join(said)}" if said else ""


_COPYING = dataclasses.__file__
HIDDEN: dict[str, Any] = {"plain": False}
"""Metadata of a dataclass's field that is part of no digest: see `labreport.experiment.plain`."""
Place: TypeAlias = tuple[str, ...]
"""`FILE:LINE` of the calls that declared something, the innermost first, the line of the module last."""
_FRAME = re.compile(r'^  File "([^"]+)", line ([0-9]+)', re.MULTILINE)
_FILE = re.compile(r" \(/[^)]*\)$")
"""Where Python says that a module is."""
_PLACED = re.compile(r"[^:]+\.py:[0-9]+: ")
"""How a message begins that says where the mistake is."""
_QUOTED = re.compile(r"'(\w+)'")


def called_from(before: Place = ()) -> Place:
    """The calls that are not the engine's own, up to that of the module that is being loaded.

    It is `before` where the engine copies a value that has its place already.
    """
    found: list[str] = []
    copied, frame = False, sys._getframe(1)
    while isinstance(frame, FrameType):
        file = frame.f_code.co_filename
        if file == _COPYING:
            copied = True
        elif file.startswith(_ENGINE):
            if copied and before:
                return before
            if found:
                break
        elif "importlib" in file or "site-packages" in file:
            if found:
                break
        elif not file.startswith("<"):
            found.append(f"{file}:{frame.f_lineno}")
            if frame.f_code.co_name == "<module>":
                break
        frame = frame.f_back  # type: ignore[assignment]  # ended by the check above
    return tuple(found) or before


def place_of(function: Callable[..., Any]) -> Place:
    """File and line of a function, as far as it has one."""
    code = getattr(function, "__code__", None)
    return (f"{code.co_filename}:{code.co_firstlineno}",) if code is not None else ()


def at(place: Place | str, text: str) -> str:
    """`text` behind its place."""
    last = place if isinstance(place, str) else "".join(place[-1:])
    if not last:
        return text
    return f"{nearby(last)}: {text}"


def refuse(place: Place, text: str, field: str, value: Any, owner: type | None = None) -> NoReturn:
    """Raise `UsageError` with `text` at the line on which the value of a field is written."""
    raise UsageError(at(written(place, field, value, owner), text))


def check_values(item: Any, place: Place, leave_out: tuple[str, ...] = ()) -> None:
    """Raise `UsageError`, at the line of the value, for a field that is not as its dataclass annotates it."""
    if (found := wrong(item, leave_out)) is not None:
        refuse(place, str(found), found.field, found.value, found.owner)


def written(place: Place, field: str, value: Any, owner: type | None = None) -> str:
    """The line on which the value of a field of an `owner` is written; else that of the outermost call.

    Of any value, `...`, that is where the field is given. It is looked for in the statement of each call, the
    innermost first, and in those that give a value to the names which it uses. A call that passes on a
    parameter does not write the value: its caller does.
    """
    order = [each.name for each in fields(owner)] if owner else []
    wanted = _Wanted(owner.__name__, order, field) if owner and field in order else None
    for each in place:
        file, _, line = each.rpartition(":")
        statement = _statement(file, int(line))
        if value is ... and (given := _keyword(statement, field)):
            return f"{file}:{given.value.lineno}"
        for where, part in _reached(file, statement):
            arguments = _arguments(part, field if part is statement else "", wanted)
            lines = (found for node in arguments if (found := _holds(where, node, value)) is not None)
            if (found := next(lines, None)) is not None:
                return found
        nodes = ast.walk(statement) if statement is not None else ()
        for node in nodes:
            if isinstance(node, ast.expr) and _is(node, value):
                return f"{file}:{node.lineno}"
        wanted = _passed_on(file, statement, field, wanted)
    return _default(owner, field, value) or (place[-1] if place else "")


def _keyword(statement: ast.AST | None, name: str) -> ast.keyword | None:
    """The argument of this name in a statement."""
    nodes = ast.walk(statement) if statement is not None else ()
    return next((node for node in nodes if isinstance(node, ast.keyword) and node.arg == name), None)


def _default(owner: type | None, field: str, value: Any) -> str:
    """The line of the author's class on which a field gets this value by default."""
    if owner is None or owner.__module__.startswith("labreport."):
        return ""
    if all(each.default is not value for each in fields(owner) if each.name == field):
        return ""
    from inspect import getsourcefile, getsourcelines

    try:
        lines, first = getsourcelines(owner)
    except (OSError, TypeError):
        return ""
    found = (number for number, line in enumerate(lines, first) if line.split(":")[0].strip() == field)
    return f"{getsourcefile(owner)}:{next(found, first)}"


@dataclass(frozen=True)
class _Wanted:
    """The argument `name` of a call of `function`, whose positional ones have the names `order`."""

    function: str
    order: list[str]
    name: str


def _arguments(statement: ast.stmt, field: str, wanted: _Wanted | None) -> list[ast.expr]:
    """What a statement passes as the keyword `field`, if that is given, or as what is wanted."""
    calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
    found = [each.value for call in calls for each in call.keywords if each.arg == field]
    for call in calls:
        if wanted is not None and ast.unparse(call.func).rpartition(".")[2] == wanted.function:
            found += [each.value for each in call.keywords if each.arg == wanted.name]
            found += call.args[wanted.order.index(wanted.name) :][:1]
    return found


def _passed_on(file: str, statement: ast.stmt | None, field: str, wanted: _Wanted | None) -> _Wanted | None:
    """What its caller gives a function for the parameter that it passes on as the wanted argument."""
    around = [
        node
        for node in ast.walk(_tree(file))
        if isinstance(node, ast.FunctionDef) and statement is not None and statement in ast.walk(node)
    ]
    if not around or statement is None:
        return wanted
    function = around[-1]
    order = [each.arg for each in function.args.args]
    names = [node.id for node in _arguments(statement, field, wanted) if isinstance(node, ast.Name)]
    return next((_Wanted(function.name, order, name) for name in names if name in order), wanted)


def variable(place: Place) -> str:
    """The name to which the module assigns what was declared there; empty where it does not."""
    file, _, line = (place[-1] if place else "").rpartition(":")
    statement = _statement(file, int(line)) if file else None
    return "".join(_assigned(statement)[:1]) if statement is not None else ""


@cache
def _tree(file: str) -> ast.Module:
    try:
        return ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return ast.Module([], [])


def _statement(file: str, line: int) -> ast.stmt | None:
    """The smallest statement that a line is part of."""
    around = [
        (first, node)
        for node in ast.walk(_tree(file))
        if isinstance(node, ast.stmt)
        for first in [min(each.lineno for each in (node, *getattr(node, "decorator_list", ())))]
        if first <= line <= (node.end_lineno or node.lineno)
    ]
    return max(around, key=lambda each: (each[0], -(each[1].end_lineno or 0)), default=(0, None))[1]


def _reached(file: str, statement: ast.stmt | None) -> Iterator[tuple[str, ast.stmt]]:
    """A statement, then those that assign the names which it uses, and so on; each with its file."""
    waiting, seen = [(file, statement)], set()
    while waiting:
        where, part = waiting.pop(0)
        if part is None or id(part) in seen:
            continue
        seen.add(id(part))
        yield where, part
        names = [node.id for node in ast.walk(part) if isinstance(node, ast.Name)]
        waiting += [found for name in names if (found := _assignment(where, name)) is not None]


def _assignment(file: str, name: str) -> tuple[str, ast.stmt] | None:
    """The statement that gives a name of a module its value, also in another module that it comes from."""
    for statement in _tree(file).body:
        if name in _assigned(statement):
            return file, statement
        if isinstance(statement, ast.ImportFrom) and not statement.level:
            imported = {each.asname or each.name: each.name for each in statement.names}
            home = getattr(sys.modules.get(statement.module or ""), "__file__", None)
            if name in imported and home and home != file and not home.startswith(_ENGINE):
                return _assignment(home, imported[name])
    return None


def _assigned(statement: ast.stmt) -> list[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets = [statement.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _holds(file: str, node: ast.expr, value: Any) -> str | None:
    """The line of an argument that may have this value; of a name, that of its assignment."""
    if isinstance(node, ast.Name) and is_dataclass(value) and _gives(file, node, value):
        return f"{file}:{node.lineno}"  # what is wrong is that it is here
    if isinstance(node, ast.Name):
        found = _assignment(file, node.id)
        return f"{found[0]}:{found[1].lineno}" if found is not None else None
    if isinstance(node, (ast.Attribute, ast.Starred)):
        return None  # of something that is declared elsewhere
    inside = node.elts if isinstance(node, (ast.Tuple, ast.List)) else []
    known = next((part for part in inside if _is(part, value) or _gives(file, part, value)), node)
    return f"{file}:{known.lineno}" if known is not node or _is(node, value) or not _known(node) else None


def _gives(file: str, node: ast.expr, value: Any) -> bool:
    """Whether a name of the module in this file has this value."""
    homes = [vars(module) for module in [*sys.modules.values()] if getattr(module, "__file__", "") == file]
    return isinstance(node, ast.Name) and any(home.get(node.id) is value for home in homes)


def _is(node: ast.expr, value: Any) -> bool:
    return repr(_known(node)) == repr([value])


def _known(node: ast.expr) -> list[Any]:
    """The value of a literal, in a list; an empty one where only running the expression would tell."""
    try:
        return [ast.literal_eval(node)]
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return []


def reference(function: Any, what: str) -> str:
    """A function of a module's own as the text `"module:function"`; a text as it is.

    Raises `UsageError` for what a worker process could not import.
    """
    if isinstance(function, str):
        return function
    name, module = getattr(function, "__qualname__", ""), getattr(function, "__module__", "")
    if not callable(function) or not name or not module:
        raise UsageError(f"{what} is {function!r}; allowed is a function, or its name 'module:function'")
    if not name.isidentifier():
        raise UsageError(
            at(
                place_of(function),
                f"{what} is {name!r}, which cannot be imported; define it at the top of a module with def",
            )
        )
    return f"{module}:{name}"


def failed(what: str, error: BaseException, root: Path, declared: Place = ()) -> str:
    """One line for an error in the author's code: where below `root`, or what failed, and why.

    `declared` is its place where the error went through no line of the author's.
    """
    found = place(error, root) or (nearby(declared[-1]) if declared else "")
    begin = f"{what} failed{f' at {found}' if found else ''}" if what else found
    if (several := _one_for_several(error)) is not None:
        return several
    return f"{begin}: {explained(error)} (--debug shows the traceback)."


def explained(error: BaseException) -> str:
    """An error as Python says it, and what to do about it where that is known."""
    last = [*traceback.TracebackException.from_exception(error).format_exception_only()][-1]
    cause = _FILE.sub("", last.splitlines()[0].rstrip("."))
    return f"{cause}{_unfit(error) or _near(error)}"


def say_where(error: Exception, root: Path) -> None:
    """Put the place of an error in front of its text, unless it begins with one."""
    if not _PLACED.match(str(error)) and (where := place(error, root)):
        error.args = (f"{where}: {error}",)


def place(error: BaseException, root: Path) -> str:
    """The line of the author's own code, in files below `root`, on which an error rests: `fit.py:12`.

    That is the innermost one that it went through, or the innermost of those with a word that the error
    quotes. Empty where it went through none. An error from a worker process has its traceback as text.
    """
    frames = [(frame.filename, frame.lineno or 0) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((error.filename, error.lineno or 0))
    if error.__cause__ is not None:
        frames += [(file, int(line)) for file, line in _FRAME.findall(str(error.__cause__))]
    own = [(file, line) for file, line in reversed(frames) if _is_own(Path(file), root)]
    if not own:
        return ""
    quoted = set(_QUOTED.findall(str(error))) if not isinstance(error, SyntaxError) else set()
    file, line = next((each for each in own if quoted & _words(_statement(*each))), own[0])
    if isinstance(error, TypeError) and (statement := _statement(file, line)) is not None:  # of an argument
        given = [node for node in ast.walk(statement) if isinstance(node, ast.keyword) and node.arg in quoted]
        line = next((node.value.lineno for node in given), line)
    return f"{nearby(file)}:{line}"


def _is_own(path: Path, root: Path) -> bool:
    inside = path.is_relative_to(root) and "site-packages" not in path.parts
    return inside and not str(path).startswith(_ENGINE)


def _words(statement: ast.stmt | None) -> set[str]:
    """Names, attributes, keywords and texts of a statement."""
    parts = list(ast.walk(statement)) if statement is not None else []
    members = (getattr(part, name, None) for part in parts for name in ("id", "attr", "arg", "name", "value"))
    return {member for member in members if isinstance(member, str)}


def _near(error: BaseException) -> str:
    """What an unknown name or argument may have meant."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    word, known = getattr(error, "name", None), list[str]()
    if isinstance(error, SyntaxError) and error.msg == "invalid syntax":
        rest = (error.text or "")[max((error.offset or 1) - 1, 0) :].strip()
        return f" at {rest!r}; is a comma, a bracket or a quote missing before it?"
    if isinstance(error, NameError) and frames:
        known = [*frames[-1].f_locals, *frames[-1].f_globals]
        if line := _defined_at(frames[-1].f_code.co_filename, str(word)):
            return f"; line {line} defines it, which comes too late: move that up"
        if did_you_mean(str(word), known) == ".":
            return "; define or import it above this line"
    elif isinstance(error, AttributeError):
        known = dir(error.obj)
    elif isinstance(error, ModuleNotFoundError):
        return f"; {to_install()}, or correct the name"
    elif isinstance(error, ImportError) and (found := re.match(r"cannot import name '(\w+)'", str(error))):
        word, known = found[1], dir(sys.modules.get(error.name or "", ast))
        if "partially" in str(error):
            return "; this line waits for itself: delete it, or move what both modules need to a third one"
    elif found := re.match(r"(\w+)(\.__init__)?\(\) got an unexpected keyword argument '(\w+)'", str(error)):
        called = _known_as(found[1], frames)
        code = getattr(called, "__code__", None)
        word, known = (
            found[3],
            list(code.co_varnames if code else getattr(called, "__dataclass_fields__", ())),
        )
        known = [name for name in known if not name.startswith("_") and name not in ("self", "place")]
        near = did_you_mean(word, known).removesuffix(".")
        return near or f"; there are {', '.join(known)}"
    elif found := re.match(r"(?:\w+\.)*?(\w+)(?:\.__init__)?\(\) (missing|takes|got multiple)", str(error)):
        try:
            return f"; it takes {_parameters(_known_as(found[1], frames))}"
        except (TypeError, ValueError):  # nothing is called so, or Python does not know what it takes
            return ""
    return did_you_mean(word, known).removesuffix(".") if word else ""


def _known_as(name: str, frames: list[FrameType]) -> Any:
    """The function or class of a name where an error was, or else of the engine's."""
    homes = [each for frame in frames for each in (frame.f_locals, frame.f_globals)]
    homes += [vars(module) for key, module in [*sys.modules.items()] if key.startswith(_PACKAGE)]
    return next((home[name] for home in homes if callable(home.get(name))), None)


def _defined_at(file: str, name: str) -> int | None:
    """The line on which a module's own statement defines a name."""
    for node in _tree(file).body:
        if name in _assigned(node) or getattr(node, "name", "") == name:
            return node.lineno
    return None


def _parameters(called: Any) -> str:
    """What may be given to a function or a class, in order; `=` marks what can be left out."""
    from inspect import Parameter, signature

    found = [each for each in signature(called).parameters.values() if each.name not in ("self", "place")]
    return ", ".join(f"{each.name}{'' if each.default is Parameter.empty else '='}" for each in found)


def _unfit(error: BaseException) -> str:
    """The first argument that a line of the author's gave to the engine, and that its annotation refuses."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    for before, frame in itertools.pairwise(frames):
        called: Any = frame.f_globals.get(frame.f_code.co_name)
        ours = [each.f_code.co_filename.startswith((_ENGINE, "<")) for each in (before, frame)]
        if ours != [False, True] or getattr(called, "__code__", None) is not frame.f_code:
            continue
        for each, hint in _hints(called).items():
            if each in frame.f_locals and not fits(value := frame.f_locals[each], hint):
                return f"; {called.__name__}: {each} is {brief(value)}; {_advice(value, hint)}"
    return ""


def _one_for_several(error: BaseException) -> str | None:
    """A line for a name with one value where several are needed, or several as one: `(A)`, `(ALL, NEW)`."""
    one = re.match(r"'(\w+)' object is not iterable", str(error))
    several = re.match(r"'(tuple|list)' object has no attribute", str(error))
    for frame, line in [*traceback.walk_tb(error.__traceback__)][::-1] if one or several else []:
        file = frame.f_code.co_filename
        names = _words(_statement(file, line)) if _is_own(Path(file), Path("/")) else set()
        for name in sorted(names):
            value, home = frame.f_locals.get(name, frame.f_globals.get(name)), _assignment(file, name)
            if home is None:
                continue
            where, given = f"{home[0]}:{home[1].lineno}", getattr(home[1], "value", None)
            if one and type(value).__name__ == one[1] and isinstance(given, (ast.Name, ast.Attribute)):
                told = f"{name} is one {one[1]} and not several"
                return at(where, f"{told}; write ({ast.unparse(given)},), with the comma")
            if several and isinstance(given, (ast.Tuple, ast.List)) and isinstance(value, (tuple, list)):
                for part, each in zip(given.elts, value, strict=False):
                    if isinstance(part, ast.Name) and isinstance(each, (tuple, list)):
                        told = f"{name} holds all of {part.id} as one"
                        return at(where, f"{told}; write *{part.id}, with the star")
    return None
