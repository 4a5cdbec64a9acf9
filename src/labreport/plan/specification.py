"""The canonical text of a specification, taken apart: `labs.Net(layers=(62,),rate=0.5)`."""

from __future__ import annotations

from collections.abc import Iterator

_OPENING, _CLOSING = "([{", ")]}"


def differing_fields(before: str, now: str) -> list[tuple[str, str, str]]:
    """Name, text before and text now of each field in which two specifications differ.

    One that has another class, or other fields, differs as a whole:

    >>> differing_fields("Net(layers=(62,),rate=0.5)", "Net(layers=(64,),rate=0.5)")
    [('layers', '(62,)', '(64,)')]
    >>> differing_fields("Net(layers=(62,))", "Tree(depth=3)")
    [('specification', 'Net(layers=(62,))', 'Tree(depth=3)')]
    """
    class_before, fields_before = _fields(before)
    class_now, fields_now = _fields(now)
    if class_before != class_now or fields_before.keys() != fields_now.keys() or not fields_now:
        return [("specification", before, now)]
    differing = []
    for name, text in fields_now.items():
        was = fields_before[name]
        if was != text:
            inner = differing_fields(was, text)
            if inner[0][0] == "specification":
                differing.append((name, was, text))
            else:
                differing += [(f"{name}.{field}", old, new) for field, old, new in inner]
    return differing


def _fields(text: str) -> tuple[str, dict[str, str]]:
    """The class of a dataclass and its fields by name; no fields where the text is that of another value."""
    name, bracket, rest = text.partition("(")
    if not bracket or not rest.endswith(")") or not name.replace(".", "_").isidentifier():
        return text, {}
    fields = {}
    for part in _split(rest.removesuffix(")")):
        field, _, value = part.partition("=")
        fields[field] = value
    return name, fields


def _split(text: str) -> Iterator[str]:
    """The parts of a text between commas that are neither in brackets nor in quotes."""
    depth, begin = 0, 0
    in_quotes = is_escaped = False
    for position, sign in enumerate(text):
        if in_quotes:
            in_quotes = sign != '"' or is_escaped
            is_escaped = sign == "\\" and not is_escaped
        elif sign == '"':
            in_quotes = True
        elif sign in _OPENING:
            depth += 1
        elif sign in _CLOSING:
            depth -= 1
        elif sign == "," and depth == 0:
            yield text[begin:position]
            begin = position + 1
    if text[begin:]:
        yield text[begin:]
