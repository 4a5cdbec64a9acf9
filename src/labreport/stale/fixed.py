"""Whether the statements of a module give the same values in every process, told by their syntax."""

from __future__ import annotations

import ast

from labreport.stale.sources import ENGINE_NAME
from labreport.stale.statements import ModuleSyntax

_PARTS = (
    ast.Constant, ast.Name, ast.Attribute, ast.expr_context, ast.Tuple, ast.List, ast.Dict, ast.keyword,
    ast.UnaryOp, ast.BinOp, ast.unaryop, ast.operator, ast.Starred, ast.Call,
)  # fmt: skip
"""What an expression may consist of; calls only of what is named below."""
_CALLED = frozenset({"dataclass", "field", "partial", "Path"})


def is_fixed_module(syntax: ModuleSyntax) -> bool:
    """Whether a module only imports, defines, and binds constants and what the engine makes of them.

    A call of anything else, a set, a comprehension may give another value in each process.
    """
    called = set(_CALLED)
    for name, imported in syntax.imported.items():
        if imported.module.partition(".")[0] == ENGINE_NAME:
            called.add(name)
    for statement in syntax.statements:
        if isinstance(statement.node, ast.ClassDef) and not _has_constructor(statement.node):
            called.add(statement.node.name)
    return all(_is_fixed(statement.node, called) for statement in syntax.statements)


def _has_constructor(node: ast.ClassDef) -> bool:
    """Whether code of a class is carried out when an object of it is made; of a dataclass it is not."""
    names = {getattr(member, "name", "") for member in node.body}
    return bool(node.bases) or not names.isdisjoint({"__init__", "__new__", "__post_init__"})


def _is_fixed(node: ast.AST, called: set[str]) -> bool:
    if isinstance(node, (ast.Import, ast.ImportFrom, ast.Pass)):
        return True
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        outside = [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
        return all(_is_fixed_expression(part, called) for part in outside)
    if isinstance(node, ast.ClassDef):
        outside = [*node.decorator_list, *node.bases]
        inside = all(_is_fixed(part, called) for part in node.body)
        return inside and not node.keywords and all(_is_fixed_expression(part, called) for part in outside)
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        only_names = all(isinstance(target, (ast.Name, ast.Tuple)) for target in targets)
        return only_names and (node.value is None or _is_fixed_expression(node.value, called))
    return False


def _is_fixed_expression(node: ast.expr, called: set[str]) -> bool:
    for part in ast.walk(node):
        if not isinstance(part, _PARTS):
            return False
        if isinstance(part, ast.Call):
            name = part.func.id if isinstance(part.func, ast.Name) else ""
            if name not in called:
                return False
    return True
