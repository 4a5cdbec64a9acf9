"""The top-level statements of a module and the functions in them, as compiled code without comments."""

from __future__ import annotations
import __future__

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import decode_source
from types import CodeType
from typing import Any

from labreport.errors import UsageError, display_path
from labreport.stale.references import (
    DEFINITIONS,
    FUNCTIONS,
    Reference,
    Scopes,
    Uses,
    function_uses,
    is_main_guard,
    statement_uses,
)

SHOWS_LOCALS = frozenset({"locals", "vars", "dir"})
"""Names by which code can ask for the names of its local variables."""


@dataclass(frozen=True, eq=False)
class FunctionSource:
    """A function as it is written: its code without comments, docstrings and annotations, on one line."""

    code: CodeType
    uses: Uses


@dataclass(frozen=True)
class _Compiled:
    """A statement's code, and that of the functions in it by their first line and name."""

    code: CodeType
    functions: dict[tuple[int, str], list[FunctionSource]]


class Statement:
    """One statement at the top of a module. What it does is read when it is asked for."""

    def __init__(self, module: str, node: ast.stmt, scopes: Scopes) -> None:
        self.module = module
        self.node = node
        self.line = _first_line(node)
        self.last_line = node.end_lineno or node.lineno
        self.binds = frozenset(_bound_names(node))
        self._scopes = scopes

    @cached_property
    def uses(self) -> Uses:
        """What it does with names, the functions that it defines included, when they are called."""
        return statement_uses(self.node, self._scopes)

    @property
    def code(self) -> CodeType:
        """Its code without comments, docstrings and annotations."""
        return self._compiled.code

    @property
    def functions(self) -> dict[tuple[int, str], list[FunctionSource]]:
        """The functions in it, by their first line and name; several lambdas may stand on one line."""
        return self._compiled.functions

    @cached_property
    def _compiled(self) -> _Compiled:
        _ = self.uses  # is found by the lines of functions, which change now
        uses_of, line_of = {}, {}
        for inner in ast.walk(self.node):
            if isinstance(inner, FUNCTIONS):
                uses_of[inner] = function_uses(inner, self._scopes)
                line_of[inner] = _first_line(inner)
        numbered: list[ast.AST] = [self.node]
        _put_on_one_line(self.node, 1, numbered)
        module = ast.Module([self.node], [])
        code = compile(module, "", "exec", __future__.annotations.compiler_flag, dont_inherit=True)
        functions = defaultdict[tuple[int, str], list[FunctionSource]](list)
        for inner_code in codes_within(code):
            function = numbered[inner_code.co_firstlineno - 1]
            name = getattr(function, "name", "<lambda>")
            if function in uses_of and inner_code.co_name == name:
                source = FunctionSource(inner_code, uses_of[function])
                functions[line_of[function], name].append(source)
        return _Compiled(code, functions)

    @property
    def kind(self) -> str:
        """What a person calls it."""
        if isinstance(self.node, ast.ClassDef):
            return "class"
        if isinstance(self.node, DEFINITIONS):
            return "function"
        return "value" if self.binds else "statement"

    @property
    def mentions(self) -> frozenset[str]:
        """The names that it uses or binds when the module is loaded, not those inside functions."""
        return frozenset(self.code.co_names)

    @property
    def only_binds(self) -> bool:
        """Whether it only binds names when it is loaded: a definition or an import, not a call."""
        if isinstance(self.node, (*DEFINITIONS, ast.Import, ast.ImportFrom)):
            return True
        return not (self.uses.acts_on or self.uses.calls)

    @property
    def imports_all(self) -> bool:
        """Whether it is `from … import *`."""
        return isinstance(self.node, ast.ImportFrom) and self.node.names[0].name == "*"


@dataclass
class ModuleSyntax:
    """What one file says: its statements, and what imported names are."""

    module: str
    statements: list[Statement] = field(default_factory=list)
    imported: dict[str, Reference] = field(default_factory=dict)
    """Names that are bound by an import alone, and what they stand for."""

    def binding(self, name: str) -> list[Statement]:
        """The statements that bind a name."""
        return [statement for statement in self.statements if name in statement.binds]

    def functions_at(self, line: int, name: str) -> list[FunctionSource]:
        """The functions of a name that begin on a line."""
        for statement in self.statements:
            if statement.line <= line <= statement.last_line:
                return statement.functions.get((line, name), [])
        return []


def read_module(module: str, source: bytes, file: str) -> ModuleSyntax:
    """Read a module's statements. Raises `UsageError` at the line of a syntax error."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        location = f"{display_path(file)}:{error.lineno or 1}"
        raise UsageError(error.msg, location=location) from None
    scopes = Scopes(decode_source(source), file)
    syntax = ModuleSyntax(module)
    _remove_texts_and_annotations(tree)
    bound_otherwise = set[str]()
    for node in tree.body:
        statement = Statement(module, node, scopes)
        syntax.statements.append(statement)
        _note_imports(syntax, node)
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            bound_otherwise |= statement.binds
    for name in bound_otherwise:
        syntax.imported.pop(name, None)
    return syntax


def _first_line(node: Any) -> int:
    """The line on which a statement or a function begins, with its decorators."""
    lines: list[int] = [node.lineno]
    for decorator in getattr(node, "decorator_list", ()):
        lines.append(decorator.lineno)
    return min(lines)


def _remove_texts_and_annotations(tree: ast.Module) -> None:
    """Remove docstrings, annotations of functions, and `if __name__ == "__main__"`."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            kept = [inner for inner in body if not (_is_text(inner) or is_main_guard(inner))]
            node.body = kept or [ast.Pass(lineno=1, col_offset=0)]  # type: ignore[attr-defined]
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.returns = None
        if hasattr(node, "type_params"):
            node.type_params = []


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _put_on_one_line(node: ast.AST, number: int, numbered: list[ast.AST]) -> None:
    """Put each function on one line of its own, whose number leads to it: `numbered[line - 1]`.

    Compiled code differs a little with the breaks between lines, which mean nothing.
    """
    if isinstance(node, FUNCTIONS):
        numbered.append(node)
        number = len(numbered)
    for child in ast.iter_child_nodes(node):
        _put_on_one_line(child, number, numbered)
    if "lineno" in node._attributes:
        node.lineno = node.end_lineno = number  # type: ignore[attr-defined]
        node.col_offset = node.end_col_offset = 0  # type: ignore[attr-defined]


def codes_within(code: CodeType) -> Iterator[CodeType]:
    """A code object and all that are inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes_within(constant)


def code_meaning(code: CodeType) -> list[Any]:
    """What code does, as plain values. Names of local variables count only where it can ask for them."""
    local_names = code.co_varnames
    if SHOWS_LOCALS.isdisjoint(code.co_names):
        local_names = local_names[: code.co_argcount + code.co_kwonlyargcount]
    constants = [code_meaning(inner) if isinstance(inner, CodeType) else inner for inner in code.co_consts]
    return [code.co_code, code.co_names, local_names, constants, code.co_flags, code.co_exceptiontable]


def _bound_names(node: ast.AST) -> Iterator[str]:
    """The names that a statement binds when it is loaded, not inside functions and classes."""
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0]
    elif isinstance(node, DEFINITIONS):
        yield node.name
        return
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
    if not isinstance(node, ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from _bound_names(child)


def _note_imports(syntax: ModuleSyntax, node: ast.stmt) -> None:
    """Note what the names of an import stand for, in whatever it is nested at the top of the module."""
    if isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            syntax.imported[alias.asname or alias.name] = Reference(module, (alias.name,))
    elif isinstance(node, ast.Import):
        for alias in node.names:
            module = alias.name if alias.asname else alias.name.partition(".")[0]
            syntax.imported[alias.asname or module] = Reference(module, ())
