"""Which names the statements of a module bind, however deep they are nested, and what its imports mean."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
Targets = dict[str, list[list[str]]]
"""A local name to all that imports may bind it to, each a module and an attribute, which may be empty.

Relative imports keep their dots. The name `*` has the modules from which all names are imported."""


def bound(statement: ast.stmt) -> list[str]:
    """Names that a statement binds or deletes, in order, those of a `global` in its functions too.

    An import binds names here only if it is nested in another statement, which decides whether it runs.
    """
    names: dict[str, None] = {}

    def visit(node: ast.AST) -> None:
        if isinstance(node, DEFINITIONS):
            names[node.name] = None
            for inner in ast.walk(node):
                if isinstance(inner, ast.Global):
                    names.update(dict.fromkeys(inner.names))
        elif isinstance(node, ast.Lambda):
            return
        elif isinstance(node, COMPREHENSIONS):
            for inner in ast.walk(node):
                if isinstance(inner, ast.NamedExpr):
                    visit(inner.target)
        elif isinstance(node, IMPORTS):
            names.update(dict.fromkeys(name for name in imported(node) if node is not statement))
        else:
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                names[node.id] = None
            for field in ("name", "rest"):  # of `except ... as`, and of patterns
                if isinstance(found := getattr(node, field, None), str):
                    names[found] = None
            for child in ast.iter_child_nodes(node):
                visit(child)

    visit(statement)
    return list(names)


def imported(statement: ast.stmt) -> Targets:
    """What one import binds."""
    if isinstance(statement, ast.Import):
        return {
            alias.asname or alias.name.partition(".")[0]: [
                [alias.name if alias.asname else alias.name.partition(".")[0], ""]
            ]
            for alias in statement.names
        }
    assert isinstance(statement, ast.ImportFrom)
    module = "." * statement.level + (statement.module or "")
    return {alias.asname or alias.name: [[module, alias.name]] for alias in statement.names}


def all_imported(nodes: Iterable[ast.AST]) -> Targets:
    """What the imports among `nodes` bind; a name bound more than once has several targets."""
    found: Targets = {}
    for node in nodes:
        if isinstance(node, IMPORTS):
            for name, targets in imported(node).items():
                known = found.setdefault(name, [])
                known.extend(target for target in targets if target not in known)
    return found


def loaded(nodes: Iterable[ast.AST]) -> list[str]:
    """The modules that the imports among `nodes` load; of `from a import b`, perhaps also `a.b`."""
    found: dict[str, None] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            found.update(dict.fromkeys(alias.name for alias in node.names))
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            dot = "" if module.endswith(".") else "."
            found[module] = None
            found.update({f"{module}{dot}{alias.name}": None for alias in node.names if alias.name != "*"})
    return list(found)


def at_import(statement: ast.AST) -> Iterator[ast.AST]:
    """A statement and all in it that runs when its module is imported: not the bodies of functions."""
    yield statement
    for name, value in ast.iter_fields(statement):
        if name == "body" and isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from at_import(child)


def dotted(node: ast.AST) -> str:
    """`a.b.c` for names and attributes of names; empty for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join((node.id, *reversed(parts)))


def full_name(name: str, imports: Targets) -> str:
    """A dotted name with its head replaced by what was imported under it."""
    head, _, rest = name.partition(".")
    module, attribute = imports.get(head, [[head, ""]])[0]
    return ".".join(filter(None, (module, attribute, rest)))


def kind_of(statement: ast.stmt) -> str:
    """What a statement binds its names to.

    `def` for functions and classes, `constant` for what nothing can change, `made` for a new object, and
    `alias` for what may be known by another name.
    """
    if isinstance(statement, DEFINITIONS):
        return "def"
    value = getattr(statement, "value", None)
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    if not all(isinstance(target, ast.Name) for target in targets):
        return "alias"
    if value is None or is_constant(value):
        return "constant"
    fresh = (ast.Call, ast.Dict, ast.List, ast.Set, ast.Tuple, ast.BinOp, ast.JoinedStr, ast.Compare)
    return "made" if isinstance(value, (*fresh, *COMPREHENSIONS)) else "alias"


def is_constant(value: ast.expr) -> bool:
    """Whether an expression is written in numbers and texts only, so that nobody can change its value."""
    if isinstance(value, ast.Call):
        return dotted(value.func) == "frozenset"
    if isinstance(value, ast.Tuple):
        return all(map(is_constant, value.elts))
    if isinstance(value, ast.BinOp):
        return is_constant(value.left) and is_constant(value.right)
    if isinstance(value, ast.UnaryOp):
        return is_constant(value.operand)
    return isinstance(value, (ast.Constant, ast.Lambda))
