"""What one module defines, each definition hashed without comments, docstrings and formatting."""

from __future__ import annotations

import ast
from collections.abc import Container, Mapping
from typing import Any

from labreport.errors import UsageError
from labreport.fingerprint.binding import (
    DEFINITIONS,
    IMPORTS,
    Targets,
    all_imported,
    at_import,
    bound,
    dotted,
    kind_of,
    loaded,
)
from labreport.fingerprint.canonical import digest_text
from labreport.fingerprint.effects import Effect, declares, effect
from labreport.fingerprint.uses import uses

FORMAT = "6"
"""Of a summary: to be raised whenever one of the same source would come out different."""
Summary = dict[str, dict[str, list[Any]]]
"""Plain JSON values:

definitions   name → [hash, uses, effect when imported, effect when called, kind]; see `Definition`
imports       local name → what it may mean; see `labreport.fingerprint.binding.Targets`
loads         `""` → modules that are loaded with this one
"""

_KINDS = ("def", "constant", "made", "alias")


def summarise(source: str, where: str, engine: bool = False) -> Summary:
    """The summary of a module's source; `where` names it in a `UsageError` for a syntax error.

    A name is defined by every outermost statement of the module that binds it, however deep inside; the name
    `""` by all statements that bind none. `engine` says that the module is one of the engine's own.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        at = f" line {line}" if line else ""
        raise UsageError(f"{where}{at}: {error.args[0]}; fix the syntax error and run again") from None
    statements = [statement for statement in tree.body if not _is_text(statement) and not _is_main(statement)]
    running = [node for statement in statements for node in at_import(statement)]
    imports = all_imported(running)
    definitions: dict[str, list[Any]] = {}
    for statement in statements:
        if isinstance(statement, IMPORTS) or _only_types(statement):
            continue
        if isinstance(statement, ast.FunctionDef):
            statement.decorator_list = [
                decorator for decorator in statement.decorator_list if not declares(decorator, imports)
            ]
        for name in bound(statement) or [""]:
            _add(
                definitions.setdefault(name, ["", [], _nothing(), _nothing(), "def"]),
                statement,
                imports,
                engine,
            )
    if "*" not in imports:
        _forget_locals(definitions, {*definitions, *imports})
    typing = {id(node) for statement in statements if _only_types(statement) for node in ast.walk(statement)}
    loads = loaded(node for node in running if id(node) not in typing)
    return {
        "definitions": definitions,
        "imports": {name: list(targets) for name, targets in imports.items()},
        "loads": {"": loads} if loads else {},
    }


def _add(definition: list[Any], statement: ast.stmt, imports: Targets, engine: bool) -> None:
    """Add one more statement to a definition."""
    used = uses(statement, imports)
    heads = {use.partition(".")[0] for use in used}
    meaning = sorted(f"{name} {targets}" for name, targets in imports.items() if name in heads)
    definition[0] = digest_text("\n".join((definition[0], _text(statement), *meaning)))
    definition[1] = sorted({*definition[1], *used})
    for place, deep in ((2, False), (3, True)):
        more = effect(statement, imports, engine, deep)
        definition[place] = [sorted({*old, *new}) for old, new in zip(definition[place], more, strict=True)]
    definition[4] = max(definition[4], kind_of(statement), key=_KINDS.index)


def _forget_locals(definitions: Mapping[str, list[Any]], known: Container[str]) -> None:
    """Leave out uses of names that the module does not know: of locals, of Python's own functions."""
    for definition in definitions.values():
        definition[1] = [
            use
            for use in definition[1]
            if use.startswith("*") or " " in use or use.partition(".")[0] in known
        ]


def _nothing() -> Effect:
    return [[], [], [], []]


def _is_text(statement: ast.stmt) -> bool:
    """A bare string: a docstring, or the description that follows a constant."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _is_main(statement: ast.stmt) -> bool:
    """`if __name__ == "__main__":`, which does not run when the module is imported."""
    return (
        isinstance(statement, ast.If)
        and not statement.orelse
        and ast.unparse(statement.test) == "__name__ == '__main__'"
    )


def _only_types(statement: ast.stmt) -> bool:
    """`if TYPE_CHECKING:` with nothing but imports: they say what annotations mean, and are never run."""
    return (
        isinstance(statement, ast.If)
        and dotted(statement.test).rpartition(".")[2] == "TYPE_CHECKING"
        and not statement.orelse
        and all(isinstance(inner, IMPORTS) for inner in statement.body)
    )


def _text(node: Any) -> str:
    """A syntax tree as text: no positions, no docstrings, no empty fields, so equal on all Pythons."""
    if isinstance(node, ast.AST):
        fields = []
        for name in node._fields:
            value = getattr(node, name, None)
            if name == "body" and isinstance(value, list) and isinstance(node, (*DEFINITIONS, ast.Module)):
                value = [item for item in value if not _is_text(item)]
            if value is None or value == [] or name in ("ctx", "kind", "type_comment"):
                continue
            fields.append(f"{name}={_text(value)}")
        return f"{type(node).__name__}({','.join(fields)})"
    if isinstance(node, list):
        return f"[{','.join(map(_text, node))}]"
    return f"{type(node).__name__}:{node!r}"
