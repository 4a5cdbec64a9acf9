"""What a template may say of an answer: its names with their values, and the conditions that hold now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from labreport.project import Question
from labreport.stats import Finding, Names, Quantity, Table, conditions
from labreport.stats.quantity import ci


def names(question: Question, answer: Names) -> str:
    """List an answer's names with their values, and the claims that hold now, how nearly; ready to paste."""
    found = list(_named(answer, ""))
    asked = {
        _asked(one): (name, one) for name, one in reversed(found) if isinstance(one, (Finding, Quantity))
    }
    holding = [
        (f"{{% claim {text} %}}", one.how)
        for name, of in reversed(asked.values())
        for text, one in conditions(of, name)
    ]
    lines = [f"{question.name}: {question.text}", "", *_aligned([(name, _value(one)) for name, one in found])]
    return "\n".join([*lines, "", "These hold now:", "", *_aligned(holding)] if holding else lines) + "\n"


def _named(answer: Names, prefix: str) -> Iterator[tuple[str, Any]]:
    """What can be printed or asked, by its name in a template: `mean.deep_8`, `difference["10"]`."""
    for name, one in answer.members.items():
        plain = re.sub(r"\W", "_", name)
        inner = f".{plain}" if plain.isidentifier() else f'["{name}"]'
        path = f"{prefix}{inner}" if prefix else plain
        yield from _named(one, path) if isinstance(one, Names) else [(path, one)]


def _asked(one: Any) -> Any:
    """Equal for what would be asked twice: a difference, and the same seen from the other side."""
    pair = isinstance(one, Quantity) and len(one.source.experiments) == 2
    return (abs(one.value or 0), frozenset(one.source.experiments)) if pair else id(one)


def _value(one: Any) -> str:
    if isinstance(one, Quantity):
        return ci(one)
    if isinstance(one, Table):
        return f"a table, {len(one.rows)} rows: {'; '.join(one.heads)}"
    return ", ".join(map(str, one)) if isinstance(one, list) else str(one)


def _aligned(lines: list[tuple[str, str]]) -> list[str]:
    width = min(60, max((len(first) for first, _ in lines), default=0))
    return [f"  {first:<{width}}  {second}".rstrip() for first, second in lines]
