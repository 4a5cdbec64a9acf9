"""What one module says: its top-level statements, and which names each binds, uses, calls and changes."""

from __future__ import annotations

import ast
import hashlib
import symtable
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from labreport.errors import UsageError

ENGINE = "labreport"
_REACHING = frozenset({"eval", "exec", "globals", "__import__", "__doc__", "__globals__", "__code__",
                       "__subclasses__"})  # fmt: skip
_CHANGING = frozenset({"append", "appendleft", "extend", "insert", "add", "update", "setdefault", "pop",
                       "popitem", "clear", "remove", "discard", "sort", "reverse"})  # fmt: skip
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DEFINITIONS = (*_FUNCTIONS, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete, ast.For)
_MUTABLE = (ast.List, ast.Dict, ast.Set, ast.Call, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
Target = tuple[str, str]
"""A module and a name in it; an empty name is the module itself."""


@dataclass(eq=False)
class Statement:
    """One top-level statement; of an import, the one name `alias` that it binds.

    A use is a name with its attributes, whether it is used when the module is loaded, and for what: it is
    read, called, passed on, given to the engine (which calls nothing while a module is loaded) or changed.
    """

    module: str
    node: ast.stmt
    alias: str = ""
    binds: list[str] = field(default_factory=list)
    uses: set[tuple[str, bool, str]] = field(default_factory=set)
    imports: dict[str, list[Target]] = field(default_factory=dict)
    loads: list[tuple[bool, Target]] = field(default_factory=list)
    """What it imports, and whether it does when its module is loaded."""
    reaches: bool = False
    """It may reach any code, by a computed name, or read it as text."""
    acts: bool = False
    """It calls, decorates or derives when the module is loaded."""
    effect: bool = False
    """It is there for what it does, not for a name."""
    holds: bool = False
    """Others can change what it binds."""

    def names(self, *roles: str, loading: bool = False) -> frozenset[str]:
        """The names that it uses in these roles, by default in all but those given to the engine."""
        wanted = roles or ("read", "called", "passed", "changed")
        return frozenset(name for name, early, role in self.uses if role in wanted and early >= loading)

    @property
    def kind(self) -> str:
        """What a person calls it."""
        known = {ast.ClassDef: "class", ast.FunctionDef: "function", ast.AsyncFunctionDef: "function"}
        return "import" if self.alias else known.get(type(self.node), "value" if self.binds else "statement")

    @property
    def label(self) -> str:
        """`module:name` of the first name that it binds; all that bind none have the name `<loading>`."""
        return f"{self.module}:{self.binds[0] if self.binds else '<loading>'}"

    @cached_property
    def digest(self) -> str:
        """Of its syntax without positions, comments and docstrings, 16 hexadecimal digits."""
        text = self.alias or ast.dump(self.node, annotate_fields=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def statements(module: str, package: str, source: bytes, shown: str) -> list[Statement]:
    """Read the statements of a module in a package. Raises `UsageError`, which calls it `shown`."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise UsageError(f"{shown}:{error.lineno or 1}: {error.msg}") from None
    tables = {node: symtable.symtable(ast.unparse(node), module, "exec") for node in tree.body}
    nodes = list(ast.walk(tree))
    bound = [each for node in nodes if isinstance(node, _IMPORTS) for each in _imported(node, package)]
    engine = {name for name, (target, _), _, _ in bound if target.partition(".")[0] == ENGINE}
    for node in nodes:
        if isinstance(node, (ast.Module, *_DEFINITIONS)):
            node.body = [one for one in node.body if not _says_nothing(one)]
        if isinstance(node, _DEFINITIONS):
            node.decorator_list = [one for one in node.decorator_list if _root(one) not in engine]
        elif isinstance(node, ast.Subscript) and dotted(node.value).rpartition(".")[2] == "Annotated":
            node.slice = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
    found: list[Statement] = []
    for node in tree.body:
        if isinstance(node, _IMPORTS):
            for name, target, load, text in _imported(node, package):
                one = Statement(module, node, text, [name], imports={name: [target]}, loads=[(True, load)])
                found.append(one)
        else:
            found.append(_Reading(Statement(module, node), package, engine).read(tables[node]))
    return found


class _Reading(ast.NodeVisitor):
    """Fills in one statement; names in annotations are left out."""

    def __init__(self, statement: Statement, package: str, engine: Container[str]) -> None:
        self._found, self._package, self._engine = statement, package, engine
        self._loading, self._given = True, False

    def read(self, table: symtable.SymbolTable) -> Statement:
        """The statement; `table` says which of its names are the module's."""
        found, node = self._found, self._found.node
        self.visit(node)
        free, tables = set(found.imports), [table]
        for one in tables:
            tables += one.get_children()
            for symbol in one.get_symbols():
                name, top = symbol.get_name(), one is table
                if symbol.is_referenced() and (top or symbol.is_global() or one.get_type() == "class"):
                    free.add(name)
                if (symbol.is_assigned() or symbol.is_imported()) and (top or symbol.is_declared_global()):
                    found.binds.append(name)
                    if not top:
                        found.uses.add((name, False, "changed"))
                        free.add(name)
        free |= set(found.binds) if isinstance(node, ast.AugAssign) else set()
        found.uses = {use for use in found.uses if use[0].partition(".")[0] in free}
        found.reaches |= not _REACHING.isdisjoint(free)
        found.binds = sorted(dict.fromkeys(found.binds), key=lambda name: name != getattr(node, "name", ""))
        found.binds += ["*"] if "*" in found.imports else []
        found.effect, found.holds = _is_effect(node), self._holds(node)
        return found

    def _holds(self, node: ast.stmt) -> bool:
        if isinstance(node, ast.ClassDef):  # `field: list = new()` of a dataclass is one object's
            own = [one for one in node.body if isinstance(one, (ast.Assign, ast.AnnAssign))]
            made = [one for one in own if isinstance(one, ast.AnnAssign) and isinstance(one.value, ast.Call)]
            return bool(node.keywords) or any(
                isinstance(one.value, _MUTABLE) for one in own if one not in made
            )
        if isinstance(node, _FUNCTIONS):
            single = any("singledispatch" in ast.unparse(one) for one in node.decorator_list)
            defaults = (*node.args.defaults, *node.args.kw_defaults)
            return single or any(isinstance(one, _MUTABLE) for one in defaults)
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            frozen = isinstance(node.value, ast.Call) and _root(node.value) in self._engine
            return not frozen and any(isinstance(one, _MUTABLE) for one in ast.walk(node.value or node))
        return not isinstance(node, ast.AugAssign)

    def _note(self, name: str, role: str) -> None:
        if name:
            self._found.uses.add((name, self._loading, "given" if self._given else role))

    def visit(self, node: ast.AST) -> None:
        """Note one node, and what is below it."""
        name, attribute = dotted(node), node.attr if isinstance(node, ast.Attribute) else ""
        self._found.reaches |= attribute in _REACHING or name == "sys.modules"
        if name:
            self._note(name, "read" if isinstance(getattr(node, "ctx", None), ast.Load) else "changed")
            if attribute in _CHANGING:
                self._note(name.rpartition(".")[0], "changed")
        elif isinstance(node, ast.Call):
            self._call(node)
        else:
            self._other(node)

    def _other(self, node: ast.AST) -> None:
        acts = isinstance(node, ast.AugAssign)
        if isinstance(node, _IMPORTS):
            for name, target, load, _ in _imported(node, self._package):
                self._found.imports.setdefault(name, []).append(target)
                self._found.loads.append((self._loading, load))
        elif isinstance(node, _ASSIGNMENTS):
            for one in node.targets if isinstance(node, (ast.Assign, ast.Delete)) else [node.target]:
                self._store(one, isinstance(node, ast.AugAssign))
        elif isinstance(node, _DEFINITIONS):
            for each in node.decorator_list:
                self._note(dotted(each), "called")
            derives = isinstance(node, ast.ClassDef) and bool(node.bases or node.keywords)
            acts = derives or bool(node.decorator_list)
        self._found.acts |= self._loading and acts
        loading = self._loading
        for part, value in ast.iter_fields(node):
            if part not in ("annotation", "returns", "type_params"):
                late = part == "body" and isinstance(node, (*_FUNCTIONS, ast.Lambda))
                self._loading = loading and not late
                for inner in value if isinstance(value, list) else [value]:
                    if isinstance(inner, ast.AST):
                        self.visit(inner)
        self._loading = loading

    def _call(self, node: ast.Call) -> None:
        before, called = self._given, dotted(node.func)
        self._note(called, "called")
        self.visit(node.func)
        self._given = before or _root(node.func) in self._engine
        self._found.acts |= self._loading and not self._given
        if called in ("setattr", "delattr") and node.args:
            self._store(node.args[0], True)
        for one in (*node.args, *(each.value for each in node.keywords)):
            self._note(dotted(one), "passed")
            self.visit(one)
        self._given = before

    def _store(self, target: ast.AST, added: bool) -> None:
        """Note what is changed in place: `a` of `a[0] = 1` and `a += 1`; `a.b = 1` notes itself."""
        for one in target.elts if isinstance(target, (ast.Tuple, ast.List)) else ():
            self._store(one, added)
        while isinstance(target, (ast.Subscript, ast.Attribute)) and not dotted(target):
            target, added = target.value, True
        self._note(dotted(target) if added else "", "changed")


def dotted(node: ast.AST) -> str:
    """`a.b.c` as it is written; empty for anything that is not attributes of a name."""
    inner = node
    while isinstance(inner, ast.Attribute):
        inner = inner.value
    return ast.unparse(node) if isinstance(inner, ast.Name) else ""


def _root(node: ast.AST) -> str:
    """The name at the beginning of `name.a[0](x).b`."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _says_nothing(node: ast.stmt) -> bool:
    """A bare text, `if __name__ == "__main__":`, and `if TYPE_CHECKING:`, of whose names none is used."""
    if isinstance(node, ast.If) and not node.orelse:
        return ast.unparse(node.test).rpartition(".")[2] in ("TYPE_CHECKING", "__name__ == '__main__'")
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _imported(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[tuple[str, Target, Target, str]]:
    """Each name that an import in a package binds, what it means, what is loaded for it, and its text."""
    for alias in node.names:
        text = f"{ast.unparse(alias)} from {getattr(node, 'level', 0) * '.'}{getattr(node, 'module', '')}"
        if isinstance(node, ast.ImportFrom):
            around = package.split(".")[: 1 - node.level or None] if node.level else []
            target = (".".join(filter(None, (*around, node.module))), alias.name)
            yield alias.asname or alias.name, target, target, text
        else:
            top = alias.name.partition(".")[0]
            yield alias.asname or top, (alias.name if alias.asname else top, ""), (alias.name, ""), text


def _is_effect(node: ast.AST) -> bool:
    """Whether a statement does something beyond names: a bare call, `x.y = 1`, a loop around these."""
    if isinstance(node, ast.Expr):
        return not (isinstance(node.value, ast.Call) and dotted(node.value.func) == "print")
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete)):
        targets = node.targets if isinstance(node, (ast.Assign, ast.Delete)) else [node.target]
        return any(isinstance(one, (ast.Attribute, ast.Subscript)) for one in targets)
    inner = (ast.stmt, ast.ExceptHandler, ast.match_case)
    below = [one for one in ast.iter_child_nodes(node) if isinstance(one, inner)]
    return not isinstance(node, _DEFINITIONS) and any(map(_is_effect, below))
