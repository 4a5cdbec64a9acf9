"""Printers: they write the values, sentences, tables and claims of a template.

`Printer` has what is common to all: `HtmlPrinter` writes the page, `MarkdownPrinter` the written report, and
`TextPrinter` a file of the author's.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable

import jinja2
from markupsafe import Markup, escape

from labreport.errors import UsageError
from labreport.page.claims import Claim, ClaimSource
from labreport.page.collected import Collected
from labreport.page.context import RenderContext
from labreport.page.environment import TemplateEnvironment
from labreport.page.messages import description, why_not_printed
from labreport.page.placeholders import plain_text, without_placeholders
from labreport.project import Experiment
from labreport.stats import Condition, Finding, Namespace, Quantity, Table, sentence_values
from labreport.stats.formats import FormattedQuantity, formatted_quantity, p_value_of
from labreport.stats.tables import rows
from labreport.stats.wording import enumeration


class Printer(ABC):
    """Renders one template and writes its values; notes in `collected` what was printed.

    `box` is the text of the block `answer` after rendering; None if the template has no such block.
    """

    mark: Markup
    """The mark after a sentence that the results do not decide."""

    def __init__(self, context: RenderContext, collected: Collected) -> None:
        self.context = context
        self.collected = collected
        self.placeholders = collected.placeholders
        self.box: Markup | None = None
        self.environment = TemplateEnvironment(self)
        self.environment.globals["experiments"] = collected.experiments
        self.environment.add_function("rows", self.rows)
        self.environment.add_function("show", self.show)
        self.environment.filters |= {
            "join": self.join,
            "listed": self.listed,
            "literal": self.placeholder_for_literal,
            "text": str,
        }

    # How it is written

    @abstractmethod
    def write_table(self, table: Table, caption: str, decimals: int | None, name: str) -> Markup:
        """Write a table with its caption, its numbers with this many decimals."""

    @abstractmethod
    def words_of(self, text: str) -> str:
        """The words of a part of the template, without mark-up."""

    @abstractmethod
    def write_claim(self, claim: Claim, identity: str, body: str, now: Markup, is_block: bool) -> str:
        """Write the text of a claim, marked if it fails or is unknown.

        `body` is plain `str`: the methods of `Markup` would escape what the author wrote.
        """

    # What a template may call

    def rows(
        self,
        subjects: Iterable[Experiment | Namespace | str],
        answer: Namespace | None = None,
        **columns: str,
    ) -> Table:
        """A table of experiments or names, with declared values and values of the answer."""
        return rows(subjects, answer or self.context.answer, **columns)

    def show(self, table: object, caption: str = "", digits: int | None = None, name: str = "") -> Markup:
        """Print a table: quantities as value ± half width, with equal decimals in a column, or `digits`.

        `caption` is Markdown; `ref(name)` refers to the table. Raises `UsageError` for any other value.
        """
        if not isinstance(table, Table):
            raise UsageError(f"show() prints a table, as rows(experiments, …) makes; this is {table!r:.40}")
        if digits is not None:
            self.collected.add_decimals(table, digits)
        return self.write_table(table, caption, digits, name)

    def join(self, items: object, separator: str = "") -> Markup:
        """Print items, separated by `separator`."""
        return escape(separator).join(self._placeholders_for_items(items, "join", 'join(", ")'))

    def listed(self, items: object, word: str = "and") -> Markup:
        """Print items as a list in a sentence: `5, 8 and 9`."""
        texts = self._placeholders_for_items(items, "listed", 'listed or | listed("or")')
        return Markup(enumeration(texts, escape(word)))

    def _placeholders_for_items(self, items: object, name: str, usage: str) -> list[Markup]:
        if isinstance(items, jinja2.Undefined):
            str(items)  # raises, with a similar name
        if isinstance(items, str) or not isinstance(items, Iterable):
            raise UsageError(f"the filter {name} prints a list: {description(items)}; write | {usage}")
        return list(map(self.placeholder_for, items))

    # Values

    def placeholder_for(self, value: object) -> Markup:
        """Store a value of `{{ }}`, and return its placeholder; mark-up is returned unchanged.

        Raises `UsageError` for a plain number, and for a value that cannot be printed.
        """
        if isinstance(value, jinja2.Undefined):
            return Markup(value)  # raises, except for an `if` without `else`
        if isinstance(value, Markup):
            return value
        if isinstance(value, str):
            return self.placeholder_for_text(value)
        if isinstance(value, Finding) and value.quantity is None:
            return self.placeholder_for_finding(value)
        if isinstance(value, (Quantity, Finding, FormattedQuantity)):
            formatted = formatted_quantity(value)
            text = str(formatted)
            return self.store_value(self.element_of(formatted, text), text)
        if isinstance(value, (list, tuple)):
            return self.listed(value)
        raise UsageError(why_not_printed(value))

    def store_value(self, element: Markup, text: str) -> Markup:
        """Store a value by its HTML and its text, and return its placeholder."""
        return self.placeholders.store(element, text)

    def placeholder_for_text(self, text: str) -> Markup:
        """Store a text; private characters in it are replaced, since they are placeholders."""
        text = without_placeholders(text)
        return self.store_value(escape(text), text)

    def element_of(self, formatted: FormattedQuantity, text: str) -> Markup:
        """The HTML of a quantity: its text, with its exact value (or p value) and its name as attributes."""
        quantity = formatted.original or formatted.quantity
        name = self.collected.add_number(quantity, self.context.document)
        number = p_value_of(quantity) if formatted.layout == "p" else quantity.value
        value = "" if number is None else repr(number)
        element = Markup('<data class="q" data-q="{}" value="{}">{}</data>')
        return element.format(name, value, text)

    def placeholder_for_literal(self, value: object) -> Markup:
        """Store a value that the author typed and that comes from no result."""
        text = re.sub(r"(?<=\d) (?=%)", "\u00a0", str(value))
        element = Markup('<span class="literal" title="typed by hand; no result says it">{}</span>')
        return self.store_value(element.format(text), text)

    def placeholder_for_finding(self, finding: Finding) -> Markup:
        """Store the sentence of a finding, with a mark if it could not be judged."""
        sentence = self.sentence_of(finding)
        if finding.is_unknown:
            sentence += self.mark
        return self.store_value(sentence, plain_text(sentence))

    def sentence_of(self, described: Finding | Quantity) -> Markup:
        """The sentence of a finding or a quantity, without capital and full stop."""
        if isinstance(described, Finding):
            return self.environment.render_sentence(str(described.kind), sentence_values(described))
        values = {"name": self._name_in_sentence(described), "value": described}
        return self.environment.render_sentence("quantity", values)

    def _name_in_sentence(self, quantity: Quantity) -> str:
        """The name of a quantity in a sentence: `test accuracy of small`.

        If its measure is not known, it is the last part of its name in the answer: `ten`.
        """
        last_name = quantity.place[-1] if quantity.place else "the number"
        measured = quantity.source.measure or last_name.replace("_", " ")
        experiments = " and ".join(quantity.source.experiments)
        return f"{measured} of {experiments}" if experiments else measured

    # Claims

    def print_claim(
        self, source: ClaimSource, condition: Condition, body: Markup, other_body: Markup
    ) -> Markup:
        """Note a claim and write its body; if it fails, that after `{% else %}`, if there is one."""
        sentences = [self.sentence_of(described) for described in condition.about]
        now = Markup("; ").join(sentences) if condition.holds is False else Markup()
        file = self.context.folder + source.template
        claim = Claim(
            file,
            source.line,
            self.words_of(body),
            source.condition,
            condition.holds,
            self.words_of(now),
            otherwise=source.has_other,
            how=condition.how,
            question=self.context.document if self.context.answer is not None else "",
        )
        words = [self.words_of(sentence) for sentence in sentences]
        identity = self.collected.add_claim(claim, condition, words)
        printed = str(other_body if condition.holds is False and source.has_other else body)
        return Markup(self.write_claim(claim, identity, printed, now, source.is_block))
