"""Text outside the page: the names of an answer and what they say now; any file with values and claims."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from labreport.page.claims import Claim
from labreport.page.markdown import HELD
from labreport.page.values import VERDICT, RenderContext, TemplateEnvironment
from labreport.project import Question
from labreport.results.exports import tex
from labreport.stats import Finding, Namespace, Quantity, Table, conditions
from labreport.stats.formats import ci

LATEX = {
    "block_start_string": r"\BLOCK{", "block_end_string": "}", "variable_start_string": r"\VAR{",
    "variable_end_string": "}", "comment_start_string": r"\#{", "comment_end_string": "}",
}  # fmt: skip
"""Jinja's delimiters in files that end with `.tex`."""


def names(question: Question, answer: Namespace) -> str:
    """List an answer's names with their values, and the claims that hold now, how nearly; ready to paste."""
    found = list(_named(answer, ""))
    asked: dict[Any, tuple[str, Any]] = {}
    for name, one in reversed(found):  # a difference, and the same seen from the other side, are asked once
        pair = isinstance(one, Quantity) and len(one.source.experiments) == 2
        key = (abs(one.value or 0), frozenset(one.source.experiments)) if pair else id(one)
        if isinstance(one, (Finding, Quantity)):
            asked[key] = (name, one)
    holding = [
        (f"{{% claim {text} %}}", one.how)
        for name, of in reversed(asked.values())
        for text, one in conditions(of, name)
    ]
    lines = [f"{question.name}: {question.text}", "", *_aligned([(name, _value(one)) for name, one in found])]
    return "\n".join([*lines, "", "These hold now:", "", *_aligned(holding)] if holding else lines) + "\n"


def _named(answer: Namespace, prefix: str) -> Iterator[tuple[str, Any]]:
    """What can be printed or asked, by its name in a template: `mean.deep_8`, `difference["10"]`."""
    for name, one in answer.members.items():
        plain = re.sub(r"\W", "_", name)
        inner = f".{plain}" if plain.isidentifier() else f'["{name}"]'
        path = f"{prefix}{inner}" if prefix else plain
        yield from _named(one, path) if isinstance(one, Namespace) else [(path, one)]


def _value(one: Any) -> str:
    if isinstance(one, Quantity):
        return str(ci(one))
    if isinstance(one, Table):
        return f"a table, {len(one.rows)} rows: {'; '.join(one.heads)}"
    return ", ".join(map(str, one)) if isinstance(one, list) else str(one)


def _aligned(lines: list[tuple[str, str]]) -> list[str]:
    width = min(60, max((len(first) for first, _ in lines), default=0))
    return [f"  {first:<{width}}  {second}".rstrip() for first, second in lines]


class _Plain(TemplateEnvironment):
    """Prints values and claims as text."""

    folder = ""

    def show(self, table: Any, caption: str = "", digits: int | None = None, name: str = "") -> Markup:
        """Print a table as aligned text."""
        return self.hold("", repr(table))

    def words(self, body: str) -> str:
        """Give the words of a piece of the file."""
        return " ".join(self.plain(body).split())

    def marked(self, body: str, claim: Claim, now: Markup, block: str | None) -> str:
        """Say before a piece that it no longer holds, and behind it what is so now; or mark it."""
        text, said = body.strip(), f" (now: {now})" if now else ""
        return body.replace(text, f"{VERDICT} {text}{said}" if claim.fails else text + self.hold("", "†"))


def render_file(
    path: Path, answers: Mapping[str, Namespace], experiments: Iterable[Any] = ()
) -> tuple[str, tuple[Claim, ...]]:
    r"""Render a text file in which `best.mean.wide` is a value of the question `best`, and give its claims.

    `.tex` files write `\VAR{...}` and `\BLOCK{...}`. Raises `UsageError` as a template of the page does.
    """
    values = _Plain(path.parent, RenderContext(path.name, path.stem), {}, experiments)
    syntax: dict[str, Any] = LATEX if path.suffix == ".tex" else {}
    text = values.text(answers, keep_trailing_newline=True, **syntax)
    forms: dict[str, Callable[[str], str]] = {".tex": tex, ".html": escape}
    written = forms.get(path.suffix, str)
    return re.sub(f"[{HELD}]", lambda sign: written(values.plain(sign[0])), text), tuple(values.claims)
