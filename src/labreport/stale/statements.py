"""Split a module into its top-level statements and functions, compiled without comments and docstrings."""

from __future__ import annotations
import __future__

import ast
import dis
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import decode_source
from types import CodeType
from typing import Any

from labreport.errors import UsageError, location_of
from labreport.stale.references import (
    DefinitionNode,
    FunctionNode,
    Reference,
    Scopes,
    Uses,
    imported_names,
)

_SHOWS_LOCALS = frozenset({"locals", "vars", "dir"})
"""Builtin functions by which code can read the names of its local variables."""


@dataclass(frozen=True)
class FunctionSource:
    """A function: its code, compiled without docstrings and annotations, and its uses of names."""

    code: CodeType
    uses: Uses


@dataclass(frozen=True, eq=False)
class Statement:
    """One statement at the top of a module, compiled without docstrings and annotations."""

    module: str
    node: ast.stmt
    lines: range
    code: CodeType
    uses: Uses
    """What it does with names when it is loaded, and which names its functions use when they are called."""
    functions: dict[tuple[int, str], list[FunctionSource]]
    """The functions in it by first line and name; several lambdas may be on one line."""
    imported: dict[str, Reference]
    """The names that it imports, with what each refers to."""
    binds: set[str]
    """The global names that it assigns, defines or imports."""

    def describe(self, name: str) -> tuple[str, int]:
        """A word and a line for a name that it binds, such as `Model.fit`: `("function", 12)`."""
        inner_name = name.rpartition(".")[2]
        for line, function in self.functions:
            if function == inner_name:
                return "function", line
        if isinstance(self.node, ast.ClassDef):
            return "class", self.lines.start
        return "value" if self.binds else "statement", self.lines.start

    @property
    def only_binds(self) -> bool:
        """Whether it does nothing but bind names: a definition, an import, or an assignment without calls."""
        is_definition = isinstance(self.node, DefinitionNode)
        return is_definition or bool(self.imported) or not (self.uses.acts_on or self.uses.calls)


@dataclass
class ModuleSyntax:
    """The statements of one file. `imported` has the names whose last binding is an import."""

    statements: list[Statement] = field(default_factory=list)
    imported: dict[str, Reference] = field(default_factory=dict)

    def binding(self, name: str) -> list[Statement]:
        """The statements that bind a name, in order."""
        return [statement for statement in self.statements if name in statement.binds]

    def functions_at(self, line: int, name: str) -> list[FunctionSource]:
        """The functions of this name that begin on this line."""
        functions = []
        # Several statements may be on one line: `f = lambda: 1; g = lambda: 2`
        for statement in self.statements:
            functions += statement.functions.get((line, name), [])
        return functions


def read_module(module: str, source: bytes, file: str) -> ModuleSyntax:
    """Parse the source of a module. Raises `UsageError` at the line of a syntax error."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise UsageError(error.msg, location=location_of(file, error.lineno or 1)) from None
    scopes = Scopes(decode_source(source), file)
    _remove_texts_and_annotations(tree)
    syntax = ModuleSyntax()
    for node in tree.body:
        statement = _read_statement(module, node, scopes)
        syntax.statements.append(statement)
        for name in statement.binds:
            syntax.imported.pop(name, None)
        syntax.imported.update(statement.imported)
    return syntax


def _read_statement(module: str, node: ast.stmt, scopes: Scopes) -> Statement:
    lines = range(_first_line(node), (node.end_lineno or node.lineno) + 1)
    uses = scopes.statement_uses(node)
    sites = [_FunctionSite("", 1, uses)]
    _put_on_one_line(node, 1, sites, scopes)
    code: CodeType = compile(
        ast.Module([node], []), "", "exec", __future__.annotations.compiler_flag, dont_inherit=True
    )
    functions = defaultdict[tuple[int, str], list[FunctionSource]](list)
    for inner in codes_within(code):
        function = sites[inner.co_firstlineno - 1]
        if inner.co_name == function.name:  # else it is a comprehension or class inside the function
            functions[function.line, function.name].append(FunctionSource(inner, function.uses))
    imported = imported_names(node)
    binds = set(imported) or _stored_names(code)
    return Statement(module, node, lines, code, uses, functions, imported, binds)


@dataclass(frozen=True)
class _FunctionSite:
    """A function and its line in the file, before it was put on one line."""

    name: str
    line: int
    uses: Uses


def _put_on_one_line(node: Any, number: int, sites: list[_FunctionSite], scopes: Scopes) -> None:
    """Set all line numbers in a function to one number, so that line breaks do not change compiled code.

    The number identifies the function: it is `sites[number - 1]`.
    """
    if isinstance(node, FunctionNode):
        name = getattr(node, "name", "<lambda>")
        sites.append(_FunctionSite(name, _first_line(node), scopes.function_uses(node)))
        number = len(sites)
    for child in ast.iter_child_nodes(node):
        _put_on_one_line(child, number, sites, scopes)
    if "lineno" in node._attributes:
        node.lineno = node.end_lineno = number
        node.col_offset = node.end_col_offset = 0


def _first_line(node: ast.stmt | ast.Lambda) -> int:
    """The first line of a statement or function, decorators included."""
    lines: list[int] = [node.lineno]
    lines += [decorator.lineno for decorator in getattr(node, "decorator_list", [])]
    return min(lines)


def _stored_names(code: CodeType) -> set[str]:
    """The global names that a statement assigns, itself or in a function that declares them `global`."""
    names = set[str]()
    for inner in codes_within(code):
        for step in dis.get_instructions(inner):
            if step.opname == "STORE_GLOBAL" or (step.opname == "STORE_NAME" and inner is code):
                names.add(step.argval)
    return names


def _remove_texts_and_annotations(tree: ast.Module) -> None:
    """Remove docstrings, annotations of functions, and `if __name__ == "__main__"`."""
    node: Any
    for node in ast.walk(tree):
        if isinstance(getattr(node, "body", None), list):
            kept = [inner for inner in node.body if not _has_no_effect(inner)]
            node.body = kept or [ast.Pass(lineno=1, col_offset=0)]
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.returns = None
        if hasattr(node, "type_params"):
            node.type_params = []


def _has_no_effect(node: ast.AST) -> bool:
    """Whether a statement does nothing on import: a docstring or other constant, or the `__main__` part."""
    if isinstance(node, ast.If) and not node.orelse:
        return ast.unparse(node.test) == "__name__ == '__main__'"
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def codes_within(code: CodeType) -> Iterator[CodeType]:
    """A code object, and those of all functions and classes inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes_within(constant)


def code_meaning(code: CodeType) -> list[object]:
    """What code does, as a list of plain values: equal for code that differs only in names of locals.

    Names of arguments count, and names of locals if the code uses `locals`, `vars` or `dir`.
    """
    local_names = code.co_varnames
    if _SHOWS_LOCALS.isdisjoint(code.co_names):
        local_names = local_names[: code.co_argcount + code.co_kwonlyargcount]
    constants = [code_meaning(inner) if isinstance(inner, CodeType) else inner for inner in code.co_consts]
    return [code.co_code, code.co_names, local_names, constants, code.co_flags, code.co_exceptiontable]
