"""What a template defines and what it uses, read from Jinja's own syntax tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import jinja2
from jinja2 import nodes

from labreport.page.wordings import Wordings

SYNTAX: Mapping[str, Any] = {
    "trim_blocks": True,
    "lstrip_blocks": True,
    "keep_trailing_newline": True,
    "extensions": [Wordings],
}
"""How every template is read."""
REFERENCES = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)


def summarise(source: str) -> dict[str, Any]:
    """The definitions of a template, as `labreport.fingerprint.templates.Summary` says.

    A template that cannot be parsed is one text: `written` says what is wrong with it.
    """
    try:
        tree = jinja2.Environment(**SYNTAX, autoescape=True).parse(source)
    except jinja2.TemplateSyntaxError:
        return {"definitions": {"": [source, [], []]}}
    macros = {node.name: node for node in tree.body if isinstance(node, nodes.Macro)}
    rest = [node for node in tree.body if not isinstance(node, nodes.Macro)]
    acting = [node for node in rest if not isinstance(node, (nodes.Output, nodes.Block))]
    named = {name: _definition([node]) for name, node in macros.items()}
    return {"definitions": {"": _definition(rest), "set": _definition(acting), **named}}


def _definition(parts: list[nodes.Node]) -> list[Any]:
    """Text, uses, and the names that statements give to values."""
    whole = nodes.Template(parts)
    names = list(whole.find_all(nodes.Name))
    uses = {f"name {name.name}" for name in names if name.ctx == "load"}
    for reference in whole.find_all(REFERENCES):
        uses.update(_references(reference))
    given = {name.name for name in names if name.ctx == "store"}
    for imported in whole.find_all((nodes.Import, nodes.FromImport, nodes.Macro)):
        given.update(_given(imported))
    return [_text(parts), sorted(uses), sorted(given)]


def _given(node: nodes.Node) -> Iterable[str]:
    if isinstance(node, nodes.FromImport):
        return [name if isinstance(name, str) else name[1] for name in node.names]
    return [node.target if isinstance(node, nodes.Import) else getattr(node, "name", "")]


def _references(node: nodes.Node) -> Iterator[str]:
    """The templates that a tag may mean, and which part of them it uses; `any` for a computed name."""
    names = constants(node.template)  # type: ignore[attr-defined]  # every kind of reference has one
    if names is None:
        yield "any"
    for name in names or ():
        if isinstance(node, nodes.Import):
            yield f"all {name}"
        elif isinstance(node, nodes.FromImport):
            for part in node.names:
                yield f"from {name}:{part if isinstance(part, str) else part[0]}"
        elif isinstance(node, nodes.Include) and (node.ignore_missing or _chooses(node.template)):
            yield f"perhaps {name}"
        else:
            yield f"template {name}"


def _chooses(name: nodes.Expr) -> bool:
    """Whether the first of several templates is used that is there."""
    return isinstance(name, (nodes.List, nodes.Tuple))


def constants(name: nodes.Expr | None) -> list[str] | None:
    """All texts that an expression may give; None where they are not written out."""
    if name is None:
        return []
    if isinstance(name, nodes.Const):
        return [name.value] if isinstance(name.value, str) else list(name.value)
    several: list[nodes.Expr | None]
    if isinstance(name, nodes.CondExpr):
        several = [name.expr1, name.expr2]
    elif isinstance(name, (nodes.List, nodes.Tuple)):
        several = list(name.items)
    else:
        return None
    found = [constants(one) for one in several]
    return None if None in found else [text for texts in found for text in texts or ()]


def _text(value: Any) -> str:
    """A syntax tree as text, without the places of its nodes; texts beside each other are one."""
    if isinstance(value, nodes.Output):
        parts: list[Any] = []
        for node in value.nodes:
            data = node.data if isinstance(node, nodes.TemplateData) else None
            if data is not None and parts and isinstance(parts[-1], str):
                parts[-1] += data
            else:
                parts.append(node if data is None else data)
        return f"Output({','.join(map(_text, parts))})"
    if isinstance(value, nodes.Node):
        fields = ",".join(f"{name}={_text(field)}" for name, field in value.iter_fields(exclude=("ctx",)))
        return f"{type(value).__name__}({fields})"
    if isinstance(value, (list, tuple)):
        return f"[{','.join(map(_text, value))}]"
    return f"{type(value).__name__}:{value!r}"
