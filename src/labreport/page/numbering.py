"""The numbers of figures, tables, questions, sections and cites, and the references to them.

A section does not know its numbers. Where one is to stand, it has a mark, which `Numbering` fills in when all
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
    """Return the mark of a link to a figure, a table, a question or a section."""
    return Markup('<a data-ref="{}"></a>').format(name)


def cite_mark(key: str) -> Markup:
    """Return the mark of a link to a reference."""
    return Markup('<a class="cite" data-cite="{}"></a>').format(key)


class Numbering:
    """The numbers of all that the marks of a text name.

    `numbers` are by `figure:NAME` and so on. Figures and tables count in the order of the text, all through
    it; a section without questions has none, which is the empty text. `cites` are the numbers of references,
    by key.
    """

    def __init__(self, project: Project, text: str) -> None:
        self.numbers = {f"section:{section.name}": "" for section in project.chapters}
        for number, subject in project.numbered.items():
            self.numbers[f"{type(subject).__name__.lower()}:{subject.name}"] = number
        self.cites: dict[str, int] = {}
        self._titles = {section.name: section.title for section in project.chapters}
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
        """Return HTML with its numbers, its links that name them, and the numbers of what is cited.

        Raises `UsageError` for a reference to what is not there.
        """
        return _MARK.sub(self._html_of, text)

    def with_plain_numbers(self, text: str) -> str:
        """Return a text with the same numbers and labels, without links."""
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
        """`Figure 3` for `figure:dots`; of a section without a number its title."""
        kind, _, name = key.partition(":")
        number = self.numbers[key]
        return f"{kind.title()} {number}" if number else self._titles[name]

    def _key(self, name: str) -> str:
        """Find what is called so, with its kind or without. Raises `UsageError`."""
        for kind in _KINDS:
            if kind + name in self.numbers:
                return kind + name
        names = [key.partition(":")[2] for key in self.numbers]
        near = did_you_mean(name, names, "there are")
        raise UsageError(f"ref({name!r}): no figure, table, question or section is called so{near}")
