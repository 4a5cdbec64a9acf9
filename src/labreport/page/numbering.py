"""Numbers of figures, tables, questions, sections and cites, and references to them.

Sections are rendered before these numbers are known. They contain marks, which `Numbering` replaces when all
sections are together:

| mark                              | becomes                                              |
|-----------------------------------|------------------------------------------------------|
| `<span data-no="figure:dots">`    | the number of the figure                             |
| `<a data-ref="dots">`             | a link to it, `Figure 3`                             |
| `<a class="cite" data-cite="key">`| a link to the reference, `[1]`                       |
"""

from __future__ import annotations

import html
import re
from collections import Counter

from markupsafe import Markup, escape

from labreport.errors import UsageError, did_you_mean
from labreport.project import Project

_MARK = re.compile(r'<(?:span|a|a class="cite") data-(?P<kind>no|ref|cite)="(?P<name>[^"]*)"></\w+>')
_KINDS = ("", "figure:", "table:", "question:", "section:")


def reference_mark(name: str) -> Markup:
    """The mark for a link to a figure, a table, a question or a section."""
    return Markup('<a data-ref="{}"></a>').format(name)


def table_mark(name: str) -> Markup:
    """The mark for the number of a table."""
    return Markup('<span data-no="table:{}"></span>').format(name)


def cite_mark(key: str) -> Markup:
    """The mark for a link to an entry of the bibliography."""
    return Markup('<a class="cite" data-cite="{}"></a>').format(key)


class Numbering:
    """The numbers for all marks in a text.

    `numbers` are texts by `figure:NAME`, `table:NAME` and so on. Figures and tables are counted through the
    whole text; a section without questions has an empty number. `cites` are the numbers of references, by
    key.
    """

    def __init__(self, project: Project, text: str) -> None:
        self.numbers = {f"section:{section.name}": "" for section in project.all_sections}
        for number, declaration in project.numbered.items():
            self.numbers[f"{type(declaration).__name__.lower()}:{declaration.name}"] = number
        self.cites: dict[str, int] = {}
        self._titles = {section.name: section.title for section in project.all_sections}
        counts = Counter[str]()
        for mark in _MARK.finditer(text):
            name = html.unescape(mark["name"])
            if mark["kind"] == "cite":
                self.cites.setdefault(name, len(self.cites) + 1)
            elif mark["kind"] == "no" and name not in self.numbers:
                kind = name.partition(":")[0]
                counts[kind] += 1
                self.numbers[name] = str(counts[kind])

    def with_numbers(self, text: str) -> str:
        """Replace the marks in HTML by numbers and links. Raises `UsageError` for an unknown name."""
        return _MARK.sub(self._html_of, text)

    def with_plain_numbers(self, text: str) -> str:
        """Replace the marks in a text by numbers and labels, without links."""
        return _MARK.sub(lambda mark: str(escape(self._text_of(mark))), text)

    def _html_of(self, mark: re.Match[str]) -> str:
        name = html.unescape(mark["name"])
        text = self._text_of(mark)
        if mark["kind"] == "cite":
            return Markup('<a class="cite" href="#reference-{}">{}</a>').format(name, text)
        if mark["kind"] == "ref":
            identity = self._key(name).replace(":", "-", 1)
            return Markup('<a class="ref" href="#{}">{}</a>').format(identity, text)
        return Markup('<span class="counter">{}</span>').format(text) if text else ""

    def _text_of(self, mark: re.Match[str]) -> str:
        name = html.unescape(mark["name"])
        if mark["kind"] == "cite":
            return f"[{self.cites[name]}]"
        if mark["kind"] == "ref":
            return self._label(self._key(name))
        return self.numbers[name]

    def _label(self, key: str) -> str:
        """`Figure 3` for `figure:dots`; for a section without a number, its title."""
        kind, _, name = key.partition(":")
        number = self.numbers[key]
        return f"{kind.title()} {number}" if number else self._titles[name]

    def _key(self, name: str) -> str:
        """The key of a name, with or without its kind: `figure:dots` for `dots`. Raises `UsageError`."""
        for kind in _KINDS:
            if kind + name in self.numbers:
                return kind + name
        names = [key.partition(":")[2] for key in self.numbers]
        near = did_you_mean(name, names, "there are")
        raise UsageError(f"ref({name!r}): no figure, table, question or section is called so{near}")
