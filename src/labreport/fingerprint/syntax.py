"""What one module defines, each definition hashed without comments, docstrings and formatting.

Of each definition this says which names it uses, where it reaches modules in ways that cannot be read off its
text, and what it may change beyond the names that it binds: what it calls, passes on and stores into.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

from labreport.errors import UsageError
from labreport.fingerprint.canonical import digest_text

FORMAT = "9"
"""Of a summary: to be raised whenever one of the same source would come out different."""
Summary = dict[str, dict[str, list[Any]]]
"""Plain JSON values:

definitions   name → [hash, uses, effect when imported, effect when called, kind, what acting statements use]
imports       local name → what it may mean; see `Targets`
loads         `""` → modules that are loaded with this one
text          `""` → [the hash of all that is written in it]
places        of a project's module: name → [what it is, a short hash of each line, the lines' numbers]
"""

_KINDS = ("def", "class", "constant", "made", "alias")


def summarise(source: str, where: str, engine: bool = False) -> Summary:
    """The summary of a module's source; `where` names it in a `UsageError` for a syntax error.

    A name is defined by every outermost statement of the module that binds it, however deep inside; the name
    `""` by all statements that bind none. `engine` says that the module is one of the engine's own.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        at = f":{line}" if line else ""
        comma = str(error.args[0]).startswith("leading zeros in decimal")
        fix = "write a decimal point, as in 0.05" if comma else "fix the syntax error and run again"
        raise UsageError(f"{where}{at}: {str(error.args[0]).partition(';')[0]}; {fix}") from None
    statements = [statement for statement in tree.body if not _is_text(statement) and not _is_main(statement)]
    running = [node for statement in statements for node in at_import(statement)]
    imports = all_imported(running)
    definitions: dict[str, list[Any]] = {}
    places: dict[str, list[Any]] = {}
    lines = source.split("\n")
    for statement in statements:
        if isinstance(statement, IMPORTS) or _only_types(statement):
            continue
        if isinstance(statement, ast.FunctionDef):
            statement.decorator_list = [
                decorator for decorator in statement.decorator_list if not declares(decorator, imports)
            ]
        for name in bound(statement) or [""]:
            known = definitions.setdefault(name, ["", [], _nothing(), _nothing(), "def", []])
            _add(known, statement, imports, engine)
            if not engine:
                place = places.setdefault(name, [_word(statement) if name else "module", "", []])
                numbers = _numbers(statement, lines)
                place[1] += "".join(f"{digest_text(lines[number - 1].strip())[:4]} " for number in numbers)
                place[2] += numbers
    if "*" not in imports:
        _forget_locals(definitions, {*definitions, *imports})
    typing = {id(node) for statement in statements if _only_types(statement) for node in ast.walk(statement)}
    loads = loaded(node for node in running if id(node) not in typing)
    return {
        "definitions": definitions,
        "imports": {name: list(targets) for name, targets in imports.items()},
        "loads": {"": loads} if loads else {},
        "text": {"": [digest_text(source)]},
        **({} if engine else {"places": places}),
    }


def _word(statement: ast.stmt) -> str:
    """What a statement defines."""
    if isinstance(statement, ast.ClassDef):
        return "class"
    return "function" if isinstance(statement, DEFINITIONS) else "value"


def _numbers(statement: ast.stmt, lines: Sequence[str]) -> list[int]:
    """The lines of a statement that say something: no comments, no docstrings."""

    def reach(node: ast.stmt) -> range:
        first = min(each.lineno for each in (node, *getattr(node, "decorator_list", ())))
        return range(first, (node.end_lineno or first) + 1)

    inner = (node for node in ast.walk(statement) if isinstance(node, ast.Expr) and _is_text(node))
    texts = {number for node in inner for number in reach(node)}
    said = (number for number in reach(statement) if number not in texts)
    return [number for number in said if lines[number - 1].strip()[:1] not in ("", "#")]


def _add(definition: list[Any], statement: ast.stmt, imports: Targets, engine: bool) -> None:
    """Add one more statement to a definition."""
    used = uses(statement, imports)
    heads = {use.partition(".")[0] for use in used}
    meaning = sorted(f"{name} {targets}" for name, targets in imports.items() if name in heads)
    definition[0] = digest_text("\n".join((definition[0], _text(statement), *meaning)))
    definition[1] = sorted({*definition[1], *used})
    for place, deep in ((2, False), (3, True)):
        more = effect(statement, imports, engine, deep)
        definition[place] = [sorted({*old, *new}) for old, new in zip(definition[place], more, strict=True)]
    definition[4] = max(definition[4], kind_of(statement), key=_KINDS.index)
    definition[5] = sorted({*definition[5], *(used if acts(statement) else ())})


def _forget_locals(definitions: Mapping[str, list[Any]], known: Container[str]) -> None:
    """Leave out uses of names that the module does not know: of locals, of Python's own functions."""
    for definition in definitions.values():
        for place in (1, 5):
            definition[place] = [
                use
                for use in definition[place]
                if use.startswith("*") or " " in use or use == TEXT or use.partition(".")[0] in known
            ]


def _nothing() -> Effect:
    return [[], [], [], []]


def _is_text(statement: ast.stmt) -> bool:
    """A bare string: a docstring, or the description that follows a constant."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _is_main(statement: ast.stmt) -> bool:
    """`if __name__ == "__main__":`, which does not run when the module is imported."""
    return (
        isinstance(statement, ast.If)
        and not statement.orelse
        and ast.unparse(statement.test) == "__name__ == '__main__'"
    )


def _only_types(statement: ast.stmt) -> bool:
    """`if TYPE_CHECKING:` with nothing but imports: they say what annotations mean, and are never run."""
    return (
        isinstance(statement, ast.If)
        and dotted(statement.test).rpartition(".")[2] == "TYPE_CHECKING"
        and not statement.orelse
        and all(isinstance(inner, IMPORTS) for inner in statement.body)
    )


def _text(node: Any) -> str:
    """A syntax tree as text: no positions, no docstrings, no empty fields, so equal on all Pythons."""
    if isinstance(node, ast.AST):
        fields = []
        for name in node._fields:
            value = getattr(node, name, None)
            if name == "body" and isinstance(value, list) and isinstance(node, (*DEFINITIONS, ast.Module)):
                value = [item for item in value if not _is_text(item)]
            if value is None or value == [] or name in ("ctx", "kind", "type_comment"):
                continue
            fields.append(f"{name}={_text(value)}")
        return f"{type(node).__name__}({','.join(fields)})"
    if isinstance(node, list):
        return f"[{','.join(map(_text, node))}]"
    return f"{type(node).__name__}:{node!r}"


DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)
NEW = (ast.Call, ast.Dict, ast.List, ast.Set)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
Targets = dict[str, list[list[str]]]
"""A local name to all that imports may bind it to, each a module and an attribute, which may be empty.

Relative imports keep their dots. The name `*` has the modules from which all names are imported."""


def bound(statement: ast.stmt) -> list[str]:
    """Names that a statement binds or deletes, in order, those of a `global` in its functions too.

    An import binds names here only if it is nested in another statement, which decides whether it runs.
    """
    names: dict[str, None] = {}

    def visit(node: ast.AST) -> None:
        if isinstance(node, DEFINITIONS):
            names[node.name] = None
            for inner in ast.walk(node):
                if isinstance(inner, ast.Global):
                    names.update(dict.fromkeys(inner.names))
        elif isinstance(node, ast.Lambda):
            return
        elif isinstance(node, COMPREHENSIONS):
            for inner in ast.walk(node):
                if isinstance(inner, ast.NamedExpr):
                    visit(inner.target)
        elif isinstance(node, IMPORTS):
            names.update(dict.fromkeys(name for name in imported(node) if node is not statement))
        else:
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                names[node.id] = None
            for field in ("name", "rest"):  # of `except ... as`, and of patterns
                if isinstance(found := getattr(node, field, None), str):
                    names[found] = None
            for child in ast.iter_child_nodes(node):
                visit(child)

    visit(statement)
    return list(names)


def imported(statement: ast.stmt) -> Targets:
    """What one import binds."""
    if isinstance(statement, ast.Import):
        named = [(alias.asname, alias.name, alias.name.partition(".")[0]) for alias in statement.names]
        return {other or top: [[name if other else top, ""]] for other, name, top in named}
    assert isinstance(statement, ast.ImportFrom)
    module = "." * statement.level + (statement.module or "")
    return {alias.asname or alias.name: [[module, alias.name]] for alias in statement.names}


def all_imported(nodes: Iterable[ast.AST]) -> Targets:
    """What the imports among `nodes` bind; a name bound more than once has several targets."""
    found: Targets = {}
    for node in nodes:
        if isinstance(node, IMPORTS):
            for name, targets in imported(node).items():
                known = found.setdefault(name, [])
                known.extend(target for target in targets if target not in known)
    return found


def loaded(nodes: Iterable[ast.AST]) -> list[str]:
    """The modules that the imports among `nodes` load; of `from a import b`, perhaps also `a.b`."""
    found: dict[str, None] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            found.update(dict.fromkeys(alias.name for alias in node.names))
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            dot = "" if module.endswith(".") else "."
            found[module] = None
            found.update({f"{module}{dot}{alias.name}": None for alias in node.names if alias.name != "*"})
    return list(found)


def at_import(statement: ast.AST) -> Iterator[ast.AST]:
    """A statement and all in it that runs when its module is imported: not the bodies of functions."""
    yield statement
    for name, value in ast.iter_fields(statement):
        if name == "body" and isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from at_import(child)


def dotted(node: ast.AST) -> str:
    """`a.b.c` for names and attributes of names; empty for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join((node.id, *reversed(parts)))


def full_name(name: str, imports: Targets) -> str:
    """A dotted name with its head replaced by what was imported under it."""
    head, _, rest = name.partition(".")
    module, attribute = imports.get(head, [[head, ""]])[0]
    return ".".join(filter(None, (module, attribute, rest)))


def kind_of(statement: ast.stmt) -> str:
    """What a statement binds its names to.

    `def` and `class` for these, `constant` for what nothing can change, `made` for a new object (a function
    with a default that can be changed is one), and `alias` for what may be known by another name.
    """
    if isinstance(statement, ast.ClassDef):
        return "class"
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        defaults = (*statement.args.defaults, *filter(None, statement.args.kw_defaults))
        return "made" if any(isinstance(each, (*NEW, *COMPREHENSIONS)) for each in defaults) else "def"
    value = getattr(statement, "value", None)
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    if not all(isinstance(target, ast.Name) for target in targets):
        return "alias"
    if value is None or is_constant(value):
        return "constant"
    fresh = (*NEW, ast.Tuple, ast.BinOp, ast.JoinedStr, ast.Compare)
    return "made" if isinstance(value, (*fresh, *COMPREHENSIONS)) else "alias"


def acts(statement: ast.stmt) -> bool:
    """Whether a statement of a module is written for what it does, and not only to bind names.

    Whatever it names may be changed by it, in a way that cannot be read off its text.
    """
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return any(isinstance(node, (ast.Attribute, ast.Subscript)) for node in targets)
    if isinstance(statement, (*DEFINITIONS, *IMPORTS)):
        return False
    acting = (ast.Expr, ast.AugAssign, ast.Delete, ast.Call)
    return any(isinstance(node, acting) for node in at_import(statement))


def is_constant(value: ast.expr) -> bool:
    """Whether an expression is written in numbers and texts only, so that nobody can change its value."""
    if isinstance(value, ast.Call):
        return dotted(value.func) == "frozenset"
    if isinstance(value, ast.Tuple):
        return all(map(is_constant, value.elts))
    if isinstance(value, ast.BinOp):
        return is_constant(value.left) and is_constant(value.right)
    if isinstance(value, ast.UnaryOp):
        return is_constant(value.operand)
    return isinstance(value, (ast.Constant, ast.Lambda))


OWN = frozenset({"getattr", "vars", "setattr", "delattr", "operator.attrgetter", "operator.methodcaller"})
"""May reach any name of an object, perhaps of the module itself."""
OF_AN_OBJECT = frozenset({"getattr", "vars", "setattr", "delattr"})
"""Those of `OWN` whose first argument is the object."""
ALL = frozenset({"globals", "locals", "eval", "exec", "compile", "inspect", "sys._getframe"})
"""May reach any name that the module knows."""
LOADING = frozenset(
    {"__import__", "importlib", "sys.modules", "runpy", "pkgutil", "zipimport", "imp", "pickle", "shelve"}
    | {"joblib.load", "cloudpickle", "dill"}
)
"""May load any module, or find one that is loaded."""
HARMLESS = ("importlib.metadata", "importlib.resources", "pickle.dump", "pickle.dumps")
"""Parts of these that load no module of the project."""
TEXT = "#text"
"""A use: what is written in the project's modules, comments and docstrings included."""
ATTRIBUTES = {
    "__dict__": "**",
    "__globals__": "**",
    "__subclasses__": "any ",
    "__builtins__": "**",
    "__doc__": TEXT,
}
READING_TEXT = frozenset(
    {f"inspect.{name}" for name in ("findsource", "getcomments", "getdoc", "getsource", "getsourcelines")}
    | {"inspect.getfile", "inspect.getsourcefile", "doctest", "help", "linecache", "pydoc", "tokenize"}
)
"""May read what is written in a module."""


def uses(statement: ast.AST, imports: Targets) -> list[str]:
    """What `statement` uses, functions in it included; `imports` are those of the module. A use is a text:

    `a.b`            a dotted name of the module
    `import m:a.b`   a dotted name of module `m`, which a function imports itself; `a.b` may be empty
    `load m`         a module that a function imports, for what it does when it is loaded
    `*`, `**`        anything that the module defines; with two, also what it imports
    `any m`          any module whose name begins with `m`, which is empty for all of the project
    `#text`          what is written in the modules of the project that are reached
    """
    own = [] if isinstance(statement, IMPORTS) else list(ast.walk(statement))
    local = all_imported(own)
    known = {**imports, **local}
    inner = _bound_inside(own) - known.keys()
    bound = _only_bound(own)
    found = {f"load {module}" for module in loaded(own)}
    for module, _ in local.pop("*", []):  # only a class or a nested statement can have one
        found.add(f"import {module}:")

    def use(name: str) -> None:
        found.update(_dynamic(full_name(name, known)))
        head, _, rest = name.partition(".")
        if head not in local or head in imports:
            found.add(name)
        for module, attribute in local.get(head, ()):
            found.add(f"import {module}:{'.'.join(filter(None, (attribute, rest)))}")

    def visit(node: ast.AST) -> None:
        if isinstance(node, IMPORTS) or node in bound:
            return
        if isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES:
            found.add(ATTRIBUTES[node.attr])
        if isinstance(node, (ast.Name, ast.Attribute)) and (name := dotted(node)):
            use(name)
            return
        modules = _named(full_name(dotted(node.func), known), node) if isinstance(node, ast.Call) else set()
        reached = _of_object(node, inner, known) if isinstance(node, ast.Call) else None
        if isinstance(node, ast.Call) and (modules or reached is not None):
            found.update(modules, reached or ())
            for child in (*node.args, *node.keywords):
                visit(child)
            return
        for field in ("annotation", "returns"):
            quoted = getattr(node, field, None)
            if isinstance(quoted, ast.Constant) and isinstance(quoted.value, str):
                with suppress(SyntaxError):  # an annotation in quotes is read as one without
                    visit(ast.parse(quoted.value, mode="eval").body)
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(statement)
    return sorted(found)


def _of_object(call: ast.Call, inner: frozenset[str], known: Targets) -> set[str] | None:
    """What a call uses that reaches a name of an object which is known by name; None for any other call.

    The class of an object that a function has got under a name of its own, or the module that it is, is named
    where the object comes from, and counts there. What is imported may be anything of its module.
    """
    if full_name(dotted(call.func), known).removeprefix("builtins.") not in OF_AN_OBJECT or not call.args:
        return None
    value = call.args[0]
    while isinstance(value, (ast.Attribute, ast.Subscript)):
        value = value.value
    if not isinstance(value, ast.Name) or value.id not in {*inner, *known}:
        return None
    return set() if value.id in inner else {f"import {module}:" for module, _ in known[value.id]}


def _bound_inside(nodes: list[ast.AST]) -> frozenset[str]:
    """The names of arguments, of variables of functions, and of those of comprehensions."""
    found, shared = set[str](), set[str]()
    for node in nodes:
        if isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            shared.update(node.names)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.comprehension)):
            found.update(
                one.id
                for one in ast.walk(node)
                if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
            )
    return frozenset(found - shared)


def _only_bound(nodes: list[ast.AST]) -> frozenset[ast.AST]:
    """Names as far as a function or a class binds them, as a field of a dataclass: the module's are others.

    Those of `x += 1` in a class are not among them, which reads the module's `x`.
    """
    shared = {name for node in nodes if isinstance(node, ast.Global) for name in node.names}
    classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
    functions = [
        node for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
    ]
    added = {each.target for one in classes for each in ast.walk(one) if isinstance(each, ast.AugAssign)}
    return frozenset(
        each
        for one in (*classes, *functions)
        for each in ast.walk(one)
        if isinstance(each, ast.Name)
        and not isinstance(each.ctx, ast.Load)
        and each.id not in shared
        and each not in added
    )


def _within(name: str, known: frozenset[str]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in known)


def _dynamic(full: str) -> set[str]:
    """What the use of a library's name means, beyond that name."""
    full = full.removeprefix("builtins.")
    if full.startswith(HARMLESS):
        return set()
    if full == "__doc__" or _within(full, READING_TEXT):
        return {TEXT, "**"} if full.startswith("inspect.") else {TEXT}
    if _within(full, LOADING):
        return {"**", "any "}
    return {"**"} if _within(full, ALL) else {"*"} if _within(full, OWN) else set()


def _named(full: str, call: ast.Call) -> set[str]:
    """The modules that a call loads, as far as its first argument is written out; else nothing."""
    known = ("importlib.import_module", "__import__", "importlib.__import__")
    if full.removeprefix("builtins.") not in known or not call.args:
        return set()
    name, whole = call.args[0], True
    if isinstance(name, ast.JoinedStr) and name.values:
        name, whole = name.values[0], False
    elif isinstance(name, ast.BinOp) and isinstance(name.op, ast.Add):
        name, whole = name.left, False
    if not isinstance(name, ast.Constant) or not isinstance(name.value, str) or name.value.startswith("."):
        return set()
    text = name.value
    return {f"load {text}", f"import {text}:"} if whole else {f"any {text}"}


ENGINE = __name__.partition(".")[0]
PURE = frozenset(
    {"abc", "collections", "contextlib", "copy", "dataclasses", "datetime", "enum", "fractions", "functools"}
    | {"itertools", "math", "operator", "os.path", "pathlib", "re", "statistics", "string", "types"}
    | {"typing", "typing_extensions", "weakref"}
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
_OF_CLASS = ("__init_subclass__", "__class_getitem__", "__new__")
"""Methods whose first argument is the class."""
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
        self._first = ("", False)
        """What a method calls its first argument, and whether that is the class."""
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
            before = self._new, self._first
            self._new = node.name in _BEGINNING
            if self._classes and node.args.args:
                decorators = {dotted(each) for each in node.decorator_list}
                of_class = node.name in _OF_CLASS or "classmethod" in decorators
                self._first = (node.args.args[0].arg, of_class)
            for statement in node.body:
                self.visit(statement)
            self._new, self._first = before

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

    def visit_Global(self, node: ast.Global) -> None:
        self.stored.update(node.names if self._deep else ())

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr in MUTATING:
            self.calls.add(self._root(node))  # now, or by whoever it is passed to
        self.generic_visit(node)

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
        last, (first, of_class) = getattr(node, "attr", ""), self._first
        while not (name := dotted(node)):
            if isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
                node = node.value
            elif isinstance(node, ast.Call):
                if self._classes and dotted(node.func) == "type" and [*map(dotted, node.args)] == [first]:
                    return f"{self._classes[-1].name}.type.{last}"
                node = node.func
            else:
                return ""
        head, _, rest = name.partition(".")
        for one in reversed(self._classes if head in ("cls", first) else ()):
            if head == "cls" or of_class or ("." in rest and rest.partition(".")[0] in _shared(one)):
                return f"{one.name}.{rest}"
        return name


@lru_cache(maxsize=64)
def _shared(of: ast.ClassDef) -> frozenset[str]:
    """What all objects of a class share: asked for at every attribute that its methods set."""
    return frozenset({each for statement in of.body for each in bound(statement)} | {"__class__"})


def _values(value: ast.expr) -> Iterator[ast.expr]:
    """An argument, and what is in it where it is a list, a tuple, a dict or a choice."""
    yield value
    for inner in ast.iter_child_nodes(value):
        if isinstance(value, (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.IfExp, ast.Starred)) and isinstance(
            inner, ast.expr
        ):
            yield from _values(inner)
