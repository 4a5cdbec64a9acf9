"""What one module defines, each definition hashed without comments, docstrings and formatting."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from labreport.errors import UsageError
from labreport.fingerprint.canonical import digest_text

Summary = dict[str, Any]
"""Plain JSON values:

definitions   name → [hash, names it uses]; the name `""` holds the module's other statements
imports       local name → [module, attribute or ""]
"""

DYNAMIC = frozenset(
    {"getattr", "globals", "locals", "vars", "eval", "exec", "__import__", "importlib", "sys.modules"}
)
"""A definition that uses one of these may reach anything in its module: it depends on all of it."""

ENGINE = __name__.partition(".")[0]
DECLARING = ("question", "figure")
"""Decorators of the engine that declare something, and have no part in what the function computes."""
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def summarise(source: str, where: str) -> Summary:
    """The summary of a module's source; `where` names it in a `UsageError` for a syntax error."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        at = f" line {line}" if line else ""
        raise UsageError(f"{where}{at}: {error.args[0]}; fix the syntax error and run again") from None
    definitions: dict[str, list[Any]] = {}
    statements = list(_statements(tree.body))
    imports: dict[str, list[str]] = {}
    for statement in statements:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            imports.update(_imported(statement))
    for statement in statements:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            continue
        if isinstance(statement, ast.FunctionDef):
            statement.decorator_list = [
                decorator for decorator in statement.decorator_list if not _declares(decorator, imports)
            ]
        for name in _defined(statement):
            parts = definitions.setdefault(name, ["", []])
            parts[0] = digest_text(parts[0] + _text(statement))
            parts[1] = sorted({*parts[1], *_uses(statement)})
    return {"definitions": definitions, "imports": imports}


def _declares(decorator: ast.expr, imports: dict[str, list[str]]) -> bool:
    """Whether a decorator makes a question or a figure of a function, and does not change what it computes.

    What it says of them, such as a question's text, is an ingredient of their own nodes.
    """
    if not isinstance(decorator, ast.Call):
        return False
    head, *rest = _dotted(decorator.func).split(".")
    module, attribute = imports.get(head, ["", ""])
    full = ".".join(filter(None, (module, attribute, *rest)))
    return full.startswith(f"{ENGINE}.") and full.rpartition(".")[2] in DECLARING


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Module-level statements; `if` and `try` around imports are opened, docstrings dropped."""
    for index, statement in enumerate(body):
        if index == 0 and _is_text(statement):
            continue
        if isinstance(statement, ast.If) and _is_type_checking(statement.test):
            yield from (inner for inner in statement.body if isinstance(inner, (ast.Import, ast.ImportFrom)))
        elif _is_text(statement):
            continue
        elif isinstance(statement, ast.Try):
            yield from _statements(statement.body)
            for handler in statement.handlers:
                yield from _statements(handler.body)
        else:
            yield statement


def _is_text(statement: ast.stmt) -> bool:
    """A bare string: a docstring, or the description that follows a constant."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _is_type_checking(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def _defined(statement: ast.stmt) -> tuple[str, ...]:
    """Names that a module-level statement binds; `("",)` for one that only acts."""
    if isinstance(statement, _DEFINITIONS):
        return (statement.name,)
    if isinstance(statement, (ast.AnnAssign, ast.AugAssign)):
        targets: list[ast.expr] = [statement.target]
    elif isinstance(statement, ast.Assign):
        targets = statement.targets
    else:
        return ("",)
    names = tuple(
        node.id
        for target in targets
        for node in ast.walk(target)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    return names or ("",)


def _imported(statement: ast.Import | ast.ImportFrom) -> dict[str, list[str]]:
    """Local names that an import binds. Relative imports keep their dots in the module name."""
    if isinstance(statement, ast.Import):
        return {
            (alias.asname or alias.name.split(".")[0]): [
                alias.name if alias.asname else alias.name.split(".")[0],
                "",
            ]
            for alias in statement.names
        }
    module = "." * statement.level + (statement.module or "")
    return {(alias.asname or alias.name): [module, alias.name] for alias in statement.names}


def _uses(statement: ast.AST) -> set[str]:
    """Dotted names that are read anywhere inside, and imports made inside as `import module:name`."""
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for module, name in _imported(node).values():
                found.add(f"import {module}:{name}")
            return
        if isinstance(node, (ast.Name, ast.Attribute)):
            dotted = _dotted(node)
            if dotted:
                found.add(dotted)
                return
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            return
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(statement)
    return found


def _dotted(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join((node.id, *reversed(parts)))


def _text(node: Any) -> str:
    """A syntax tree as text: no positions, no docstrings, no empty fields, so equal on all Pythons."""
    if isinstance(node, ast.AST):
        fields = []
        for name in node._fields:
            value = getattr(node, name, None)
            if name == "body" and isinstance(value, list) and isinstance(node, (*_DEFINITIONS, ast.Module)):
                value = [item for item in value if not _is_text(item)]
            if value is None or value == [] or name in ("ctx", "kind", "type_comment"):
                continue
            fields.append(f"{name}={_text(value)}")
        return f"{type(node).__name__}({','.join(fields)})"
    if isinstance(node, list):
        return f"[{','.join(map(_text, node))}]"
    return f"{type(node).__name__}:{node!r}"
