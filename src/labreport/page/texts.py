"""Texts outside the page: the listing of an answer's names, and text files with values and claims."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from markupsafe import Markup, escape

from labreport.errors import UsageError, display_path
from labreport.page.claims import Claim
from labreport.page.collected import Collected
from labreport.page.context import RenderContext
from labreport.page.escapes import escape_latex, latex_table, markdown_table
from labreport.page.html import VERDICT
from labreport.page.numbers import AnswersByQuestion
from labreport.page.placeholders import PLACEHOLDER_CHARACTERS
from labreport.page.printer import Printer
from labreport.project import Experiment, Question
from labreport.stats import Finding, Namespace, Quantity, Table, holding_conditions
from labreport.stats.formats import ci
from labreport.stats.names import quoted_name

LATEX_SYNTAX = {
    "block_start_string": r"\BLOCK{",
    "block_end_string": "}",
    "variable_start_string": r"\VAR{",
    "variable_end_string": "}",
    "comment_start_string": r"\#{",
    "comment_end_string": "}",
}
"""Jinja's delimiters in `.tex` files."""
_ESCAPES: dict[str, Callable[[str], str]] = {".tex": escape_latex, ".html": escape}
"""The function that escapes texts in a file, by its ending; other files have no escapes."""


def names(question: Question, answer: Namespace) -> str:
    """A listing of an answer: each name with its value, and the claims that hold, with how nearly.

    The names and claims can be pasted into a template.
    """
    members = list(_named_members(answer, ""))
    lines = [f"{question.name}: {question.text}", ""]
    lines += _aligned([(name, _value_in_words(member)) for name, member in members])
    claims = []
    for name, member in _askable(members):
        for text, condition in holding_conditions(member, name):
            claims.append((f"{{% claim {text} %}}", condition.how))
    if claims:
        lines += ["", "These hold now:", "", *_aligned(claims)]
    return "\n".join(lines) + "\n"


def _named_members(answer: Namespace, prefix: str) -> Iterator[tuple[str, object]]:
    """The values of an answer with the names that a template uses: `mean.deep_8`, `difference["10"]`."""
    for name, member in answer.members.items():
        plain_name = re.sub(r"\W", "_", name)
        path = plain_name
        if prefix:
            path = f"{prefix}.{plain_name}" if plain_name.isidentifier() else f"{prefix}[{quoted_name(name)}]"
        if isinstance(member, Namespace):
            yield from _named_members(member, path)
        else:
            yield path, member


def _askable(members: list[tuple[str, object]]) -> Iterator[tuple[str, Finding | Quantity]]:
    """Findings and quantities; of a difference and its reverse, only the first."""
    turned = set[int]()
    for name, member in members:
        if isinstance(member, Quantity) and len(member.subjects) == 2:
            if id(member) in turned:
                continue
            turned.add(id(member.turned))
        if isinstance(member, (Finding, Quantity)):
            yield name, member


def _value_in_words(member: object) -> str:
    if isinstance(member, Quantity):
        return str(ci(member))
    if isinstance(member, Table):
        return f"a table, {len(member.rows)} rows: {'; '.join(member.heads)}"
    if isinstance(member, list):
        return ", ".join(map(str, member))
    return str(member)


def _aligned(lines: list[tuple[str, str]]) -> list[str]:
    widest = max((len(left) for left, _ in lines), default=0)
    width = min(60, widest)
    return [f"  {left:<{width}}  {right}".rstrip() for left, right in lines]


class TextPrinter(Printer):
    """Writes values and claims as plain text, into a text file of the author's."""

    mark = Markup("†")

    def write_table(self, table: Table, caption: str, decimals: int | None, name: str) -> Markup:
        """Write a table for LaTeX or Markdown; the author writes the caption."""
        write = latex_table if self.context.template.endswith(".tex") else markdown_table
        return Markup(write(table, decimals))

    def words_of(self, text: str) -> str:
        """The words of a part of the file."""
        return " ".join(self.placeholders.fill_plain(text).split())

    def write_claim(self, claim: Claim, identity: str, body: str, now: Markup, is_block: bool) -> str:
        """Write a claim; one that fails is preceded by a verdict, and followed by what the results say."""
        text = body.strip()
        if claim.fails:
            correction = f" (now: {now})" if now else ""
            return body.replace(text, f"{VERDICT} {text}{correction}")
        if claim.holds is None:
            return body.replace(text, f"{text}{self.placeholders.store('', '†')}")
        return body


def render_file(
    path: Path, answers: AnswersByQuestion, experiments: Iterable[Experiment] = ()
) -> tuple[str, tuple[Claim, ...]]:
    r"""Render a text file with the answers of all questions, and return the text and its claims.

    In the file, `best.mean.wide` is a value of the question `best`. `.tex` files write `\VAR{...}` and
    `\BLOCK{...}`; others, such as `.qmd` or `.md`, `{{ ... }}` and `{% ... %}`. Raises `UsageError` for a
    missing file, and, with file and line, for a mistake in one.
    """
    if not path.is_file():
        raise UsageError(f"{display_path(path)} is not there, or is no file")
    context = RenderContext(path.parent, path.name, path.stem, folder="")
    collected = Collected(path.stem, {}, experiments)
    syntax = LATEX_SYNTAX if path.suffix == ".tex" else {}
    environment = TextPrinter(context, collected).environment
    text = environment.render_template(answers, keep_trailing_newline=True, **syntax)
    escape_text = _ESCAPES.get(path.suffix, str)

    def value_of(placeholder: re.Match[str]) -> str:
        return escape_text(collected.placeholders.fill_plain(placeholder[0]))

    return re.sub(f"[{PLACEHOLDER_CHARACTERS}]", value_of, text), tuple(collected.claims)
