"""Text outside the page: the names of an answer and what they say now; any file with values and claims."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from markupsafe import Markup, escape

from labreport.page.claims import Claim
from labreport.page.collected import Collected
from labreport.page.context import RenderContext
from labreport.page.escapes import escape_latex, latex_table, markdown_table
from labreport.page.html import VERDICT
from labreport.page.numbers import AnswersByQuestion, identity_of
from labreport.page.placeholders import PLACEHOLDER_CHARACTERS
from labreport.page.printer import Printer
from labreport.project import Experiment, Question
from labreport.stats import Finding, Namespace, Quantity, Table, holding_conditions
from labreport.stats.formats import ci
from labreport.stats.names import quoted_name
from labreport.stats.quantity import reversed_quantity

LATEX_SYNTAX = {
    "block_start_string": r"\BLOCK{",
    "block_end_string": "}",
    "variable_start_string": r"\VAR{",
    "variable_end_string": "}",
    "comment_start_string": r"\#{",
    "comment_end_string": "}",
}
"""Jinja's delimiters in files that end with `.tex`."""
_ESCAPES: dict[str, Callable[[str], str]] = {".tex": escape_latex, ".html": escape}
"""How a text is written into a file, by its ending; into any other as it is."""


def names(question: Question, answer: Namespace) -> str:
    """List an answer's names with their values, and the claims that hold now, how nearly; ready to paste."""
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
    """What can be printed or asked, by its name in a template: `mean.deep_8`, `difference["10"]`."""
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
    """Findings and quantities, of a difference and the same seen from the other side only the first."""
    listed = set[object]()
    for name, member in members:
        if isinstance(member, Quantity) and len(member.source.experiments) == 2:
            sides = {identity_of(member), identity_of(reversed_quantity(member))}
            if not listed.isdisjoint(sides):
                continue
            listed |= sides
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
    """Writes values and claims as text: of a file of the author's, which is no template of the page."""

    mark = Markup("†")

    def write_table(self, table: Table, caption: str, digits: int | None, name: str) -> Markup:
        """Print a table as the file needs it; the caption is the author's to write."""
        write = latex_table if self.context.template.endswith(".tex") else markdown_table
        return Markup(write(table, digits))

    def words_of(self, text: str) -> str:
        """Return the words of a piece of the file."""
        return " ".join(self.placeholders.fill_plain(text).split())

    def write_claim(self, claim: Claim, identity: str, body: str, now: Markup, is_block: bool) -> str:
        """Put before a piece that it does not hold, and behind it what the results say; or mark it."""
        text = body.strip()
        if claim.fails:
            correction = f" (now: {now})" if now else ""
            return body.replace(text, f"{VERDICT} {text}{correction}")
        if claim.holds is None:
            return body.replace(text, text + self.placeholders.store("", "†"))
        return body


def render_file(
    path: Path, answers: AnswersByQuestion, experiments: Iterable[Experiment] = ()
) -> tuple[str, tuple[Claim, ...]]:
    r"""Render a text file in which `best.mean.wide` is a value of the question `best`, and give its claims.

    `.tex` files write `\VAR{...}` and `\BLOCK{...}`; any other, such as `.qmd` or `.md`, `{{ ... }}` and
    `{% ... %}`. Raises `UsageError` as a template of the page does.
    """
    context = RenderContext(path.parent, path.name, path.stem, folder="")
    collected = Collected(path.stem, {}, experiments)
    syntax = LATEX_SYNTAX if path.suffix == ".tex" else {}
    text = TextPrinter(context, collected).render(answers, keep_trailing_newline=True, **syntax).text
    escape_text = _ESCAPES.get(path.suffix, str)

    def value_of(placeholder: re.Match[str]) -> str:
        return escape_text(collected.placeholders.fill_plain(placeholder[0]))

    return re.sub(f"[{PLACEHOLDER_CHARACTERS}]", value_of, text), tuple(collected.claims)
