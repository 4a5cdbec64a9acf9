"""The names that code uses and what it does to them, by its syntax, which is the same in every Python."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable
from dataclasses import dataclass, field

Path = tuple[str, ...]
"""A name and its attributes: `np.random.seed` is `("np", "random", "seed")`."""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
REACHING_NAMES = frozenset({"eval", "exec", "globals", "__import__"})
_REACHING_ATTRIBUTES = frozenset({"__doc__", "__globals__", "__code__", "__subclasses__"})
"""What may reach any code of a project: then every module of it counts."""
_PASSES_ON = frozenset({"getattr", "setattr", "delattr", "vars", "next", "iter"})
"""Functions of Python that act on what they are given first."""


@dataclass(frozen=True)
class Reference:
    """A global name with its attributes; or, with a `module`, what an import inside a function names.

    `np.seed` is `Reference("", ("np", "seed"))`, and `from .data import load` in a function is
    `Reference(".data", ("load",))`. An empty path is the whole module.
    """

    module: str
    path: Path


@dataclass
class Uses:
    """What a function or a top-level statement does with names, each once and in order."""

    references: dict[Reference, None] = field(default_factory=dict)
    imports: dict[str, None] = field(default_factory=dict)
    """The modules that it imports when it is called, with dots in front of relative ones."""
    acts_on: dict[Reference, None] = field(default_factory=dict)
    """What it may change: it calls it without using the result, or sets a part of it."""
    calls: dict[Reference, None] = field(default_factory=dict)
    stores: bool = False
    """Whether it may keep a value for its next call, in a global or enclosed name or in a part of one."""
    reaches_any_code: bool = False


class Scopes:
    """Which names belong to the module, in each function of one source text; and what these functions do."""

    def __init__(self, source: str, file: str) -> None:
        self._names: dict[tuple[str, int], set[str]] = {}
        self._uses: dict[ast.AST, Uses] = {}
        self._read(symtable.symtable(source, file, "exec"))

    def _read(self, table: symtable.SymbolTable) -> set[str]:
        """Note a scope and those inside it; the module's names that are used in any of them."""
        names = set[str]()
        for symbol in table.get_symbols():
            in_class = table.get_type() == "class"  # where `x = x` reads the module's x
            if symbol.is_referenced() and (symbol.is_global() or in_class):
                names.add(symbol.get_name())
        for inner in table.get_children():
            names |= self._read(inner)
        self._names.setdefault((table.get_name(), table.get_lineno()), set()).update(names)
        return names

    def function_uses(self, function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Uses:
        """What the body of a function does, without its decorators and defaults."""
        if function not in self._uses:
            name = getattr(function, "name", "lambda")
            reader = _UseReader(self, self._names.get((name, function.lineno), set()))
            reader.visit_all(_body(function))
            self._uses[function] = reader.uses
        return self._uses[function]

    def statement_uses(self, statement: ast.stmt) -> Uses:
        """What a top-level statement does, and what functions in it use when they are called."""
        reader = _UseReader(self, None)
        reader.visit(statement)
        return reader.uses


class _UseReader(ast.NodeVisitor):
    """Collects what one piece of code does with names.

    Code at the top of a module is read without `names`; of a function, `names` are those of the module.
    """

    def __init__(self, scopes: Scopes, names: set[str] | None) -> None:
        self.uses = Uses()
        self._scopes = scopes
        self._names = names
        self._aliases: dict[str, Reference] = {}

    def visit(self, node: ast.AST) -> None:
        self.uses.stores |= isinstance(node, (ast.Global, ast.Nonlocal))
        if isinstance(node, FUNCTIONS):
            self._visit_function(node)
        else:
            super().visit(node)

    def visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def _reference(self, path: Path) -> Reference | None:
        """What a name refers to beyond the code that is read; None for a local variable."""
        if not path:
            return None
        if self._names is None or path[0] in self._names:
            return Reference("", path)
        imported = self._aliases.get(path[0])
        return imported and Reference(imported.module, (*imported.path, *path[1:]))

    def _add(self, path: Path) -> None:
        reference = self._reference(path)
        if reference is not None:
            self.uses.references[reference] = None
            self.uses.reaches_any_code |= path[0] in REACHING_NAMES
        self.uses.reaches_any_code |= not _REACHING_ATTRIBUTES.isdisjoint(path[1:])

    def visit_Name(self, node: ast.Name) -> None:
        self._add((node.id,))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._note_store(node)
        path = dotted(node)
        if path:
            self._add(path)
        else:
            self.uses.reaches_any_code |= node.attr in _REACHING_ATTRIBUTES
            self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self._note_store(node)
        self.generic_visit(node)

    def _note_store(self, node: ast.Attribute | ast.Subscript) -> None:
        """Note that an attribute or an item of something is set or deleted."""
        changed = self._reference(acted_path(node))
        if changed is not None and not isinstance(node.ctx, ast.Load):
            self.uses.acts_on[changed] = None
            self.uses.stores = True

    def visit_Expr(self, node: ast.Expr) -> None:
        changed = self._reference(acted_path(node.value))
        if changed is not None:
            self.uses.acts_on[changed] = None
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        called = self._reference(acted_path(node.func))
        if called is not None:
            self.uses.calls[called] = None
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        self.uses.imports.update(dict.fromkeys(alias.name for alias in node.names))
        self._aliases.update(imported_names(node))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        imported = imported_names(node)
        for reference in imported.values():
            self.uses.imports[reference.module] = None
            self.uses.references[reference] = None
        self._aliases.update(imported)

    def _visit_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        """Read decorators and defaults in the scope around a function, and its body in its own."""
        self.visit_all(getattr(node, "decorator_list", ()))
        self.visit(node.args)
        if self._names is not None:  # inside a function, where the names of the module are known already
            self.visit_all(_body(node))
            return
        inner = self._scopes.function_uses(node)
        self.uses.references.update(inner.references)
        self.uses.imports.update(inner.imports)
        self.uses.reaches_any_code |= inner.reaches_any_code


def _body(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.AST]:
    return [function.body] if isinstance(function, ast.Lambda) else list(function.body)


def imported_names(node: ast.stmt) -> dict[str, Reference]:
    """What the names of an import stand for; nothing for any other statement. That of `import *` is `*`."""
    names = {}
    if isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            path = () if alias.name == "*" else (alias.name,)
            names[alias.asname or alias.name] = Reference(module, path)
    elif isinstance(node, ast.Import):
        for alias in node.names:
            package = alias.name.partition(".")[0]
            names[alias.asname or package] = Reference(alias.name if alias.asname else package, ())
    return names


def dotted(node: ast.AST | None) -> Path:
    """`("a", "b", "c")` of `a.b.c`; empty for what is not attributes of a name."""
    if isinstance(node, ast.Name):
        return (node.id,)
    if isinstance(node, ast.Attribute):
        around = dotted(node.value)
        return (*around, node.attr) if around else ()
    return ()


def acted_path(node: ast.AST | None) -> Path:
    """The name on which an expression acts, with its attributes as far as these are plain.

    `decimal.getcontext().prec` acts on `decimal.getcontext`, and `getattr(decimal, "getcontext")()` on
    `decimal`.
    """
    while node is not None and not dotted(node):
        if isinstance(node, ast.Call):
            passes_on = isinstance(node.func, ast.Name) and node.func.id in _PASSES_ON and node.args
            node = node.args[0] if passes_on else node.func
        elif isinstance(node, (ast.Attribute, ast.Subscript)):
            node = node.value
        else:
            return ()
    return dotted(node)
