"""How values get into a page: as signs that stand for them until Markdown is done; where numbers are from."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from numbers import Number
from operator import attrgetter
from pathlib import Path
from typing import Any, NoReturn

import jinja2
from jinja2.utils import missing
from markupsafe import Markup, escape

from labreport.errors import LabReportError, MultipleErrors, UsageError, did_you_mean, display_path, raised_at
from labreport.page import markdown
from labreport.page.claims import Claim, Claims, TemplateError
from labreport.page.markdown import HELD
from labreport.project.outline import slug
from labreport.stats import (
    Condition,
    Finding,
    Namespace,
    Quantity,
    Source,
    as_quantity,
    plural,
    sentence_values,
)
from labreport.stats.finding import quantities
from labreport.stats.formats import FILTERS, FormattedQuantity, as_plus_minus, as_prose
from labreport.stats.names import find
from labreport.stats.tables import Table, declared, rows

FRAME = Path(__file__).parents[1] / "frame"
GLOSSARY = "glossary.md"
RESERVED = ("and", "caller", "else", "false", "if", "in", "is", "loop", "none", "not", "or", "self", "true")
"""Names of Jinja's."""
VERDICT = "No longer holds:"
MARK = '<sup class="mark">†</sup>'
_MARK_ABOVE = re.compile(r"(</(?:p|li)>(?:(?!</p>|</li>).)*)<!--mark-->", re.DOTALL)
"""The end of the last paragraph above, which has the mark of a block that is not judged."""
_EDGE = "\u2e28"
"""Around what begins or ends a claim: Markdown takes it for punctuation, so that `*` beside it is read."""
_CAPTION = re.compile(r"<p>Table(?: ([\w-]+))?: ((?:(?!</p>).)*)</p>\n<table>", re.DOTALL)
_SIGN = re.compile(rf"{_EDGE}?([{HELD}]){_EDGE}?")
_ALONE = re.compile("<p>([\U00100000-\U0010fffd])</p>")
_TAG = re.compile(rf"<[^<>]*>|{_SIGN.pattern}")
_ASIDE = re.compile(r' ?<(span|p) class="now">.*?</\1>|<sup class="mark">.*?</sup>', re.DOTALL)
_identity = attrgetter("value", "unit", "low", "high", "n", "values", "source")  # `==` of quantities asks


def plain_text(markup: str) -> str:
    """Give the words of HTML: of a claim that fails those before it too, but not what is so now."""
    bare = re.sub(r"<[^>]*>", "", re.sub(r"</(p|li|div|h\d|td|th)>", " ", _ASIDE.sub("", markup)))
    return re.sub(r"[ \n]+", " ", html.unescape(bare)).strip()


def listed(items: Iterable[Any], word: str = "and") -> Markup:
    """Join as English does: `5, 8 and 9`."""
    *front, last = [escape(item) for item in items] or [Markup()]
    return Markup(f" {word} ").join([Markup(", ").join(front), last]) if front else last


@dataclass
class RenderContext:
    """A template, what its ids begin with, the level of its highest heading, its answer, and that's block."""

    template: str
    document: str
    top: int = 4
    answer: Namespace | None = None
    box: str | None = None


class TemplateEnvironment(jinja2.Environment):
    """The environment of templates, and what they print: values, sources of numbers by their names, claims.

    What Jinja prints becomes a sign, in which Markdown sees nothing, and `html` puts it in again.
    """

    folder = "templates/"  # as claims name it

    def __init__(
        self,
        templates: Path,
        at: RenderContext,
        answers: Mapping[str, Namespace],
        experiments: Iterable[Any] = (),
    ) -> None:
        self.values = values = self  # of an overlay too, which has another syntax

        class Unknown(jinja2.StrictUndefined):
            """A name that is not there: whatever is done with it raises, and says what is near."""

            condition = quantity = property(str)  # asked for as either, it raises too

            @property
            def _undefined_message(self) -> str:
                name, owner = str(self._undefined_name), self._undefined_obj
                known = values.known if owner is missing else [word for word in dir(owner) if word[0] != "_"]
                near = did_you_mean(name, known)
                if owner is missing:
                    return self._undefined_hint or f"there is no {name!r} here{near}"
                return f"{type(owner).__name__} {str(owner)[:40]!r} has no {name!r}{near}"

        super().__init__(
            loader=jinja2.FileSystemLoader([templates, FRAME, FRAME.parent]),
            autoescape=True,
            undefined=Unknown,
            finalize=jinja2.pass_context(lambda _, value: self.value(value)),  # so that it sees constants too
            extensions=[Claims],
            optimized=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates, self.at, self.answers = templates, at, answers
        self.claims: list[Claim] = []
        self.numbers: dict[str, dict[str, Any]] = {}
        self.known: dict[str, Any] = {}
        self.left_out: set[str] = set()
        self._held: dict[str, tuple[str, str]] = {}
        self._shown: Counter[str] = Counter()
        self._paths: dict[Any, str] = {}
        declarations = Namespace({one.name: declared(one) for one in experiments})
        for question, answer in {**answers, "experiments": declarations}.items():
            for path, one in quantities(answer, question):
                self._paths.setdefault(_identity(one), path)
                if one.source.note.endswith((" missing", " left out")):
                    self.left_out.add(one.source.note)
        self.globals = {
            "namespace": self.globals["namespace"],
            "experiments": declarations,
            "rows": lambda of, answer=None, **columns: rows(of, answer or self.at.answer, **columns),
            "show": self.show,
        }
        self.filters |= {
            **FILTERS,
            "join": lambda items, sign="": escape(sign).join(map(escape, map(self.value, items))),
            "listed": lambda items, word="and": listed(map(self.value, items), word),
            "literal": self.literal,
            "text": str,
        }

    # Templates

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Read a name of a value; of a quantity, `n` is a quantity too: four plates."""
        if isinstance(obj, Quantity) and attribute == "n":
            return Quantity(obj.n, plural(obj.source.unit), source=Source(kind="counted"), exact=True)
        return super().getattr(obj, attribute)

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn whatever a template raises into one line: file, line, what is wrong."""
        file = display_path(self.templates / self.at.template)
        try:
            yield
        except (TemplateError, MultipleErrors):
            raise
        except Exception as error:
            plain = isinstance(error, (LabReportError, jinja2.TemplateError))
            text = str(error) if plain else f"{type(error).__name__}: {error}"
            if isinstance(error, jinja2.TemplateNotFound):
                text = f"there is no template {error.name!r}"
            place = raised_at(error) or file
            named = rf"{re.escape(place.rpartition(':')[0])}:\d+: "  # by a line of the code that Jinja makes
            raise TemplateError(f"{place}: {re.sub(named, '', text)}") from error

    def text(self, names: Mapping[str, Any], **syntax: Any) -> str:
        """Render the template with these names, `deep_8` for `deep-8`; `syntax` are options of Jinja's."""
        micro = {name.replace("μ", "µ"): value for name, value in names.items()}  # as it is typed
        found = {re.sub(r"\W", "_", name): value for name, value in names.items()} | micro | dict(names)
        self.known = {**self.globals, **found}
        with self.explained():
            for name in sorted({*names} & {*self.globals, *RESERVED}):
                raise UsageError(f"{name!r} is a name of the engine in templates; call the answer otherwise")
            return self.overlay(**syntax).get_template(self.at.template).render(found)

    def frame(self, template: str, /, **names: Any) -> Markup:
        """Render a template of the frame."""
        return Markup(self.get_template(template).render(names))

    def sentence(self, of: Finding | Quantity) -> Markup:
        """Say a finding or a number: by the macro of its kind, the project's own if it has one."""
        if isinstance(of, Finding):
            kind, given = str(of.kind), sentence_values(of)
        else:
            name = self._paths.get(_identity(of), "the number").rpartition(".")[2]
            words = (of.source.measure or name.replace("_", " "), " and ".join(of.source.experiments))
            kind, given = "quantity", {"name": " of ".join(filter(None, words)), "value": of}
        with self.explained():
            files = (self.get_template(name).module for name in ("sentences.html", "frame/sentences.html"))
            return Markup(next(getattr(file, kind) for file in files if hasattr(file, kind))(given)).strip()

    def term(self, word: str, text: str = "") -> Markup:
        """Print a word that the glossary explains, linked to where it does."""
        file = self.templates / GLOSSARY
        source = file.read_text(encoding="utf-8") if file.is_file() else ""
        known = re.findall(r"^(\S.*)\n+:\s", source, re.MULTILINE)
        found = slug(find(word, known, f"explanation in {GLOSSARY} of"))
        return self.hold(Markup('<a class="term" href="#term-{}">{}</a>').format(found, text or word))

    # Signs

    def hold(self, markup: str, plain: str | None = None, block: bool = False) -> Markup:
        """Keep HTML for later, and give the sign that stands for it."""
        sign = chr((0x100000 if block else 0xF0000) + len(self._held))
        self._held[sign] = (str(markup), plain_text(markup) if plain is None else plain)
        return Markup(f"\n\n{sign}\n\n" if block else sign)

    def html(self, text: str) -> str:
        """Put in what was kept: as HTML, and in the attributes of a tag as plain text."""

        def put(found: re.Match[str]) -> str:
            if found[1]:
                return self.html(self._held[found[1]][0])
            return _SIGN.sub(lambda sign: str(escape(self.plain(sign[0]))), found[0])

        return _MARK_ABOVE.sub(rf"{MARK}\1", _TAG.sub(put, _ALONE.sub(r"\1", text)))

    def plain(self, text: str) -> str:
        """Put in the plain text of what was kept."""
        return _SIGN.sub(lambda found: self.plain(self._held[found[1]][1]), text)

    # Markdown

    def blocks(self, text: str) -> str:
        """Render Markdown, with `Table: …` or `Table NAME: …` before a table as its caption; signs stay."""

        def captioned(found: re.Match[str]) -> str:
            name = self._table(found[1])
            label = f'<span class="label">Table <span data-no="table:{name}"></span></span>'
            return f'<table id="table-{name}" class="data">\n<caption>{label} {found[2]}</caption>'

        made = str(markdown.parser_of(True).render(text, self._names))
        cited = markdown.CITED.findall(made)
        known = markdown.bibliography(self.templates) if cited else {}
        for key in cited:
            if key not in known:
                near = did_you_mean(key, known, "there are")
                self.told(f"@{key}", f"{markdown.BIBLIOGRAPHY} has no entry {key!r}{near}")
        return _CAPTION.sub(captioned, made)

    def _table(self, name: str | None) -> str:
        self._shown[self.at.document] += 1
        return name or f"{self.at.document}-{self._shown[self.at.document]}"

    def line(self, text: str) -> Markup:
        """Render a line of Markdown; of what no template wrote without HTML and typed numbers."""
        trusted = isinstance(text, Markup)
        for _, wrong in () if trusted else markdown.typed_in(text):
            raise UsageError(wrong)
        return Markup(markdown.parser_of(trusted).renderInline(text.strip(), self._names))

    @property
    def _names(self) -> dict[str, Any]:
        return {"docId": self.at.document, "top": self.at.top, "told": self.told, "plain": self.plain}

    def words(self, body: str) -> str:
        """Give the plain words of a piece of a template."""
        return plain_text(self.html(self.blocks(body)))

    def told(self, where: str, text: str) -> NoReturn:
        """Raise the error of a piece of the template's text, at the line on which it begins."""
        file, piece = self.templates / self.at.template, re.split(f"[{HELD}\\n]", where)[0]
        lines = file.read_text(encoding="utf-8").split("\n")
        line = next((number for number, one in enumerate(lines, 1) if piece in one), 1)
        raise TemplateError(f"{display_path(file)}:{line}: {text}")

    # Values

    def value(self, given: Any) -> Any:
        """Print what stands in `{{ }}`. Raises `UsageError` for a bare number and what has no text."""
        if isinstance(given, (Markup, jinja2.Undefined)):  # which raises, but for `if` without `else`
            return Markup(given)
        if isinstance(given, str):
            safe = re.sub(f"[{HELD}]", "\ufffd", given)
            return self.hold(escape(safe), safe)
        if isinstance(given, Finding) and given.quantity is None:
            return self.hold(self.sentence(given))
        if isinstance(given, (Quantity, Finding)):
            return self.number(as_quantity(given), as_prose(given))
        if isinstance(given, FormattedQuantity):
            return self.number(given.quantity, str(given))
        if isinstance(given, (list, tuple)):
            return listed(map(self.value, given))
        if not isinstance(given, bool) and isinstance(given, Number):
            wrong = f"{given} is a bare number; print a quantity, or write {{{{ {given} | literal }}}}"
        elif isinstance(given, Condition):
            wrong = "a condition is not printed; write {% claim … %}the sentence{% endclaim %}"
        elif isinstance(given, Table):
            wrong = 'a table is printed by show(table, "its caption")'
        elif isinstance(given, Namespace):
            wrong = f"several values have this name; print one of {', '.join(given.members)}"
        else:
            wrong = f"{given!r:.60} is no text; print a quantity, a finding, a text or a list of them"
        raise UsageError(wrong)

    def number(self, one: Quantity, text: str) -> Markup:
        """Print a quantity as this text, with the name under which a reader finds its source."""
        name = self._paths.setdefault(_identity(one), f"{self.at.document}.{len(self._paths)}")
        if name not in self.numbers:
            bare = replace(one, low=None, high=None, values=(), n=1)
            self.numbers[name] = {
                "value": as_plus_minus(one),
                "source": one.source.text(),
                "method": one.source.method or one.source.kind,
                "n": one.n,
                "unit": one.source.unit,
                "values": {str(unit): as_prose(replace(bare, value=value)) for unit, value in one.values},
            }
        value = "" if one.value is None else repr(one.value)
        element = Markup('<data class="q" data-q="{}" value="{}">{}</data>')
        return self.hold(element.format(name, value, text), text)

    def literal(self, given: Any) -> Markup:
        """Print what the author typed, and nobody measured."""
        text = re.sub(r"(?<=\d) (?=%)", "\u00a0", str(given))
        element = Markup('<span class="literal" title="typed by hand; no result says it">{}</span>')
        return self.hold(element.format(text), text)

    def show(self, table: Any, caption: str = "", digits: int | None = None, name: str = "") -> Markup:
        """Print a table: value ± half width, one number of decimals a column, or `digits` of them.

        `caption` is Markdown; `ref(name)` refers to it. Raises `UsageError` for what is no table.
        """
        if not isinstance(table, Table):
            raise UsageError(f"show() prints a table, as rows(experiments, …) makes; this is {table!r:.40}")

        def cell(of: Any, text: str) -> str:
            return text if isinstance(of, str) else self.number(as_quantity(of), text)

        rows = [list(map(cell, *line)) for line in zip(table.rows, table.cells(digits), strict=True)]
        names = {"name": self._table(name), "caption": self.line(caption), "right": table.numeric}
        framed = self.frame("table.html", rows=rows, heads=table.heads, **names)
        return self.hold(framed, repr(table), block=True)

    def marked(self, body: str, claim: Claim, now: Markup, block: str | None) -> str:
        """Say around a piece, with `block` as its indent, that it fails, and what is so now; or mark it."""
        if block is None:
            verdict, aside = f'<strong class="verdict">{VERDICT}</strong> <del>', "</del>"
            said, mark, element = f' <span class="now">(now: {now})</span>', MARK, "span"
        else:
            verdict, aside = f'<p class="verdict">{VERDICT}</p> <div class="del">', "</div>"
            said, mark, element = f' <p class="now">Now: {now}.</p>', "<!--mark-->", "div"
        start, end = (verdict, aside + (said if now else "")) if claim.fails else ("", mark)
        kind, words = ("fails", f"{VERDICT} ") if claim.fails else ("unknown", "")
        before = self.hold(f'<{element} class="{kind}">{start}', words, block is not None).strip()
        after = self.hold(f"{end}</{element}>", "", block is not None).strip()
        if block is None:
            return f"{_EDGE}{before}{_EDGE}{body}{_EDGE}{after}{_EDGE}"
        return f"\n\n{block}{before}\n\n{body}\n\n{block}{after}\n\n"
