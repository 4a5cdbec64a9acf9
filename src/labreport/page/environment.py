"""The environment of templates: what they may call, and how values, sentences and claims are printed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from numbers import Number
from pathlib import Path
from typing import Any, NoReturn

import jinja2
from jinja2.environment import TemplateModule
from jinja2.utils import missing
from markupsafe import Markup, escape

from labreport.errors import LabReportError, MultipleErrors, UsageError, did_you_mean, display_path, raised_at
from labreport.page import markdown
from labreport.page.claims import Claim, ClaimTags, TemplateError
from labreport.page.functions import description, enumeration, list_filters, template_function
from labreport.page.numbers import Answers, Entries, PrintedNumbers
from labreport.page.placeholders import EDGE, MARK, SIGNS, Placeholders, plain_text
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
from labreport.stats.contents import tables_by_name
from labreport.stats.formats import FILTERS, FormattedQuantity, formatted_quantity
from labreport.stats.names import find
from labreport.stats.tables import Table, declared, rows

FRAME = Path(__file__).parents[1] / "frame"
GLOSSARY = "glossary.md"
VERDICT = "Does not hold:"
_JINJA_NAMES = "and caller else false if in is loop none not or self true"
_CAPTION = re.compile(r"<p>Table(?: ([\w-]+))?: ((?:(?!</p>).)*)</p>\n<table>", re.DOTALL)
"""A paragraph `Table: …` or `Table NAME: …` before a table."""


@dataclass
class RenderContext:
    """What is rendered now: a template, the prefix of its ids, the level of its highest heading, its answer.

    `box` is the text of its block `answer`, once that was rendered.
    """

    template: str
    document: str
    top_level: int = 4
    answer: Namespace | None = None
    box: str | None = None


class TemplateEnvironment(jinja2.Environment):
    """What templates may use, and how it is printed into HTML.

    What Jinja prints becomes a sign, in which Markdown sees nothing, and `fill` puts it in again. `numbers`,
    `claims` and `claim_panels` gather what was printed. `root` is this environment, also in an overlay of it,
    which has another syntax.
    """

    folder = "templates/"
    """What stands before the name of a template where a claim names its file."""
    format = "html"
    """The ending of the frame's templates of figures, questions and sections."""
    mark = Markup(MARK)
    """What stands behind a sentence that the results do not decide."""

    def __init__(
        self,
        templates: Path,
        context: RenderContext,
        answers: Answers,
        experiments: Iterable[Any] = (),
    ) -> None:
        super().__init__(
            loader=jinja2.FileSystemLoader([templates, FRAME, FRAME.parent]),
            autoescape=True,
            undefined=_undefined_type(self),
            finalize=jinja2.pass_context(lambda _, value: self.print_value(value)),  # of constants too
            extensions=[ClaimTags],
            optimized=False,
        )
        self.root = self
        self.templates = templates
        self.context = context
        self.document = context.document
        self.answers = answers
        self.experiments = Namespace({experiment.name: declared(experiment) for experiment in experiments})
        self.placeholders = Placeholders()
        self.numbers = PrintedNumbers({**answers, "experiments": self.experiments})
        self.claims: list[Claim] = []
        self.claim_panels: Entries = {}
        self.digits_shown: dict[str, int] = {}
        self.known_names: Mapping[str, Any] = {}
        self._tables = Counter[str]()

        self.globals = {"namespace": self.globals["namespace"], "experiments": self.experiments}
        self.add_function("rows", self.rows)
        self.add_function("show", self.show)
        self.filters |= FILTERS
        self.filters |= list_filters(self.print_value)
        self.filters |= {"literal": self.print_literal, "text": str}

    def add_function(self, name: str, function: Callable[..., Any]) -> None:
        """Let templates call a function by a name."""
        self.globals[name] = template_function(name, function)

    # Templates

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Read a name of a value; of a quantity, `n` is printed with its unit: four plates."""
        if isinstance(obj, Quantity) and attribute == "n":
            return _units_of(obj)
        return super().getattr(obj, attribute)

    def render_template(self, names: Mapping[str, Any], **syntax: Any) -> str:
        """Render the template of the context with these names, `deep_8` for `deep-8`.

        `syntax` are options of Jinja's. Raises `UsageError`, with file and line.
        """
        with self.located_errors():
            for name in sorted(names):
                if name in self.globals or name in _JINJA_NAMES.split():
                    raise UsageError(
                        f"{name!r} is a name of the engine in templates; call the answer otherwise"
                    )
            variables = _as_variables(names)
            self.known_names = {**self.globals, **variables}
            template = self.overlay(**syntax).get_template(self.context.template)
            return template.render(variables)

    def render_frame(self, template: str, /, **names: Any) -> Markup:
        """Render a template of the frame."""
        return Markup(self.get_template(template).render(names))

    @contextmanager
    def located_errors(self) -> Iterator[None]:
        """Turn whatever a template raises into `TemplateError`: file, line, what is wrong."""
        try:
            yield
        except (TemplateError, MultipleErrors):
            raise
        except Exception as error:
            raise TemplateError(self._message(error), raised_at(error) or self._location()) from error

    @property
    def _file(self) -> Path:
        return self.templates / self.context.template

    def has_template(self) -> bool:
        """Whether there is the template of the context."""
        return self._file.is_file()

    def _location(self) -> str:
        """The file that is rendered, or what the engine writes where there is none."""
        return display_path(self._file) if self.has_template() else f"the answer of {self.context.document!r}"

    def _message(self, error: Exception) -> str:
        """What is wrong, in words of the engine's or Jinja's where there are any."""
        if isinstance(error, LabReportError):
            return error.message  # its location is a line of the code that Jinja makes
        if isinstance(error, jinja2.TemplateNotFound):
            return f"there is no template {error.name!r}"
        unknown = re.search(r"No (?P<kind>filter|test) named '(?P<name>\w+)'", str(error))
        if unknown:
            known = self.filters if unknown["kind"] == "filter" else self.tests
            return f"no {unknown['kind']} is called {unknown['name']!r}{did_you_mean(unknown['name'], known)}"
        is_jinjas = isinstance(error, jinja2.TemplateError)
        return str(error) if is_jinjas else f"{type(error).__name__}: {error}"

    def fail_at(self, piece: str, message: str) -> NoReturn:
        """Raise the error of a piece of the template's text, at the line on which it begins."""
        begin = re.split(f"[{SIGNS}\\n]", piece)[0]
        lines = self._file.read_text(encoding="utf-8").split("\n")
        line = next((number for number, text in enumerate(lines, 1) if begin in text), 1)
        raise TemplateError(message, f"{display_path(self._file)}:{line}")

    # What a template may call

    def rows(self, subjects: Any, answer: Any = None, **columns: str) -> Table:
        """Make a table of experiments or names: declared fields, and what the answer has by their names."""
        return rows(subjects, answer or self.context.answer, **columns)

    def show(self, table: Any, caption: str = "", digits: int | None = None, name: str = "") -> Markup:
        """Print a table: value ± half width, one number of decimals a column, or `digits` of them.

        `caption` is Markdown; `ref(name)` refers to it. Raises `UsageError` for what is no table.
        """
        self.check_table(table)
        self._note_digits(table, digits)
        cells = []
        for values, texts in zip(table.rows, table.cells(digits), strict=True):
            cells.append(list(map(self._print_cell, values, texts)))
        framed = self.render_frame(
            "table.html",
            rows=cells,
            heads=table.heads,
            right=table.numeric,
            name=self.name_of_table(name),
            caption=self.render_line(caption),
        )
        return self.placeholders.hold(framed, repr(table), block=True)

    def check_table(self, table: Any) -> None:
        """Raise `UsageError` for what `show` cannot print."""
        if not isinstance(table, Table):
            raise UsageError(f"show() prints a table, as rows(experiments, …) makes; this is {table!r:.40}")

    def _print_cell(self, value: Any, text: str) -> str:
        return text if isinstance(value, str) else self.print_quantity(as_quantity(value), text)

    def _note_digits(self, table: Table, digits: int | None) -> None:
        """Remember with how many decimals a table of an answer is shown: exports follow."""
        if digits is None:
            return
        for question, answer in self.answers.items():
            for name, table_of_answer in tables_by_name(answer).items():
                if table_of_answer == table:
                    self.digits_shown[f"{question}.{name}"] = digits

    def term(self, word: str, text: str = "") -> Markup:
        """Print a word that the glossary explains, linked to where it does."""
        file = self.templates / GLOSSARY
        source = file.read_text(encoding="utf-8") if file.is_file() else ""
        explained = re.findall(r"^(\S.*)\n+:\s", source, re.MULTILINE)
        identity = slug(find(word, explained, f"explanation in {GLOSSARY} of"))
        link = Markup('<a class="term" href="#term-{}">{}</a>')
        return self.placeholders.hold(link.format(identity, text or word))

    # Values

    def print_value(self, value: Any) -> Markup:
        """Print what stands in `{{ }}`. Raises `UsageError` for a bare number and what has no text."""
        if isinstance(value, jinja2.Undefined):
            return Markup(value)  # which raises, but for `if` without `else`
        if isinstance(value, Markup):
            return value
        if isinstance(value, str):
            return self.print_text(value)
        if isinstance(value, Finding) and value.quantity is None:
            return self.print_finding(value)
        if isinstance(value, (Quantity, Finding, FormattedQuantity)):
            formatted = formatted_quantity(value)
            return self.print_quantity(formatted.original or formatted.quantity, str(formatted))
        if isinstance(value, (list, tuple)):
            return enumeration(map(self.print_value, value))
        raise UsageError(_why_not_printed(value))

    def print_text(self, text: str) -> Markup:
        """Print a text of the data, in which nothing is a sign."""
        without_signs = re.sub(f"[{SIGNS}]", "\ufffd", text)
        return self.placeholders.hold(escape(without_signs), without_signs)

    def print_quantity(self, quantity: Quantity, text: str) -> Markup:
        """Print a quantity as a text, with the name under which a reader finds its source."""
        name = self.numbers.add(quantity, self.context.document)
        value = "" if quantity.value is None else repr(quantity.value)
        element = Markup('<data class="q" data-q="{}" value="{}">{}</data>')
        return self.placeholders.hold(element.format(name, value, text), text)

    def print_literal(self, value: Any) -> Markup:
        """Print what the author typed, and nobody measured."""
        text = re.sub(r"(?<=\d) (?=%)", "\u00a0", str(value))
        element = Markup('<span class="literal" title="typed by hand; no result says it">{}</span>')
        return self.placeholders.hold(element.format(text), text)

    def print_finding(self, finding: Finding) -> Markup:
        """Print the sentence of a finding, with the mark where it is not judged."""
        sentence = self.sentence_of(finding)
        return self.placeholders.hold(sentence + self.mark if finding.is_unknown else sentence)

    def sentence_of(self, subject: Finding | Quantity) -> Markup:
        """Say a finding or a number: by the macro of its kind, the project's own if it has one."""
        if isinstance(subject, Finding):
            kind, facts = str(subject.kind), sentence_values(subject)
        else:
            kind, facts = "quantity", {"name": self._name_in_sentence(subject), "value": subject}
        with self.located_errors():
            for file in ("sentences.html", "frame/sentences.html"):
                macro = getattr(self.get_template(file).module, kind, None)
                if macro:
                    return Markup(macro(facts)).strip()
        raise LabReportError(f"the engine has no sentence for a {kind}")

    def _name_in_sentence(self, quantity: Quantity) -> str:
        """`test accuracy of small`, or the last part of its name: `ten`."""
        last_name = self.numbers.name_of(quantity).rpartition(".")[2] or "the number"
        subject = quantity.source.measure or last_name.replace("_", " ")
        experiments = " and ".join(quantity.source.experiments)
        return f"{subject} of {experiments}" if experiments else subject

    # Claims

    def add_claim(self, claim: Claim, subjects: Sequence[Any]) -> str:
        """Gather a claim and what the page says of it, and return its identity in the document."""
        identity = f"{self.document}-{len(self.claims) + 1}"
        self.claims.append(claim)
        panel = asdict(claim)
        panel["says"] = [self.words_of(self.sentence_of(subject)) for subject in subjects]
        panel["numbers"] = self.numbers.add_evidence(subjects, self.context.document)
        self.claim_panels[identity] = panel
        return identity

    def wrap_claim(self, claim: Claim, identity: str, body: str, now: Markup, is_block: bool) -> str:
        """Put the element of a claim around its text, in a line or around paragraphs."""
        names = {"claim": claim, "identity": identity, "now": now, "verdict": VERDICT, "is_block": is_block}
        before, _, after = self.render_frame("claim.html", **names).partition("<!--text-->")
        first = self.placeholders.hold(before, f"{VERDICT} " if claim.fails else "", block=is_block).strip()
        last = self.placeholders.hold(after, "", block=is_block).strip()
        if not is_block:
            return f"{EDGE}{first}{EDGE}{body}{EDGE}{last}{EDGE}"
        indent = indent_of(body)
        return f"\n\n{indent}{first}\n\n{body}\n\n{indent}{last}\n\n"

    # Markdown

    def paragraph(self, text: str) -> str:
        """Return a text as a paragraph."""
        return f"<p>{text}</p>\n"

    def bold(self, text: str) -> Markup:
        """Return a text of the project in bold."""
        return Markup("<strong>{}</strong>").format(text)

    def fill(self, text: str) -> str:
        """Return what was rendered with the values put in."""
        return self.placeholders.html(text)

    def render_markdown(self, text: str) -> str:
        """Render Markdown, with `Table: …` or `Table NAME: …` before a table as its caption; signs stay."""
        rendered = str(markdown.parser_of(True).render(text, self._parser_names()))
        self._check_cites(markdown.CITED.findall(rendered))
        return _CAPTION.sub(self._captioned, rendered)

    def render_line(self, text: str) -> Markup:
        """Render a line of Markdown; of what no template wrote without HTML and typed numbers."""
        is_from_template = isinstance(text, Markup)
        if not is_from_template:
            for _, message in markdown.typed_numbers(text):
                raise UsageError(message)
        parser = markdown.parser_of(is_from_template)
        return Markup(parser.renderInline(text.strip(), self._parser_names()))

    def words_of(self, text: str) -> str:
        """Return the plain words of a piece of a template."""
        return plain_text(self.fill(self.render_markdown(text)))

    def name_of_table(self, name: str) -> str:
        """Return the name of the next table, by default one with its number in the document."""
        document = self.context.document
        self._tables[document] += 1
        return name or f"{document}-{self._tables[document]}"

    def _captioned(self, match: re.Match[str]) -> str:
        name = self.name_of_table(match[1])
        label = f'<span class="label">Table <span data-no="table:{name}"></span></span>'
        return f'<table id="table-{name}" class="data">\n<caption>{label} {match[2]}</caption>'

    def _check_cites(self, keys: Sequence[str]) -> None:
        known = markdown.bibliography(self.templates) if keys else {}
        for key in keys:
            if key not in known:
                near = did_you_mean(key, known, "there are")
                self.fail_at(f"@{key}", f"{markdown.BIBLIOGRAPHY} has no entry {key!r}{near}")

    def _parser_names(self) -> dict[str, Any]:
        return {
            "docId": self.context.document,
            "top": self.context.top_level,
            "fail_at": self.fail_at,
            "plain": self.placeholders.plain,
        }


def _units_of(quantity: Quantity) -> Quantity | str:
    """How many units a quantity is of: `4 plates`; of two groups that are not paired `27 and 32 patients`.

    Of a number that an author states nobody says what it was counted of: `61`.
    """
    source = quantity.source
    if len(source.sizes) > 1:
        sizes = " and ".join(f"{size:,}" for size in source.sizes)
        return f"{sizes} {plural(source.unit)}"
    unit = "" if source.unit == "value" else plural(source.unit)
    return Quantity(quantity.n, unit, source=Source(kind="counted"), exact=True)


def indent_of(text: str) -> str:
    """The blanks before the first letter of a text, on its line."""
    before_first_letter = text[: len(text) - len(text.lstrip())]
    return before_first_letter.rpartition("\n")[2]


def _as_variables(names: Mapping[str, Any]) -> dict[str, Any]:
    """The names of an answer as a template can write them: `deep_8` for `deep-8`, either micro sign."""
    variables = {re.sub(r"\W", "_", name): value for name, value in names.items()}
    variables |= {name.replace("μ", "µ"): value for name, value in names.items()}
    return {**variables, **names}


def _undefined_type(environment: TemplateEnvironment) -> type[jinja2.StrictUndefined]:
    """Make the type of names that are not there: whatever is done with one raises, and says what is near."""

    class UndefinedName(jinja2.StrictUndefined):
        condition = quantity = property(str)  # asked for as either, it raises too

        @property
        def _undefined_message(self) -> str:
            name, owner = str(self._undefined_name), self._undefined_obj
            if owner is missing:
                near = did_you_mean(name, environment.known_names)
                return self._undefined_hint or f"there is no {name!r} here{near}"
            near = did_you_mean(name, [word for word in dir(owner) if not word.startswith("_")])
            return f"{_owner_in_words(owner)} has no {name!r}{near}"

    return UndefinedName


def _owner_in_words(owner: Any) -> str:
    """What a name is looked up in: a file of macros, a function, or a value."""
    if isinstance(owner, TemplateModule):
        return str(owner.__name__)
    if callable(owner) and hasattr(owner, "__name__"):
        return f"the function {owner.__name__}(…)"
    return f"{type(owner).__name__} {str(owner)[:40]!r}"


def _why_not_printed(value: Any) -> str:
    if isinstance(value, Number) and value is not True and value is not False:
        return f"{value} is a bare number; print a quantity, or write {{{{ {value} | literal }}}}"
    if isinstance(value, Condition):
        return "a condition is not printed; write {% claim … %}the sentence{% endclaim %}"
    if isinstance(value, Table):
        return 'a table is printed by show(table, "its caption")'
    if isinstance(value, Namespace):
        return f"several values have this name; print one of {', '.join(value.members)}"
    if callable(value):
        return description(value)
    return f"{value!r:.60} is no text; print a quantity, a finding, a text or a list of them"
