"""What a statement may change beyond the names that it binds: what it calls, passes on and stores into."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from labreport.fingerprint.binding import Targets, bound, dotted, full_name

ENGINE = __name__.partition(".")[0]
PURE = frozenset(
    {
        "abc",
        "collections",
        "contextlib",
        "copy",
        "dataclasses",
        "datetime",
        "enum",
        "fractions",
        "functools",
        "itertools",
    }
    | {"math", "operator", "os.path", "pathlib", "re", "statistics", "string", "types", "typing"}
    | {"typing_extensions", "weakref"}
)
"""Modules of the standard library whose functions only make new objects of their arguments."""
CHANGING = frozenset({"setattr", "delattr"})
"""Built-in functions that change their first argument."""
ACTING = frozenset({"exec", "eval", "print", "open", "input", "breakpoint", "__import__"}) | {
    *("globals", "locals", "vars")
}
"""Built-in functions that act outside of the program's own objects, or on names that are not written out."""
CALLING = frozenset({"map", "filter"})
"""Built-in functions that call a function which they are given."""
MUTATING = frozenset(
    {"add", "append", "appendleft", "clear", "discard", "extend", "fill", "insert", "pop", "popitem", "put"}
    | {"register", "remove", "reverse", "setdefault", "sort", "update", "__setitem__", "__setattr__", "send"}
)
"""Methods that change the object whose they are."""
READING = frozenset(
    {"count", "endswith", "format", "get", "index", "items", "join", "keys", "lower", "partition", "replace"}
    | {"rpartition", "split", "startswith", "strip", "upper", "values"}
)
"""Methods that do not."""
DECLARING = frozenset({"question", "figure"})
"""Decorators of the engine that declare something: they keep a function, and do not call it."""
LOCALLY = "!"
"""The name, among what is stored into, of an object without one in the module: an argument, perhaps."""
_BEGINNING = ("__init__", "__new__", "__post_init__", "__set_name__")
_BUILTINS = frozenset(dir(builtins)) - ACTING - CALLING
Effect = list[list[str]]
"""Dotted names that are called, passed to a call (or given another name), stored into, and declared only."""


def effect(statement: ast.AST, imports: Targets, engine: bool, deep: bool) -> Effect:
    """The effect of running a statement, as far as it concerns what the module knows by name.

    With `deep`, that of the bodies of its functions too. Calls of `PURE` modules, and for a project's code
    calls of the engine, which changes nothing that it is given, are left out.
    """
    found = _Effects(imports, engine, deep)
    found.visit(statement)
    declared = found.declared - found.calls - found.passed
    return [sorted(found.calls), sorted(found.passed), sorted(found.stored), sorted(declared)]


def declares(decorator: ast.expr, imports: Targets) -> bool:
    """Whether a decorator makes a question or a figure of a function, and does not change what it computes.

    What it says of them, such as a question's text, is an ingredient of their own nodes.
    """
    if not isinstance(decorator, ast.Call):
        return False
    full = full_name(dotted(decorator.func), imports)
    return full.startswith(f"{ENGINE}.") and full.rpartition(".")[2] in DECLARING


class _Effects(ast.NodeVisitor):
    def __init__(self, imports: Targets, engine: bool, deep: bool) -> None:
        self._imports = imports
        self._engine = engine
        self._deep = deep
        self._classes: list[ast.ClassDef] = []
        self._new = False
        self.calls: set[str] = set()
        self.passed: set[str] = set()
        self.stored: set[str] = set()
        self.declared: set[str] = set()

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._decorated(node)
        for value in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.visit(value)
        if self._deep:
            before, self._new = self._new, node.name in _BEGINNING
            for statement in node.body:
                self.visit(statement)
            self._new = before

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815  # the name that ast asks for

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._decorated(node)
        for base in (*node.bases, *(keyword.value for keyword in node.keywords)):
            self._call(base)
            self.visit(base)
        self._classes.append(node)
        for statement in node.body:
            self.visit(statement)
        self._classes.pop()

    def _decorated(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        for decorator in node.decorator_list:
            self._call(decorator.func if isinstance(decorator, ast.Call) else decorator)
            self.visit(decorator)

    def visit_Call(self, node: ast.Call) -> None:
        if self._call(node.func):
            for value in (*node.args, *(keyword.value for keyword in node.keywords)):
                self.passed.update(filter(None, map(self._root, _values(value))))
        elif declares(node.func, self._imports):
            self.declared.update(filter(None, map(self._root, node.args)))
        if dotted(node.func) in CHANGING and node.args:
            self.stored.add(self._root(node.args[0]))
        self.generic_visit(node)

    def _call(self, function: ast.expr) -> bool:
        """Note a call; whether it may change what it is given."""
        name = self._root(function)
        full = full_name(name, self._imports).removeprefix("builtins.")
        top = full.partition(".")[0]
        if any(full == pure or full.startswith(f"{pure}.") for pure in PURE):
            return False
        if top == ENGINE and not self._engine and top != name.partition(".")[0]:
            return False
        if name:
            self.calls.add(name)
        if isinstance(function, ast.Attribute) and function.attr in MUTATING:
            self.stored.add(LOCALLY)
        return name not in _BUILTINS

    def visit_Assign(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            self._store(target)
        if self._deep and isinstance(node.value, (ast.Name, ast.Attribute)):
            self.passed.add(self._root(node.value))  # another name for it, under which it can be changed
        self.generic_visit(node)

    visit_AnnAssign = visit_Assign  # noqa: N815
    visit_AugAssign = visit_Assign  # noqa: N815

    def visit_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            self._store(target)
        self.generic_visit(node)

    def _store(self, target: ast.expr) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            for inner in target.elts:
                self._store(inner)
        elif isinstance(target, (ast.Attribute, ast.Subscript)):
            root = self._root(target)
            self.stored.add(root)
            if not (self._new and root.partition(".")[0] == "self"):
                self.stored.add(LOCALLY)

    def _root(self, node: ast.expr) -> str:
        """The dotted name at the beginning of `a.b[c].d(e).f`; a class for what all its objects share."""
        while not (name := dotted(node)):
            if isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
                node = node.value
            elif isinstance(node, ast.Call):
                node = node.func
            else:
                return ""
        head, _, rest = name.partition(".")
        for one in reversed(self._classes):
            shared = {each for statement in one.body for each in bound(statement)}
            if head == "cls" or (head == "self" and rest.partition(".")[0] in shared and "." in rest):
                return f"{one.name}.{rest}"
        return name


def _values(value: ast.expr) -> Iterator[ast.expr]:
    """An argument, and what is in it where it is a list, a tuple, a dict or a choice."""
    yield value
    for inner in ast.iter_child_nodes(value):
        if isinstance(value, (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.IfExp, ast.Starred)) and isinstance(
            inner, ast.expr
        ):
            yield from _values(inner)
