"""Compare canonical texts of specifications, such as `labs.Net(layers=[62],rate=0.5)`, field by field."""

from __future__ import annotations

import ast


def differing_fields(before: str, now: str) -> list[tuple[str, str, str]]:
    """The fields in which two specifications differ, each with its text before and now.

    Specifications of different classes, or with different fields, differ as a whole:

    >>> differing_fields("Net(layers=[62],rate=0.5)", "Net(layers=[64],rate=0.5)")
    [('layers', '[62]', '[64]')]
    >>> differing_fields("Net(layers=[62])", "Tree(depth=3)")
    [('specification', 'Net(layers=[62])', 'Tree(depth=3)')]
    """
    try:
        fields_before = _fields(ast.parse(before, mode="eval").body)
        fields_now = _fields(ast.parse(now, mode="eval").body)
    except SyntaxError:  # the name of a class inside a function contains `<locals>`
        return [("specification", before, now)]
    if fields_before.keys() != fields_now.keys() or fields_before[""] != fields_now[""]:
        return [("specification", before, now)]
    differing = []
    for path, text in fields_now.items():
        if fields_before[path] != text:
            differing.append((path.removeprefix("."), fields_before[path], text))
    return differing


def _fields(node: ast.expr, path: str = "") -> dict[str, str]:
    """Path to text of each field; the text of a dataclass is its class.

    `Net(optimizer=Adam(rate=0.5))` gives `{"": "Net", ".optimizer": "Adam", ".optimizer.rate": "0.5"}`.
    """
    if not isinstance(node, ast.Call) or not node.keywords:
        return {path: ast.unparse(node)}
    fields = {path: ast.unparse(node.func)}
    for keyword in node.keywords:
        fields |= _fields(keyword.value, f"{path}.{keyword.arg}")
    return fields
