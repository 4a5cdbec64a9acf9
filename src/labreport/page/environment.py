"""The environment of templates: what they may call, and how values, sentences and claims are printed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from labreport.errors import MultipleErrors, UsageError, raised_at
from labreport.page.claims import Claim, ClaimTags
from labreport.page.context import RenderContext
from labreport.page.html import HtmlFormat
from labreport.page.lexer import TemplateLexer
from labreport.page.messages import (
    TemplateError,
    description,
    message_of,
    template_function,
    undefined_type,
    why_not_printed,
)
from labreport.page.numbers import AnswersByQuestion, Entries, PrintedNumbers
from labreport.page.placeholders import PLACEHOLDER_CHARACTERS, Placeholders
from labreport.page.typed import refuse_typed_numbers
from labreport.project.outline import slug
from labreport.stats import Finding, Namespace, Quantity, Source, Table, plural, sentence_values
from labreport.stats.contents import tables_by_name
from labreport.stats.formats import FILTERS, FormattedQuantity, formatted_quantity
from labreport.stats.names import find
from labreport.stats.quantity import count_of_units
from labreport.stats.tables import read_declaration, rows
from labreport.stats.wording import enumeration

FRAME = Path(__file__).parents[1] / "frame"
GLOSSARY = "glossary.md"
_JINJA_NAMES = "and caller else false if in is loop none not or self true"


class CompiledTemplates(jinja2.BytecodeCache):
    """Templates that this process has compiled: each section is rendered in an environment of its own."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Give the code of a template, if its source was compiled; Jinja compares the sources."""
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Keep the code of a template."""
        self._code[bucket.key] = bucket.bytecode_to_string()


_COMPILED = CompiledTemplates()


class TemplateEnvironment(jinja2.Environment):
    """What templates may use; how it is written says `format`.

    What Jinja prints becomes a placeholder, in which Markdown sees nothing; `format.fill_placeholders` puts
    the value in. `numbers`, `claims` and `claim_panels` gather what was printed. `root` is this environment,
    also in an overlay of it, which has another syntax. Claims are numbered through all of `document`,
    whichever question `context` is of.
    """

    def __init__(
        self,
        context: RenderContext,
        answers: AnswersByQuestion,
        experiments: Iterable[Any] = (),
        format: type[HtmlFormat] = HtmlFormat,  # noqa: A002
    ) -> None:
        super().__init__(
            loader=jinja2.FileSystemLoader([context.templates, FRAME, FRAME.parent]),
            autoescape=True,
            undefined=undefined_type(self),
            finalize=jinja2.pass_context(lambda _, value: self.placeholder_for(value)),  # of constants too
            extensions=[ClaimTags],
            bytecode_cache=_COMPILED,
            optimized=False,
        )
        self.root = self
        self.context = context
        self.document = context.document
        self.answers = answers
        self.experiments = Namespace(
            {experiment.name: read_declaration(experiment) for experiment in experiments}
        )
        self.placeholders = Placeholders()
        self.format = format(self)
        self.numbers = PrintedNumbers({**answers, "experiments": self.experiments})
        self.claims: list[Claim] = []
        self.claim_panels: Entries = {}
        self.digits_shown: dict[str, int] = {}
        self.known_names: Mapping[str, Any] = {}

        self.globals = {"namespace": self.globals["namespace"], "experiments": self.experiments}
        self.add_function("rows", self.rows)
        self.add_function("show", self.show)
        self.filters |= FILTERS
        self.filters |= {
            "join": self.join,
            "listed": self.listed,
            "literal": self.placeholder_for_literal,
            "text": str,
        }

    def add_function(self, name: str, function: Callable[..., Any]) -> None:
        """Let templates call a function by a name."""
        self.globals[name] = template_function(name, function)

    # Templates

    @property
    def lexer(self) -> TemplateLexer:
        """What reads templates."""
        return TemplateLexer(self)

    def preprocess(self, source: str, name: str | None = None, filename: str | None = None) -> str:
        """Raise `MultipleErrors` for numbers that are typed in a Markdown file; the source stays as it is."""
        if name and name.endswith(".md"):
            refuse_typed_numbers(self.lexer.tokeniter(source, name), filename or name)
        return source

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Read a name of a value; of a quantity, `n` is printed with its unit: four plates."""
        if isinstance(obj, Quantity) and attribute == "n":
            name = obj.source.unit_name
            unit = "" if name == "value" else plural(name)  # nobody says what a stated one is of
            return count_of_units(obj, Source(kind="counted"), unit)
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
            location = raised_at(error) or self.context.location
            raise TemplateError(message_of(error, self), location) from error

    # What a template may call

    def rows(self, subjects: Any, answer: Any = None, **columns: str) -> Table:
        """Make a table of experiments or names: declared fields, and what the answer has by their names."""
        return rows(subjects, answer or self.context.answer, **columns)

    def show(self, table: Any, caption: str = "", digits: int | None = None, name: str = "") -> Markup:
        """Print a table: value ± half width, one number of decimals a column, or `digits` of them.

        `caption` is Markdown; `ref(name)` refers to it. Raises `UsageError` for what is no table.
        """
        if not isinstance(table, Table):
            raise UsageError(f"show() prints a table, as rows(experiments, …) makes; this is {table!r:.40}")
        if digits is not None:
            self._note_digits(table, digits)
        return self.format.table(table, caption, digits, name)

    def _note_digits(self, table: Table, digits: int) -> None:
        """Remember with how many decimals a table of an answer is shown: exports follow."""
        for question, answer in self.answers.items():
            for name, table_of_answer in tables_by_name(answer).items():
                if table_of_answer == table:
                    self.digits_shown[f"{question}.{name}"] = digits

    def term(self, word: str, text: str = "") -> Markup:
        """Print a word that the glossary explains, linked to where it does."""
        file = self.context.templates / GLOSSARY
        source = file.read_text(encoding="utf-8") if file.is_file() else ""
        explained = re.findall(r"^(\S.*)\n+:\s", source, re.MULTILINE)
        identity = slug(find(word, explained, f"explanation in {GLOSSARY} of"))
        link = Markup('<a class="term" href="#term-{}">{}</a>')
        return self.placeholders.store(link.format(identity, text or word))

    def join(self, items: Any, separator: str = "") -> Markup:
        """Print items with a separator between them."""
        return escape(separator).join(self._placeholders_for_items(items, "join", 'join(", ")'))

    def listed(self, items: Any, word: str = "and") -> Markup:
        """Print items as a sentence has them: `5, 8 and 9`."""
        texts = self._placeholders_for_items(items, "listed", 'listed or | listed("or")')
        return Markup(enumeration(texts, escape(word)))

    def _placeholders_for_items(self, items: Any, name: str, usage: str) -> list[Markup]:
        if isinstance(items, jinja2.Undefined):
            str(items)  # which raises, and says what is near
        if isinstance(items, str) or not isinstance(items, Iterable):
            raise UsageError(f"the filter {name} prints a list: {description(items)}; write | {usage}")
        return list(map(self.placeholder_for, items))

    # Values

    def placeholder_for(self, value: Any) -> Markup:
        """Store what stands in `{{ }}`, and return the placeholder that Jinja prints; mark-up is its own.

        Raises `UsageError` for a bare number and what has no text.
        """
        if isinstance(value, jinja2.Undefined):
            return Markup(value)  # which raises, but for `if` without `else`
        if isinstance(value, Markup):
            return value
        if isinstance(value, str):
            return self.placeholder_for_text(value)
        if isinstance(value, Finding) and value.quantity is None:
            return self.placeholder_for_finding(value)
        if isinstance(value, (Quantity, Finding, FormattedQuantity)):
            formatted = formatted_quantity(value)
            return self.placeholder_for_quantity(formatted.original or formatted.quantity, str(formatted))
        if isinstance(value, (list, tuple)):
            return self.listed(value)
        raise UsageError(why_not_printed(value))

    def placeholder_for_text(self, text: str) -> Markup:
        """Store a text of the data, in which nothing is a placeholder."""
        without_placeholders = re.sub(f"[{PLACEHOLDER_CHARACTERS}]", "\ufffd", text)
        return self.placeholders.store(escape(without_placeholders), without_placeholders)

    def placeholder_for_quantity(self, quantity: Quantity, text: str) -> Markup:
        """Store a quantity as a text, with the name under which a reader finds its source."""
        name = self.numbers.add(quantity, self.context.document)
        value = "" if quantity.value is None else repr(quantity.value)
        element = Markup('<data class="q" data-q="{}" value="{}">{}</data>')
        return self.placeholders.store(element.format(name, value, text), text)

    def placeholder_for_literal(self, value: Any) -> Markup:
        """Store what the author typed, and nobody measured."""
        text = re.sub(r"(?<=\d) (?=%)", "\u00a0", str(value))
        element = Markup('<span class="literal" title="typed by hand; no result says it">{}</span>')
        return self.placeholders.store(element.format(text), text)

    def placeholder_for_finding(self, finding: Finding) -> Markup:
        """Store the sentence of a finding, with the mark where it is not judged."""
        sentence = self.sentence_of(finding)
        return self.placeholders.store(sentence + self.format.mark if finding.is_unknown else sentence)

    def sentence_of(self, subject: Finding | Quantity) -> Markup:
        """Say a finding or a number: by the macro of its kind, the project's own if it has one."""
        values: object
        if isinstance(subject, Finding):
            kind, values = subject.kind, sentence_values(subject)
        else:
            kind, values = "quantity", {"name": self._name_in_sentence(subject), "value": subject}
        with self.located_errors():
            macro = getattr(self.get_template("sentences.html").module, kind, None)
            if macro is None:  # the project has some of its own, not this
                macro = getattr(self.get_template("frame/sentences.html").module, kind)
            return Markup(macro(values)).strip()

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
        panel["says"] = [self.format.words_of(self.sentence_of(subject)) for subject in subjects]
        panel["numbers"] = self.numbers.add_evidence(subjects, self.context.document)
        self.claim_panels[identity] = panel
        return identity


def _as_variables(names: Mapping[str, Any]) -> dict[str, Any]:
    """The names of an answer as a template can write them: `deep_8` for `deep-8`, either micro sign."""
    variables = {re.sub(r"\W", "_", name): value for name, value in names.items()}
    variables |= {name.replace("μ", "µ"): value for name, value in names.items()}
    return {**variables, **names}
