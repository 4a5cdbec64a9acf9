"""Where an author's own code is, for messages: `project.py:12`.

The place of a mistake is the line on which the author wrote the value, and not that of a function through
which the value came.
"""

from __future__ import annotations

import ast
import dataclasses
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, TypeAlias

from labreport.annotated import wrong
from labreport.errors import UsageError
from labreport.suggest import did_you_mean

_ENGINE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_COPYING = dataclasses.__file__
HIDDEN: dict[str, Any] = {"plain": False}
"""Metadata of a dataclass's field that is part of no digest: see `labreport.experiment.plain`."""
Place: TypeAlias = tuple[str, ...]
"""`FILE:LINE` of the calls that declared something, the innermost first, the line of the module last."""
_FRAME = re.compile(r'^  File "([^"]+)", line ([0-9]+)', re.MULTILINE)
_FILE = re.compile(r" \(/[^)]*\)$")
"""Where Python says that a module is."""
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
    """`text` behind its place, which is shown relative to the current folder where it lies below it."""
    last = place if isinstance(place, str) else "".join(place[-1:])
    if not last:
        return text
    return f"{last.removeprefix(os.getcwd() + os.sep)}: {text}"


def refuse(place: Place, text: str, field: str, value: Any, owner: type | None = None) -> NoReturn:
    """Raise `UsageError` with `text` at the line on which the value of a field is written."""
    raise UsageError(at(written(place, field, value, owner), text))


def check_values(item: Any, place: Place, leave_out: tuple[str, ...] = ()) -> None:
    """Raise `UsageError`, at the line of the value, for a field that is not as its dataclass annotates it."""
    if (found := wrong(item, leave_out)) is not None:
        refuse(place, str(found), found.field, found.value, found.owner)


def written(place: Place, field: str, value: Any, owner: type | None = None) -> str:
    """The line on which the value of a field of an `owner` is written; else that of the outermost call.

    It is looked for in the statement of each call, the innermost first, and in those that give a value to the
    names which it uses. A call that passes on a parameter does not write the value: its caller does.
    """
    order = [each.name for each in fields(owner)] if owner else []
    wanted = _Wanted(owner.__name__, order, field) if owner and field in order else None
    for each in place:
        file, _, line = each.rpartition(":")
        statement = _statement(file, int(line))
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
    return place[-1] if place else ""


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
    if isinstance(node, ast.Name):
        found = _assignment(file, node.id)
        return f"{found[0]}:{found[1].lineno}" if found is not None else None
    if isinstance(node, (ast.Attribute, ast.Starred)):
        return None  # of something that is declared elsewhere
    inside = node.elts if isinstance(node, (ast.Tuple, ast.List)) else []
    known = next((part for part in inside if _is(part, value)), node)
    return f"{file}:{known.lineno}" if known is not node or _is(node, value) or not _known(node) else None


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


def failed(what: str, error: BaseException, root: Path) -> str:
    """One line for an error in the author's code: where below `root`, or what failed, and why."""
    last = [*traceback.TracebackException.from_exception(error).format_exception_only()][-1]
    cause = _FILE.sub("", last.splitlines()[0].rstrip("."))
    found = place(error, root)
    begin = f"{what} failed{f' at {found}' if found else ''}" if what else found
    if (several := _one_for_several(error)) is not None:
        return several
    return f"{begin}: {cause}{_near(error)} (--debug shows the traceback)."


def place(error: BaseException, root: Path) -> str:
    """The line of the author's own code, below `root`, on which an error rests: `fit.py:12`.

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
    return f"{Path(file).relative_to(root)}:{line}"


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
    if isinstance(error, NameError) and frames:
        known = [*frames[-1].f_locals, *frames[-1].f_globals]
    elif isinstance(error, AttributeError):
        known = dir(error.obj)
    elif isinstance(error, ImportError) and (found := re.match(r"cannot import name '(\w+)'", str(error))):
        word, known = found[1], list(vars(sys.modules.get(error.name or "", ast)))
    elif found := re.match(r"(\w+)(\.__init__)?\(\) got an unexpected keyword argument '(\w+)'", str(error)):
        called = next((kind for frame in frames if (kind := frame.f_globals.get(found[1]))), None)
        code = getattr(called, "__code__", None)
        word, known = (
            found[3],
            list(code.co_varnames if code else getattr(called, "__dataclass_fields__", ())),
        )
    return did_you_mean(word, known).removesuffix(".") if word else ""


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
