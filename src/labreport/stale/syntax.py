"""What one module says: its top-level statements, and which names each binds, uses, calls and changes."""

from __future__ import annotations

import ast
import hashlib
import symtable
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from labreport.errors import UsageError

ENGINE = "labreport"
LOADING, LATER, GIVEN = "loading", "later", "given"
_REACHING = frozenset({"eval", "exec", "globals", "__import__", "__doc__", "__globals__", "__code__",
                       "__subclasses__"})  # fmt: skip
_CHANGING = frozenset({"append", "appendleft", "extend", "insert", "add", "update", "setdefault", "pop",
                       "popitem", "clear", "remove", "discard", "sort", "reverse"})  # fmt: skip
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DEFINITIONS = (*_FUNCTIONS, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_MUTABLE = (ast.List, ast.Dict, ast.Set, ast.Call, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
Target = tuple[str, str]
"""A module and a name in it; an empty name is the module itself."""
Whence = Mapping[ast.alias, str]


@dataclass(eq=False)
class Statement:
    """One top-level statement; of an import, the one name `alias` that it binds.

    A use is a name with its attributes, when it is used (while the module is loaded, later, or by the engine
    that is given it, which calls nothing while a module is loaded), and whether it is called, passed on
    or changed.
    """

    module: str
    node: ast.stmt
    alias: str = ""
    binds: list[str] = field(default_factory=list)
    uses: set[tuple[str, str, str]] = field(default_factory=set)
    imports: dict[str, list[Target]] = field(default_factory=dict)
    loads: list[tuple[str, str]] = field(default_factory=list)
    """The modules that it may import, each with when."""
    reaches: bool = False  # any code, by a computed name, or as text
    acts: bool = False  # on anything when it is loaded: it calls, decorates, derives or changes
    effect: bool = False  # beyond names, when it is loaded: a bare call, `x.y = 1`, a loop around these
    holds: bool = False  # something that others can change

    def names(self, role: str = "", *times: str) -> frozenset[str]:
        """The names that it uses in a role, by default in any, at some times, by default in all."""
        own = [use for use in self.uses if not times or use[1] in times]
        return frozenset(name for name, _, found in own if not role or found == role)

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


def statements(module: str, package: str, source: bytes, shown: str) -> Iterator[Statement]:
    """Read the statements of a module in a package. Raises `UsageError`, which calls it `shown`."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise UsageError(f"{shown}:{error.lineno or 1}: {error.msg}") from None
    tables = {node: symtable.symtable(ast.unparse(node), module, "exec") for node in tree.body}
    nodes = list(ast.walk(tree))
    imports = [node for node in nodes if isinstance(node, _IMPORTS)]
    whence = {each: _module(node, package) for node in imports for each in node.names}
    own = [each for each, of in whence.items() if (of or each.name).partition(".")[0] == ENGINE]
    engine = {(each.asname or each.name).partition(".")[0] for each in own}
    for node in nodes:
        if isinstance(node, (ast.Module, *_DEFINITIONS)):
            node.body = [one for one in node.body if not _says_nothing(one)]
        if isinstance(node, _DEFINITIONS):
            node.decorator_list = [one for one in node.decorator_list if _root(one) not in engine]
        elif isinstance(node, ast.Subscript) and dotted(node.value).rpartition(".")[2] == "Annotated":
            node.slice = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
    for node in tree.body:
        if isinstance(node, _IMPORTS):
            origin = f"{getattr(node, 'level', 0) * '.'}{getattr(node, 'module', '')}"
            for alias in node.names:
                one = Statement(module, node, f"{ast.unparse(alias)} from {origin}")
                _read(one, alias, LOADING, whence, engine)
                one.binds = [*one.imports]
                yield one
        else:
            one = Statement(module, node, holds=_holds(node, engine))
            _read(one, node, LOADING, whence, engine)
            _bind(one, tables[node])
            yield one


def _read(one: Statement, node: ast.AST, when: str, whence: Whence, engine: Container[str]) -> None:
    """Note in a statement a node and what is below it; annotations are left out."""
    name, attribute = dotted(node), getattr(node, "attr", "")
    values = [each.value for each in getattr(node, "keywords", ())]
    called, passed, changed = list[ast.expr](), list[ast.expr](), list[ast.expr]()
    if isinstance(node, ast.alias):
        module = whence[node]
        inner = node.name if module or node.asname else node.name.partition(".")[0]
        one.imports.setdefault(node.asname or inner, []).append((module or inner, inner if module else ""))
        one.loads += [(when, module or node.name), (when, f"{module}.{node.name}")]
    elif isinstance(node, ast.AugAssign):
        changed = [node.target]
    elif isinstance(node, _DEFINITIONS):
        called = [*node.decorator_list, *getattr(node, "bases", ()), *values]
    elif isinstance(node, ast.Call):
        called, passed = [node.func], [*node.args, *values]
        changed = node.args[:1] if dotted(node.func) in ("setattr", "delattr") else []
    elif isinstance(node, (ast.Attribute, ast.Subscript)):
        stored = not isinstance(node.ctx, ast.Load)
        changed = [node] if stored else [node.value] if attribute in _CHANGING else []
        one.effect |= stored and when == LOADING
    one.effect |= isinstance(node, ast.Expr) and when == LOADING
    one.acts |= (one.effect or bool(called or changed)) and when == LOADING
    one.reaches |= attribute in _REACHING or name == "sys.modules"
    one.uses |= {(name, when, "read")} if name else set()
    for role, parts in (("called", called), ("passed", passed)):
        one.uses |= {(dotted(each), when, role) for each in parts}
    one.uses |= {(_base(each), when, "changed") for each in changed}
    if not name:
        given = isinstance(node, ast.Call) and _root(node.func) in engine
        for part, value in ast.iter_fields(node):
            late = part == "body" and isinstance(node, (*_FUNCTIONS, ast.Lambda)) and when == LOADING
            then = GIVEN if given and part != "func" else LATER if late else when
            for inner in value if isinstance(value, list) else [value]:
                if isinstance(inner, ast.AST) and part not in ("annotation", "returns", "type_params"):
                    _read(one, inner, then, whence, engine)


def _bind(one: Statement, table: symtable.SymbolTable) -> None:
    """Tell the names that a statement binds, and which of its names are the module's."""
    free, tables = set(one.imports), [table]
    for each in tables:
        tables += each.get_children()
        for symbol in each.get_symbols():
            name, top = symbol.get_name(), each is table
            if symbol.is_referenced() and (top or symbol.is_global() or each.get_type() == "class"):
                free.add(name)
            if (symbol.is_assigned() or symbol.is_imported()) and (top or symbol.is_declared_global()):
                one.binds.append(name)
                if not top:
                    one.uses.add((name, LATER, "changed"))
                    free.add(name)
    free |= set(one.binds) if isinstance(one.node, ast.AugAssign) else set()
    one.uses = {use for use in one.uses if use[0].partition(".")[0] in free}
    one.reaches |= not _REACHING.isdisjoint(free)
    one.effect &= not isinstance(one.node, _DEFINITIONS)
    one.binds = sorted(dict.fromkeys(one.binds), key=lambda name: name != getattr(one.node, "name", ""))
    one.binds += ["*"] if "*" in one.imports else []


def _holds(node: ast.stmt, engine: Container[str]) -> bool:
    """Whether what a statement binds, a class or a default has in it what can be changed."""
    parts: Iterable[ast.AST | None] = ast.walk(node)
    told = getattr(node, "keywords", ())  # of a class, such as its metaclass
    if isinstance(node, ast.ClassDef):  # `field: list = new()` of a dataclass is one object's
        fields = [one for one in node.body if isinstance(one, (ast.Assign, ast.AnnAssign))]
        parts = [one.value for one in fields if isinstance(one, ast.Assign) or not _root(one.value)]
    elif isinstance(node, _FUNCTIONS):
        parts = [*node.args.defaults, *node.args.kw_defaults]
        told = "singledispatch" in "".join(map(ast.dump, node.decorator_list))
    return bool(told) or any(isinstance(one, _MUTABLE) and _root(one) not in engine for one in parts)


def dotted(node: ast.AST | None) -> str:
    """`a.b.c` as it is written; empty for anything that is not attributes of a name."""
    if isinstance(node, ast.Attribute) and dotted(node.value):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _base(node: ast.AST | None) -> str:
    """`a.b` of `a.b[0](x).c`."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)) and not dotted(node):
        node = node.func if isinstance(node, ast.Call) else node.value
    return dotted(node)


def _root(node: ast.AST | None) -> str:
    return _base(node).partition(".")[0]


def _module(node: ast.Import | ast.ImportFrom, package: str) -> str:
    """The module from which an import in a package takes names; empty where it names modules."""
    if isinstance(node, ast.Import):
        return ""
    around = package.split(".")[: 1 - node.level or None] if node.level else []
    return ".".join(filter(None, (*around, node.module)))


def _says_nothing(node: ast.stmt) -> bool:
    """A bare text, `if __name__ == "__main__":`, and `if TYPE_CHECKING:`, of whose names none is used."""
    if isinstance(node, ast.If) and not node.orelse:
        return ast.unparse(node.test).rpartition(".")[2] in ("TYPE_CHECKING", "__name__ == '__main__'")
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
