"""The top-level statements of a module and the functions in them, as compiled code without comments."""

from __future__ import annotations
import __future__

import ast
import dis
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import decode_source
from types import CodeType
from typing import Any

from labreport.errors import UsageError, display_path
from labreport.stale.references import DEFINITIONS, FUNCTIONS, Reference, Scopes, Uses, imported_names

_SHOWS_LOCALS = frozenset({"locals", "vars", "dir"})
"""Names by which code can ask for the names of its local variables."""
_IMPORTS = (ast.Import, ast.ImportFrom)
Functions = dict[tuple[int, str], list["FunctionSource"]]
"""Functions by their first line and name; several lambdas may stand on one line."""


@dataclass(frozen=True)
class FunctionSource:
    """A function as it is written: its code without comments, docstrings and annotations, on one line."""

    code: CodeType
    uses: Uses


class Statement:
    """One statement at the top of a module; what it does is read when it is asked for."""

    def __init__(self, module: str, node: ast.stmt, scopes: Scopes) -> None:
        self.module = module
        self.node = node
        self.lines = range(_first_line(node), (node.end_lineno or node.lineno) + 1)
        self.imported = imported_names(node)
        """What the names that it imports stand for."""
        self.binds = set(self.imported) or _stored_names(_compiled(node))
        self._scopes = scopes

    @cached_property
    def uses(self) -> Uses:
        """What it does with names, and what the functions in it use when they are called."""
        return self._scopes.statement_uses(self.node)

    @cached_property
    def _code_and_functions(self) -> tuple[CodeType, Functions]:
        _ = self.uses  # is found by the lines of functions, which change now
        written: dict[ast.AST, tuple[int, Uses]] = {}
        for inner in ast.walk(self.node):
            if isinstance(inner, FUNCTIONS):
                written[inner] = _first_line(inner), self._scopes.function_uses(inner)
        numbered: list[ast.AST] = [self.node]
        _put_on_one_line(self.node, 1, numbered)
        functions: Functions = defaultdict(list)
        code = _compiled(self.node)
        for inner_code in codes_within(code):
            function = numbered[inner_code.co_firstlineno - 1]
            name = getattr(function, "name", "<lambda>")
            if function in written and inner_code.co_name == name:
                line, uses = written[function]
                functions[line, name].append(FunctionSource(inner_code, uses))
        return code, functions

    @property
    def code(self) -> CodeType:
        """Its code without comments, docstrings and annotations."""
        return self._code_and_functions[0]

    @property
    def functions(self) -> Functions:
        """The functions in it."""
        return self._code_and_functions[1]

    @property
    def kind(self) -> str:
        """What a person calls it."""
        if isinstance(self.node, DEFINITIONS):
            return "class" if isinstance(self.node, ast.ClassDef) else "function"
        return "value" if self.binds else "statement"

    @property
    def only_binds(self) -> bool:
        """Whether it only binds names when it is loaded: a definition or an import, not a call."""
        if isinstance(self.node, (*DEFINITIONS, *_IMPORTS)):
            return True
        return not (self.uses.acts_on or self.uses.calls)


@dataclass
class ModuleSyntax:
    """What one file says: its statements, and what names stand for that are bound by an import alone."""

    statements: list[Statement] = field(default_factory=list)
    imported: dict[str, Reference] = field(default_factory=dict)

    def binding(self, name: str) -> list[Statement]:
        """The statements that bind a name."""
        return [statement for statement in self.statements if name in statement.binds]

    def functions_at(self, line: int, name: str) -> list[FunctionSource]:
        """The functions of a name that begin on a line."""
        for statement in self.statements:
            if line in statement.lines:
                return statement.functions.get((line, name), [])
        return []


def read_module(module: str, source: bytes, file: str) -> ModuleSyntax:
    """Read a module's statements. Raises `UsageError` at the line of a syntax error."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise UsageError(error.msg, location=f"{display_path(file)}:{error.lineno or 1}") from None
    scopes = Scopes(decode_source(source), file)
    _remove_texts_and_annotations(tree)
    syntax = ModuleSyntax([Statement(module, node, scopes) for node in tree.body])
    for statement in syntax.statements:
        for name in statement.binds:
            syntax.imported.pop(name, None)
        syntax.imported.update(statement.imported)
    return syntax


def _compiled(node: ast.stmt) -> CodeType:
    module = ast.Module([node], [])
    code: CodeType = compile(module, "", "exec", __future__.annotations.compiler_flag, dont_inherit=True)
    return code


def _stored_names(code: CodeType) -> set[str]:
    """The names that a statement binds when it is loaded, or that functions in it declare as global."""
    names = set[str]()
    for inner in codes_within(code):
        stores = ("STORE_NAME", "STORE_GLOBAL") if inner is code else ("STORE_GLOBAL",)
        names.update(step.argval for step in dis.get_instructions(inner) if step.opname in stores)
    return names


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
            kept = [inner for inner in body if not _says_nothing(inner)]
            node.body = kept or [ast.Pass(lineno=1, col_offset=0)]  # type: ignore[attr-defined]
        for annotation in ("annotation", "returns"):
            if hasattr(node, annotation) and not isinstance(node, ast.AnnAssign):
                setattr(node, annotation, None)
        if hasattr(node, "type_params"):
            node.type_params = []


def _says_nothing(node: ast.AST) -> bool:
    """Whether a statement is a text, or is not carried out when the module is imported."""
    if isinstance(node, ast.If) and not node.orelse:
        return ast.unparse(node.test) == "__name__ == '__main__'"
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
    if _SHOWS_LOCALS.isdisjoint(code.co_names):
        local_names = local_names[: code.co_argcount + code.co_kwonlyargcount]
    constants = [code_meaning(inner) if isinstance(inner, CodeType) else inner for inner in code.co_consts]
    return [code.co_code, code.co_names, local_names, constants, code.co_flags, code.co_exceptiontable]
