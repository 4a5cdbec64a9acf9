"""Which names a statement uses, and where it reaches modules in ways that cannot be read off its text.

A use is a text:

`a.b`            a dotted name of the module
`import m:a.b`   a dotted name of module `m`, which a function imports itself; `a.b` may be empty
`load m`         a module that a function imports, for what it does when it is loaded
`*`, `**`        anything that the module defines; with two, also what it imports
`any m`          any module whose name begins with `m`, which is empty for all of the project
"""

from __future__ import annotations

import ast

from labreport.fingerprint.binding import IMPORTS, Targets, all_imported, dotted, full_name, loaded

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
ATTRIBUTES = {"__dict__": "**", "__globals__": "**", "__subclasses__": "any ", "__builtins__": "**"}


def uses(statement: ast.AST, imports: Targets) -> list[str]:
    """What `statement` uses, functions in it included; `imports` are those of the module."""
    own = [] if isinstance(statement, IMPORTS) else list(ast.walk(statement))
    local = all_imported(own)
    known = {**imports, **local}
    inner = _bound_inside(own) - known.keys()
    found = {f"load {module}" for module in loaded(own)}
    for module, _ in local.pop("*", []):  # only a class or a nested statement can have one
        found.add(f"import {module}:")

    def use(name: str) -> None:
        full = full_name(name, known)
        found.update(_dynamic(full))
        head, _, rest = name.partition(".")
        if head not in local or head in imports:
            found.add(name)
        for module, attribute in local.get(head, ()):
            found.add(f"import {module}:{'.'.join(filter(None, (attribute, rest)))}")

    def visit(node: ast.AST) -> None:
        if isinstance(node, IMPORTS):
            return
        if isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES:
            found.add(ATTRIBUTES[node.attr])
        if isinstance(node, (ast.Name, ast.Attribute)) and (name := dotted(node)):
            use(name)
            return
        if isinstance(node, ast.Call) and (modules := _named(full_name(dotted(node.func), known), node)):
            found.update(modules)
            for child in (*node.args, *node.keywords):
                visit(child)
            return
        if isinstance(node, ast.Call) and _of_local(node, inner, known):
            for child in (*node.args, *node.keywords):
                visit(child)
            return
        for field in ("annotation", "returns"):
            quoted = getattr(node, field, None)
            if isinstance(quoted, ast.Constant) and isinstance(quoted.value, str):
                _visit_quoted(quoted.value, visit)
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(statement)
    return sorted(found)


def _of_local(call: ast.Call, inner: frozenset[str], known: Targets) -> bool:
    """Whether a call reaches a name of an object that a function has got under a name of its own.

    That object's class, or the module that it is, is named where the object comes from, and counts there.
    """
    if full_name(dotted(call.func), known).removeprefix("builtins.") not in OF_AN_OBJECT or not call.args:
        return False
    value = call.args[0]
    while isinstance(value, (ast.Attribute, ast.Subscript)):
        value = value.value
    return isinstance(value, ast.Name) and value.id in inner


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


def _visit_quoted(text: str, visit: object) -> None:
    """An annotation in quotes is read as one without."""
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError:
        return
    assert callable(visit)
    visit(tree.body)


def _within(name: str, known: frozenset[str]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in known)


def _dynamic(full: str) -> set[str]:
    """What the use of a library's name means, beyond that name."""
    full = full.removeprefix("builtins.")
    if full.startswith(HARMLESS):
        return set()
    if _within(full, LOADING):
        return {"**", "any "}
    return {"**"} if _within(full, ALL) else {"*"} if _within(full, OWN) else set()


def _named(full: str, call: ast.Call) -> set[str]:
    """The modules that a call loads, as far as its first argument is written out; else nothing."""
    if full.removeprefix("builtins.") not in (
        "importlib.import_module",
        "__import__",
        "importlib.__import__",
    ):
        return set()
    if not call.args:
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
