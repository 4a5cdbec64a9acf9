"""Any text file with the same values and claims: a paper in LaTeX, a README, a slide."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from labreport.page.claims import Claim
from labreport.page.environment import explained
from labreport.page.markdown import HELD
from labreport.page.values import VERDICT, Place, Values
from labreport.results.exports import tex
from labreport.stats import Names

LATEX = {
    "block_start_string": r"\BLOCK{", "block_end_string": "}", "variable_start_string": r"\VAR{",
    "variable_end_string": "}", "comment_start_string": r"\#{", "comment_end_string": "}",
}  # fmt: skip
"""Jinja's delimiters in files that end with `.tex`."""
_WRITTEN: dict[str, Callable[[str], str]] = {".tex": tex, ".html": lambda text: str(escape(text))}
"""How a text is written so that a file of this kind prints it."""


class _Plain(Values):
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
    path: Path, answers: Mapping[str, Names], experiments: Iterable[Any] = ()
) -> tuple[str, tuple[Claim, ...]]:
    r"""Render a text file in which `best.mean.wide` is a value of the question `best`, and give its claims.

    `.tex` files write `\VAR{...}` and `\BLOCK{...}`. Raises `UsageError` as a template of the page does.
    """
    values = _Plain(path.parent, Place(path.name, path.stem), {}, experiments)
    syntax: Mapping[str, Any] = LATEX if path.suffix == ".tex" else {}
    with explained(path.parent, path.name):
        text = values.text(answers, keep_trailing_newline=True, **syntax)
    written = _WRITTEN.get(path.suffix, str)
    return re.sub(f"[{HELD}]", lambda sign: written(values.plain(sign[0])), text), tuple(values.claims)
