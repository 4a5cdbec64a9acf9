"""Find in the syntax tree which global names code uses, calls and changes.

Syntax trees are used because compiled code differs between versions of Python.
"""

from __future__ import annotations

import ast
import symtable
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

DottedName: TypeAlias = tuple[str, ...]
"""A name and its attributes: `np.random.seed` is `("np", "random", "seed")`."""
FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
DefinitionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
REACHING_NAMES = frozenset({"eval", "exec", "globals", "__import__"})
_REACHING_ATTRIBUTES = frozenset({"__doc__", "__globals__", "__code__", "__subclasses__"})
"""Names and attributes by which code may run or read any code; then all modules of the project count."""
_PASSES_ON = frozenset({"getattr", "setattr", "delattr", "vars", "next", "iter"})
"""Builtin functions that read or change their first argument."""


@dataclass(frozen=True)
class Reference:
    """A use of a global name, or of something that a function imports.

    `np.seed` is `Reference("", ("np", "seed"))`; `from .data import load` inside a function is
    `Reference(".data", ("load",))`. Without names it refers to the whole module.
    """

    module: str
    names: DottedName


WHOLE_MODULE = Reference("", ())
References: TypeAlias = dict[Reference, None]
"""A set of references that keeps their order."""


@dataclass
class Uses:
    """What a function or a top-level statement does with global names."""

    references: References = field(default_factory=dict)
    imports: dict[str, None] = field(default_factory=dict)
    """The modules that it imports when it runs; relative ones begin with dots."""
    acts_on: References = field(default_factory=dict)
    """What it may change: it calls this without using the result, or assigns an attribute or item of it."""
    calls: References = field(default_factory=dict)
    stores: bool = False
    """Whether it assigns a global or enclosed name, or an attribute or item, and so may cache a value."""
    reaches_any_code: bool = False
    """Whether it uses `REACHING_NAMES` or similar attributes."""


class Scopes:
    """Gives the `Uses` of the functions and statements of one source text, by Python's own symbol table."""

    def __init__(self, source: str, file: str) -> None:
        self._names = defaultdict[tuple[str, int], set[str]](set)
        """Name and first line of a function to the global names that it uses."""
        self._read(symtable.symtable(source, file, "exec"))

    def _read(self, table: symtable.SymbolTable) -> set[str]:
        """Note the global names of a scope and of all scopes inside it, and give them."""
        names = set[str]()
        is_class = table.get_type() == "class"  # in a class, `x = x` reads the global x
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (symbol.is_global() or is_class):
                names.add(symbol.get_name())
        for inner in table.get_children():
            names |= self._read(inner)
        self._names[table.get_name(), table.get_lineno()] |= names
        return names

    def function_uses(self, function: FunctionNode) -> Uses:
        """What the body of a function does, without its decorators and defaults."""
        name = getattr(function, "name", "lambda")
        reader = _UseReader(self, self._names[name, function.lineno])
        reader.visit_all(_body(function))
        return reader.uses

    def statement_uses(self, statement: ast.stmt) -> Uses:
        """What a top-level statement does, and which names the functions in it use when they are called."""
        reader = _UseReader(self, None)
        reader.visit(statement)
        return reader.uses


class _UseReader(ast.NodeVisitor):
    """Collects the `Uses` of one piece of code.

    `module_names` are the global names that a function uses; None for code at the top of a module, where all
    names are global.
    """

    def __init__(self, scopes: Scopes, module_names: set[str] | None) -> None:
        self.uses = Uses()
        self._scopes = scopes
        self._module_names = module_names
        self._aliases: dict[str, Reference] = {}

    def visit(self, node: ast.AST) -> None:
        self.uses.stores |= isinstance(node, (ast.Global, ast.Nonlocal))
        if isinstance(node, FunctionNode):
            self._visit_function(node)
        else:
            super().visit(node)

    def visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def _add(self, names: DottedName, references: References) -> bool:
        """Add a name to `references` if it is global or imported here. Gives whether it is."""
        if not names:
            return False
        if self._module_names is None or names[0] in self._module_names:
            references[Reference("", names)] = None
            return True
        imported = self._aliases.get(names[0])
        if imported is not None:
            references[Reference(imported.module, imported.names + names[1:])] = None
        return imported is not None

    def _add_use(self, names: DottedName) -> None:
        if self._add(names, self.uses.references):
            self.uses.reaches_any_code |= names[0] in REACHING_NAMES
        self.uses.reaches_any_code |= not _REACHING_ATTRIBUTES.isdisjoint(names[1:])

    def visit_Name(self, node: ast.Name) -> None:
        self._add_use((node.id,))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._note_change(node)
        names = dotted_name(node)
        if names:
            self._add_use(names)
        else:
            self.uses.reaches_any_code |= node.attr in _REACHING_ATTRIBUTES
            self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self._note_change(node)
        self.generic_visit(node)

    def _note_change(self, node: ast.Attribute | ast.Subscript) -> None:
        """Note the change, if an attribute or item is assigned or deleted."""
        if not isinstance(node.ctx, ast.Load):
            self.uses.stores |= self._add(acted_name(node), self.uses.acts_on)

    def visit_Expr(self, node: ast.Expr) -> None:
        self._add(acted_name(node.value), self.uses.acts_on)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        self._add(acted_name(node.func), self.uses.calls)
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.uses.imports[alias.name] = None
        self._aliases.update(imported_names(node))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        imported = imported_names(node)
        for reference in imported.values():
            self.uses.imports[reference.module] = None
            self.uses.references[reference] = None
        self._aliases.update(imported)

    def _visit_function(self, node: FunctionNode) -> None:
        """Read decorators and defaults in the scope around a function, and its body in its own scope."""
        self.visit_all(getattr(node, "decorator_list", ()))
        self.visit(node.args)
        if self._module_names is not None:  # its global names are among those of the function around it
            self.visit_all(_body(node))
            return
        inner = self._scopes.function_uses(node)
        self.uses.references.update(inner.references)
        self.uses.imports.update(inner.imports)
        self.uses.reaches_any_code |= inner.reaches_any_code


def _body(function: FunctionNode) -> Sequence[ast.AST]:
    return [function.body] if isinstance(function, ast.Lambda) else function.body


def imported_names(node: ast.AST) -> dict[str, Reference]:
    """The names that an import statement binds, with what each refers to; empty for other statements.

    `from a import b as c` gives `{"c": Reference("a", ("b",))}`, and `import *` the name `*`.
    """
    names = {}
    if isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            member = () if alias.name == "*" else (alias.name,)
            names[alias.asname or alias.name] = Reference(module, member)
    elif isinstance(node, ast.Import):
        for alias in node.names:
            package = alias.name.partition(".")[0]
            names[alias.asname or package] = Reference(alias.name if alias.asname else package, ())
    return names


def dotted_name(node: ast.AST | None) -> DottedName:
    """`("a", "b", "c")` for the expression `a.b.c`; empty for anything but a name with attributes."""
    if isinstance(node, ast.Name):
        return (node.id,)
    if isinstance(node, ast.Attribute):
        around = dotted_name(node.value)
        return (*around, node.attr) if around else ()
    return ()


def acted_name(node: ast.AST) -> DottedName:
    """The dotted name whose object an expression reads or changes; empty if there is none.

    It is `decimal.getcontext` for `decimal.getcontext().prec`, and `decimal` for
    `getattr(decimal, "getcontext")()`.
    """
    names = dotted_name(node)
    if names:
        return names
    if isinstance(node, ast.Call):
        passes_on = isinstance(node.func, ast.Name) and node.func.id in _PASSES_ON
        return acted_name(node.args[0] if passes_on and node.args else node.func)
    if isinstance(node, (ast.Attribute, ast.Subscript)):
        return acted_name(node.value)
    return ()
