"""How values get into a page: as signs that stand for them until Markdown is done; and where they are from."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from numbers import Number
from typing import Any, NamedTuple

from jinja2 import Undefined
from markupsafe import Markup, escape

from labreport.errors import UsageError
from labreport.page.claims import Claim, there
from labreport.page.markdown import HELD, Writer, table_label, typed, typed_in
from labreport.stats import Condition, Finding, Names, Quantity, Table, as_quantity
from labreport.stats.rounding import FORMS, as_prose, digits, pm, sized

VERDICT = "No longer holds:"
MARK = '<sup class="mark">†</sup>'
_MARK_ABOVE = "<!--mark-->"
_FIRST = 0xF0000
_EDGE = "\u2e28"
"""Around what begins or ends a claim: Markdown takes it for punctuation, so that `*` beside it is read."""
_SIGN = re.compile(rf"{_EDGE}?([{HELD}]){_EDGE}?")
_ALONE = re.compile(rf"<p>{_SIGN.pattern}</p>")
_TAG = re.compile(rf"<[^<>]*>|{_SIGN.pattern}")
_ASIDE = re.compile(r' ?<(span|p) class="now">.*?</\1>|<sup class="mark">.*?</sup>', re.DOTALL)


def plain_text(markup: str) -> str:
    """Give the words of HTML: of a claim that fails those before it too, but not what is so now."""
    bare = re.sub(r"<[^>]*>", "", re.sub(r"</(p|li|div|h\d|td|th)>", " ", _ASIDE.sub("", markup)))
    return re.sub(r"[ \n]+", " ", html.unescape(bare)).strip()


def listed(items: Iterable[Any], word: str = "and") -> Markup:
    """Join as English does: `5, 8 and 9`."""
    *front, last = [escape(item) for item in items] or [Markup()]
    return Markup(f" {word} ").join([Markup(", ").join(front), last]) if front else last


def quantities(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Quantity]]:
    """Find the quantities in an answer, each with the names that lead to it: `mean.complex`."""
    inner: Iterable[tuple[tuple[str, ...], Any]] = ()
    if isinstance(value, Quantity):
        yield ".".join(path), value
    elif isinstance(value, Names):
        inner = (((name,), one) for name, one in value.members.items())
    elif isinstance(value, Finding):
        parts = ((part.subjects, part.quantity) for part in value.parts)
        inner = [*(((group,), one) for group, one in value.groups), *parts]
    elif isinstance(value, Table):
        columns = [column.name for column in value.columns]
        cells = ((row[0], name, one) for row in value.rows for name, one in zip(columns, row, strict=True))
        inner = (((str(first), name), one) for first, name, one in cells)
    elif isinstance(value, list):
        inner = (((str(place),), one) for place, one in enumerate(value))
    for names, one in inner:
        yield from quantities(one, (*path, *names))


def _identity(one: Quantity) -> tuple[Any, ...]:
    return (one.value, one.unit, one.low, one.high, one.n, one.values, one.source)


class Held(NamedTuple):
    """What a sign stands for, which may have signs inside; a `block` stands between paragraphs."""

    html: str
    plain: str
    block: bool


class Values:
    """What a document prints: values in `{{ }}`, the sources of its numbers, and its claims.

    `writer` makes HTML of its text; `answers` are what its numbers are found in.
    """

    folder = "templates/"
    """Where its templates are, as claims name it."""

    def __init__(self, writer: Writer, answers: Mapping[str, Names]) -> None:
        self.writer = writer
        self.claims: list[Claim] = []
        self.numbers: dict[str, dict[str, Any]] = {}
        self.box: str | None = None
        """What the block `answer` of a template has, once it was rendered."""
        self.sentence: Callable[[Any], Markup] = escape
        """Says a finding; filled in by the environment."""
        self._held: list[Held] = []
        self._tables: Counter[str] = Counter()
        self._paths: dict[Any, str] = {}
        for question, answer in answers.items():
            for path, one in quantities(answer, (question,)):
                self._paths.setdefault(_identity(one), path)

    # Signs

    def hold(self, markup: str, plain: str | None = None, block: bool = False) -> Markup:
        """Keep HTML for later, and give the sign that stands for it."""
        sign = chr(_FIRST + len(self._held))
        self._held.append(Held(str(markup), plain_text(markup) if plain is None else plain, block))
        return Markup(f"\n\n{sign}\n\n" if block else sign)

    def html(self, text: str) -> str:
        """Put in what was kept: as HTML, and in the attributes of a tag as plain text."""
        text = self._put(text)
        while (at := text.find(_MARK_ABOVE)) >= 0:  # at the end of the last paragraph above
            place = max(text.rfind("</p>", 0, at), text.rfind("</li>", 0, at), 0) or at
            text = text[:place] + MARK + text[place:at] + text[at + len(_MARK_ABOVE) :]
        return text

    def _put(self, text: str) -> str:
        def put(found: re.Match[str]) -> str:
            if found[1]:
                return self._put(self._of(found).html)
            return _SIGN.sub(lambda sign: str(escape(self.plain(sign[0]))), found[0])

        return _TAG.sub(put, _ALONE.sub(lambda one: one[1] if self._of(one).block else one[0], text))

    def plain(self, text: str) -> str:
        """Put in the plain text of what was kept."""
        return _SIGN.sub(lambda found: self.plain(self._of(found).plain), text)

    def _of(self, found: re.Match[str]) -> Held:
        return self._held[ord(found[1]) - _FIRST]

    # Values

    def value(self, given: Any) -> Any:
        """Print what stands in `{{ }}`. Raises `UsageError` for a bare number and what has no text."""
        if isinstance(given, (Markup, Undefined)):  # what is not there raises, but for `if` without `else`
            return given if isinstance(given, Markup) else str(given)
        if isinstance(given, str):
            return self.text(given)
        if isinstance(given, Finding) and given.quantity is None:
            return self.hold(self.sentence(given))
        if isinstance(given, (Quantity, Finding)):
            return self.form(given, as_prose)
        if isinstance(given, (list, tuple)):
            return listed(map(self.value, given))
        raise UsageError(_refusal(given))

    def text(self, given: str) -> Markup:
        """Print a text that is not the template's own: nothing in it is Markdown or HTML."""
        safe = re.sub(f"[{HELD}]", "\ufffd", given)
        return self.hold(escape(safe), safe)

    def form(self, given: Any, form: Callable[[Quantity], str]) -> Markup:
        """Print a quantity in one of the forms, with the name under which a reader finds its source."""
        one = as_quantity(there(given))
        name = self._paths.setdefault(_identity(one), f"{self.writer.document}.{len(self._paths)}")
        if name not in self.numbers:
            bare = replace(one, low=None, high=None, values=(), n=1)
            self.numbers[name] = {
                "value": pm(one),
                "source": one.source.text(),
                "method": one.source.method or one.source.kind,
                "n": one.n,
                "unit": one.source.unit,
                "values": {str(unit): as_prose(replace(bare, value=value)) for unit, value in one.values},
            }
        shown, value = form(one), "" if one.value is None else repr(one.value)
        element = Markup('<data class="q" data-q="{}" value="{}">{}</data>')
        return self.hold(element.format(name, value, shown), shown)

    def literal(self, given: Any) -> Markup:
        """Print what the author typed, and nobody measured."""
        element = Markup('<span class="literal" title="typed by hand; no result says it">{}</span>')
        return self.hold(element.format(given), str(given))

    @property
    def filters(self) -> dict[str, Callable[..., Markup]]:
        """The filters of a template by name; `apart` is how far a difference is from zero, with its ±."""
        return {
            **{name: partial(self.form, form=form) for name, form in FORMS.items()},
            "apart": lambda given: self.form(given, lambda one: pm(sized(one))),
            "digits": lambda given, number: self.form(given, lambda one: digits(one, number)),
            "listed": lambda items, word="and": listed(map(self.value, items), word),
            "literal": self.literal,
        }

    def show(self, table: Any, caption: str = "", digits: int | None = None, name: str = "") -> Markup:
        """Print a table: value ± half width, one number of decimals a column, or `digits` of them.

        `caption` is Markdown; `ref(name)` refers to it. Raises `UsageError` for what is no table.
        """
        if not isinstance(table, Table):
            raise UsageError(f"show() prints a table, as rows(experiments, …) makes; this is {table!r:.40}")
        trusted = isinstance(caption, Markup)
        for _, number in () if trusted else typed_in(caption):
            raise UsageError(typed(number))
        document = self.writer.document
        self._tables[document] += 1
        name = name or f"{document}-{self._tables[document]}"
        columns = zip(*table.rows, strict=True) if table.rows else [()] * len(table.columns)
        numeric = [any(isinstance(cell, Quantity) for cell in column) for column in columns]
        rows = [[_cell("th", head, right, "col") for head, right in zip(table.heads, numeric, strict=True)]]
        for row, printed in zip(table.rows, table.cells(digits), strict=True):
            cells = []
            for cell, text, right in zip(row, printed, numeric, strict=True):
                shown = self.form(cell, lambda _, text=text: text) if isinstance(cell, Quantity) else text
                first = not cells and not right
                cells.append(_cell("th" if first else "td", shown, right, "row" if first else ""))
            rows.append(cells)
        head, *body = [Markup("<tr>{}</tr>\n").format(Markup().join(cells)) for cells in rows]
        made = Markup(
            '<table id="table-{}" class="data">\n{}{}</caption>\n'
            "<thead>\n{}</thead>\n<tbody>\n{}</tbody></table>"
        )
        written = Markup(self.writer.line(caption, trusted))
        held = made.format(name, table_label(name), written, head, Markup().join(body))
        return self.hold(held, repr(table), block=True)

    # Claims

    def words(self, body: str) -> str:
        """Give the plain words of a piece of a template."""
        return plain_text(self.html(self.writer.blocks(body)))

    def marked(self, body: str, claim: Claim, now: Markup, block: str | None) -> str:
        """Say around a piece that it no longer holds, and what is so now; or mark it as not judged.

        `block` is how far one is indented that stands around paragraphs.
        """
        element, item = ("span", "span") if block is None else ("div", "p")
        struck, verdict = ("del", "strong") if block is None else ("div class=\"del\"", "p")
        start, end = f'<{element} class="unknown">', f"{MARK if block is None else _MARK_ABOVE}</{element}>"
        if claim.fails:
            start = f'<{element} class="fails"><{verdict} class="verdict">{VERDICT}</{verdict}> <{struck}>'
            said = f"(now: {now})" if block is None else f"Now: {now}."
            aside = f' <{item} class="now">{said}</{item}>' if now else ""
            end = f"</{struck.split()[0]}>{aside}</{element}>"
        before = self.hold(start, f"{VERDICT} " if claim.fails else "", block is not None).strip()
        after = self.hold(end, "", block is not None).strip()
        if block is None:
            return f"{_EDGE}{before}{_EDGE}{body}{_EDGE}{after}{_EDGE}"
        return f"\n\n{block}{before}\n\n{body}\n\n{block}{after}\n\n"


def _cell(tag: str, text: str, right: bool, scope: str) -> Markup:
    attributes = (f' scope="{scope}"' if scope else "") + (' class="number"' if right else "")
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(tag), Markup(attributes), text)


def _refusal(given: Any) -> str:
    """Say why something is not printed, and what to write."""
    if isinstance(given, Number) and not isinstance(given, bool):
        return f"{given} is a bare number; print a quantity, or write {{{{ {given} | literal }}}}"
    if isinstance(given, Condition):
        return "a condition is not printed; write {% claim … %}the sentence{% endclaim %}"
    if isinstance(given, Table):
        return 'a table is printed by show(table, "its caption")'
    if isinstance(given, Names):
        return f"several values have this name; print one of {', '.join(given.members)}"
    return f"{given!r:.60} is no text; print a quantity, a finding, a text or a list of them"
