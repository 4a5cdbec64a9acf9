"""The names that code uses and what it does to them, by its syntax, which is the same in every Python."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable
from dataclasses import dataclass

Path = tuple[str, ...]
"""A name and its attributes: `np.random.seed` is `("np", "random", "seed")`."""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
REACHING_NAMES = frozenset({"eval", "exec", "globals", "__import__"})
REACHING_ATTRIBUTES = frozenset({"__doc__", "__globals__", "__code__", "__subclasses__"})
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


@dataclass(frozen=True)
class Uses:
    """What a function or a top-level statement does with names."""

    references: tuple[Reference, ...] = ()
    imports: tuple[str, ...] = ()
    """The modules that it imports when it is called, with dots in front of relative ones."""
    acts_on: tuple[Path, ...] = ()
    """Global names whose object it may change: it calls them without using the result, or sets a part."""
    calls: tuple[Path, ...] = ()
    """All global names that it calls."""
    stores: bool = False
    """Whether it may keep a value for its next call, in a global or enclosed name or in a part of one."""
    reaches_any_code: bool = False


class Scopes:
    """Which names belong to the module, in each function of one source text."""

    def __init__(self, source: str, file: str) -> None:
        self.uses: dict[ast.AST, Uses] = {}
        """What functions do, as far as it was read."""
        self._names: dict[tuple[str, int], set[str]] = {}
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
        key = (table.get_name(), table.get_lineno())
        self._names.setdefault(key, set()).update(names)
        return names

    def global_names(self, function: ast.AST) -> set[str]:
        """The names of the module that a function uses, in functions inside it too."""
        name = getattr(function, "name", "lambda")
        return self._names.get((name, function.lineno), set())  # type: ignore[attr-defined]


class _UseReader(ast.NodeVisitor):
    """Collects what one piece of code does with names.

    Code at the top of a module is read without `names`; of a function, `names` are those of the module.
    """

    def __init__(self, scopes: Scopes, names: set[str] | None = None) -> None:
        self._scopes = scopes
        self._names = names
        self._references = dict[Reference, None]()
        self._imports = dict[str, None]()
        self._aliases = dict[str, Reference]()
        self._acts_on = dict[Path, None]()
        self._calls = dict[Path, None]()
        self._stores = False
        self._reaches = False

    def read(self, nodes: Iterable[ast.AST]) -> Uses:
        """What these nodes do; to be called once."""
        for node in nodes:
            self.visit(node)
        return Uses(
            tuple(self._references),
            tuple(self._imports),
            tuple(self._acts_on),
            tuple(self._calls),
            self._stores,
            self._reaches,
        )

    def _is_global(self, name: str) -> bool:
        return self._names is None or name in self._names

    def _add(self, path: Path) -> None:
        name, *attributes = path
        if self._is_global(name):
            self._references[Reference("", path)] = None
            self._reaches |= name in REACHING_NAMES
        elif name in self._aliases:
            imported = self._aliases[name]
            self._references[Reference(imported.module, (*imported.path, *attributes))] = None
        self._reaches |= not REACHING_ATTRIBUTES.isdisjoint(attributes)

    def visit_Name(self, node: ast.Name) -> None:
        self._add((node.id,))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._note_store(node)
        path = dotted(node)
        if path:
            self._add(path)
            return
        self._reaches |= node.attr in REACHING_ATTRIBUTES
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self._note_store(node)
        self.generic_visit(node)

    def _note_store(self, node: ast.Attribute | ast.Subscript) -> None:
        """Note that an attribute or an item of something is set or deleted."""
        if isinstance(node.ctx, ast.Load):
            return
        self._stores |= self._note_action(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        self._note_action(node.value)
        self.generic_visit(node)

    def _note_action(self, node: ast.expr) -> bool:
        """Note what may be changed by `node`; whether that is a global name."""
        path = acted_path(node)
        if not path or not self._is_global(path[0]):
            return False
        self._acts_on[path] = None
        return True

    def visit_Call(self, node: ast.Call) -> None:
        path = acted_path(node.func)
        if path and self._is_global(path[0]):
            self._calls[path] = None
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        if not is_main_guard(node):
            self.generic_visit(node)

    def visit_Global(self, node: ast.Global) -> None:
        self._stores = True

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self._stores = True

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._imports[alias.name] = None
            if alias.asname:
                self._aliases[alias.asname] = Reference(alias.name, ())
            else:
                package = alias.name.partition(".")[0]
                self._aliases[package] = Reference(package, ())

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        self._imports[module] = None
        for alias in node.names:
            path = () if alias.name == "*" else (alias.name,)
            reference = Reference(module, path)
            self._references[reference] = None
            self._aliases[alias.asname or alias.name] = reference

    def _visit_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        """Read decorators and defaults in the scope around a function, and its body in its own."""
        for outside in (*getattr(node, "decorator_list", ()), node.args):
            self.visit(outside)
        body = node.body if isinstance(node.body, list) else [node.body]
        if self._names is not None:  # inside a function the names of the module are known already
            for inner in body:
                self.visit(inner)
            return
        inner_uses = function_uses(node, self._scopes)
        for reference in inner_uses.references:
            self._references[reference] = None
        for module in inner_uses.imports:
            self._imports[module] = None
        self._reaches |= inner_uses.reaches_any_code

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._visit_function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._visit_function(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._visit_function(node)


def function_uses(function: ast.AST, scopes: Scopes) -> Uses:
    """What the body of a function does, without its decorators and defaults."""
    if function not in scopes.uses:
        body = function.body if isinstance(function.body, list) else [function.body]  # type: ignore[attr-defined]
        scopes.uses[function] = _UseReader(scopes, scopes.global_names(function)).read(body)
    return scopes.uses[function]


def statement_uses(statement: ast.stmt, scopes: Scopes) -> Uses:
    """What a top-level statement does, the functions that it defines included, when they are called."""
    return _UseReader(scopes).read([statement])


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
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            passes_on = name in _PASSES_ON and node.args
            node = node.args[0] if passes_on else node.func
        elif isinstance(node, (ast.Attribute, ast.Subscript)):
            node = node.value
        else:
            return ()
    return dotted(node)


def is_main_guard(node: ast.AST) -> bool:
    """Whether it is `if __name__ == "__main__":`, which is not carried out when a module is imported."""
    return isinstance(node, ast.If) and not node.orelse and ast.unparse(node.test) == "__name__ == '__main__'"
