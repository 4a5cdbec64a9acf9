"""What one module says: its top-level statements, and of each the names it binds, uses, calls and changes."""

from __future__ import annotations

import ast
import hashlib
import symtable
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from labreport.errors import UsageError

ENGINE = "labreport"
TEXT = "every file"
"""In `Statement.special`: it may read any code as text or by a computed name."""
SUBCLASSES = "__subclasses__"
_TEXT_NAMES = frozenset({"eval", "exec", "globals", "__import__", "__doc__", "__globals__", "__code__"})
_CHANGING = frozenset(
    ("append appendleft extend insert add update setdefault pop popitem clear remove discard sort reverse")
    .split()
)  # fmt: skip
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_MUTABLE = (ast.List, ast.Dict, ast.Set, ast.Call, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
Target = tuple[str, str]
"""A module, relative ones with their dots, and a name in it; an empty name is the module itself."""


@dataclass(eq=False)
class Statement:
    """One top-level statement. Names are dotted as far as they are attributes of a name: `np.random.rand`."""

    module: str
    node: ast.stmt
    alias: str = ""
    """Of an import: the text of the one name that it binds; several names are several statements."""
    binds: list[str] = field(default_factory=list)
    uses: set[str] = field(default_factory=set)
    declared: set[str] = field(default_factory=set)
    """Of `uses`, what is only given to the engine, which calls nothing of it while a module is loaded."""
    loading: set[str] = field(default_factory=set)
    """Of `uses`, what is used when the module is loaded."""
    passed: set[str] = field(default_factory=set)
    """Of `loading`, what is only passed on."""
    calls: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    imports: dict[str, list[Target]] = field(default_factory=dict)
    loads: list[Target] = field(default_factory=list)
    """What it imports when its module is loaded; `later`, what its functions import."""
    later: list[Target] = field(default_factory=list)
    special: set[str] = field(default_factory=set)
    acts: bool = False
    """It does more than bind constants, functions and plain classes."""
    effect: bool = False
    """It is there for what it does, not for a name."""
    holds: bool = False
    """What it binds can be changed by others."""

    @property
    def kind(self) -> str:
        """What a person calls it."""
        words = {ast.ClassDef: "class", ast.FunctionDef: "function", ast.AsyncFunctionDef: "function"}
        return "import" if self.alias else words.get(type(self.node), "value" if self.binds else "statement")

    @property
    def label(self) -> str:
        """`module:name` of the first name that it binds; all that bind none have the name `<loading>`."""
        return f"{self.module}:{self.binds[0] if self.binds else '<loading>'}"

    @property
    def line(self) -> int:
        """Its first line, counted from 1."""
        return self.node.lineno

    @cached_property
    def digest(self) -> str:
        """Its syntax, without positions, comments and docstrings, as 16 hexadecimal digits."""
        text = self.alias or ast.dump(self.node, annotate_fields=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def statements(module: str, source: bytes, shown: str) -> list[Statement]:
    """The top-level statements of a module. Raises `UsageError`, which calls it `shown`, for a syntax error."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise UsageError(f"{shown}{f':{line}' if line else ''}: {error.args[0]}") from None
    _strip(tree)
    text = source.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    own = [node for node in tree.body if not _is_main(node) and not _only_types(node)]
    engine = {
        name
        for node in own
        for inner in ast.walk(node)
        if isinstance(inner, (ast.Import, ast.ImportFrom))
        for name, target in _imported(inner)
        if target[0].partition(".")[0] == ENGINE
    }
    found = []
    for node in own:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found += _import(module, node)
            continue
        if isinstance(node, _DEFINITIONS):
            node.decorator_list = [one for one in node.decorator_list if _root(one) not in engine]
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
        try:
            table = symtable.symtable("\n".join(text[first - 1 : node.end_lineno]), module, "exec")
        except SyntaxError:  # of one that begins behind another in its line
            table = symtable.symtable(ast.unparse(node), module, "exec")
        found.append(_Reading(Statement(module, node), engine).read(table))
    return found


def _strip(tree: ast.Module) -> None:
    """Leave out bare texts, and the bounds in `Annotated`: neither changes what is computed."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, *_DEFINITIONS)):
            node.body = [one for one in node.body if not _is_text(one)]
        elif isinstance(node, ast.Subscript) and _dotted(node.value).rpartition(".")[2] == "Annotated":
            node.slice = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_main(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'" and not node.orelse


def _only_types(node: ast.stmt) -> bool:
    """`if TYPE_CHECKING:`, whose names annotations alone use."""
    return (
        isinstance(node, ast.If)
        and _dotted(node.test).rpartition(".")[2] == "TYPE_CHECKING"
        and not node.orelse
    )


def _dotted(node: ast.AST) -> str:
    """`a.b.c` as it is written; empty for anything that is not attributes of a name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _root(node: ast.AST) -> str:
    """The name at the beginning of `name.a[0](x).b`."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, Target]]:
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            yield alias.asname or alias.name, ("." * node.level + (node.module or ""), alias.name)
        else:
            top = alias.name.partition(".")[0]
            yield alias.asname or top, (alias.name if alias.asname else top, "")


def _loaded(node: ast.Import | ast.ImportFrom) -> list[Target]:
    if isinstance(node, ast.Import):
        return [(alias.name, "") for alias in node.names]
    return [target for _, target in _imported(node)]


def _import(module: str, node: ast.Import | ast.ImportFrom) -> Iterator[Statement]:
    for (name, target), alias, loads in zip(_imported(node), node.names, _loaded(node), strict=True):
        text = f"{ast.unparse(alias)} from {target}"
        yield Statement(module, node, text, [name], imports={name: [target]}, loads=[loads])


class _Reading(ast.NodeVisitor):
    """Fills in one statement."""

    def __init__(self, statement: Statement, engine: Iterable[str]) -> None:
        self._found = statement
        self._engine = engine
        self._deep = self._given = 0
        self._called: set[str] = set()

    def read(self, table: symtable.SymbolTable) -> Statement:
        """The statement; `table` says which of its names are the module's."""
        found = self._found
        self.visit(found.node)
        free, stored = set[str](), set[str]()
        for one in _tables(table):
            for symbol in one.get_symbols():
                name, top = symbol.get_name(), one is table
                if symbol.is_referenced() and (top or symbol.is_global() or one.get_type() == "class"):
                    free.add(name)
                if (symbol.is_assigned() or symbol.is_imported()) and (top or symbol.is_declared_global()):
                    found.binds.append(name)
                    stored |= set() if top else {name}
        known = free | set(found.imports) | set(found.binds if isinstance(found.node, ast.AugAssign) else ())
        for group in (found.uses, found.declared, found.loading, found.passed, found.calls, found.changes):
            group.intersection_update([use for use in group if use.partition(".")[0] in known | stored])
        found.changes |= stored
        found.declared -= self._called
        found.passed -= found.calls
        found.special |= {TEXT for name in _TEXT_NAMES & free}
        node = found.node
        if isinstance(node, _DEFINITIONS):
            found.binds.sort(key=lambda name: name != node.name)
        found.binds = list(dict.fromkeys(found.binds))
        found.effect = _is_effect(node)
        found.holds = self._holds(node)
        return found

    def _holds(self, node: ast.stmt) -> bool:
        if isinstance(node, ast.ClassDef):
            plain = any(_dotted_or_call(one).endswith("dataclass") for one in node.decorator_list)
            return any(
                isinstance(one, ast.Assign) or not plain or "ClassVar" in ast.unparse(one.annotation)
                for one in node.body
                if isinstance(one, (ast.Assign, ast.AnnAssign)) and isinstance(one.value, _MUTABLE)
            ) or any(one.arg == "metaclass" for one in node.keywords)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            defaults = [*node.args.defaults, *node.args.kw_defaults]
            single = any("singledispatch" in _dotted_or_call(one) for one in node.decorator_list)
            return single or any(isinstance(one, _MUTABLE) for one in defaults)
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            if isinstance(node.value, ast.Call) and _root(node.value) in self._engine:
                return False
            return any(isinstance(one, _MUTABLE) for one in ast.walk(node.value))
        return not isinstance(node, ast.AugAssign)

    def visit(self, node: ast.AST) -> None:
        """Note one node, and what is below it except annotations."""
        loading = not self._deep
        if isinstance(node, (ast.Attribute, ast.Name)) and (chain := _dotted(node)):
            self._use(chain, node)
            return
        if isinstance(node, ast.Attribute) and node.attr in (*_TEXT_NAMES, SUBCLASSES):
            self._found.special.add(SUBCLASSES if node.attr == SUBCLASSES else TEXT)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for name, target in _imported(node):
                self._found.imports.setdefault(name, []).append(target)
            (self._found.loads if loading else self._found.later).extend(_loaded(node))
        elif isinstance(node, ast.Call):
            self._call(node)
            return
        elif isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete, ast.For)):
            targets = getattr(node, "targets", None) or [node.target]  # type: ignore[union-attr]
            for target in targets:
                self._store(target, isinstance(node, ast.AugAssign))
        if loading and isinstance(node, (ast.AugAssign, ast.ClassDef, *_SCOPES)):
            acting = [*getattr(node, "decorator_list", ()), *getattr(node, "bases", ()),
                      *getattr(node, "keywords", ())]  # fmt: skip
            self._found.acts |= bool(acting) or isinstance(node, ast.AugAssign)
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "type_params", "type_comment"):
                continue
            inside = isinstance(node, _SCOPES) and name == "body"
            self._deep += inside
            if name == "decorator_list":
                self._found.calls.update(filter(None, map(_dotted, value)))
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, ast.AST):
                    self.visit(one)
            self._deep -= inside

    def _use(self, chain: str, node: ast.AST) -> None:
        found = self._found
        found.uses.add(chain)
        if self._given:
            found.declared.add(chain)
        else:
            self._called.add(chain)
        if not self._deep and not self._given:
            found.loading.add(chain)
        parts = chain.split(".")
        if chain == "sys.modules" or not {*parts[1:]}.isdisjoint(_TEXT_NAMES):
            found.special.add(TEXT)
        if SUBCLASSES in parts:
            found.special.add(SUBCLASSES)
        if len(parts) > 1 and parts[-1] in _CHANGING:
            found.changes.add(chain.rpartition(".")[0])
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            found.changes.add(chain)

    def _call(self, node: ast.Call) -> None:
        called, given = _dotted(node.func), _root(node.func) in self._engine
        self._found.acts |= not self._deep and not given
        if called:
            self._found.calls.add(called)
        if called in ("setattr", "delattr") and node.args:
            self._store(node.args[0], True)
        self.visit(node.func)
        self._given += given
        for one in (*node.args, *(each.value for each in node.keywords)):
            if (chain := _dotted(one)) and not self._deep:
                self._found.passed.add(chain)
            self.visit(one)
        self._given -= given

    def _store(self, target: ast.AST, added: bool) -> None:
        """Note what is changed in place: `a` of `a.b = 1`, `a[0] = 1` and `a += 1`."""
        if isinstance(target, (ast.Tuple, ast.List)):
            for one in target.elts:
                self._store(one, added)
        while isinstance(target, (ast.Subscript, ast.Attribute)) and not _dotted(target):
            target, added = target.value, True
        if (chain := _dotted(target)) and (added or "." in chain):
            self._found.changes.add(chain)
            self._found.uses.add(chain)
            self._found.loading |= {chain} if not self._deep else set()
            self._called.add(chain)


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _dotted_or_call(node: ast.AST) -> str:
    return _dotted(node.func if isinstance(node, ast.Call) else node)


def _is_effect(node: ast.AST) -> bool:
    """Whether a statement does something beyond names: a bare call, `x.y = 1`, a loop around these."""
    if isinstance(node, ast.Expr):
        return not (isinstance(node.value, ast.Call) and _dotted(node.value.func) == "print")
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete)):
        targets = getattr(node, "targets", None) or [node.target]  # type: ignore[union-attr]
        return any(isinstance(one, (ast.Attribute, ast.Subscript)) for one in targets)
    if isinstance(node, (*_DEFINITIONS, ast.Assert)):
        return False
    inner = (ast.stmt, ast.ExceptHandler, ast.match_case)
    return any(_is_effect(one) for one in ast.iter_child_nodes(node) if isinstance(one, inner))
