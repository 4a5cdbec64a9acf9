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
    class_before, fields_before = _fields(before)
    class_now, fields_now = _fields(now)
    if class_before != class_now or fields_before.keys() != fields_now.keys():
        return [("specification", before, now)]
    differing = []
    for name, text in fields_now.items():
        if fields_before[name] != text:
            differing.append((name, fields_before[name], text))
    return differing


def _fields(text: str) -> tuple[str, dict[str, str]]:
    """The class of a dataclass and its fields by name; those of dataclasses in it are `optimizer.rate`."""
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError:  # a class that is defined within a function
        return text, {}
    if not isinstance(node, ast.Call) or not node.keywords:
        return text, {}
    fields = {}
    for keyword in node.keywords:
        value = ast.unparse(keyword.value)
        kind, inner = _fields(value)
        if not inner:
            fields[str(keyword.arg)] = value
        for name, inner_value in inner.items():
            fields[f"{keyword.arg}.{name}"] = inner_value
        if inner:
            fields[f"class of {keyword.arg}"] = kind
    return ast.unparse(node.func), fields
