"""The canonical text of a specification, taken apart: `labs.Net(layers=[62],rate=0.5)`."""

from __future__ import annotations

import ast


def differing_fields(before: str, now: str) -> list[tuple[str, str, str]]:
    """Name, text before and text now of each field in which two specifications differ.

    One that has another class, or other fields, differs as a whole:

    >>> differing_fields("Net(layers=[62],rate=0.5)", "Net(layers=[64],rate=0.5)")
    [('layers', '[62]', '[64]')]
    >>> differing_fields("Net(layers=[62])", "Tree(depth=3)")
    [('specification', 'Net(layers=[62])', 'Tree(depth=3)')]
    """
    try:
        fields_before = _fields(ast.parse(before, mode="eval").body)
        fields_now = _fields(ast.parse(now, mode="eval").body)
    except SyntaxError:  # a class that is defined within a function
        return [("specification", before, now)]
    if fields_before.keys() != fields_now.keys() or fields_before[""] != fields_now[""]:
        return [("specification", before, now)]
    differing = []
    for path, text in fields_now.items():
        if fields_before[path] != text:
            differing.append((path.removeprefix("."), fields_before[path], text))
    return differing


def _fields(node: ast.expr, path: str = "") -> dict[str, str]:
    """The text of each field by its path; that of a dataclass is its class.

    `Net(optimizer=Adam(rate=0.5))` has `{"": "Net", ".optimizer": "Adam", ".optimizer.rate": "0.5"}`.
    """
    if not isinstance(node, ast.Call) or not node.keywords:
        return {path: ast.unparse(node)}
    fields = {path: ast.unparse(node.func)}
    for keyword in node.keywords:
        fields |= _fields(keyword.value, f"{path}.{keyword.arg}")
    return fields
